"""Where a request stands, as one word for state and facts together.

Every sentence that tells it, on pages and in mails, for requesters and for staff, is chosen by this
one word; so no two of them can speak of different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto

from django_fsm import can_proceed

from dsr.vault.models import KeyPurpose

from . import fees
from .chain import entries_of
from .models import RequestMessage, SubjectRequest
from .people import goes_by_post
from .preconditions import is_stopped, lost_answers, sent_answer
from .services import reading
from .states import ENDED, Status


class Standing(StrEnum):
    """Where a request stands."""

    ARRIVED = auto()
    REPLIED = auto()
    REPLY_READ = auto()
    PROOF_WANTED = auto()
    PROOF_CAME = auto()
    IN_PROGRESS = auto()
    TAKEN_UP_AGAIN = auto()
    QUESTION = auto()
    IN_REVIEW = auto()
    DECIDED = auto()
    DECIDED_PAPER = auto()
    TO_POST = auto()
    ANSWERED = auto()
    POSTED = auto()
    GIVEN = auto()
    READ = auto()
    OVER = auto()
    CAME_BACK = auto()
    NOWHERE = auto()
    KEPT_READY = auto()
    CLOSED = auto()
    CLOSED_OVER = auto()
    CLOSED_CAME_BACK = auto()
    CLOSED_KEPT_READY = auto()
    WITHDRAWN = auto()
    LAPSED = auto()
    FROZEN = auto()
    STOPPED = auto()
    OUT_OF_SCOPE = auto()
    FORWARDED = auto()
    ERASED = auto()


# The clock that is shown runs only while the answer is still being made or waited for.
NO_COUNTDOWN = frozenset({Standing.DECIDED, Standing.DECIDED_PAPER, Standing.TO_POST})


# Work goes on meanwhile, and a price that was named can be answered.
UNDER_WAY = frozenset(
    {
        *(Standing.ARRIVED, Standing.REPLIED, Standing.REPLY_READ, Standing.PROOF_WANTED),
        *(Standing.PROOF_CAME, Standing.IN_PROGRESS, Standing.TAKEN_UP_AGAIN, Standing.QUESTION),
        *(Standing.IN_REVIEW, Standing.DECIDED, Standing.DECIDED_PAPER),
    }
)


@dataclass(frozen=True, slots=True)
class Stands:
    """Where it stands, since which day, and what is possible beside it."""

    at: Standing
    day: date | None
    missing: bool
    overdue: bool
    # A price was named, and nothing is charged and nothing goes out while it is not answered.
    fee: bool


def stands(subject_request: SubjectRequest, at: datetime) -> Stands:
    """Where the request stands at this instant, and the facts that its sentences speak of."""
    where, day = _where(subject_request, at)
    today = subject_request.organisation.today(at)
    return Stands(
        where,
        day,
        missing=bool(subject_request.missing) and may_complete(subject_request),
        fee=where in UNDER_WAY and fees.unanswered(subject_request) is not None,
        overdue=where not in NO_COUNTDOWN and subject_request.is_overdue(today),
    )


def may_complete(subject_request: SubjectRequest) -> bool:
    """Whether what is missing can still be added: until a decision is taken."""
    erased = subject_request.safe.is_erased(KeyPurpose.CONTENT)
    return not erased and can_proceed(subject_request.withdraw)


def _where(subject_request: SubjectRequest, at: datetime) -> tuple[Standing, date | None]:
    ended_on = subject_request.ended_at and subject_request.organisation.today(
        subject_request.ended_at
    )
    if subject_request.safe.is_erased(KeyPurpose.CONTENT):
        return Standing.ERASED, ended_on
    if is_stopped(subject_request):
        waited_for = subject_request.awaits_answer
        return (Standing.FROZEN if waited_for else Standing.STOPPED), None
    if subject_request.status in (Status.DECIDED, Status.CLOSED):
        return _answer(subject_request, at)
    if subject_request.is_open:
        return _under_way(subject_request)
    return _ENDINGS[Status(subject_request.status)], ended_on


_ENDINGS = {
    Status.WITHDRAWN: Standing.WITHDRAWN,
    Status.LAPSED: Standing.LAPSED,
    Status.OUT_OF_SCOPE: Standing.OUT_OF_SCOPE,
    Status.FORWARDED: Standing.FORWARDED,
}


def _under_way(subject_request: SubjectRequest) -> tuple[Standing, date | None]:
    """Before a decision; a message of the requester changes whose turn it is."""
    if subject_request.status == Status.WAITING:
        return Standing.QUESTION, None
    if subject_request.status == Status.IN_REVIEW:
        return Standing.IN_REVIEW, None
    last = max(subject_request.messages.all(), key=lambda each: (each.at, each.pk), default=None)
    theirs = last.happened_on if last and last.from_requester else None
    if subject_request.status == Status.PROVING_IDENTITY:
        return (Standing.PROOF_CAME if theirs else Standing.PROOF_WANTED), theirs
    if theirs and subject_request.unread_since:
        return Standing.REPLIED, theirs
    if subject_request.status == Status.RECEIVED:
        return (Standing.REPLY_READ if theirs else Standing.ARRIVED), theirs
    again = _was_taken_up_again(subject_request)
    return (Standing.TAKEN_UP_AGAIN if again else Standing.IN_PROGRESS), None


def _was_taken_up_again(subject_request: SubjectRequest) -> bool:
    return any(
        each.from_state in ENDED and each.to_state == Status.IN_PROGRESS
        for each in entries_of(subject_request)
    )


def _answer(subject_request: SubjectRequest, at: datetime) -> tuple[Standing, date | None]:
    """From the decision on: on its way, there, read, come back, closed."""
    answer = sent_answer(subject_request)
    on = subject_request.answered_on
    closed = subject_request.status == Status.CLOSED
    if since := subject_request.kept_ready_on:
        return (Standing.CLOSED_KEPT_READY if closed else Standing.KEPT_READY), since
    if not closed and _goes_nowhere(subject_request):
        return Standing.NOWHERE, None
    if came_back(subject_request):
        return (Standing.CLOSED_CAME_BACK if closed else Standing.CAME_BACK), None
    if on is None or answer is None:
        if closed:
            return Standing.CLOSED, on
        if answer is not None and answer.on_paper:
            return Standing.TO_POST, None
        by_post = goes_by_post(subject_request)
        return (Standing.DECIDED_PAPER if by_post else Standing.DECIDED), None
    if reading.is_over(answer, at):
        return (Standing.CLOSED_OVER if closed else Standing.OVER), on
    return (Standing.CLOSED if closed else _out(answer)), on


def _out(answer: RequestMessage) -> Standing:
    if answer.readings.all():
        return Standing.READ
    if answer.proof_id:
        return Standing.GIVEN
    return Standing.POSTED if answer.on_paper else Standing.ANSWERED


def _goes_nowhere(subject_request: SubjectRequest) -> bool:
    """Whether there was no address to which the answer could go."""
    return any(each.medium == "none" for each in lost_answers(subject_request))


def came_back(subject_request: SubjectRequest) -> bool:
    """Whether the message that brought the answer, or told of it, did not arrive."""
    return bool(lost_answers(subject_request))
