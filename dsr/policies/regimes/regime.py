"""A law that adds limits of its own: whom it binds, its duties; and the files that say so."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, PrivateAttr, field_validator

from dsr.policies.field_types import (
    Day,
    Info,
    PlaceCode,
    Strict,
    Text,
    refuse_twice,
    require_known,
    require_place,
)
from dsr.policies.regimes.duties import Above, Duty, Fact, Facts, Name, Source
from dsr.policies.regimes.elements import ElementTerms
from dsr.policies.regimes.fees import FeeTerms
from dsr.policies.regimes.findings import FindingTerms
from dsr.policies.regimes.grounds import GroundTerms, MustGrant
from dsr.policies.regimes.holds import HoldTerms
from dsr.policies.regimes.passing_on import PassingOn
from dsr.policies.strict_yaml import CatalogueError, Problem, read

DATA = Path(__file__).parent

# Places that are written as one word: the states of the European Economic Area.
# Without the United Kingdom and Switzerland, whose laws are others.
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
PLACES = {"EEA": frozenset(_EEA.split())}


def _spelled_out(names: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(PLACES.get(name) or {require_place(name)} for name in names))


Places: TypeAlias = Annotated[frozenset[Name], AfterValidator(_spelled_out)]


class Applies(Strict):
    # Either place is enough: a law follows the person (GDPR Art. 3(2)) or the establishment (3(1)).
    requester: Places = frozenset()
    organisation: Places = frozenset()
    flags: frozenset[Name] = frozenset()


# Words that stand under another name than what they are said of.
_WORDS_OF = {"helps": "elements", "todos": "findings"}


class Words(Strict):
    """What readers of another language call a law; its sources and facts by their names there."""

    name: Text = Field(max_length=40)
    full_name: Text = Field(max_length=300)
    sources: dict[str, Text] = {}
    facts: dict[str, Text] = {}
    holds: dict[str, Text] = {}
    findings: dict[str, Text] = {}
    passing_on: Text = ""
    # What the law asks for after a finding.
    todos: dict[str, Text] = {}
    fees: dict[str, Text] = {}
    grounds: dict[str, Text] = {}
    elements: dict[str, Text] = {}
    # What a good element says, for whoever writes it.
    helps: dict[str, Text] = {}


class Regime(Strict):
    """A law. It applies by the requester's place or the organisation's, and by its flags.

    `checked_on`: the day on which its rules were last compared with their sources. `follows`: the
    earlier text of the same law, by its file; a request is under the one of its day of receipt.
    """

    name: Text = Field(max_length=40)
    full_name: Text = Field(max_length=300)
    note: Text = ""
    checked_on: Day | None = None
    follows: Text = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    binds: Applies = Field(alias="applies")
    calendar_elsewhere: tuple[PlaceCode, ...] = ()
    sources: dict[str, Source]
    facts: dict[Name, Fact] = {}
    holds: dict[Name, HoldTerms] = {}
    findings: dict[Name, FindingTerms] = {}
    fees: dict[Name, FeeTerms] = {}
    grounds: dict[Name, GroundTerms] = {}
    must_grant: tuple[MustGrant, ...] = ()
    passing_on: PassingOn | None = None
    elements: dict[Name, ElementTerms] = {}
    duties: tuple[Duty, ...]
    translations: dict[str, Words] = {}
    _slug: str = PrivateAttr("")

    @field_validator("sources")
    @classmethod
    def sources_are_known_below(cls, value: dict[str, Source], info: Info) -> dict[str, Source]:
        info.context.sources = value
        return value

    @field_validator("facts")
    @classmethod
    def facts_are_known_below(cls, value: dict[str, Fact], info: Info) -> dict[str, Fact]:
        info.context.facts = value
        return value

    @field_validator("must_grant")
    @classmethod
    def its_fact_is_known(cls, value: tuple[MustGrant, ...], info: Info) -> tuple[MustGrant, ...]:
        for each in value:
            require_known(each.fact, info.context.facts or {})
        return value

    @field_validator("fees")
    @classmethod
    def a_kind_has_one_fee(cls, value: dict[str, FeeTerms]) -> dict[str, FeeTerms]:
        refuse_twice(
            ((name, "kinds", place), kind)
            for name, terms in value.items()
            for place, kind in enumerate(terms.kinds)
        )
        return value

    @field_validator("translations")
    @classmethod
    def only_what_is_there_is_translated(
        cls, value: dict[str, Words], info: Info
    ) -> dict[str, Words]:
        for words in value.values():
            for name in words.sources:
                require_known(name, info.context.sources)
            for name in words.facts:
                require_known(name, info.context.facts or {})
            for part in ("holds", "findings", "todos", "fees", "grounds", "elements", "helps"):
                below = info.data.get(_WORDS_OF.get(part, part), {})
                for name in getattr(words, part):
                    require_known(name, below)
        return value

    def model_post_init(self, context: Above) -> None:
        # Not in the file: a name that is written twice can differ.
        self._slug = context.regime

    @property
    def slug(self) -> str:
        """The name of its file: it stands in the settings of organisations and in deadlines."""
        return self._slug

    def applies(self, place: str, on: date, facts: Facts) -> bool:
        """Whether it binds for somebody at `place` (FR, US-CA) on a day.

        Facts: `organisation_country` (text), `organisation_flags` (texts).
        """
        # The day on which it ends is the first on which it no longer binds.
        if (self.starts_on and on < self.starts_on) or (self.ends_on and on >= self.ends_on):
            return False
        # A flag is what only the organisation knows: covered entity, health professional.
        flags = facts.get("organisation_flags", ())
        if not isinstance(flags, Collection) or not self.binds.flags <= set(flags):
            return False
        home = str(facts.get("organisation_country", ""))
        return _within(place, self.binds.requester) or _within(home, self.binds.organisation)

    def may_protect(self, place: str, home: str) -> bool:
        """Whether it may bind an organisation of the country `home` for somebody of whom no more is
        known than `place` ("US" may be California; "" may be anywhere)."""
        if not place or _within(home, self.binds.organisation):
            return True
        bound = self.binds.requester
        return any(
            _within(each, bound) or any(_within(part, frozenset({each})) for part in bound)
            for each in PLACES.get(place, {place})
        )

    def rules_for(self, kind: str, place: str, on: date, facts: Facts) -> list[Duty]:
        """The duties for a request of `kind` by somebody at `place`, received `on`.

        Other facts are those that duties name in `when`, for example `record_age`.
        """
        if not self.applies(place, on, facts):
            return []
        return [duty for duty in self.duties if duty.concerns(kind, on, facts)]

    def label_of(self, part: str, name: str, language: str) -> str:
        """The words of a fact, hold, finding, fee, ground or element (`part` is `facts`, `holds`,
        `findings`, `fees`, `grounds`, `elements`) in a language, or in English where the file has
        no others."""
        return self._said(part, name, language) or str(getattr(self, part)[name].label)

    def help_for(self, element: str, language: str) -> str:
        """What a good one says of an element, in a language."""
        return self._said("helps", element, language) or self.elements[element].help

    def todo_after(self, finding: str, language: str) -> str:
        """What it asks for after a finding, in a language."""
        return self._said("todos", finding, language) or self.findings[finding].todo

    def _said(self, part: str, name: str, language: str) -> str:
        words = self.translations.get(language[:2])
        said: str = getattr(words, part).get(name, "") if words else ""
        return said

    def words_of_passing_on(self, language: str) -> str:
        """What who asks for a copy to somebody else is told; empty where it knows no such copy."""
        words = self.translations.get(language[:2])
        said = words.passing_on if words else ""
        return said or (self.passing_on.label if self.passing_on else "")

    def fees_for(self, kind: str) -> tuple[str, FeeTerms] | None:
        """What it lets an answer to this kind of right cost, by name; None where it is silent."""
        return next(((n, each) for n, each in self.fees.items() if kind in each.kinds), None)

    def calendar_codes(
        self, organisation_country: str, duty: Duty | None = None
    ) -> tuple[str, ...] | None:
        """Codes of the calendar that counts; None is the organisation's own.

        An organisation outside the places of the law has no calendar under it.
        """
        if duty is not None and duty.calendar is not None:
            return duty.calendar
        # A law that follows the person alone has no places of its own: the organisation's calendar.
        if not self.binds.organisation or _within(organisation_country, self.binds.organisation):
            return None
        return self.calendar_elsewhere


def _within(place: str, places: frozenset[str]) -> bool:
    """FR is within {FR}; US-CA is within {US} and {US-CA}, US is not within {US-CA}; EEA is within
    what holds all of its states."""
    # "EEA" is somebody who says no more than that: within a law that holds in all of its states.
    if place in PLACES:
        return PLACES[place] <= places
    # An unknown place is in none: nobody is given a law by a guess.
    return bool(place) and (place in places or place.split("-")[0] in places)


def regime_slugs() -> list[str]:
    return sorted(path.stem for path in DATA.glob("*.yaml"))


# Once per process: laws change with a release, and every page of a request asks for them.
@cache
def all_regimes() -> dict[str, Regime]:
    """The regimes that ship with the program, by short name. Errors: CatalogueError."""
    found = {slug: read_regime(DATA / f"{slug}.yaml") for slug in regime_slugs()}
    require_order(found)
    return found


def require_order(regimes: Mapping[str, Regime]) -> None:
    """A later text begins on the day on which the one it follows ends. Errors: CatalogueError."""
    for slug, regime in regimes.items():
        if not regime.follows:
            continue
        earlier = regimes.get(regime.follows)
        if sentence := _out_of_order(regime, earlier):
            path = DATA / f"{slug}.yaml"
            raise CatalogueError([Problem(path, 0, sentence)])


def _out_of_order(regime: Regime, earlier: Regime | None) -> str:
    name = regime.follows
    if earlier is None:
        return f"follows: unknown law “{name}”"
    if not regime.starts_on or (earlier.starts_on and regime.starts_on <= earlier.starts_on):
        return f"starts_on: it has to start after “{name}”, which it follows"
    if earlier.ends_on != regime.starts_on:
        return f"starts_on: “{name}”, which it follows, has to end on that day"
    return ""


@cache
def versions_of(slug: str) -> tuple[str, ...]:
    """The texts of one law, by short name, from the first to the last; `slug` is any of them."""
    regimes = all_regimes()
    while regimes[slug].follows:
        slug = regimes[slug].follows
    found = [slug]
    later = {each.follows: name for name, each in regimes.items() if each.follows}
    while found[-1] in later:
        found.append(later[found[-1]])
    return tuple(found)


def read_regime(path: Path) -> Regime:
    """A regime from its file. Errors: CatalogueError, `path:line: reason`."""
    return read(path).read_as(Regime, Above(path.stem))


def known_flags() -> frozenset[str]:
    """What laws ask of an organisation besides its place, by the names in their files."""
    return frozenset().union(*(regime.binds.flags for regime in all_regimes().values()))
