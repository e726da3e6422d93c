"""The trace of a date: its steps as plain values, and what they say in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dsr.deadlines.calendars import WorkingCalendar
from dsr.deadlines.rules import Facts, Rule
from dsr.deadlines.sentences import PERIODS, SENTENCES, WEEKDAYS, WORDS
from dsr.deadlines.solving import Solution


@dataclass(frozen=True, slots=True)
class Alternative:
    """The date under another reading (`switch=value`), and why somebody reads it so.

    `due` is the ISO date or instant, `None` when that reading gives none.
    """

    reading: str
    due: str | None
    why: str
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"reading": self.reading, "due": self.due, "why": self.why, "source": self.source}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Alternative:
        return cls(data["reading"], data["due"], data["why"], data.get("source", ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `code` names the sentence, `values` are JSON (days and instants in ISO form).

    `source` is the provision or data behind it, `alternatives` the dates of other readings.
    """

    # Stored with every date: a code or a name that changes leaves old dates without a sentence.
    code: str
    values: Mapping[str, Any]
    source: str = ""
    alternatives: tuple[Alternative, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "values": dict(self.values),
            "source": self.source,
            "alternatives": [each.to_json() for each in self.alternatives],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        """Read back what `to_json` wrote."""
        others = tuple(Alternative.from_json(each) for each in data.get("alternatives", ()))
        return cls(data["code"], data["values"], data.get("source", ""), others)


@dataclass(slots=True)
class TraceWriter:
    """A solution, what it was made from, and the steps written so far."""

    rule: Rule
    facts: Facts
    calendar: WorkingCalendar
    found: Solution
    steps: list[Step] = field(default_factory=list)
    # Where in the steps the readings of each switch will be shown.
    places: dict[str, int] = field(default_factory=dict)

    def add(self, slot: str, code: str, values: Mapping[str, Any], switch: str) -> None:
        """Add a step, with the source of its switch."""
        self.places[slot] = len(self.steps)
        rule = self.rule
        self.steps.append(
            Step(code, values, rule.source_of(switch) if rule.sources else rule.source)
        )

    def place(self, readings: Mapping[str, tuple[Alternative, ...]]) -> None:
        """Put other readings beside the step they concern, else beside the last."""
        for slot, others in readings.items():
            # A reading may turn a step that our own way to the date never took.
            place = self.places.get(slot, len(self.steps) - 1)
            step = self.steps[place]
            self.steps[place] = replace(step, alternatives=(*step.alternatives, *others))


Translate = Callable[[str], str]


class Formatter:
    """How values appear in sentences: in English here, overridden to localise.

    `translate` turns a text of `sentences.py` into the reader's language.
    """

    def __init__(self, translate: Translate = str) -> None:
        self.translate = translate

    def day(self, iso: str) -> str:
        """A day, given in ISO form."""
        # ISO where no reader is known: 03/04 is March to some and April to others.
        return iso

    def instant(self, iso: str) -> str:
        """A date with time and offset, given in ISO form."""
        return iso.replace("T", " ")

    def period(self, amount: int, unit: str) -> str:
        """A length of time. Override for languages with other plurals."""
        singular, plural = PERIODS[unit]
        return self.translate(singular if amount == 1 else plural).format(n=amount)

    def word(self, code: str) -> str:
        """A reason or the name of a moment."""
        # A reason of an organisation's own has no word here and is shown as it was noted.
        return self.translate(WORDS[code]) if code in WORDS else code

    def words(self, parts: list[str]) -> str:
        """Several things in a row."""
        return ", ".join(parts)

    def weekdays(self, numbers: Iterable[int]) -> str:
        """Days of the week, 0 for Monday."""
        return self.words([self.translate(WEEKDAYS[number]) for number in numbers])


PLAIN = Formatter()


def explain(trace: Iterable[Step], formatter: Formatter = PLAIN) -> list[str]:
    """The steps as sentences, in their order, other readings after the step they concern."""
    # Texts are looked up by code when shown: a stored trace speaks the reader's language.
    said = []
    for step in trace:
        said.append(sentence(step, formatter))
        said += [other_reading(each, formatter) for each in step.alternatives]
    return said


def sentence(step: Step, formatter: Formatter = PLAIN) -> str:
    """What one step says."""
    shown = {name: _shown(name, value, formatter) for name, value in step.values.items()}
    # A code without a sentence is a defect and fails here: better no page than half a reason.
    return formatter.translate(SENTENCES[step.code]).format_map(shown)


def other_reading(other: Alternative, formatter: Formatter = PLAIN) -> str:
    """The date under another reading, and why somebody reads it so."""
    why = formatter.translate(other.why)
    if other.due is None:
        return formatter.translate(SENTENCES["alternative_none"]).format(why=why)
    due = _moment(other.due, formatter)
    return formatter.translate(SENTENCES["alternative"]).format(due_on=due, why=why)


def _shown(name: str, value: Any, formatter: Formatter) -> Any:
    # By name, so that a new sentence needs no code: what ends in `_on` is a day or instant.
    if isinstance(value, str) and (name == "on" or name.endswith("_on")):
        return _moment(value, formatter)
    # By shape: `period`, `extension` and `total` are lengths under different names.
    if isinstance(value, Mapping) and "unit" in value and "amount" in value:
        return formatter.period(value["amount"], value["unit"])
    if name in ("reason", "name"):
        return formatter.word(value)
    if name == "names":
        return formatter.words([formatter.word(each) for each in value])
    if name == "calendar":
        return formatter.words(list(value["codes"]))
    if name in ("added", "struck"):
        return formatter.words([formatter.day(each) for each in value])
    if name == "weekend":
        return formatter.weekdays(value)
    return value


def _moment(iso: str, formatter: Formatter) -> str:
    return formatter.instant(iso) if "T" in iso else formatter.day(iso)
