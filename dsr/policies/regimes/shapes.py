"""What a regime says: duties, and what extends or stops their clocks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dsr.deadlines import Period, Rule

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Source:
    """Where a statement about the law comes from, and how far it was checked."""

    code: str
    title: str
    url: str
    checked: str  # read, secondary, remembered
    note: str = ""

    @property
    def is_remembered(self) -> bool:
        return self.checked == "remembered"


@dataclass(frozen=True)
class PauseEffect:
    """What waiting for something does to a clock.

    `effect`: suspend (the days do not count, by `counting`), restart (the period runs anew
    from the day it came), none (the clock runs on). `needs`: facts without which there is
    no effect (asked_promptly, doubt_recorded, document). `most_days`: a longest pause.
    """

    reason: str
    effect: str
    source: Source
    counting: str = ""
    kinds: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    most_days: int | None = None
    settled: bool = True

    def admitted_for(self, kind: str) -> bool:
        return self.effect != "none" and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True)
class ExtensionTerms:
    """How far the period may be extended, how often and for which reasons.

    `needs_all_reasons`: every reason has to be there (complexity *and* number), not any one.
    The notice limit is the due date without the extension, unless the rule has a `notice`.
    """

    period: Period
    most: int
    reasons: tuple[str, ...]
    needs_all_reasons: bool
    source: Source

    @property
    def admitted_reasons(self) -> tuple[str, ...]:
        """What may be given as the reason; several together are one, joined by `and`."""
        together = "_and_".join(self.reasons)
        if len(self.reasons) < 2:
            return self.reasons
        return (together,) if self.needs_all_reasons else (*self.reasons, together)


@dataclass(frozen=True)
class Duty:
    """One thing to do, or not to do yet, within a limit.

    `rule_json` is the rule in the spelling of the vector format, `rule` the same for the
    engine. `calendar`: None is the organisation's own, else codes of a calendar. `optional`:
    a limit that only binds who wants to use it, such as the notice of an extension. `when`:
    facts that must be so; `when_unknown`: a fact that nobody has stated is taken to be so.
    """

    regime: str
    code: str
    kinds: frozenset[str]
    rule: Rule
    rule_json: dict[str, Any]
    source: Source
    status: str  # official, derived, convention
    calendar: tuple[str, ...] | None
    when: Mapping[str, object]
    extension: ExtensionTerms | None
    pauses: tuple[PauseEffect, ...]
    optional: bool = False
    when_unknown: bool = False
    starts_on: date | None = None

    @property
    def is_law(self) -> bool:
        """Whether it may be presented as law: its source was at least reported, not recalled."""
        return not self.source.is_remembered

    def pause_for(self, reason: str, kind: str) -> PauseEffect | None:
        """What waiting for `reason` does in a request of `kind`; None where it does nothing."""
        return next(
            (pause for pause in self.pauses if pause.reason == reason and pause.admitted_for(kind)),
            None,
        )

    def concerns(self, kind: str, on: date, facts: Facts) -> bool:
        in_time = self.starts_on is None or self.starts_on <= on
        return (
            kind in self.kinds
            and in_time
            and all(self._met(facts.get(name), wanted) for name, wanted in self.when.items())
        )

    def _met(self, given: object, wanted: object) -> bool:
        """A fact is a value, or several (a record with younger and older parts has both)."""
        if given is None:
            return self.when_unknown
        if isinstance(given, Collection) and not isinstance(given, str):
            return wanted in given
        return given == wanted


@dataclass(frozen=True)
class Regime:
    """A law. It applies by the requester's place or the organisation's, and by its flags."""

    slug: str
    name: str
    full_name: str
    starts_on: date | None
    ends_on: date | None
    requester_places: frozenset[str]
    organisation_places: frozenset[str]
    flags: frozenset[str]
    sources: tuple[Source, ...]
    duties: tuple[Duty, ...]
    calendar_elsewhere: tuple[str, ...]

    def applies(self, place: str, on: date, facts: Facts) -> bool:
        """Whether it binds for somebody at `place` (FR, US-CA) on a day.

        Facts: `organisation_country` (text), `organisation_flags` (texts).
        """
        if (self.starts_on and on < self.starts_on) or (self.ends_on and on >= self.ends_on):
            return False
        flags = facts.get("organisation_flags", ())
        if not isinstance(flags, Collection) or not self.flags <= set(flags):
            return False
        home = str(facts.get("organisation_country", ""))
        return _within(place, self.requester_places) or _within(home, self.organisation_places)

    def rules_for(self, kind: str, place: str, on: date, facts: Facts) -> list[Duty]:
        """The duties for a request of `kind` by somebody at `place`, received `on`.

        Other facts are those that duties name in `when`, for example `record_age`.
        """
        if not self.applies(place, on, facts):
            return []
        return [duty for duty in self.duties if duty.concerns(kind, on, facts)]

    def calendar_codes(self, duty: Duty, organisation_country: str) -> tuple[str, ...] | None:
        """Codes of the calendar that counts; None is the organisation's own.

        An organisation outside the places of the law has no calendar under it.
        """
        if duty.calendar is not None:
            return duty.calendar
        if not self.organisation_places or _within(organisation_country, self.organisation_places):
            return None
        return self.calendar_elsewhere


def _within(place: str, places: frozenset[str]) -> bool:
    """FR is within {FR}; US-CA is within {US} and {US-CA}, US is not within {US-CA}."""
    return bool(place) and (place in places or place.split("-")[0] in places)
