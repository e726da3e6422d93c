"""A clock that can be stopped: pauses in the order of time, one due date after another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from dsr.deadlines.counting import Count, Spans, count, days_in
from dsr.deadlines.events import Pause
from dsr.deadlines.moments import ONE_DAY, legal_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.deadlines.calendars import WorkingCalendar
    from dsr.deadlines.periods import Period
    from dsr.deadlines.rules import Rule

COUNTED: Final = "counted"
OPEN: Final = "open"
AFTER_DUE: Final = "after_due"
NOT_ALLOWED: Final = "not_allowed"
NOT_APPLICABLE: Final = "not_applicable"


class Stop(NamedTuple):
    """A pause as legal days: the first and last day that do not count (`None`: open)."""

    pause: Pause
    from_on: date
    to_on: date | None
    first: date
    last: date | None


class PauseVerdict(NamedTuple):
    """What a pause did: `counted`, `open`, `after_due`, `not_allowed` or `not_applicable`.

    `days` are those it took out of the count, not taken out by an earlier pause already.
    """

    pause: Pause
    effect: str
    days: int
    from_on: date
    to_on: date | None


class Run(NamedTuple):
    """One clock run to its end. `due` is `None` while a pause is open."""

    reached: Count
    due: date | None
    still: Spans
    verdicts: tuple[PauseVerdict, ...]


def stops(pauses: Iterable[Pause], zone: str) -> list[Stop]:
    """The pauses in the order in which they began."""
    found = [_stop(pause, zone) for pause in pauses]
    found.sort(key=lambda stop: (stop.from_on, stop.to_on or date.max, stop.first))
    return found


def _stop(pause: Pause, zone: str) -> Stop:
    begun = legal_day(pause.from_on, zone)
    ended = None if pause.to_on is None else legal_day(pause.to_on, zone)
    first = begun if pause.counting == "inclusive_both" else begun + ONE_DAY
    last = ended - ONE_DAY if ended is not None and pause.counting == "between" else ended
    return Stop(pause, begun, ended, first, last)


def run(
    rule: Rule, period: Period, start: date, calendar: WorkingCalendar, pauses: list[Stop]
) -> Run:
    """Count `period` from `start` with `pauses`, sorted by `stops`.

    A pause has effect when it began on or before the due date as it stood then, counting
    the pauses before it: after that the period was over and nothing was left to stop.
    """
    reached = count(rule, period, start, calendar)
    if not pauses:
        return Run(reached, reached.due, (), ())
    still: Spans = ()
    verdicts = []
    for place, stop in enumerate(pauses):
        if stop.from_on > reached.due:
            # In the order of time: whatever begins later is too late as well.
            verdicts += [_verdict(late, AFTER_DUE) for late in pauses[place:]]
            break
        if stop.last is None:
            verdicts.append(_verdict(stop, OPEN))
            verdicts += [_verdict(later, OPEN) for later in pauses[place + 1 :] if not later.to_on]
            return Run(reached, None, still, tuple(verdicts))
        before = days_in(still)
        still = _united(still, max(stop.first, start), stop.last)
        verdicts.append(_verdict(stop, COUNTED, days_in(still) - before))
        reached = count(rule, period, start, calendar, still)
    return Run(reached, reached.due, still, tuple(verdicts))


def _verdict(stop: Stop, effect: str, days: int = 0) -> PauseVerdict:
    return PauseVerdict(stop.pause, effect, days, stop.from_on, stop.to_on)


def without_effect(stop: Stop, effect: str) -> PauseVerdict:
    """The verdict on a pause that the rule does not admit or that cannot apply."""
    return _verdict(stop, effect)


def _united(spans: Spans, first: date, last: date) -> Spans:
    """`spans` with the days from `first` to `last`; a day is counted once."""
    if last < first:
        return spans
    apart = []
    for begun, ended in spans:
        if ended < first - ONE_DAY or begun > last + timedelta(days=1):
            apart.append((begun, ended))
        else:
            first, last = min(first, begun), max(last, ended)
    return tuple(sorted([*apart, (first, last)]))
