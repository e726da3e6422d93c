"""On which days somebody is reminded of a deadline. Pure: days in, days out.

Before, on and after the due day; then every week until it is answered. A paused one has no due
day; then somebody is reminded to follow up what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from dsr.requests.states import DeadlineStatus

if TYPE_CHECKING:
    from dsr.requests.models.machine import DeadlineBase

STEPS = (-7, -3, -1, 0, 1, 3, 7)
EVERY = 7
FOLLOW_UP = timedelta(days=14)


class Owed(NamedTuple):
    """One reminder: its step, the step's day, and the day from which it is of no use any more."""

    step: str
    day: date
    useful_until: date


def steps(due_on: date) -> Iterator[tuple[int, date]]:
    """Every step with its day, without end: days before and after the due day."""
    for step in STEPS:
        yield step, due_on + timedelta(days=step)
    step = STEPS[-1]
    while True:
        step += EVERY
        yield step, due_on + timedelta(days=step)


def between(due_on: date, first: date, last: date) -> list[tuple[int, date]]:
    """The steps whose days lie from ``first`` to ``last``, both included."""
    found: list[tuple[int, date]] = []
    for step, day in steps(due_on):
        if day > last:
            return found
        if day >= first:
            found.append((step, day))
    return found


def after(due_on: date, day: date) -> date:
    """The day of the first step that lies after a day."""
    return next(when for _, when in steps(due_on) if when > day)


@lru_cache(maxsize=4096)
def owed(
    status: str, due_on: date | None, first: date, today: date
) -> tuple[tuple[Owed, ...], date | None]:
    """What is owed of the days from ``first`` to ``today``, and the day of the next reminder."""
    if status == DeadlineStatus.PAUSED:
        again = today + FOLLOW_UP
        return (Owed("follow_up", first, again),), again
    if due_on is None:
        return (), None
    found = between(due_on, first, today)
    return tuple(Owed(str(step), day, after(due_on, day)) for step, day in found), after(
        due_on, today
    )


def first_day(deadline: DeadlineBase, today: date) -> date | None:
    """From which day reminders of this deadline are owed: the latest step already passed, else the
    first to come. Steps from before the deadline was known were never owed."""
    if not deadline.is_reminded:
        return None
    if deadline.status == DeadlineStatus.PAUSED:
        return today + FOLLOW_UP
    if deadline.due_on is None:
        return None
    passed = between(deadline.due_on, date.min, today)
    return passed[-1][1] if passed else after(deadline.due_on, today)
