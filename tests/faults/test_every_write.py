"""A fault at any statement of any deed: either all of it is there or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.db import connection

from dsr.audit.services import verify
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.deadlines import reminders
from dsr.requests.deeds.declaration import DEEDS as DECLARED
from dsr.requests.models import ReminderOwed, SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.faults import snapshot
from tests.faults.failing import InjectedError, failing
from tests.faults.figures import Figures
from tests.faults.seeding import ask
from tests.faults.trying import DEEDS, prepared
from tests.faults.world import World
from tests.notifications.conftest import Server

QUICK = ["reply", "approve"]
SLOW = [pytest.param(code, marks=pytest.mark.faults) for code in sorted(DEEDS) if code not in QUICK]


def faults(
    world: World, deed: Callable[[], object], *, for_good: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Does the deed with a fault at its commit, then at each statement, until none is left.

    Yields the number of the statement and the tables that differ afterwards; the last, faultless
    time the deed is done.
    """
    with snapshot.Camera(world.url) as camera:
        yield from _each_fault(camera, deed, for_good)


def _each_fault(
    camera: snapshot.Camera, deed: Callable[[], object], for_good: bool
) -> Iterator[tuple[int, list[str]]]:
    before = camera.take()
    for number in count():
        with failing(number, for_good=for_good) as fault:
            try:
                deed()
            except InjectedError:
                assert fault.fired
            else:
                assert not fault.fired, f"the fault at statement {number} was swallowed"
                return
        connection.close()
        yield number, camera.take().differences(before)


def test_every_deed_is_tried() -> None:
    # The program's own recomputing is a part of every deed that moves a date.
    assert set(DEEDS) == set(DECLARED)


@pytest.mark.parametrize("code", [*QUICK, *SLOW])
def test_a_deed_with_a_fault_at_any_statement_leaves_nothing(
    world: World, desk: Desk, figures: Figures, code: str
) -> None:
    subject_request = prepared(desk, code)
    deed = partial(DEEDS[code], subject_request, desk)
    half = {number: tables for number, tables in faults(world, deed) if tables}
    assert half == {}
    done = SubjectRequest.objects.get(pk=subject_request.pk)
    assert done.version == subject_request.version + DECLARED[code].raises_version
    assert verify() == []
    figures.add(f"fault at every statement of “{code}”: half-saved", len(half), 0)


@pytest.mark.parametrize(
    "for_good",
    [pytest.param(False, id="once"), pytest.param(True, id="for good", marks=pytest.mark.faults)],
)
def test_a_submission_with_a_fault_at_any_statement_leaves_nothing(
    world: World, desk: Desk, figures: Figures, for_good: bool
) -> None:
    right, tried = desk.right("img", "access"), 0
    half = {}
    for number, tables in faults(world, lambda: cast.ask(right), for_good=for_good):
        tried += 1
        half |= {number: tables} if tables else {}
    assert half == {}
    assert SubjectRequest.objects.count() == 1
    assert verify() == []
    figures.add(f"fault at each of {tried} statements of a submission: half-saved", len(half), 0)


def test_a_sweep_with_a_fault_at_any_statement_is_made_up_for_by_the_next(
    world: World, desk: Desk, figures: Figures
) -> None:
    asked, now = ask(desk), datetime.now(UTC)
    # First what is owed is written down, then its mails, each in a transaction of its own: when
    # the look for a next one fails, the one before is whole.
    parts: list[tuple[Callable[[], object], list[str]]] = [
        (
            partial(reminders.mark, asked.organisation, at=now),
            ["requests_deadline", "requests_reminderowed"],
        ),
        (
            partial(reminders.sweep, at=now),
            [
                "notifications_outboxmessage",
                "requests_reminderowed",
                "vault_safe",
                "vault_safekey",
            ],
        ),
    ]
    tried, half = 0, {}
    for part, whole in parts:
        for statement, tables in faults(world, part):
            tried += 1
            half |= {(whole[0], statement): tables} if tables not in ([], whole) else {}
    assert half == {}
    assert OutboxMessage.objects.filter(kind="reminder").count() == 3
    assert not ReminderOwed.objects.exists()
    figures.add(f"fault at each of {tried} statements of a sweep: half-saved", len(half), 0)


def test_a_mail_with_a_fault_at_any_statement_of_its_delivery_is_sent_once_or_repeated_with_its_id(
    world: World, desk: Desk, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "EMAIL_BACKEND", "tests.notifications.conftest.Server")
    monkeypatch.setattr(Server, "accepted", [])
    monkeypatch.setattr(Server, "door", staticmethod(lambda: None))
    monkeypatch.setattr(Server, "answer", staticmethod(lambda mail: None))
    ask(desk)
    (owed,) = OutboxMessage.objects.filter(kind="acknowledgement")
    OutboxMessage.objects.exclude(pk=owed.pk).delete()
    now, lost, repeats = datetime.now(UTC), 0, 0
    for number in count(1):
        Server.accepted.clear()
        OutboxMessage.objects.filter(pk=owed.pk).update(
            status="owed", attempts=0, next_try_at=owed.next_try_at, claimed_by="", sent_at=None
        )
        with failing(number, for_good=True) as fault:
            try:
                deliver(now)
            except InjectedError:
                assert fault.fired
            if not fault.fired:
                break
        connection.close()
        deliver(now + timedelta(hours=1))
        ids = [mail.extra_headers["Message-ID"] for mail in Server.accepted]
        assert set(ids) == {owed.message_id}, number
        assert OutboxMessage.objects.get(pk=owed.pk).status == "sent"
        lost, repeats = lost + (not ids), max(repeats, len(ids) - 1)
    figures.add(f"fault at each of {number - 1} statements of a delivery: lost", lost, 0)
    figures.add(f"fault at each of {number - 1} statements of a delivery: repeats", repeats, 1)
    assert repeats <= 1
