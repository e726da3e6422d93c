"""Dates that are not the end of an answer: windows, waits, keeping, and what splits a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.compute import Result, compute
from dsr.deadlines.periods import DeadlineInputError, Moment, Period, legal_day
from dsr.deadlines.rules import Facts, Pause, Rule

FIVE_YEARS: Final = Period(5, "year")
TWELVE_MONTHS: Final = Period(12, "month")
# 45 CFR 164.528(a)(2)(ii): an oral statement of an agency suspends for 30 days at most.
ORAL_STATEMENT: Final = timedelta(days=30)

# These are never moved, so no place's holidays are asked for.
_EVERY_DAY: Final = WorkingCalendar()


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `first_on` to `last_on`, both included."""

    first_on: date
    last_on: date

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class Split:
    """One request in two parts with dates of their own; `None` for a part that is empty."""

    recent: Result | None
    older: Result | None


def look_back(period: Period, requested_on: date) -> Window:
    """The window that a right reaches back over, counted from the request and never rolled.

    Six years for an accounting of disclosures (45 CFR 164.528(a)(1)). Both ends included.
    """
    # No roll: a window moved for a weekend would reach less far than the right.
    rule = Rule(period=period, direction="back")
    return Window(_day(rule, requested_on), requested_on)


def not_before(period: Period, moment: Moment, zone: str) -> datetime:
    """The first instant at which something may be done that has to wait for `period`.

    48 hours of reflection before a health record is shown (Code de la santé publique,
    L1111-7): elapsed hours from the very moment. A wait in days ends with its last day.
    """
    result = compute(Rule(period=period), Facts(moment, zone), _EVERY_DAY, trace=False)
    expires_at = result.expires_at
    assert expires_at is not None
    return expires_at


def is_older(made_on: date, at: date, age: Period = FIVE_YEARS) -> bool:
    """Whether a record made on `made_on` is more than `age` old on the day `at`.

    Exactly five years is not more than five (Code de la santé publique, R1111-1).
    """
    # `<`: on the fifth birthday of a record it is five years old and not more.
    return _day(Rule(period=age), made_on) < at


def split_by_age(
    recent: Rule,
    older: Rule,
    facts: Facts,
    calendar: WorkingCalendar,
    made_on: Iterable[date],
    age: Period = FIVE_YEARS,
) -> Split:
    """The due dates of a record whose parts were made on these days, by age at receipt.

    A mixed record has two: eight days for the recent part, two months for the older one.
    Raises `DeadlineInputError` on `made_on` when no day is given.
    """
    # At receipt: a part does not grow old while its answer is waited for.
    received_on = legal_day(facts.received, facts.zone)
    ages = {is_older(day, received_on, age) for day in made_on}
    if not ages:
        raise DeadlineInputError("made_on", "no day on which a part of the record was made")
    return Split(
        compute(recent, facts, calendar) if False in ages else None,
        compute(older, facts, calendar) if True in ages else None,
    )


def keep_until(period: Period, *days: date) -> date:
    """The last day for which something is kept, counted from the latest of `days`.

    Six years from creation or from when it was last in effect (45 CFR 164.530(j)(2)).
    Raises `DeadlineInputError` on `days` when none is given.
    """
    if not days:
        raise DeadlineInputError("days", "no day from which to keep")
    return _day(Rule(period=period), max(days))


def agency_pause(stated_on: date, until: date | None = None) -> Pause:
    """The pause that an agency's statement causes: to the day it names, in writing.

    Without `until` the statement was oral and counts for at most 30 days
    (45 CFR 164.528(a)(2)).
    """
    # Without its first day: the statement is the event, and 30 days after it remain.
    return Pause(stated_on, until or stated_on + ORAL_STATEMENT, "exclude_first", "agency")


def is_free(
    granted_on: Iterable[date], on: date, times: int = 1, within: Period = TWELVE_MONTHS
) -> bool:
    """Whether one more on the day `on` is free, when `times` are free in any such period.

    Twelve months after a free one the next is free again (45 CFR 164.528(c)(2)).
    """
    # The day on which the window opens is outside: twelve months after, to the day, is free.
    opened_on = look_back(within, on).first_on
    return sum(opened_on < day <= on for day in granted_on) < times


def still_owed(result: Result, answered_on: date | None) -> bool:
    """Whether an acknowledgement is owed although the answer went out on `answered_on`.

    An answer given by the due date makes it needless (Cal. Code Regs. tit. 11, s. 7021(a)).
    """
    # Where there is no date there is nothing to be late for, and any answer settles it.
    due_on = result.due_on
    return answered_on is None or (due_on is not None and answered_on > due_on)


def _day(rule: Rule, start: date) -> date:
    due_on = compute(rule, Facts(start, "UTC"), _EVERY_DAY, trace=False).due_on
    assert due_on is not None
    return due_on
