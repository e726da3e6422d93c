"""What went to the requester, what did not arrive, and what lies here, for a request’s page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dsr.notifications.models import Medium, OutboxMessage, Trouble
from dsr.notifications.models import Status as MailStatus
from dsr.requests.deeds.deadline import extensions_waiting
from dsr.requests.deeds.post import to_send_again
from dsr.requests.mail_names import mail_name
from dsr.requests.models import Extension, KeptReady, Notice, SubjectRequest
from dsr.requests.services import kept_ready
from dsr.requests.services.notices import announce_by
from dsr.requests.services.paper import FIRST_ANSWER
from dsr.requests.whole import mails_of
from dsr.requests.words import short


@dataclass(frozen=True, slots=True)
class MailShown:
    """A mail or letter to the requester, as the outbox has it; never its words."""

    pk: int
    what: str
    medium: str
    state: str
    at: datetime
    can_have_bounced: bool
    came_back: bool
    to_post: bool
    is_answer: bool


def mails(subject_request: SubjectRequest) -> list[MailShown]:
    # Without those to staff: what reminds the desk is no part of what the person was told.
    rows = [each for each in mails_of(subject_request) if each.recipient_user_id is None]
    return [
        MailShown(
            row.pk,
            # A room above may owe mail of a kind that has no words here yet.
            mail_name(row.kind),
            str(row.get_medium_display()),
            str(_posted_or_not(row)),
            row.sent_at or row.owed_at,
            can_have_bounced=row.status == MailStatus.SENT,
            came_back=row.status == MailStatus.FAILED and row.last_error == Trouble.BOUNCED,
            to_post=row.medium == Medium.LETTER and row.status == MailStatus.OWED,
            is_answer=row.key.startswith(FIRST_ANSWER),
        )
        for row in rows
    ]


def _posted_or_not(row: OutboxMessage) -> Any:
    if row.medium != Medium.LETTER:
        return row.get_status_display()
    if row.status == MailStatus.OWED:
        return _("Waiting to be posted")
    if row.posted_on and row.status == MailStatus.SENT:
        return _("Posted on %(day)s") % {"day": short(row.posted_on)}
    return row.get_status_display()


@dataclass(frozen=True, slots=True)
class KeptShown:
    """What is on record of an answer that can be delivered to nobody, opened."""

    row: KeptReady
    attempts: str
    other_ways: str
    why: str


def kept(subject_request: SubjectRequest) -> KeptShown | None:
    """Proposed or in force; None where neither is."""
    row = kept_ready.standing(subject_request)
    if row is None:
        return None
    return KeptShown(row, *(str(row.shown(each)) for each in ("attempts", "other_ways", "why")))


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What did not arrive, what that means, and what waits to be posted, by when."""

    lost: list[str]
    answer_is_lost: bool
    waiting: list[str]
    kept: KeptShown | None = None


def undelivered(subject_request: SubjectRequest, shown: list[MailShown]) -> Undelivered:
    lost = to_send_again(subject_request)
    waiting = [each.what for each in shown if each.to_post]
    waiting += [
        _extension_words(each, subject_request) for each in extensions_waiting(subject_request)
    ]
    return Undelivered(
        lost=[mail_name(each.kind) for each in lost],
        answer_is_lost=any(each.what == Notice.What.ANSWER for each in lost),
        waiting=waiting,
        kept=kept(subject_request),
    )


def _extension_words(extension: Extension, subject_request: SubjectRequest) -> str:
    by = announce_by(extension, subject_request)
    if by is None:
        return _("More time takes effect when it is told.")
    return _("More time takes effect when it is told, at the latest on %(day)s.") % {
        "day": short(by)
    }
