"""From a start to a last day: the period, the floor, the roll, and the days that do not count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.periods import ONE_DAY, Period, add_months, legal_day
from dsr.deadlines.rules import Pause, Rule

# Inclusive spans of days that do not count, sorted and apart from each other.
Spans = tuple[tuple[date, date], ...]


class Count(NamedTuple):
    """The stages of one date: without pauses and as counted, with the floor, rolled."""

    bare: date
    raw: date
    floored: date
    due: date


def count(
    rule: Rule, period: Period, start: date, calendar: WorkingCalendar, still: Spans = ()
) -> Count:
    """Where `period` ends when it runs from `start` and the days in `still` do not count.

    `period` is the rule's with extensions added, in days, business days, weeks, months or
    years. Raises `DeadlineInputError` on `calendar` for a year it does not know.
    """
    if period.unit == "business_day":
        bare = raw = _business_days(rule, period.amount, start, calendar, ())
        # The date without pauses is kept beside it: the trace shows what they added.
        if still:
            raw = _business_days(rule, period.amount, start, calendar, still)
    else:
        bare = raw = _raw(rule, period, start)
        if still:
            # UK GDPR Art. 12A(5) says which days do not count and gives no arithmetic: adding them
            # to the end of a month, too, is our reading.
            raw += timedelta(days=days_in(still))
    # A window never moves for weekends: that would take days of the record away.
    if rule.direction == "back":
        return Count(bare, raw, raw, raw)
    floored = raw
    # Art. 3(5) speaks of periods of two days or more. Before the roll: with a last day that
    # moves forward the other order gives the same date.
    if rule.min_working_days and period.unit == "day" and period.amount >= 2:
        floored = _with_working_days(rule, start, raw, calendar)
    # Once, and last: a day moved earlier would carry its move into whatever is added to it.
    if rule.roll == "next_working_day":
        return Count(bare, raw, floored, calendar.next_working(floored))
    if rule.roll == "previous_working_day":
        return Count(bare, raw, floored, calendar.previous_working(floored))
    return Count(bare, raw, floored, floored)


def days_in(spans: Spans) -> int:
    """How many days the spans hold."""
    return sum((last - first).days + 1 for first, last in spans)


def anchor_day(rule: Rule, start: date) -> date:
    """The day from which months and years are counted."""
    return start + ONE_DAY if rule.anchor == "day_after" else start


def first_day(rule: Rule, period: Period, start: date) -> date:
    """The first day of the period: the day of the event itself only where the rule counts it.

    (Reg. 1182/71, Art. 3(1))
    """
    if period.amount == 0:
        # At once: the day itself is all there is.
        return start
    if period.unit in ("month", "year"):
        counts = rule.anchor == "day_before"
    else:
        counts = rule.start == "same_day" and period.unit != "week"
    return start if counts else start + ONE_DAY


def _raw(rule: Rule, period: Period, start: date) -> date:
    if period.amount == 0:
        # At once: on the day itself, whether or not that day counts as the first.
        return start
    amount = -period.amount if rule.direction == "back" else period.amount
    if period.unit == "month" or period.unit == "year":
        end = add_months(anchor_day(rule, start), amount * (12 if period.unit == "year" else 1))
        # The strict reading of "beginning with": the eve of the same date.
        return end - ONE_DAY if rule.anchor == "day_before" else end
    if period.unit == "week":
        # Same weekday as the day of the event (CJEU C-171/03).
        return start + timedelta(days=7 * amount)
    if rule.start == "same_day":
        # The day of the event is the first of the period, so it ends one day sooner.
        amount += 1 if rule.direction == "back" else -1
    return start + timedelta(days=amount)


def _business_days(
    rule: Rule, amount: int, start: date, calendar: WorkingCalendar, still: Spans
) -> date:
    step = -ONE_DAY if rule.direction == "back" else ONE_DAY
    # A day of receipt that is not worked is never day 1, whatever `start` says.
    day = start - step if rule.start == "same_day" else start
    while amount:
        day += step
        if still and any(first <= day <= last for first, last in still):
            continue
        if calendar.is_working(day):
            amount -= 1
    return day


def _with_working_days(rule: Rule, start: date, last: date, calendar: WorkingCalendar) -> date:
    """`last`, or the later day by which the period holds its working days (Art. 3(5))."""
    # Pauses are not asked: working days that fall into one help to fill the floor, our reading.
    before = start - ONE_DAY if rule.start == "same_day" else start
    return max(last, calendar.add_working_days(before, rule.min_working_days))


COUNTED: Final = "counted"
OPEN: Final = "open"
INSIDE: Final = "inside"
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
    """What a pause did: `counted`, `open`, `inside` an open one, `after_due`, `not_allowed` or
    `not_applicable`.

    `days` are those it took out of the count, not taken out by an earlier pause already.
    """

    pause: Pause
    effect: str
    days: int
    from_on: date
    to_on: date | None


class PausedCount(NamedTuple):
    """One deadline counted to its end, with its pauses. `due` is `None` while a pause is open."""

    reached: Count
    due: date | None
    still: Spans
    verdicts: tuple[PauseVerdict, ...]


def stops(pauses: Iterable[Pause], zone: str) -> list[Stop]:
    """The pauses in the order in which they began."""
    found = [_stop(pause, zone) for pause in pauses]
    # Of those that begin on one day the open one comes last: what the others took out stays told.
    found.sort(key=lambda stop: (stop.from_on, stop.to_on or date.max, stop.first))
    return found


def _stop(pause: Pause, zone: str) -> Stop:
    begun = legal_day(pause.from_on, zone)
    ended = None if pause.to_on is None else legal_day(pause.to_on, zone)
    # UK GDPR Art. 12A(5) leaves out both ends; in the Union it is not settled.
    first = begun if pause.counting == "inclusive_both" else begun + ONE_DAY
    last = ended - ONE_DAY if ended is not None and pause.counting == "between" else ended
    return Stop(pause, begun, ended, first, last)


def count_with_pauses(
    rule: Rule, period: Period, start: date, calendar: WorkingCalendar, pauses: list[Stop]
) -> PausedCount:
    """Count `period` from `start` with `pauses`, sorted by `stops`.

    A pause has effect when it began on or before the due date as it stood then, counting
    the pauses before it: after that the period was over and nothing was left to stop.
    """
    reached = count(rule, period, start, calendar)
    if not pauses:
        return PausedCount(reached, reached.due, (), ())
    still: Spans = ()
    verdicts = []
    # One by one in the order of time, since each moves the date that the next has to meet.
    for place, stop in enumerate(pauses):
        if stop.from_on > reached.due:
            # In the order of time: whatever begins later is too late as well.
            verdicts += [_verdict(late, AFTER_DUE) for late in pauses[place:]]
            break
        # While a pause is open nobody can know the last day, so none is given.
        if stop.last is None:
            verdicts.append(_verdict(stop, OPEN))
            # What began and ended meanwhile lies inside this one and takes no day out by itself.
            verdicts += [
                _verdict(later, INSIDE if later.to_on else OPEN) for later in pauses[place + 1 :]
            ]
            return PausedCount(reached, None, still, tuple(verdicts))
        before = days_in(still)
        # Days before the first one that counts were never in and cannot be taken out.
        still = _united(still, max(stop.first, first_day(rule, period, start)), stop.last)
        # Only the days that no earlier pause took out: two questions at once stop it once.
        verdicts.append(_verdict(stop, COUNTED, days_in(still) - before))
        reached = count(rule, period, start, calendar, still)
    return PausedCount(reached, reached.due, still, tuple(verdicts))


def _verdict(stop: Stop, effect: str, days: int = 0) -> PauseVerdict:
    return PauseVerdict(stop.pause, effect, days, stop.from_on, stop.to_on)


def without_effect(stop: Stop, effect: str) -> PauseVerdict:
    """The verdict on a pause that the rule does not admit or that cannot apply."""
    return _verdict(stop, effect)


def _united(spans: Spans, first: date, last: date) -> Spans:
    """`spans` with the days from `first` to `last`; a day is counted once."""
    # Strictly between two days in a row lies none, and a pause may be over before the start.
    if last < first:
        return spans
    apart = []
    for begun, ended in spans:
        if ended < first - ONE_DAY or begun > last + timedelta(days=1):
            apart.append((begun, ended))
        else:
            first, last = min(first, begun), max(last, ended)
    return tuple(sorted([*apart, (first, last)]))
