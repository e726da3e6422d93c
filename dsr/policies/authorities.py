"""Whom somebody can turn to who does not agree: the authorities of places, as data with sources."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from dsr.policies.field_types import Day, Strict, Text, Url, known, told
from dsr.policies.kinds import Checked
from dsr.policies.regimes.regime import PLACES
from dsr.policies.strict_yaml import read

DATA = Path(__file__).with_name("authorities.yaml")
# Somewhere in the Union, and no more is said: the list of them all.
UNION = "EEA"


class Authority(Strict):
    """An authority of a place (PT, US-CA, EEA) for a law; without a law for what none reaches."""

    place: Text
    law: str
    name: Text
    name_fr: str = ""
    address: tuple[Text, ...] = ()
    phone: str = ""
    url: Url
    note: dict[str, Text] = {}
    source: Text
    checked: Annotated[str, known(Checked.values)]

    @model_validator(mode="after")
    def number_was_looked_up(self) -> Self:
        # Patients call it.
        if self.phone and self.checked == Checked.REMEMBERED:
            raise told("phone: a number that nobody looked up is left out")
        return self

    def named(self, language: str) -> str:
        return self.name_fr if language == "fr" and self.name_fr else self.name

    def noted(self, language: str) -> str:
        return self.note.get(language, self.note.get("en", ""))


class Authorities(Strict):
    checked_on: Day
    authorities: tuple[Authority, ...] = Field(min_length=1)


@cache
def all_authorities() -> Authorities:
    return read(DATA).read_as(Authorities)


def responsible(laws: Iterable[str], home: str, seat: str) -> list[Authority]:
    """Those of where the person lives first, then of where the organisation is (GDPR Art. 77(1)).

    `laws`: those that apply (`gdpr`, `hipaa`); `home` and `seat` are places, "" where unknown.
    Empty only where no law that ships reaches either place; the way to the organisation, and the
    authority of the person's own country, are named then by `dsr.requests.remedies`.
    """
    laws = set(laws) | ({"fadp"} if home == "CH" else set())
    # The law of before has the authority of today.
    laws |= {"uk-gdpr"} if "uk-gdpr-2018" in laws else set()
    found = [each for law in sorted(laws) for each in _of_law(law, home, seat)]
    if not found and "US" in (home.split("-")[0], seat.split("-")[0]):
        found = _at("US", "")
    if not found:
        found = [
            each
            for place in (home, seat)
            for law in ("gdpr", "uk-gdpr", "fadp")
            for each in _at(place, law)
        ]
    return [each for n, each in enumerate(found) if each not in found[:n]]


def _of_law(law: str, home: str, seat: str) -> Sequence[Authority]:
    if law == "gdpr":
        at_home = _at(home, law) if home in PLACES[UNION] else []
        at_seat = _at(seat, law) if seat in PLACES[UNION] else []
        # In the Union, and nobody said where: the list of all is a way, silence is none.
        return [*at_home, *at_seat] or _at(UNION, law)
    if law == "ccpa":
        return _at("US-CA", law)
    if law == "fr-health":
        return []
    return [each for each in all_authorities().authorities if each.law == law]


def _at(place: str, law: str) -> list[Authority]:
    return [
        each for each in all_authorities().authorities if (each.place, each.law) == (place, law)
    ]
