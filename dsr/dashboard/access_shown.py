"""Who can look at an answer and by what, for the page of its request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dsr.dashboard.request_page import opened
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.people import writes_to
from dsr.requests.preconditions import contact_needed, contact_proved
from dsr.requests.services import codes, reading
from dsr.requests.states import Read


@dataclass(frozen=True, slots=True)
class Opened:
    """One answer that was released: until when it can be read, and what was done with it."""

    sent_on: date
    until: datetime
    is_over: bool
    is_kept: bool
    reads: int
    letters: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Access:
    """Who can come in, and who may read: links, sessions, codes, and the proof of the contact."""

    proofs: list[Any]
    is_proved: bool
    needed: str
    stolen: bool
    links: int
    sessions: int
    confirmed: int
    code: str
    code_until: datetime | None
    answers: list[Opened]
    held: list[Any]
    settle_by: date | None


def access(subject_request: SubjectRequest, at: datetime, *, sees_code: bool) -> Access:
    """The state of all that, for the page of the request; the code only for who may give it."""
    sessions = _standing(subject_request.private_sessions.all(), at)
    read_in = {
        each.session_id
        for message in subject_request.messages.all()
        for each in message.readings.all()
    }
    code = reading.code_at_counter(subject_request, at=at) if sees_code else None
    needed = contact_needed(subject_request)
    return Access(
        proofs=opened(subject_request, subject_request.contact_proofs.all(), "source"),
        is_proved=contact_proved(subject_request),
        needed=needed,
        stolen=writes_to(subject_request).email_stolen,
        held=opened(subject_request, subject_request.held_contacts.all(), "address"),
        settle_by=_settle_by(subject_request),
        links=len(_standing(subject_request.links.all(), at)),
        sessions=len(sessions),
        confirmed=sum(each.pk in read_in for each in sessions),
        code=codes.read_out(code) if code else "",
        code_until=code.expires_at if code else None,
        answers=[_opened(each, at) for each in reading.released(subject_request)],
    )


def _standing(rows: Iterable[Any], at: datetime) -> list[Any]:
    """Of links or sessions, those by which somebody comes in."""
    return [each for each in rows if each.ended_at is None and each.expires_at > at]


def _settle_by(subject_request: SubjectRequest) -> date | None:
    """By when an open objection has to be settled."""
    for dispute in subject_request.disputes.all():
        for deadline in dispute.deadlines.all() if dispute.settled_at is None else ():
            return deadline.due_on
    return None


def _opened(message: RequestMessage, at: datetime) -> Opened:
    done = [(each.what, each.at) for each in message.readings.all()]
    until = reading.readable_until(message)
    return Opened(
        sent_on=message.happened_on,
        until=until,
        is_over=reading.is_over(message, at),
        is_kept=message.kept_since is not None,
        reads=sum(what == Read.PAGE for what, _at in done),
        letters=sum(what == Read.LETTER for what, _at in done),
        last=max((when for _what, when in done), default=None),
    )
