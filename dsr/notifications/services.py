"""What other rooms may ask of this one, and what a person does about a message.

A person posts a letter, tries again, closes what failed. Who may do it is for the calling room to
decide.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from dsr.notifications.bell import knock, ring
from dsr.notifications.delivery import deliver, mark_missed
from dsr.notifications.heartbeats import Problem, beat, expect, health, stale
from dsr.notifications.models import OPEN, UNDELIVERED, Medium, OutboxMessage, Status, Trouble
from dsr.notifications.owing import (
    Reader,
    owe,
    owe_each,
    owe_together,
    register_follower,
    register_recheck,
)

__all__ = [
    "Problem",
    "Reader",
    "WrongStateError",
    "beat",
    "cancel_letters_and_mails",
    "cancel_owed",
    "deliver",
    "expect",
    "health",
    "knock",
    "mark_missed",
    "owe",
    "owe_each",
    "owe_together",
    "record_bounce",
    "record_posting",
    "register_follower",
    "register_recheck",
    "retry",
    "ring",
    "stale",
    "take_back_bounce",
    "waiting_with",
    "write_off",
]


class WrongStateError(Exception):
    """The message is not in a state in which this can be done."""


def retry(message_id: int, *, at: datetime) -> OutboxMessage:
    """Tries an undelivered mail again from the beginning, under its old Message-ID."""
    with transaction.atomic():
        message = _locked(message_id, *UNDELIVERED)
        message.status, message.next_try_at, message.attempts = Status.OWED, at, 0
        # Somebody wants it sent although it is late: no time limit ends it once more.
        message.handled_at = message.handled_by_id = message.useful_until = None
        message.last_error = Trouble.NONE
        message.save()
        # Somebody is waiting for it, so not for the next sweep.
        ring()
    return message


def write_off(message_id: int, *, actor_id: int, at: datetime) -> OutboxMessage:
    """Somebody has seen to what an undelivered message was for; it leaves the list of troubles."""
    with transaction.atomic():
        message = _locked(message_id, *UNDELIVERED)
        # Its state stays what it is: seeing to a trouble does not make the mail sent.
        message.handled_at, message.handled_by_id = at, actor_id
        message.save(update_fields=["handled_at", "handled_by_id"])
    return message


def seen_to(keys: Iterable[str], *, actor_id: int, at: datetime) -> None:
    """These did not arrive, and what they were for is done by another way: no trouble is left."""
    lost = OutboxMessage.objects.filter(key__in=[*keys], status__in=UNDELIVERED, handled_at=None)
    lost.update(handled_at=at, handled_by_id=actor_id)


def cancel_owed(reference: str, recheck: str) -> int:
    """What is owed about this request and asks this question first is not needed any more.

    Called when the answer has just become no. Mail in a worker's hands asks for itself; letters,
    which only a person sends, are taken off the list here.
    """
    waiting = OutboxMessage.objects.filter(reference=reference, recheck=recheck, status=Status.OWED)
    return waiting.update(status=Status.CANCELLED)


def cancel_letters_and_mails(
    reference: str, others: Iterable[str] = (), *, letters: bool = True
) -> list[str]:
    """Nothing that is owed to the outside about this request goes out; returns what was owed.

    ``others`` are the keys of further ones; letters stay where they are still wanted.
    """
    waiting = OutboxMessage.objects.filter(
        Q(reference=reference) | Q(key__in=[*others]), status=Status.OWED, recipient_user_id=None
    )
    if not letters:
        waiting = waiting.exclude(medium=Medium.LETTER)
    keys = [*waiting.values_list("key", flat=True)]
    OutboxMessage.objects.filter(key__in=keys, status=Status.OWED).update(status=Status.CANCELLED)
    return keys


def waiting_with(reference: str, recheck: str) -> list[Mapping[str, Any]]:
    """What the mails about this request that are not out yet will ask this question with."""
    waiting = OutboxMessage.objects.filter(reference=reference, recheck=recheck, status__in=OPEN)
    return list(waiting.values_list("recheck_args", flat=True))


def record_bounce(message_id: int, *, at: datetime) -> OutboxMessage:
    """A sent mail came back."""
    with transaction.atomic():
        message = _locked(message_id, Status.SENT)
        # Failed and no state of its own: from here on it is like any mail that did not arrive.
        message.status, message.last_error = Status.FAILED, Trouble.BOUNCED
        message.save(update_fields=["status", "last_error"])
    return message


def take_back_bounce(message_id: int, *, at: datetime) -> OutboxMessage:
    """It had been recorded by mistake that this mail came back: it is sent, as it was."""
    with transaction.atomic():
        message = _locked(message_id, Status.FAILED)
        if message.last_error != Trouble.BOUNCED or message.sent_at is None:
            raise WrongStateError(message_id)
        message.status, message.last_error = Status.SENT, Trouble.NONE
        message.handled_at = message.handled_by_id = None
        message.save(update_fields=["status", "last_error", "handled_at", "handled_by_id"])
    return message


def record_posting(message_id: int, *, posted_on: date, at: datetime) -> OutboxMessage:
    """A letter was put into the post on that day."""
    with transaction.atomic():
        message = _locked(message_id, Status.OWED)
        # Of a mail only the worker says that it is out.
        if message.medium != Medium.LETTER:
            raise WrongStateError(message_id)
        message.status, message.posted_on, message.sent_at = Status.SENT, posted_on, at
        message.save(update_fields=["status", "posted_on", "sent_at"])
    return message


def _locked(message_id: int, *statuses: Status) -> OutboxMessage:
    # The lock keeps a worker from claiming it meanwhile, and two people from deciding twice.
    message = OutboxMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.status not in statuses:
        raise WrongStateError(message_id)
    return message
