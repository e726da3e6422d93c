"""A trace in plain sentences, with dates and lengths written by whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dsr.deadlines.sentences import PERIODS, SENTENCES, WEEKDAYS, WORDS
from dsr.deadlines.trace import Alternative, Step

Translate = Callable[[str], str]


class Formatter:
    """How values appear in sentences: in English here, overridden to localise.

    `translate` turns a text of `sentences.py` into the reader's language.
    """

    def __init__(self, translate: Translate = str) -> None:
        self.translate = translate

    def day(self, iso: str) -> str:
        """A day, given in ISO form."""
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
    said = []
    for step in trace:
        said.append(sentence(step, formatter))
        said += [other_reading(each, formatter) for each in step.alternatives]
    return said


def sentence(step: Step, formatter: Formatter = PLAIN) -> str:
    """What one step says."""
    shown = {name: _shown(name, value, formatter) for name, value in step.values.items()}
    return formatter.translate(SENTENCES[step.code]).format_map(shown)


def other_reading(other: Alternative, formatter: Formatter = PLAIN) -> str:
    """The date under another reading, and why somebody reads it so."""
    why = formatter.translate(other.why)
    if other.due is None:
        return formatter.translate(SENTENCES["alternative_none"]).format(why=why)
    due = _moment(other.due, formatter)
    return formatter.translate(SENTENCES["alternative"]).format(due_on=due, why=why)


def _shown(name: str, value: Any, formatter: Formatter) -> Any:
    if isinstance(value, str) and (name == "on" or name.endswith("_on")):
        return _moment(value, formatter)
    if isinstance(value, Mapping) and "unit" in value and "amount" in value:
        return formatter.period(value["amount"], value["unit"])
    if name in ("reason", "name"):
        return formatter.word(value)
    if name == "names":
        return formatter.words([formatter.word(each) for each in value])
    if name == "calendar":
        return formatter.words(list(value["codes"]))
    if name == "weekend":
        return formatter.weekdays(value)
    return value


def _moment(iso: str, formatter: Formatter) -> str:
    return formatter.instant(iso) if "T" in iso else formatter.day(iso)
