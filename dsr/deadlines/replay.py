"""Computing a date again from nothing but its trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsr.deadlines.codec import read_calendar, read_facts
from dsr.deadlines.compute import Result, compute
from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.rulecodec import read_rule
from dsr.deadlines.trace import Step

_RECEIPTS = ("received_on", "received_at")
_RULES = ("rule", "rule_back", "rule_none")
_CALENDARS = ("calendar", "calendar_week", "calendar_unused")


def replay(trace: Iterable[Step]) -> Result:
    """The result to which the inputs in `trace` lead, without a trace of its own.

    The holidays are those written in the trace, so that the date stays what it was when
    calendars have changed since. Raises `DeadlineInputError` on `trace` when it lacks them.
    """
    steps = {step.code: step.values for step in trace}
    received, rule = _one(steps, _RECEIPTS), _one(steps, _RULES)
    stored = _one(steps, _CALENDARS)
    seen = {"codes": [], "extra": stored["holidays"], "weekend": stored["weekend"]}
    inputs = {key: received[key] for key in ("received", "zone", "events", "milestones")}
    return compute(read_rule(rule["rule"]), read_facts(inputs), read_calendar(seen), trace=False)


def _one(steps: Mapping[str, Mapping[str, Any]], codes: tuple[str, ...]) -> Mapping[str, Any]:
    for code in codes:
        if code in steps:
            return steps[code]
    raise DeadlineInputError("trace", f"has no step {' or '.join(codes)}")
