"""A trace being written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dsr.deadlines.trace import Alternative, Step

if TYPE_CHECKING:
    from dsr.deadlines.calendars import WorkingCalendar
    from dsr.deadlines.events import Facts
    from dsr.deadlines.rules import Rule
    from dsr.deadlines.solving import Solution


@dataclass(slots=True)
class Telling:
    """A solution, what it was made from, and the steps written so far."""

    rule: Rule
    facts: Facts
    calendar: WorkingCalendar
    found: Solution
    steps: list[Step] = field(default_factory=list)
    # Where in the steps the readings of each switch will be shown.
    places: dict[str, int] = field(default_factory=dict)

    def say(self, slot: str, code: str, values: Mapping[str, Any], switch: str) -> None:
        """Add a step, with the source of its switch."""
        self.places[slot] = len(self.steps)
        rule = self.rule
        self.steps.append(
            Step(code, values, rule.source_of(switch) if rule.sources else rule.source)
        )

    def show(self, readings: Mapping[str, tuple[Alternative, ...]]) -> None:
        """Put other readings beside the step they concern, else beside the last."""
        for slot, others in readings.items():
            place = self.places.get(slot, len(self.steps) - 1)
            step = self.steps[place]
            self.steps[place] = replace(step, alternatives=(*step.alternatives, *others))
