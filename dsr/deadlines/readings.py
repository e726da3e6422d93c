"""Other readings of a rule: their dates are computed, never guessed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.events import Counting, Event, Facts, Pause, Restart
from dsr.deadlines.moments import Moment
from dsr.deadlines.rules import Reading, Rule
from dsr.deadlines.sentences import WHYS
from dsr.deadlines.solving import Solution, solve
from dsr.deadlines.trace import Alternative

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return solve(rule, facts, calendar).due


@lru_cache(maxsize=256)
def _elsewhere(calendar: WorkingCalendar, codes: tuple[str, ...]) -> WorkingCalendar:
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
    if unit in ("day", "business_day"):
        yield "start", "same_day" if rule.start == "next_day" else "next_day"
    if unit in ("month", "year"):
        yield from (("anchor", v) for v in ("event", "day_after", "day_before") if v != rule.anchor)
    if unit == "hour":
        yield "hour_start", "exact" if rule.hour_start == "next_full_hour" else "next_full_hour"
    elif unit is not None and rule.direction == "forward":
        yield "roll", "next_working_day" if rule.roll == "none" else "none"
        if any(isinstance(event, Pause) and event.allowed for event in facts.events):
            for counting in ("inclusive_both", "exclude_first", "between"):
                yield "counting", counting
            yield "pause", "restart"
            yield "pause", "none"
