"""Names of countries in the reader's language, from CLDR (the data that ICU and Babel ship)."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import get_language

from dsr.deadlines import calendars


def territory_name(code: str) -> str:
    """`PT` is Portugal; a part of a country keeps its letters: `US-FL` is United States (FL).

    What is no ISO 3166 code comes back as it is.
    """
    country, _hyphen, part = code.partition("-")
    name = _names(get_language() or "en").get(country, "")
    if not name:
        return code
    # The part is kept as letters: CLDR names countries, not their provinces.
    return f"{name} ({part})" if part else name


@lru_cache(maxsize=32)
def _names(language: str) -> dict[str, str]:
    # A copy of the two-letter codes: CLDR has continents and unions by number besides.
    territories = _locale(language).territories
    return {code: name for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code)}


Choices = list[tuple[str, str]]


def countries() -> Choices:
    """Every country that has a calendar, by its name in the reader's language."""
    return _countries(get_language() or "en")


def calendar_places() -> list[tuple[str, Choices]]:
    """Countries and their parts with holidays of their own, grouped by country, for a field."""
    return _calendar_places(get_language() or "en")


def zones() -> Choices:
    """Time zones by city and country in the reader's language."""
    return _zones(get_language() or "en")


def languages() -> Choices:
    """Languages by name in the reader's language."""
    return _languages(get_language() or "en")


def is_country(code: str) -> bool:
    return code in calendars.countries()


def is_place(code: str) -> bool:
    """A country, or a part of one with holidays of its own: ``PT``, ``US-CA``."""
    country = code.partition("-")[0]
    return is_country(country) and (code == country or code in calendars.subdivisions(country))


# A form asks for its choices several times, and CLDR is slow to say them.
@lru_cache(maxsize=8)
def _countries(language: str) -> Choices:
    names = _names(language)
    return _by_name((code, names.get(code, code)) for code in calendars.countries())


@lru_cache(maxsize=8)
def _calendar_places(language: str) -> list[tuple[str, Choices]]:
    found = []
    for code, name in _countries(language):
        parts = ((part, _part(name, part)) for part in calendars.subdivisions(code))
        found.append((name, [(code, name), *_by_name(parts)]))
    return found


def _part(country: str, code: str) -> str:
    return f"{country}: {calendars.part_name(code) or code}"


@lru_cache(maxsize=8)
def _zones(language: str) -> Choices:
    locale, names, there = _locale(language), _names(language), available_timezones()
    homes = get_global("zone_territories").items()
    found = [
        (zone, get_timezone_location(zone, locale=locale, return_city=True), names[country])
        for zone, country in homes
        if zone in there and country in calendars.countries()
    ]
    return [*_by_name((zone, f"{city} ({name})") for zone, city, name in found), ("UTC", "UTC")]


@lru_cache(maxsize=8)
def _languages(language: str) -> Choices:
    named = _locale(language).languages.items()
    return _by_name((code, name) for code, name in named if re.fullmatch("[a-z]{2}", code))


def _by_name(pairs: Iterable[tuple[str, str]]) -> Choices:
    return sorted(pairs, key=lambda pair: sort_key(pair[1]))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        # A language without data is no reason to show no country.
        return Locale("en")


def sort_key(name: str) -> str:
    """Without accents and capitals: États-Unis stands between Estonie and Finlande."""
    apart = unicodedata.normalize("NFKD", name)
    # Without this, readers of French would look for États-Unis behind the letter Z.
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()
