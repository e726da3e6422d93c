"""Days that a law puts on a level with holidays for time limits, and days listed as holidays that
are none. The `holidays` package lists what people celebrate; these are corrections by law.

What is covered and what is not stands in docs/deadlines.md. A day that is only probable is left
out: without it the date is the earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

import holidays

# Decrees under Art. 3(3): "Besluit gelijkstelling van 2 januari 2026, 15 mei 2026, 7 mei 2027,
# 28 april 2028 en 26 mei 2028", the one before it, and one day of 2022.
_NL_BY_DECREE: Final = frozenset(
    date.fromisoformat(day)
    for day in (
        "2022-05-27",
        "2023-04-28",
        "2023-05-19",
        "2024-05-10",
        "2024-12-27",
        "2025-05-30",
        "2026-01-02",
        "2026-05-15",
        "2027-05-07",
        "2028-04-28",
        "2028-05-26",
    )
)


def _netherlands(year: int) -> Iterable[date]:
    """5 May, every year (Algemene termijnenwet, Art. 3(1)), and days equated by decree (3(3)).

    Good Friday (Art. 3(2)) is in the package.
    """
    return {date(year, 5, 5), *(day for day in _NL_BY_DECREE if day.year == year)}


def _austria(year: int) -> Iterable[date]:
    """Good Friday ends no time limit (BGBl. 37/1961, s. 1; AVG s. 33(2))."""
    bank = holidays.country_holidays("AT", years=year, categories=("bank",))
    # The other two days of the banks, 24 and 31 December, are no days of that law.
    return {day for day in bank if day.month < 12}


def _sweden(year: int) -> Iterable[date]:
    """Midsummer Eve, Christmas Eve, New Year's Eve (lag 1930:173, s. 2)."""
    midsummer_day = next(
        day for day in (date(year, 6, 20 + n) for n in range(7)) if day.weekday() == 5
    )
    return {midsummer_day - timedelta(days=1), date(year, 12, 24), date(year, 12, 31)}


_EQUATED: Final[dict[str, Callable[[int], Iterable[date]]]] = {
    "AT": _austria,
    "NL": _netherlands,
    "SE": _sweden,
}
# Commemorated, and worked: the first by schools (Cal. Educ. Code s. 37222), the second since 2026
# by whoever does not choose to take it off.
_WORKED: Final[dict[str, frozenset[str]]] = {"US-CA": frozenset({"Susan B. Anthony Day", "Diwali"})}


def equated(country: str, year: int) -> frozenset[date]:
    """The days of `year` that a law of `country` equates with holidays, beside the listed ones."""
    return frozenset(_EQUATED[country](year)) if country in _EQUATED else frozenset()


def is_worked(code: str, names: Iterable[str]) -> bool:
    """Whether a day that the package lists under these names is a working day all the same."""
    worked = _WORKED.get(code)
    # A day may be several: Presidents' Day of 2027 is 15 February as well.
    return worked is not None and all(name.removesuffix(" (observed)") in worked for name in names)
