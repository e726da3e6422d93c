"""The engine's answer for a deadline, from the facts as they stand. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import cast

from dsr.deadlines import Extension as EngineExtension
from dsr.deadlines import Facts, Period, Result, WorkingCalendar, compute
from dsr.deadlines import Pause as EnginePause
from dsr.deadlines import Restart as EngineRestart
from dsr.deadlines.codec import read_rule
from dsr.deadlines.periods import Unit
from dsr.deadlines.rules import Event
from dsr.requests.models import Deadline, Extension, Pause, Receipt, SubjectRequest
from dsr.requests.states import DeadlineStatus, Duty

# "Without undue delay" is no number; a week is our reading, and a switch of ours, not law.
PROMPTLY = timedelta(days=7)


def solve(
    deadline: Deadline,
    *,
    extra: tuple[Event, ...] = (),
    trace: bool = True,
    calendar: WorkingCalendar | None = None,
    extensions: Iterable[Extension] | None = None,
) -> Result:
    """The engine's answer for a deadline from the facts as they stand, with its trace.

    ``calendar`` is given by who solves many and has built it once; ``extensions`` by who asks
    what would be with these and no others.
    """
    subject_request = deadline.subject_request
    received: date | datetime = deadline.started_on
    if deadline.purpose == Duty.FOLLOW_UP:
        received = deadline.finding.known_at
    elif deadline.round == 1:
        received = earliest_receipt(subject_request).received_at
    facts = Facts(
        received=received,
        zone=subject_request.organisation.zone,
        events=(*_events(deadline, extensions), *extra),
    )
    return compute(read_rule(deadline.rule), facts, calendar or calendar_of(deadline), trace=trace)


def solve_undisturbed(deadline: Deadline, calendar: WorkingCalendar | None = None) -> Result:
    """As if nothing had been extended and nothing had stood still."""
    received = earliest_receipt(deadline.subject_request).received_at
    facts = Facts(received=received, zone=deadline.subject_request.organisation.zone, events=())
    calendar = calendar or calendar_of(deadline)
    return compute(read_rule(deadline.rule), facts, calendar, trace=False)


def calendar_of(deadline: Deadline) -> WorkingCalendar:
    """The organisation's calendar with its corrections, or the one that the law names."""
    if deadline.calendar_codes is None:
        return deadline.calendar.as_engine()
    return calendar_by_law(tuple(deadline.calendar_codes))


@cache
def calendar_by_law(codes: tuple[str, ...]) -> WorkingCalendar:
    """Nobody corrects it, so it is built once and remembers its years."""
    return WorkingCalendar(codes=codes)


def would_move(deadline: Deadline, calendar: WorkingCalendar | None = None) -> bool:
    """Whether the facts now give other dates than those written; computed without a trace."""
    if deadline.names_its_day:
        return False
    result = solve(deadline, trace=False, calendar=calendar)
    due_on = day_of(result.due_on)
    if deadline.is_aim:
        # It stands still with its duty, which alone says for how long.
        if deadline.status == DeadlineStatus.PAUSED:
            return False
        due_on = due_on and due_on + timedelta(days=deadline.moved_along)
    return (deadline.due_on, deadline.would_be_on, deadline.notice_by) != (
        due_on,
        day_of(result.due_without_pause),
        day_of(result.notice_by),
    )


def earliest_receipt(subject_request: SubjectRequest) -> Receipt:
    """The receipt that counts: the earliest one, through any channel, that was not struck."""
    # Not asked of the database: who looks at many requests has fetched their receipts before.
    standing = [each for each in subject_request.receipts.all() if each.struck_at is None]
    return min(standing, key=lambda each: (each.received_at, each.pk))


def _events(deadline: Deadline, extensions: Iterable[Extension] | None) -> list[Event]:
    pauses = [
        _pause_event(deadline, pause)
        for pause in deadline.subject_request.pauses.all()
        # Of a question that has not gone out nobody knows yet.
        if pause.told_on is not None and not (pause.ended_on and pause.ended_on < pause.told_on)
        # A fee that was waived was never paid, and only payment begins a month anew.
        if not pause.in_vain
    ]
    if extensions is None:
        extensions = deadline.extensions.all() if deadline.pk else ()
    return pauses + _extension_events(extensions)


def _extension_events(extensions: Iterable[Extension]) -> list[Event]:
    return [
        extension_event(each.amount, each.unit, each.reason, each.notified_on)
        for each in extensions
        if each.notified_on is not None
    ]


def extension_event(amount: int, unit: str, reason: str, notified_on: date) -> EngineExtension:
    """An extension as the engine takes it."""
    return EngineExtension(Period(amount, cast("Unit", unit)), notified_on, reason=str(reason))


def _pause_event(deadline: Deadline, pause: Pause) -> Event:
    """What a pause does to this deadline is a matter of its rule; none said, none done."""
    says = deadline.pauses_admitted.get(pause.reason, {"effect": "none"})
    allowed = says["effect"] != "none" and _meets(pause, says.get("needs", []))
    if says["effect"] == "restart" and pause.ended_on is not None:
        return EngineRestart(pause.ended_on, reason=pause.reason, allowed=allowed)
    return EnginePause(
        _began_on(pause),
        _ended_on(pause, says.get("most_days")),
        says.get("counting") or "exclude_first",
        reason=pause.reason,
        allowed=allowed,
    )


def _began_on(pause: Pause) -> date:
    """The day on which the question went out; never before it was written."""
    return max(pause.began_on, pause.told_on or pause.began_on)


def _meets(pause: Pause, needs: list[str]) -> bool:
    """What the program sees, and what somebody stated with the question: by each law's own name."""
    waited = _began_on(pause) - pause.subject_request.received_on
    met = {"asked_promptly": waited <= PROMPTLY, "doubt_recorded": pause.doubt_recorded}
    met |= dict.fromkeys(pause.stated, True)
    return all(met.get(need, False) for need in needs)


def _ended_on(pause: Pause, most_days: int | None) -> date | None:
    if most_days is None:
        return pause.ended_on
    longest = _began_on(pause) + timedelta(days=most_days)
    return min(pause.ended_on, longest) if pause.ended_on else longest


def day_of(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
