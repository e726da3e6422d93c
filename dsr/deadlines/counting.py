"""Counting one period from one start: raw date, floor, roll. No events here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dsr.deadlines.moments import ONE_DAY
from dsr.deadlines.periods import Period, add_months

if TYPE_CHECKING:
    from dsr.deadlines.calendars import WorkingCalendar
    from dsr.deadlines.rules import Rule

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
        if still:
            raw = _business_days(rule, period.amount, start, calendar, still)
    else:
        bare = raw = _raw(rule, period, start)
        if still:
            raw += timedelta(days=days_in(still))
    if rule.direction == "back":
        return Count(bare, raw, raw, raw)
    floored = raw
    if rule.min_working_days and period.unit == "day" and period.amount >= 2:
        floored = _with_working_days(rule, start, raw, calendar)
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


def _raw(rule: Rule, period: Period, start: date) -> date:
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
    before = start - ONE_DAY if rule.start == "same_day" else start
    return max(last, calendar.add_working_days(before, rule.min_working_days))
