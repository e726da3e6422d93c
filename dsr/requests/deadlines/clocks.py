"""Which limits somebody is told of, and when: what concerns them now, the rest folded away.

The limit for telling of a refusal concerns staff once a refusal is proposed or decided, that for
announcing more time while it can be announced, and neither ever a requester. Limits that end on
one day are told once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dsr.requests.models import Deadline, Decision, SubjectRequest
from dsr.requests.models.deadlines import BESIDE_THE_ANSWER, TO_ANSWER_BY
from dsr.requests.states import REFUSING, UNDECIDED, DeadlineStatus, Duty, SetBy

from .explain import binds_most

# Each is done by an act of its own, whatever day governs the answer.
_ACTS = frozenset({Duty.ACKNOWLEDGE, Duty.APPEAL, Duty.OPT_OUT}) | BESIDE_THE_ANSWER


@dataclass(frozen=True, slots=True)
class Clock:
    """Limits that end on one day, told as one; what binds most stands first."""

    deadlines: tuple[Deadline, ...]

    @property
    def first(self) -> Deadline:
        return self.deadlines[0]


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is shown, and what is folded away."""

    shown: list[Clock]
    folded: list[Clock]


def for_staff(subject_request: SubjectRequest, today: date) -> Clocks:
    """The day that governs and whatever else has to be done now; all that is known, folded."""
    rows = [
        each
        for each in subject_request.deadlines.all()
        if not _is_idle(each, subject_request, today)
    ]
    refusing = is_refusing(subject_request)
    first = next((each for each in rows if each.governing), rows[0] if rows else None)
    shown = [
        each
        for each in rows
        if each is first or _says_the_same(each, first) or _is_to_do(each, today, refusing)
    ]
    return _clocks(shown, rows)


def for_requester(subject_request: SubjectRequest) -> Clocks:
    """The day that binds most and the one that governs, as the sentence above them names them;
    other days to answer by, folded.

    Notice limits and sources that nobody has read are no business of theirs.
    """
    rows = sorted(
        (each for each in subject_request.deadlines.all() if each.is_duty), key=_for_requester
    )
    # A law that turned out not to apply has nothing to tell; of one withdrawn all have ended so.
    rows = [each for each in rows if not _fell_away(each)] or rows
    heads = [each for each in rows if each is rows[0] or (each.governing and each.is_live)]
    shown = [each for each in rows if any(_says_the_same(each, head) for head in heads)]
    return _clocks(shown, rows)


def _fell_away(deadline: Deadline) -> bool:
    # What was ready and reached nobody was owed to the end.
    return bool(deadline.status == DeadlineStatus.CANCELLED) and not deadline.undelivered


def is_refusing(subject_request: SubjectRequest) -> bool:
    """Whether a refusal, in whole or in part, is proposed or decided."""
    if subject_request.outcome in REFUSING:
        return True
    return any(
        each.outcome in REFUSING and each.status != Decision.Status.RETURNED
        for each in subject_request.decisions.all()
    )


def can_announce_more(deadline: Deadline, subject_request: SubjectRequest, today: date) -> bool:
    """Whether more time can still be announced for this deadline, by ``notice_by``."""
    return (
        deadline.status == DeadlineStatus.RUNNING
        and deadline.extension_rule is not None
        and deadline.notice_by is not None
        and deadline.notice_by >= today
        and subject_request.status in UNDECIDED
    )


def _is_idle(deadline: Deadline, subject_request: SubjectRequest, today: date) -> bool:
    """The limit for announcing more time says nothing once it is past or nobody needs it."""
    if deadline.purpose != Duty.EXTENSION_NOTICE:
        return False
    if not deadline.is_live:
        return bool(deadline.status == DeadlineStatus.CANCELLED)
    past = deadline.due_on is not None and deadline.due_on < today
    return past or subject_request.status not in UNDECIDED


def _is_to_do(deadline: Deadline, today: date, refusing: bool) -> bool:
    """Something of its own that has to be done, or must not be done yet."""
    if not deadline.is_live:
        return False
    if deadline.purpose == Duty.REFUSE:
        return refusing
    if deadline.purpose == Duty.NOT_BEFORE:
        return deadline.due_on is not None and deadline.due_on >= today
    return deadline.set_by == SetBy.ORDER or deadline.purpose in _ACTS


def _says_the_same(deadline: Deadline, other: Deadline | None) -> bool:
    return (
        other is not None
        and deadline.purpose in TO_ANSWER_BY
        and _together(deadline) == _together(other)
    )


def _together(deadline: Deadline) -> tuple[object, ...]:
    """Limits that agree in this are one to a reader; what ended on its own tells its own day."""
    return (
        deadline.status,
        deadline.due_on,
        deadline.would_be_on,
        deadline.ended_on,
        # A day before which nothing may happen is the opposite of a limit.
        deadline.purpose in (Duty.NOT_BEFORE, Duty.EXTENSION_NOTICE),
    )


def _clocks(shown: list[Deadline], rows: Iterable[Deadline]) -> Clocks:
    kept = {each.pk for each in shown}
    return Clocks(_grouped(shown), _grouped(each for each in rows if each.pk not in kept))


def _grouped(rows: Iterable[Deadline]) -> list[Clock]:
    found: dict[tuple[object, ...], list[Deadline]] = {}
    for each in rows:
        found.setdefault(_together(each), []).append(each)
    return [Clock(tuple(sorted(each, key=_first_in_group))) for each in found.values()]


def _first_in_group(deadline: Deadline) -> tuple[bool, int]:
    return deadline.purpose not in TO_ANSWER_BY, binds_most(deadline)[0]


def _for_requester(deadline: Deadline) -> tuple[bool, tuple[int, date]]:
    # Of a reopened request what runs comes before what was met.
    return not deadline.is_live, binds_most(deadline)
