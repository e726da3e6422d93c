"""Valkey is a doorbell: flushed, restarted or gone, nothing that is owed is lost."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter

import pytest

from config.trial.embedded import valkey
from dsr.notifications.models import OutboxMessage
from dsr.requests.models import SubjectRequest
from tests.cast import Desk
from tests.faults.crowd import Crowd
from tests.faults.figures import Figures
from tests.faults.killing import OWED
from tests.faults.seeding import ask
from tests.faults.world import Web, World, until

# A scheduler rings every minute; before that a worker may have to notice that its line is dead.
SWEPT = 240

ASSIGN = """
from django.utils import timezone
from dsr.accounts.models import User
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import assignment
from dsr.requests.models import SubjectRequest
asked = SubjectRequest.objects.get()
officer = User.objects.get(email="officer@example.org")
handler = User.objects.get(email="handler@example.org")
assignment.assign(asked.pk, to=handler, actor=officer, at=timezone.now(), seen=asked.version)
reminders.sweep(at=timezone.now())
"""


def kill_valkey(world: World) -> None:
    os.kill(int((world.store.data / "valkey.pid").read_text()), signal.SIGKILL)
    until(lambda: not valkey.is_running(world.store), 20, "the end of Valkey")


def test_without_valkey_staff_work_and_a_sweep_sends_everything(
    world: World, desk: Desk, figures: Figures
) -> None:
    ask(desk)
    kill_valkey(world)
    try:
        world.run("manage.py", "shell", "--verbosity=0", "-c", ASSIGN)
        owed = OutboxMessage.objects.count()
        world.deliver()
    finally:
        valkey.start(world.store)
    assert SubjectRequest.objects.get().assignee == desk.handler
    assert OutboxMessage.objects.filter(kind="assigned").count() == 1
    assert OutboxMessage.objects.filter(kind="reminder").count() == 1
    assert len({message_id for message_id, _ in world.mail.taken}) == owed
    figures.add("Valkey gone: mails owed and not sent by the next sweep", world.one(OWED), 0)


@pytest.mark.faults
def test_a_flushed_killed_and_restarted_valkey_costs_no_mail_and_no_process(
    world: World, desk: Desk, figures: Figures
) -> None:
    web = world.web()
    crowd = Crowd.gather(web, 5)
    crowd.send()
    crowd.wait()
    others = [world.worker(1), world.worker(2), world.scheduler(), world.scheduler()]
    # Nobody has heard a bell yet, and now nobody will.
    valkey_says(world, "FLUSHALL")
    for worker in others[:2]:
        until(lambda worker=worker: worker.said("ready."), 90, "a worker")
    valkey_says(world, "FLUSHALL")
    took = until(lambda: all_sent(world, 5), SWEPT, "what was owed when Valkey was flushed")
    figures.add("Valkey flushed: until everything was sent", f"{took:.0f} s")

    kill_valkey(world)
    took = _ask_meanwhile(web)
    figures.add("Valkey gone: a submission through the form takes", f"{took:.1f} s")
    time.sleep(20)
    valkey.start(world.store)
    took = until(lambda: all_sent(world, 6), SWEPT, "what was owed when Valkey was gone")
    figures.add("Valkey back: until everything was sent", f"{took:.0f} s")
    assert [each.popen.poll() for each in others] == [None] * 4
    taken = Counter(message_id for message_id, _ in world.mail.taken)
    assert set(taken.values()) == {1}
    figures.add("Valkey flushed, killed, restarted: lost, repeated", "0, 0", "0, 0")


def _ask_meanwhile(web: Web) -> float:
    crowd = Crowd.gather(web, 1)
    time.sleep(2.5)
    begun = time.monotonic()
    crowd.send()
    crowd.wait()
    return crowd.acknowledged_at[0] - begun


def all_sent(world: World, receipts: int) -> bool:
    sent = world.one(
        "SELECT count(*) FROM notifications_outboxmessage"
        " WHERE kind = 'acknowledgement' AND status = 'sent'"
    )
    return sent == receipts and not world.one(OWED)


def valkey_says(world: World, command: str) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(world.store.socket))
        line.sendall(f"{command}\r\n".encode())
        assert line.recv(100).startswith(b"+OK")
