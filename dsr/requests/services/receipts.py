"""How a confirmation reaches the requester, as a page can say it and it is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from dsr.notifications.models import UNDELIVERED, Medium, OutboxMessage
from dsr.notifications.models import Status as Outbox
from dsr.requests.models import Notice, SubjectRequest

from . import digests
from .notify import key_of


class How(StrEnum):
    """By which way it comes, or why it does not."""

    MAIL = "mail"
    # The address had its mail of this hour: one for everything since comes when it is over.
    GATHERED = "gathered"
    # Tried without success, and tried again.
    DELAYED = "delayed"
    LETTER = "letter"
    LOST = "lost"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How it comes; of what is gathered, about when (none where others come first)."""

    how: How
    at: datetime | None = None


NOTHING = Confirmation(How.NONE)


def receipt(subject_request: SubjectRequest, at: datetime) -> Confirmation:
    """Of the receipt: what the outbox says of it now."""
    return _waiting(subject_request, at) or _told(subject_request)


def withdrawal(subject_request: SubjectRequest, at: datetime) -> Confirmation:
    """Of the mail that confirms the withdrawal just done."""
    message = OutboxMessage.objects.filter(key=key_of("withdrawn", subject_request)).first()
    return _fate(message) if message else (_waiting(subject_request, at) or NOTHING)


def how_it_goes(subject_request: SubjectRequest, by_mail: str) -> str:
    """For staff: what became of the message that they have just sent."""
    notice = subject_request.notices.last()
    return {
        "letter": _("The letter waits to be printed and posted. It counts from its posting."),
        "other": _("It is recorded as given on that day."),
        "none": _(
            "It stands on the private page, but no message can go to the requester: tell them by "
            "another way."
        ),
    }.get(notice.medium if notice else "", by_mail)


def _waiting(subject_request: SubjectRequest, at: datetime) -> Confirmation | None:
    waits = next(iter(subject_request.waiting_for_digest.all()), None)
    if waits is None:
        return None
    return Confirmation(How.GATHERED, digests.expected_at(waits, at))


def _told(subject_request: SubjectRequest) -> Confirmation:
    receipts = [
        each
        for each in subject_request.notices.all()
        if each.what == Notice.What.RECEIPT and each.state != Notice.State.REPLACED
    ]
    # The last one: what came back may have been sent once more.
    message = _message(subject_request, receipts[-1].key) if receipts else None
    return _fate(message) if message else NOTHING


def _message(subject_request: SubjectRequest, key: str) -> OutboxMessage | None:
    if subject_request.whole is not None:
        return next((each for each in subject_request.whole.mails if each.key == key), None)
    return OutboxMessage.objects.filter(key=key).first() if key else None


def _fate(message: OutboxMessage) -> Confirmation:
    if message.status in (*UNDELIVERED, Outbox.CANCELLED):
        return Confirmation(How.LOST)
    if message.medium == Medium.LETTER:
        return Confirmation(How.LETTER)
    late = message.status != Outbox.SENT and message.last_error
    return Confirmation(How.DELAYED if late else How.MAIL)
