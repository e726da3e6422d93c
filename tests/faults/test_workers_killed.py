"""Reminders survive the death of those who send them."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from dsr.requests.deadlines import reminders
from tests.cast import Desk
from tests.faults.figures import Figures
from tests.faults.killing import OWED, REMINDERS, Outcome, kill_while_working
from tests.faults.seeding import many_due
from tests.faults.world import World, until


def test_a_few_hundred_reminders_survive_killed_workers(
    world: World, desk: Desk, figures: Figures
) -> None:
    due = many_due(desk, requests=20, readers=15)
    massacre = kill_while_working(world, workers=2, kills=4, moment=0.8)
    massacre.end()
    # What the dead hold comes back when their claim has run out: let it have run out.
    world.age_leases()
    reminders.sweep(at=datetime.now(UTC))
    while world.one(OWED):
        world.deliver()
    _holds(massacre.outcome(), world.one(REMINDERS), due, figures)


@pytest.mark.faults
def test_ten_thousand_reminders_survive_twenty_killed_workers(
    world: World, desk: Desk, figures: Figures
) -> None:
    due = many_due(desk, requests=500, readers=20)
    schedulers = [world.scheduler(), world.scheduler()]
    massacre = kill_while_working(world, workers=4, kills=20, moment=6)
    until(lambda: world.one(REMINDERS) == due and not world.one(OWED), 900, "the last mail")
    outcome = massacre.outcome()
    assert [each.popen.poll() for each in schedulers] == [None, None]
    _holds(outcome, world.one(REMINDERS), due, figures)
    figures.add(
        f"{outcome.owed} mails handed over by 4 workers with {outcome.kills} kills",
        f"{outcome.seconds:.0f} s",
        "300 s",
    )


@pytest.mark.faults
def test_a_scheduler_that_is_killed_again_and_again_loses_no_reminder(
    world: World, desk: Desk, figures: Figures
) -> None:
    due = many_due(desk, requests=10, readers=5)
    world.mail.mode("steady")
    worker, chance, kills = world.worker(), random.Random(7), 8
    until(lambda: worker.said("ready."), 90, "a worker")
    for _ in range(kills):
        scheduler = world.scheduler(notes_of="the same")
        # While it starts, rings, or writes its notes.
        time.sleep(chance.uniform(0.1, 4))
        scheduler.kill()
    last = world.scheduler(notes_of="the same")
    until(lambda: world.one(REMINDERS) == due and not world.one(OWED), 180, "the last mail")
    assert last.popen.poll() is None
    taken = Counter(message_id for message_id, _ in world.mail.taken)
    assert set(taken.values()) == {1}
    lost = world.one("SELECT count(*) FROM notifications_outboxmessage") - len(taken)
    assert lost == 0
    figures.add(f"{due} due reminders, {kills} SIGKILLs of schedulers: lost", lost, 0)


def _holds(outcome: Outcome, reminders: int, due: int, figures: Figures) -> None:
    what = f"{due} due reminders, {outcome.kills} SIGKILLs of workers"
    figures.add(f"{what}: owed", reminders, due)
    figures.add(f"{what}: lost", outcome.lost, 0)
    figures.add(f"{what}: sent again, under the first Message-ID", outcome.repeats, outcome.kills)
    assert reminders == due
    assert outcome.lost == 0
    assert outcome.strangers == 0
    assert outcome.repeats <= outcome.kills
