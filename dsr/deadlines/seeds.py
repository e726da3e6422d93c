"""Public holidays as the pinned `holidays` package lists them: the seed of a calendar."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import holidays
from holidays.registry import COUNTRIES
from holidays.version import __version__

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.moments import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from datetime import date

SEED_VERSION: Final = f"holidays {__version__}"

_CODE: Final = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
_CODES: Final = frozenset(names[1] for names in COUNTRIES.values())
# ISO 3166 calls it GB; the package also answers to UK, which ISO keeps for another use.
_MEANT: Final = {"UK": "GB", "EL": "GR"}
# A bank holiday in any part of the kingdom (Freedom of Information Act 2000, s. 10(6)).
_UNIONS: Final = {"GB-ALL": ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")}


def countries() -> tuple[str, ...]:
    """ISO 3166-1 codes of the countries with a calendar."""
    return tuple(sorted(_CODES))


def subdivisions(country: str) -> tuple[str, ...]:
    """Calendar codes of the parts of `country` that have holidays of their own, such as `DE-BY`."""
    parts = (f"{country}-{part}" for part in _entity(country).subdivisions)
    unions = (code for code in _UNIONS if code.startswith(f"{country}-"))
    return tuple(code for code in (*parts, *unions) if _CODE.fullmatch(code))


def expand(code: str) -> tuple[str, ...]:
    """The calendars that `code` stands for: itself, or the parts of a union.

    Raises `DeadlineInputError` on `codes` for a country or part that is not known. Names
    and superseded codes are refused as well: `holidays` accepts the old French region
    `GES` and then silently leaves out the holidays of Alsace.
    """
    if code in _UNIONS:
        return _UNIONS[code]
    match = _CODE.fullmatch(code) if isinstance(code, str) else None
    if match is None:
        raise DeadlineInputError("codes", f"{code!r} is not a code like FR or DE-BY")
    country, part = match.groups()
    if country not in _CODES:
        hint = f"; use {_MEANT[country]}" if country in _MEANT else ""
        raise DeadlineInputError("codes", f"{code!r}: no country {country} in ISO 3166{hint}")
    if part is not None and part not in _entity(country).subdivisions:
        raise DeadlineInputError("codes", f"{code!r}: {_why_no_part(country, part)}")
    return (code,)


def years_known(code: str) -> tuple[int, int]:
    """First and last year for which the seed lists the holidays of `code`."""
    entity = _entity(code[:2])
    return max(entity.start_year, FIRST_YEAR), min(entity.end_year, LAST_YEAR)


@lru_cache(maxsize=4096)
def seeded(code: str, year: int) -> frozenset[date]:
    """Public holidays of `code` in `year`. Raises `DeadlineInputError` on `calendar`.

    The years around it are loaded too: the holiday of 1 January 2028 is a Saturday and is
    observed on 31 December 2027 in the United States.
    """
    first, last = years_known(code)
    if not first <= year <= last:
        raise DeadlineInputError(
            "calendar", f"the year {year} is outside what {code} knows ({first} to {last})"
        )
    country, _, part = code.partition("-")
    around = holidays.country_holidays(
        country, subdiv=part or None, years=(year - 1, year, year + 1), expand=False
    )
    return frozenset(day for day in around if day.year == year)


@lru_cache(maxsize=256)
def _entity(country: str) -> Any:
    """The class of a country, for its lists of parts and years."""
    if country not in _CODES:
        raise DeadlineInputError("codes", f"no country {country!r} in ISO 3166")
    return type(getattr(holidays, country)(years=()))


def _why_no_part(country: str, part: str) -> str:
    entity = _entity(country)
    if part in entity.subdivisions_aliases:
        return f"superseded code; use {country}-{entity.subdivisions_aliases[part]}"
    if (country, part) == ("FR", "GES"):
        return "superseded code; use FR-6AE for Alsace, FR-57 for Moselle, else FR"
    if part in entity._deprecated_subdivisions:
        return "superseded code without holidays of its own"
    known = ", ".join(entity.subdivisions) or "none"
    return f"{country} has no part {part} with holidays of its own (known: {known})"
