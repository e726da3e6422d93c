"""The engine's front door: one rule, the facts, a calendar, and out comes a date with reasons.

Below it, what is made from such dates: other readings of the rule, and which of several governs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, cast

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.counting import PauseVerdict
from dsr.deadlines.extending import ExtensionVerdict, notice_limit
from dsr.deadlines.narrate import narrate
from dsr.deadlines.periods import DeadlineInputError, Moment, first_instant_after
from dsr.deadlines.rules import Counting, Event, Facts, Pause, Reading, Restart, Rule
from dsr.deadlines.sentences import WHYS
from dsr.deadlines.solving import Solution, solve
from dsr.deadlines.trace import Alternative, Step


@dataclass(frozen=True, slots=True)
class Result:
    """What came out.

    `due` is a date, for periods in hours an aware instant, and `None` when there is no
    date: no period stated, a deadline standing still (`suspended`), or a start that has not
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
        # A period in hours ends at its instant, a day only when the next one begins.
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
        _traced(rule, facts, calendar, found) if trace else (),
    )


def _traced(
    rule: Rule, facts: Facts, calendar: WorkingCalendar, found: Solution
) -> tuple[Step, ...]:
    others = alternatives(rule, facts, calendar, found) if rule.variants else {}
    return narrate(rule, facts, calendar, found, others)


# The step of the trace beside which a reading is shown.
SLOTS: Final = {
    "start": "count",
    "anchor": "count",
    "hour_start": "count",
    "direction": "count",
    "roll": "roll",
    "min_working_days": "floor",
    "counting": "pause",
    "pause": "pause",
    "calendar": "calendar",
    "zone": "received",
    "receipt_on_non_working": "received",
}


def alternatives(
    rule: Rule, facts: Facts, calendar: WorkingCalendar, found: Solution
) -> dict[str, tuple[Alternative, ...]]:
    """The dates of the unsettled readings that differ from ours, by step of the trace."""
    shown: dict[str, tuple[Alternative, ...]] = {}
    for reading, changed in rule.variants:
        due = _read(reading, changed, facts, calendar)
        # A reading that changes nothing in this case would only trouble the reader.
        if due != found.due:
            text = None if due is None else due.isoformat()
            other = Alternative(
                f"{reading.switch}={reading.value}", text, reading.why, reading.source
            )
            slot = SLOTS[reading.switch]
            shown[slot] = (*shown.get(slot, ()), other)
    return shown


def _read(reading: Reading, rule: Rule, facts: Facts, calendar: WorkingCalendar) -> Moment | None:
    if reading.switch == "calendar":
        calendar = _elsewhere(calendar, tuple(reading.value.split(",")))
    elif reading.switch == "zone":
        facts = replace(facts, zone=reading.value)
    elif reading.switch in ("counting", "pause"):
        events = tuple(_reread(reading, facts.events))
        facts = replace(facts, events=events)
    # `solve`, not `compute`: of another reading only the date is shown, never its steps.
    return solve(rule, facts, calendar).due


@lru_cache(maxsize=256)
def _elsewhere(calendar: WorkingCalendar, codes: tuple[str, ...]) -> WorkingCalendar:
    # Kept, because a calendar that is made anew has to load its years anew.
    return replace(calendar, codes=codes)


def _reread(reading: Reading, events: tuple[Event, ...]) -> Iterator[Event]:
    """The events with their pauses counted, or understood, otherwise."""
    for event in events:
        if not isinstance(event, Pause) or not event.allowed:
            yield event
        elif reading.switch == "counting":
            yield replace(event, counting=cast("Counting", reading.value))
        elif reading.value == "restart":
            # An open pause has not ended: there is no day to restart from.
            yield event if event.to_on is None else Restart(event.to_on, event.reason)


def usual_readings(rule: Rule, facts: Facts) -> tuple[Reading, ...]:
    """The readings on which authorities differ, for a rule whose own are not known.

    For a single question or a case marked as a convention; a regime names its own.
    """
    return tuple(
        Reading(switch, value, WHYS[f"{switch}={value}"])
        for switch, value in _disputed(rule, facts)
    )


def _disputed(rule: Rule, facts: Facts) -> Iterator[tuple[str, str]]:
    unit = None if rule.period is None else rule.period.unit
    # California, s. 7021(b), read literally, counts the day of receipt.
    if unit in ("day", "business_day"):
        yield "start", "same_day" if rule.start == "next_day" else "next_day"
    # The ICO counted from the day after until August 2019; "beginning with", read strictly,
    # ends on the eve.
    if unit in ("month", "year"):
        yield from (("anchor", v) for v in ("event", "day_after", "day_before") if v != rule.anchor)
    if unit == "hour":
        yield "hour_start", "exact" if rule.hour_start == "next_full_hour" else "next_full_hour"
    elif unit is not None and rule.direction == "forward":
        # HIPAA, the French health code and California do not say whether the last day moves.
        yield "roll", "next_working_day" if rule.roll == "none" else "none"
        # Identity restarts the period in the UK (Art. 12A), suspends it for the EDPB and does
        # nothing in California; how many days a pause has is settled in the UK only.
        if any(isinstance(event, Pause) and event.allowed for event in facts.events):
            for counting in ("inclusive_both", "exclude_first", "between"):
                yield "counting", counting
            yield "pause", "restart"
            yield "pause", "none"


EARLIEST: Final = "earliest"
WIDEST: Final = "widest"


def first_to_end(ends: Sequence[date | float | None]) -> int | None:
    """The earliest governs: its place in the list, `None` when nothing there ends.

    What has no end is passed over. Of equal ends the first listed governs, so whoever has an
    order of precedence (an order, the law, the policy, a target) lists by it.
    """
    # With its place beside it: of equal ends `min` takes the one listed first.
    ended = [(end, place) for place, end in enumerate(ends) if end is not None]
    return min(ended)[1] if ended else None


def governing(results: Sequence[Result]) -> int | None:
    """Which of the results ends first, as a place in the list; `None` when none has a date."""
    hourly = any(isinstance(result.due, datetime) for result in results)
    return first_to_end([_end(result, hourly) for result in results])


def _end(result: Result, hourly: bool) -> date | float | None:
    # Days are compared as days; beside a period in hours only instants are comparable.
    if not hourly:
        return result.due
    # As seconds: within one zone Python compares the wall clock, which repeats an hour in autumn.
    return None if result.expires_at is None else result.expires_at.timestamp()


def earliest(results: Iterable[Result]) -> Result:
    """The result that governs a duty: the earliest date of several rules.

    When none has a date, the result is the first that is suspended, else the first. The
    trace is that of the governing rule and a step that names the other dates.
    Raises `DeadlineInputError` on `results` when there are none.
    """
    return _chosen(results, EARLIEST)


def widest(results: Iterable[Result]) -> Result:
    """The result that governs a right: of windows counted back, the one that opens first.

    Raises `DeadlineInputError` on `results` when there are none.
    """
    return _chosen(results, WIDEST)


def _chosen(results: Iterable[Result], mode: str) -> Result:
    among = tuple(results)
    if not among:
        raise DeadlineInputError("results", "there is nothing to choose from")
    place = governing(among)
    if place is None:
        # A deadline that stands still comes back; one that a text never set does not.
        place = next((n for n, result in enumerate(among) if result.suspended), 0)
    chosen = among[place]
    # Asked for without reasons: there is nothing to add the last one to.
    if not chosen.trace:
        return chosen
    dues = [None if each.due is None else each.due.isoformat() for each in among]
    code = mode if dues[place] else f"{mode}_none"
    step = Step(code, {"candidates": dues, "chosen": place, "due_on": dues[place]})
    return replace(chosen, trace=(*chosen.trace, step))
