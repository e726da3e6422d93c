"""What a law demands: duties, and what extends or stops their clocks.

A file is read from top to bottom: a duty names a source that stands above it, and its rule is
tried by the engine, with the source and the terms of its extension, before it is taken.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from dsr.deadlines import DeadlineInputError, Period, Rule
from dsr.deadlines.codec import read_rule
from dsr.policies.field_types import (
    Day,
    Given,
    Info,
    Strict,
    Text,
    Url,
    known,
    no_twice,
    require_known,
    told,
)
from dsr.policies.kinds import Checked, Kind

Facts = Mapping[str, object]

DUTIES = [
    "stop",
    "acknowledge",
    "respond",
    "refuse",
    "extension_notice",
    "opt_out",
    "appeal",
    "progress",
    "not_before",
    "look_back",
]
# A proposed duty is shown on the page of its law and never computed.
STATUSES = ("official", "derived", "convention", "proposed")
EFFECTS = ("suspend", "restart", "none")
COUNTINGS = ("inclusive_both", "exclude_first", "between")
# What the program sees for itself. Everything else a law names as a fact, and a person states it.
SEEN = ("asked_promptly", "doubt_recorded")
# When a fact is stated: about the request, or with what it makes possible.
ASKED = ("request", "clarification", "identity", "fee", "extension")
EXTENSION_REASONS = ("complexity", "number")


Name: TypeAlias = Annotated[Text, Field(max_length=60)]
Kinds: TypeAlias = Annotated[tuple[Annotated[str, known(Kind.values)], ...], no_twice]


class Source(Strict):
    """Where a statement about the law comes from, and how far it was checked."""

    title: Text = Field(max_length=300)
    url: Url = ""
    checked: Annotated[str, known(Checked.values)]
    note: Text = Field("", max_length=1000)


@dataclass
class Above:
    """What a part of the file leans on. `sources` and `facts` are None while they are wrong
    themselves."""

    regime: str
    sources: dict[str, Source] | None = None
    facts: dict[str, "Fact"] | None = None


# Stands in for a source while the list of sources is wrong itself.
_UNREAD = Source.model_construct(title="", checked="")


def _source(code: object, info: Info) -> Source:
    above: Above = info.context
    # Sources that cannot be read are an error of their own; a name among them is not held wrong.
    if above.sources is None:
        return _UNREAD
    return above.sources[require_known(str(code), above.sources)]


SourceNamed: TypeAlias = Annotated[Source, BeforeValidator(_source)]


class Fact(Strict):
    """Something a law asks for and only a person can say: `label` is the sentence she states.

    `asked`: when it is stated: about the request, or with the question, fee or extension that
    it lets stop or move a clock.
    """

    label: Text = Field(max_length=300)
    asked: Annotated[str, known(ASKED)]
    source: SourceNamed


def _need(name: object, info: Info) -> str:
    above: Above = info.context
    if above.facts is None:
        return str(name)
    return require_known(str(name), (*SEEN, *above.facts))


Needs: TypeAlias = Annotated[tuple[Annotated[str, BeforeValidator(_need)], ...], no_twice]


class PauseEffect(Strict):
    """What waiting for something does to a clock.

    `effect`: suspend (the days do not count, by `counting`), restart (the period runs anew
    from the day it came), none (the clock runs on). `needs`: what has to be so for it to have
    an effect: what the program sees (asked_promptly, doubt_recorded) or facts of this law.
    `most_days`: a longest pause.
    """

    reason: Text = Field(max_length=40)
    effect: Annotated[str, known(EFFECTS)]
    source: SourceNamed
    counting: Annotated[str, known(COUNTINGS)] = ""
    # Empty is every kind; UK GDPR Art. 12A(5) pauses requests for access alone.
    kinds: Kinds = ()
    needs: Needs = ()
    most_days: Annotated[int | None, Given] = None
    settled: bool = True

    @model_validator(mode="after")
    def counts_its_days(self) -> "PauseEffect":
        # Whether the first day counts moves the date by one, and no law here is silent on purpose.
        if self.effect == "suspend" and not self.counting:
            raise told("counting: a suspension says how its days are counted")
        return self

    def admitted_for(self, kind: str) -> bool:
        return self.effect != "none" and (not self.kinds or kind in self.kinds)


class ExtensionTerms(Strict):
    """How far the period may be extended, how often and for which reasons.

    `needs_all_reasons`: every reason has to be there (complexity *and* number), not any one.
    `needs`: facts of this law that whoever takes the time has to state. The notice limit is the
    due date without the extension, unless the rule has a `notice`.
    """

    amount: int
    unit: Text
    most: int
    source: SourceNamed
    reasons: Annotated[tuple[Annotated[str, known(EXTENSION_REASONS)], ...], no_twice] = ()
    needs_all_reasons: bool = False
    needs: Needs = ()

    @model_validator(mode="after")
    def is_a_period(self) -> "ExtensionTerms":
        try:
            # Tried by the engine itself, which alone knows what a period may be.
            _tried = self.period
        except DeadlineInputError as error:
            raise told(str(error)) from None
        return self

    @property
    def period(self) -> Period:
        return Period(self.amount, self.unit)  # type: ignore[arg-type]

    @property
    def admitted_reasons(self) -> tuple[str, ...]:
        """What may be given as the reason; several together are one, joined by `and`."""
        together = "_and_".join(self.reasons)
        if len(self.reasons) < 2:
            return self.reasons
        return (together,) if self.needs_all_reasons else (*self.reasons, together)


class Duty(Strict):
    """One thing to do, or not to do yet, within a limit.

    `rule_json` is the rule in the spelling of the vector format, `rule` the same for the
    engine. `calendar`: None is the organisation's own, else codes of a calendar. `optional`:
    a limit that only binds who wants to use it, such as the notice of an extension. `when`:
    facts that must be so, false also where nobody has stated it; `when_unknown`: any other fact
    that nobody has stated is taken to be so. `since`: a window into the past that begins on this
    day, whenever somebody asks.
    """

    code: Annotated[str, known(DUTIES)] = Field(alias="duty")
    kinds: Kinds
    source: SourceNamed
    status: Annotated[str, known(STATUSES)]
    calendar: Annotated[tuple[Name, ...] | None, Given] = None
    when: dict[str, Any] = {}
    when_unknown: bool = False
    extension: Annotated[ExtensionTerms | None, Given] = None
    pauses: tuple[PauseEffect, ...] = ()
    optional: bool = False
    starts_on: Day | None = None
    since: Day | None = None
    rule_json: dict[str, Any] = Field(alias="rule")

    @field_validator("rule_json")
    @classmethod
    def engine_reads_it(cls, data: dict[str, Any], info: Info) -> dict[str, Any]:
        """The rule with its source and the terms of its extension, tried before it is taken."""
        # Without them the engine would complain of what is only a consequence.
        if "source" not in info.data or "extension" not in info.data:
            return data
        return tried(data, info.data["source"], info.data["extension"])

    @model_validator(mode="after")
    def a_stop_waits_for_nothing(self) -> "Duty":
        """GDPR Art. 21(3): on objection the data are no longer used; there is no month for it."""
        if self.code == "stop" and (self.extension or self.pauses):
            raise told("a duty to stop admits no extension and no pause")
        return self

    # Read once, not on each of the thousands of dates that a sweep computes.
    @cached_property
    def rule(self) -> Rule:
        return read_rule(self.rule_json)

    def concerns(self, kind: str, on: date, facts: Facts) -> bool:
        in_time = self.starts_on is None or self.starts_on <= on
        return (
            kind in self.kinds
            and in_time
            and self.status != "proposed"
            and all(self._met(facts.get(name), wanted) for name, wanted in self.when.items())
        )

    def _met(self, given: object, wanted: object) -> bool:
        """A fact is a value, or several (a record with younger and older parts has both)."""
        # A yes-or-no that nobody has stated is a no; of anything else nobody knows yet, and the
        # stricter duty counts meanwhile, or a date would be missed.
        if given is None:
            return wanted is False or self.when_unknown
        # A text is a collection of letters to Python: “FR” would hold “R”.
        if isinstance(given, Collection) and not isinstance(given, str):
            return wanted in given
        return given == wanted


def tried(
    rule: dict[str, Any], source: Source, extension: ExtensionTerms | None = None
) -> dict[str, Any]:
    """A rule of the file with its source and the terms of its extension, as the engine reads it."""
    whole = {**rule, **_terms_in_rule(extension)}
    whole.setdefault("source", source.title)
    try:
        read_rule(whole)
    except DeadlineInputError as error:
        raise told(f"rule: {error}") from None
    return whole


def _terms_in_rule(extension: ExtensionTerms | None) -> dict[str, Any]:
    """What the rule has to know of the extension; written once in the file, under `extension`."""
    if extension is None:
        # Without terms the law knows no extension; the engine's default would allow one.
        return {"max_extensions": 0}
    # The cap is on the sum, however the extensions are cut.
    cap = {"amount": extension.amount * extension.most, "unit": extension.unit}
    terms: dict[str, Any] = {"max_extensions": extension.most, "extension_cap": cap}
    # No reasons are any reason, so the key is left out and not written empty.
    if extension.reasons:
        terms["extension_reasons"] = list(extension.admitted_reasons)
    return terms
