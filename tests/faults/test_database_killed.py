"""The database dies while people send their requests; the web server is never restarted."""

from __future__ import annotations

import random
import time

import pytest

from dsr.audit.services import verify
from dsr.requests.models import SubjectRequest
from tests.faults.crowd import Crowd, half_saved, lost, shape_of_one, traces
from tests.faults.figures import Figures
from tests.faults.snapshot import take
from tests.faults.world import World

ROUNDS = [
    pytest.param(1, 10, id="one round"),
    pytest.param(6, 30, id="six rounds", marks=pytest.mark.faults),
]


@pytest.mark.parametrize(("rounds", "visitors"), ROUNDS)
def test_a_killed_database_loses_nothing_acknowledged_and_the_web_server_goes_on(
    world: World, figures: Figures, rounds: int, visitors: int
) -> None:
    web, chance = world.web(), random.Random(rounds)
    shape = shape_of_one(world, web)
    before, gone, bad_pages, recovery = take(world.url), 0, [], 0.0
    for _ in range(rounds):
        crowd = Crowd.gather(web, visitors)
        time.sleep(2)
        crowd.send()
        time.sleep(chance.uniform(0.05, 0.6))
        world.kill_database()
        time.sleep(1.5)
        world.start_database()
        back = time.monotonic()
        crowd.wait()
        after = [when for when in crowd.acknowledged_at if when > back]
        recovery = max(recovery, min(after, default=back) - back)
        gone += len(lost(crowd))
        bad_pages += traces(crowd)
    assert gone == 0
    assert bad_pages == []
    assert web.process.popen.poll() is None
    assert SubjectRequest.objects.count() == 2 + rounds * visitors
    assert half_saved(before, take(world.url), shape) == {}
    assert verify() == []
    what = f"{rounds * visitors} submissions, {rounds} SIGKILLs of PostgreSQL"
    figures.add(f"{what}: acknowledged and lost", gone, 0)
    figures.add(f"{what}: half-saved tables", 0, 0)
    figures.add(f"{what}: traces shown instead of pages", len(bad_pages), 0)
    figures.add(f"{what}: longest time until it takes requests again", f"{recovery:.1f} s")
