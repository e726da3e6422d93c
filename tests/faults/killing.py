"""Reminders on their way while somebody keeps killing the workers."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

from tests.faults.world import DELIVER, SWEEP, Process, World, until

OWED = "SELECT count(*) FROM notifications_outboxmessage WHERE status IN ('owed', 'claimed')"
SENT = "SELECT count(*) FROM notifications_outboxmessage WHERE status = 'sent'"
REMINDERS = "SELECT count(*) FROM notifications_outboxmessage WHERE kind = 'reminder'"


@dataclass(frozen=True)
class Outcome:
    """What the mail server has, held against what was owed."""

    owed: int
    lost: int
    repeats: int
    strangers: int
    kills: int
    seconds: float


class Massacre:
    """So many workers, each replaced as soon as it was killed, as a service manager does."""

    def __init__(self, world: World, workers: int, seed: int) -> None:
        self.world = world
        self.kills = 0
        self.begun = time.monotonic()
        self._chance = random.Random(seed)
        self.workers: dict[int, Process] = {}
        for number in range(workers):
            self.workers[number] = world.worker(number)
        for worker in self.workers.values():
            until(lambda worker=worker: worker.said("ready."), 90, "a worker")
        self.begun = time.monotonic()

    def kill_one(self) -> None:
        number = self._chance.choice(list(self.workers))
        worker = self.workers[number]
        self.kills += 1
        # Its child alone, whose task then goes back to the broker; or everything.
        if self._chance.random() < 0.5 and worker.kill_child():
            return
        worker.kill()
        self.workers[number] = self.world.worker(number)

    def wait_a_moment(self, at_most: float) -> None:
        time.sleep(self._chance.uniform(0.05, at_most))

    def end(self) -> None:
        for worker in self.workers.values():
            worker.kill()

    def outcome(self) -> Outcome:
        owed = {
            row[0] for row in self.world.sql("SELECT message_id FROM notifications_outboxmessage")
        }
        taken = Counter(message_id for message_id, _ in self.world.mail.taken)
        return Outcome(
            owed=len(owed),
            lost=len(owed - set(taken)),
            repeats=sum(taken.values()) - len(taken),
            strangers=len(set(taken) - owed),
            kills=self.kills,
            seconds=time.monotonic() - self.begun,
        )


def kill_while_working(world: World, *, workers: int, kills: int, moment: float) -> Massacre:
    """Rings as two schedulers at the same second, then kills at random moments of the work.

    The first quarter dies while reminders are still being owed, the others with mails in the hand.
    """
    massacre = Massacre(world, workers, seed=workers * 1000 + kills)
    world.mail.mode("steady")
    for task in (SWEEP, SWEEP, DELIVER, DELIVER):
        world.ring(task)
    for number in range(kills):
        if number == kills // 4:
            until(lambda: world.mail.taken, 300, "the first mail")
        massacre.wait_a_moment(moment)
        massacre.kill_one()
        # Its task is lost with it; the next round of a scheduler brings another.
        world.ring(SWEEP)
        world.ring(DELIVER)
    world.mail.mode("take")
    return massacre
