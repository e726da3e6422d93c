"""Working calendars as data: which days are worked, where, and according to which version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Final

import holidays
from holidays.registry import COUNTRIES
from holidays.version import __version__

from dsr.deadlines.equated import equated, is_worked
from dsr.deadlines.periods import FIRST_YEAR, LAST_YEAR, ONE_DAY, DeadlineInputError

SEED_VERSION: Final = f"holidays {__version__}"

_CODE: Final = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
_CODES: Final = frozenset(names[1] for names in COUNTRIES.values())
# ISO 3166 calls it GB; the package also answers to UK, which ISO keeps for another use.
_MEANT: Final = {"UK": "GB", "EL": "GR"}
# A bank holiday in any part of the kingdom (Freedom of Information Act 2000, s. 10(6)).
_UNIONS: Final = {"GB-ALL": ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")}


@cache
def countries() -> tuple[str, ...]:
    """ISO 3166-1 codes of the countries with a calendar."""
    return tuple(sorted(_CODES))


def subdivisions(country: str) -> tuple[str, ...]:
    """Calendar codes of the parts of `country` that have holidays of their own, such as `DE-BY`."""
    parts = (f"{country}-{part}" for part in _entity(country).subdivisions)
    unions = (code for code in _UNIONS if code.startswith(f"{country}-"))
    return tuple(code for code in (*parts, *unions) if _CODE.fullmatch(code))


@lru_cache(maxsize=1024)
def part_name(code: str) -> str:
    """What a part of a country is called there (`DE-BY`: Bayern); empty where no name is known."""
    country, _, part = code.partition("-")
    if code in _UNIONS:
        return ""
    names = [name for name, each in _entity(country).subdivisions_aliases.items() if each == part]
    # Short codes stand among the names; the longest name is one that people say.
    return max(names, key=len, default="")


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
    """Public holidays of `code` in `year`, with what a law equates with them.

    Raises `DeadlineInputError` on `calendar`.
    The years around it are loaded too: the holiday of 1 January 2028 is a Saturday and is
    observed on 31 December 2027 in the United States.
    """
    first, last = years_known(code)
    # Beyond its years the package lists no holiday at all, and every weekday would be worked.
    if not first <= year <= last:
        raise DeadlineInputError(
            "calendar", f"the year {year} is outside what {code} knows ({first} to {last})"
        )
    country, _, part = code.partition("-")
    around = holidays.country_holidays(
        country, subdiv=part or None, years=(year - 1, year, year + 1), expand=False
    )
    # Only those that fall into the year, wherever the holiday itself belongs.
    listed = (day for day in around if day.year == year)
    kept = frozenset(day for day in listed if not is_worked(code, around.get_list(day)))
    return kept | equated(country, year)


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


SATURDAY: Final = 5
SUNDAY: Final = 6
# No place has a year without work: a longer search means a calendar that is wrong.
_LONGEST_SEARCH: Final = 366


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Days on which nothing is worked: a weekly rest and holidays.

    `codes` are ISO 3166 codes (`FR`, `DE-BY`; `GB-ALL` is any part of the kingdom), their
    holidays are united. `extra` adds days, `removed` strikes holidays; a day in both is a
    holiday. `weekend` holds Python weekday numbers: `{5, 6}` by default, `{6}` for a
    six-day week. `version` names the state of the data, for the trace.

    Raises `DeadlineInputError` on `codes`, `extra`, `removed` or `weekend`; looking at a
    year that a code does not know raises it on `calendar`.
    """

    codes: tuple[str, ...] = ()
    extra: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    # Lists change between releases: a bank holiday is announced days before it is held.
    version: str = SEED_VERSION
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _years: dict[int, frozenset[date]] = field(init=False, repr=False, compare=False)
    # Steps of the trace that are the same for every date in the same years.
    memo: dict[tuple[int, ...], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A text is a sequence too: "FR" would be read as the places F and R.
        if isinstance(self.codes, str):
            raise DeadlineInputError("codes", f"{self.codes!r} is not a list of codes")
        self._keep("codes", tuple(self.codes))
        for name in ("extra", "removed"):
            self._keep(name, frozenset(_plain_days(name, getattr(self, name))))
        self._keep("weekend", frozenset(self.weekend))
        # Seven days of rest would make every search for a working day endless.
        if not self.weekend <= frozenset(range(7)) or len(self.weekend) > 6:
            raise DeadlineInputError(
                "weekend",
                "not a list of weekdays, 0 (Monday) to 6 (Sunday), that leaves one for work",
            )
        parts = (part for code in self.codes for part in expand(code))
        # A union names its parts, which may be named beside it: each is looked at once.
        self._keep("_parts", tuple(dict.fromkeys(parts)))
        self._keep("_years", {})
        self._keep("memo", {})

    def _keep(self, name: str, value: object) -> None:
        # Frozen, because a calendar is the key of caches that live as long as the process.
        object.__setattr__(self, name, value)

    def holidays(self, year: int) -> frozenset[date]:
        """Holidays of `year`, also those that fall on a weekend."""
        known = self._years.get(year)
        if known is None:
            added = frozenset(day for day in self.extra if day.year == year)
            # Struck first, added last: a day that is both is a holiday.
            known = self._years[year] = (self._listed(year) - self.removed) | added
        return known

    def corrections(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        """Days of `year` that are holidays only here, and listed holidays that are none here."""
        listed, known = self._listed(year), self.holidays(year)
        return known - listed, listed - known

    def _listed(self, year: int) -> frozenset[date]:
        return frozenset[date]().union(*(seeded(part, year) for part in self._parts))

    def knows(self, year: int) -> bool:
        """Whether the holidays of `year` are known in every place of this calendar."""
        known = (years_known(part) for part in self._parts)
        return all(first <= year <= last for first, last in known)

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        return day.weekday() not in self.weekend and day not in self.holidays(day.year)

    def next_working(self, day: date) -> date:
        """`day` itself when worked, else the first worked day after it."""
        return self._search(day, 1)

    def previous_working(self, day: date) -> date:
        """`day` itself when worked, else the last worked day before it."""
        return self._search(day, -1)

    def add_working_days(self, day: date, amount: int) -> date:
        """The `amount`-th worked day after `day` (before it, when negative)."""
        # None of them is the day itself, worked or not: who counts periods decides what that means.
        step = ONE_DAY if amount > 0 else -ONE_DAY
        left = abs(amount)
        while left:
            day += step
            if self.is_working(day):
                left -= 1
        return day

    def _search(self, day: date, step: int) -> date:
        if self.is_working(day):
            return day
        for distance in range(1, _LONGEST_SEARCH):
            found = date.fromordinal(day.toordinal() + step * distance)
            if self.is_working(found):
                return found
        raise DeadlineInputError("calendar", f"no working day within a year of {day}")


def _plain_days(name: str, days: Iterable[object]) -> Iterable[date]:
    for day in days:
        # A date-time is a date for Python, but is never equal to one.
        if isinstance(day, datetime) or not isinstance(day, date):
            raise DeadlineInputError(name, f"{day!r} is not a date")
        yield day
