"""From facts to a date, in the legal order: receipt, start, count, pauses, floor, roll."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.counting import (
    NOT_ALLOWED,
    NOT_APPLICABLE,
    PausedCount,
    PauseVerdict,
    Stop,
    count_with_pauses,
    stops,
    without_effect,
)
from dsr.deadlines.extending import ExtensionVerdict, extend
from dsr.deadlines.periods import (
    ONE_DAY,
    DeadlineInputError,
    Moment,
    Period,
    hours_later,
    known_year,
    legal_day,
    local_instant,
)
from dsr.deadlines.rules import RECEIVED, Extension, Facts, Pause, Restart, Rule

_FROM_RECEIPT: Final = (RECEIVED,)


@dataclass(slots=True)
class Solution:
    """Every value on the way to the date, for the result and for its trace."""

    received_on: date
    deemed_on: date
    late: bool = False
    start: Moment | None = None
    waiting_for: tuple[str, ...] = ()
    period: Period | None = None
    count: PausedCount | None = None
    due: Moment | None = None
    without_pause: Moment | None = None
    suspended: bool = False
    extensions: tuple[ExtensionVerdict, ...] = ()
    pauses: tuple[PauseVerdict, ...] = ()


def solve(rule: Rule, facts: Facts, calendar: WorkingCalendar) -> Solution:
    """Find the date. Raises `DeadlineInputError` for facts that the rule cannot count with."""
    received_on = legal_day(facts.received, facts.zone)
    # A year that was typed wrong must not become a date somebody relies on.
    known_year("received", received_on)
    found = Solution(received_on, received_on, period=rule.period)
    if facts.events:
        _check_units(rule, facts)
    if rule.period is None:
        return found
    # Hours run over days of rest and neither move nor pause (Reg. 1182/71, Art. 3(1) and (2)).
    if rule.period.unit == "hour":
        _solve_hours(found, rule, facts, calendar)
    else:
        _solve_days(found, rule, facts, calendar)
    return found


def _check_units(rule: Rule, facts: Facts) -> None:
    """An extension is in the unit of its rule: months plus days have no single meaning."""
    unit = "none" if rule.period is None else rule.period.unit
    for place, event in enumerate(facts.events):
        if isinstance(event, Extension) and event.period.unit != unit:
            raise DeadlineInputError(
                f"events[{place}].unit",
                f"an extension in {event.period.unit} does not fit a rule in {unit}",
            )


def _solve_days(found: Solution, rule: Rule, facts: Facts, calendar: WorkingCalendar) -> None:
    # Receipt alone is deemed: what comes later (a fee, an identity) counts on its own day.
    if rule.cutoff is not None or rule.receipt_on_non_working != "none":
        _deem(found, rule, facts, calendar)
    start = _start_day(found, rule, facts)
    if start is None:
        return
    found.start = start
    admitted: list[Stop] = []
    if facts.events:
        admitted = _admitted(found, rule, facts)

        def reach(period: Period) -> date | None:
            return count_with_pauses(rule, period, start, calendar, admitted).due

        _extend(found, rule, facts, calendar, reach)
    assert found.period is not None
    found.count = count_with_pauses(rule, found.period, start, calendar, admitted)
    # Without pauses this is both, and a second count is spared.
    found.due = found.without_pause = found.count.due
    # A date that ran beyond the known years would look exact and rest on no holidays.
    known_year("calendar", found.count.reached.due)
    if admitted:
        found.suspended = found.due is None
        found.pauses += found.count.verdicts
        # Shown beside an open pause, so that nobody forgets the request meanwhile.
        found.without_pause = count_with_pauses(rule, found.period, start, calendar, []).due


def _solve_hours(found: Solution, rule: Rule, facts: Facts, calendar: WorkingCalendar) -> None:
    begun = _start_instant(found, rule, facts)
    if begun is None:
        return
    full = rule.hour_start == "next_full_hour"
    sign = -1 if rule.direction == "back" else 1

    def reach(period: Period) -> datetime:
        return hours_later(begun, sign * period.amount, facts.zone, next_full_hour=full)

    found.start = begun
    # Elapsed hours are counted over nights and holidays, so nothing stops them either.
    found.pauses = tuple(
        without_effect(stop, NOT_APPLICABLE) for stop in stops(_pauses(facts), facts.zone)
    )
    _extend(found, rule, facts, calendar, reach)
    assert found.period is not None
    found.due = found.without_pause = due = reach(found.period)
    known_year("calendar", due)


def _extend(
    found: Solution,
    rule: Rule,
    facts: Facts,
    calendar: WorkingCalendar,
    reach: Callable[[Period], Moment | None],
) -> None:
    asked = [event for event in facts.events if isinstance(event, Extension)]
    if not asked:
        return
    assert found.period is not None
    limit = None if rule.notice is None else _own_limit(rule.notice, facts, calendar)
    found.period, found.extensions = extend(rule, found.period, asked, reach, facts.zone, limit)


def _own_limit(
    notice: Rule, facts: Facts, calendar: WorkingCalendar
) -> Callable[[], Moment | None]:
    """The last day for an announcement where the law gives it a period of its own."""
    # PIPEDA s. 8: the notice has a limit of its own, which an extension does not stretch.
    others = tuple(event for event in facts.events if not isinstance(event, Extension))
    told_by = solve(notice, replace(facts, events=others), calendar).due
    return lambda: told_by


def _deem(found: Solution, rule: Rule, facts: Facts, calendar: WorkingCalendar) -> None:
    """A late arrival, or one on a day of rest, counts as received on the next (working) day."""
    moment = facts.received
    if rule.cutoff is not None and isinstance(moment, datetime):
        # At the cut-off counts as late.
        found.late = local_instant(moment, facts.zone).time() >= rule.cutoff
        if found.late:
            found.deemed_on += ONE_DAY
    # After the cut-off: late on a Friday is Saturday first, then Monday.
    if rule.receipt_on_non_working == "next_working_day":
        found.deemed_on = calendar.next_working(found.deemed_on)


def _start_day(found: Solution, rule: Rule, facts: Facts) -> date | None:
    """The latest of the days from which the rule runs; `None` while one has not come."""
    # Most deadlines, and the bulk of every sweep: nothing else can be their start.
    if rule.starts == _FROM_RECEIPT and not facts.events:
        return found.deemed_on
    moments = _starts(found, rule, facts, found.deemed_on)
    if found.waiting_for:
        return None
    # The latest, also after the first due date: what the law waits for was missing till then.
    start = max(legal_day(moment, facts.zone) for moment in moments)
    known_year("events", start)
    return start


def _start_instant(found: Solution, rule: Rule, facts: Facts) -> datetime | None:
    moments = _starts(found, rule, facts, facts.received)
    if found.waiting_for:
        return None
    instants = [local_instant(each, facts.zone) for each in moments if isinstance(each, datetime)]
    plain = [each for each in moments if not isinstance(each, datetime)]
    # A plain day is of no use for hours, unless an instant on a later day decides anyway.
    if instants and all(each < max(instants).date() for each in plain):
        return max(instants)
    field = RECEIVED if facts.received in plain else "events"
    raise DeadlineInputError(field, "a period in hours needs a date with its time of day")


def _starts(found: Solution, rule: Rule, facts: Facts, receipt: Moment) -> list[Moment]:
    named: dict[str, Moment] = {**facts.milestones, RECEIVED: receipt}
    found.waiting_for = tuple(name for name in rule.starts if name not in named)
    moments = [named[name] for name in rule.starts if name in named]
    # UK GDPR Art. 12A(2): identity or a fee that was asked for begins the period anew.
    restarts = (event for event in facts.events if isinstance(event, Restart))
    return moments + [event.on for event in restarts if event.allowed]


def _admitted(found: Solution, rule: Rule, facts: Facts) -> list[Stop]:
    """The pauses that can have an effect; a verdict on the others at once."""
    # A window into the past lies there already: nothing that happens now shortens it.
    if rule.direction == "back":
        reasons = [(stop, NOT_APPLICABLE) for stop in stops(_pauses(facts), facts.zone)]
    else:
        refused = (pause for pause in _pauses(facts) if not pause.allowed)
        reasons = [(stop, NOT_ALLOWED) for stop in stops(refused, facts.zone)]
    found.pauses = tuple(without_effect(stop, reason) for stop, reason in reasons)
    if rule.direction == "back":
        return []
    return stops((pause for pause in _pauses(facts) if pause.allowed), facts.zone)


def _pauses(facts: Facts) -> list[Pause]:
    return [event for event in facts.events if isinstance(event, Pause)]
