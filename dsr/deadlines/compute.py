"""The engine's front door: one rule, the facts, a calendar, and out comes a date with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dsr.deadlines.clock import PauseVerdict
from dsr.deadlines.extending import ExtensionVerdict, notice_limit
from dsr.deadlines.moments import Moment, first_instant_after
from dsr.deadlines.narrate import narrate
from dsr.deadlines.solving import solve
from dsr.deadlines.trace import Step

if TYPE_CHECKING:
    from dsr.deadlines.calendars import WorkingCalendar
    from dsr.deadlines.events import Facts
    from dsr.deadlines.rules import Rule


@dataclass(frozen=True, slots=True)
class Result:
    """What came out.

    `due` is a date, for periods in hours an aware instant, and `None` when there is no
    date: no period stated, a clock standing still (`suspended`), or a start that has not
    come (`waiting_for`). `due_without_pause` is the date with every pause left out.
    `notice_by` is the last day for announcing the extension, when one is known.
    `start_on` is the day (or instant) from which the period was counted.
    """

    due: Moment | None
    zone: str
    start_on: Moment | None = None
    suspended: bool = False
    due_without_pause: Moment | None = None
    notice_by: Moment | None = None
    waiting_for: tuple[str, ...] = ()
    extensions: tuple[ExtensionVerdict, ...] = ()
    pauses: tuple[PauseVerdict, ...] = ()
    trace: tuple[Step, ...] = ()

    @property
    def expires_at(self) -> datetime | None:
        """The first instant after the period, on the clocks of the zone."""
        if self.due is None or isinstance(self.due, datetime):
            return self.due
        return first_instant_after(self.due, self.zone)

    @property
    def due_on(self) -> date | None:
        """The day of `due`, also for a period in hours."""
        return self.due.date() if isinstance(self.due, datetime) else self.due

    def trace_json(self) -> list[dict[str, Any]]:
        """The trace as JSON values, for `Step.from_json`."""
        return [step.to_json() for step in self.trace]


def compute(rule: Rule, facts: Facts, calendar: WorkingCalendar, *, trace: bool = True) -> Result:
    """The due date of `rule` for `facts`, with its trace.

    Order: local day of receipt, deemed receipt, latest start, period with its extensions
    from that start, days of pauses, floor of working days, one roll at the end.

    Raises `DeadlineInputError` for a year that the calendar does not know, an extension in
    another unit than the rule, or a period in hours without a time of day.
    """
    found = solve(rule, facts, calendar)
    return Result(
        found.due,
        facts.zone,
        found.start,
        found.suspended,
        found.without_pause,
        notice_limit(found.extensions) if found.extensions else None,
        found.waiting_for,
        found.extensions,
        found.pauses,
        narrate(rule, facts, calendar, found) if trace else (),
    )
