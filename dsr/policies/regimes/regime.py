"""A law that adds limits of its own: whom it binds, its duties; and the files that say so."""

from collections.abc import Collection
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
    require_known,
    require_place,
)
from dsr.policies.regimes.duties import Above, Duty, Facts, Name, Source
from dsr.policies.strict_yaml import read

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


class Words(Strict):
    """What readers of another language call a law, and its sources by their names in the file."""

    name: Text = Field(max_length=40)
    full_name: Text = Field(max_length=300)
    sources: dict[str, Text] = {}


class Regime(Strict):
    """A law. It applies by the requester's place or the organisation's, and by its flags."""

    name: Text = Field(max_length=40)
    full_name: Text = Field(max_length=300)
    note: Text = ""
    starts_on: Day | None = None
    ends_on: Day | None = None
    binds: Applies = Field(alias="applies")
    calendar_elsewhere: tuple[PlaceCode, ...] = ()
    sources: dict[str, Source]
    duties: tuple[Duty, ...]
    translations: dict[str, Words] = {}
    _slug: str = PrivateAttr("")

    @field_validator("sources")
    @classmethod
    def sources_are_known_below(cls, value: dict[str, Source], info: Info) -> dict[str, Source]:
        info.context.sources = value
        return value

    @field_validator("translations")
    @classmethod
    def only_what_is_there_is_translated(
        cls, value: dict[str, Words], info: Info
    ) -> dict[str, Words]:
        for words in value.values():
            for name in words.sources:
                require_known(name, info.context.sources)
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
    """The regimes that ship with the program, by short name."""
    return {slug: read_regime(DATA / f"{slug}.yaml") for slug in regime_slugs()}


def read_regime(path: Path) -> Regime:
    """A regime from its file. Errors: CatalogueError, `path:line: reason`."""
    return read(path).read_as(Regime, Above(path.stem))


def known_flags() -> frozenset[str]:
    """What laws ask of an organisation besides its place, by the names in their files."""
    return frozenset().union(*(regime.binds.flags for regime in all_regimes().values()))
