"""Short ways to ask the engine, for tests that compare with a paper calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from dsr.deadlines import (
    Event,
    Extension,
    Facts,
    Moment,
    Pause,
    Period,
    Restart,
    Result,
    Rule,
    Step,
    WorkingCalendar,
    compute,
)
from dsr.deadlines.codec import read_calendar, read_facts, read_rule

PARIS = "Europe/Paris"
FRANCE = WorkingCalendar(("FR",))
WEEKENDS = WorkingCalendar()


def moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def rule(period: str | None, **switches: Any) -> Rule:
    return Rule(period=None if period is None else Period.parse(period), **switches)


def ask(
    ruled: Rule,
    received: str,
    *events: Event,
    calendar: WorkingCalendar = FRANCE,
    zone: str = PARIS,
    **milestones: str,
) -> Result:
    named = {name: moment(each) for name, each in milestones.items()}
    return compute(ruled, Facts(moment(received), zone, events, named), calendar)


def due(*args: Any, **others: Any) -> str | None:
    result = ask(*args, **others)
    return None if result.due is None else result.due.isoformat()


def pause(from_on: str, to_on: str | None, counting: Any = "inclusive_both", **more: Any) -> Pause:
    return Pause(moment(from_on), None if to_on is None else moment(to_on), counting, **more)


def restart(on: str, **more: Any) -> Restart:
    return Restart(moment(on), **more)


def extension(period: str, notified_on: str | None, **more: Any) -> Extension:
    told = None if notified_on is None else moment(notified_on)
    return Extension(Period.parse(period), told, **more)


def replay(trace: Iterable[Step]) -> Result:
    """The result to which nothing but the inputs in a trace lead.

    The holidays are those written in it, so calendars may have changed since.
    """
    steps = [step.values for step in trace]
    [received] = [values for values in steps if "received" in values]
    [ruled] = [values for values in steps if "rule" in values]
    [stored] = [values for values in steps if "holidays" in values]
    facts = {key: received[key] for key in ("received", "zone", "events", "milestones")}
    seen = {"codes": [], "extra": stored["holidays"], "weekend": stored["weekend"]}
    return compute(read_rule(ruled["rule"]), read_facts(facts), read_calendar(seen), trace=False)
