"""Web processes die while people send their requests."""

from __future__ import annotations

import random
import time

import pytest

from dsr.audit.services import verify
from dsr.requests.models import SubjectRequest
from tests.faults.crowd import Crowd, half_saved, lost, shape_of_one
from tests.faults.figures import Figures
from tests.faults.snapshot import take
from tests.faults.world import World

ROUNDS, VISITORS = 10, 30


@pytest.mark.faults
def test_no_acknowledged_submission_is_lost_when_web_processes_are_killed(
    world: World, figures: Figures
) -> None:
    web, chance = world.web(), random.Random(ROUNDS)
    shape = shape_of_one(world, web)
    before, gone = take(world.url), 0
    for number in range(ROUNDS):
        crowd = Crowd.gather(web, VISITORS)
        time.sleep(2)  # the form believes in no faster hand
        crowd.send()
        time.sleep(chance.uniform(0.05, 0.6))
        if number % 2:
            # All of it; whoever looks after services starts it again.
            web.process.kill()
            web.start()
        else:
            assert web.process.kill_child()
        crowd.wait()
        gone += len(lost(crowd))
    assert gone == 0
    assert SubjectRequest.objects.count() == 2 + ROUNDS * VISITORS
    assert half_saved(before, take(world.url), shape) == {}
    assert verify() == []
    what = f"{ROUNDS * VISITORS} submissions, {ROUNDS} SIGKILLs of web processes"
    figures.add(f"{what}: acknowledged and lost", gone, 0)
    figures.add(f"{what}: half-saved tables", 0, 0)
    figures.add(f"{what}: requests made twice", 0, 0)
