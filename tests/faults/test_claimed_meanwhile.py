"""While a worker holds the claim on a reminder, the request it speaks of moves on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import ending, receipt
from dsr.requests.models import SubjectRequest
from tests.cast import Desk
from tests.faults.figures import Figures
from tests.faults.seeding import ask, days_ago
from tests.faults.world import World, until

Deed = Callable[[SubjectRequest, Desk], SubjectRequest]


def close(subject_request: SubjectRequest, desk: Desk) -> SubjectRequest:
    return ending.withdraw(subject_request.pk, actor=REQUESTER, at=datetime.now(UTC), seen=None)


def freeze(subject_request: SubjectRequest, desk: Desk) -> SubjectRequest:
    return ending.freeze(
        subject_request.pk,
        reason="Not me, says the contact.",
        actor=desk.officer,
        at=datetime.now(UTC),
        seen=subject_request.version,
    )


def move(subject_request: SubjectRequest, desk: Desk) -> SubjectRequest:
    return receipt.correct_receipt(
        subject_request.pk,
        received_on=subject_request.received_on + timedelta(days=1),
        reason="Date stamp.",
        actor=desk.officer,
        at=datetime.now(UTC),
        seen=subject_request.version,
    )


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(close, marks=pytest.mark.faults),
        freeze,
        pytest.param(move, marks=pytest.mark.faults),
    ],
)
def test_a_reminder_of_what_moved_on_while_it_was_claimed_is_not_sent(
    world: World, desk: Desk, figures: Figures, deed: Deed
) -> None:
    subject_request = ask(desk)
    reminders.sweep(at=datetime.now(UTC))
    _only_the_receipt_and_one_reminder()
    world.mail.mode("hold")
    delivery = world.spawn("delivery", "manage.py", "deliver_mail")
    until(lambda: world.mail.holds, 60, "the first mail at the server")
    reminder = OutboxMessage.objects.get(kind="reminder")
    assert reminder.status == "claimed"
    deed(subject_request, desk)
    world.mail.mode("take")
    assert delivery.popen.wait(60) == 0
    reminder.refresh_from_db()
    assert (reminder.status, reminder.last_error) == ("cancelled", "not_needed")
    assert reminder.message_id not in {message_id for message_id, _ in world.mail.taken}
    what = {"close": "closed", "freeze": "froze", "move": "got another date"}[deed.__name__]
    figures.add(f"a request that {what} while its reminder was claimed: sent", 0, 0)


def test_a_request_that_stays_frozen_is_still_reminded_of(world: World, desk: Desk) -> None:
    """Clocks run on while a request is frozen."""
    freeze(ask(desk), desk)
    reminders.sweep(at=datetime.now(UTC))
    _only_the_receipt_and_one_reminder()
    world.deliver()
    assert OutboxMessage.objects.get(kind="reminder").status == "sent"


def _only_the_receipt_and_one_reminder() -> None:
    """The receipt, owed the longest, goes first; the reminder waits behind it in the same claim."""
    reminders = OutboxMessage.objects.filter(kind="reminder")
    first = reminders.earliest("pk")
    OutboxMessage.objects.exclude(kind="acknowledgement").exclude(pk=first.pk).delete()
    assert first.owed_at > days_ago(1)
