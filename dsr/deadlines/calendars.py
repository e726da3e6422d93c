"""Working calendars as data: which days are worked, where, and according to which version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.moments import ONE_DAY
from dsr.deadlines.seeds import SEED_VERSION, expand, seeded, years_known

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
    version: str = SEED_VERSION
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _years: dict[int, frozenset[date]] = field(init=False, repr=False, compare=False)
    # Steps of the trace that are the same for every date in the same years.
    memo: dict[tuple[int, ...], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.codes, str):
            raise DeadlineInputError("codes", f"{self.codes!r} is not a list of codes")
        self._keep("codes", tuple(self.codes))
        for name in ("extra", "removed"):
            self._keep(name, frozenset(_plain_days(name, getattr(self, name))))
        self._keep("weekend", frozenset(self.weekend))
        if not self.weekend <= frozenset(range(7)) or len(self.weekend) > 6:
            raise DeadlineInputError(
                "weekend",
                "not a list of weekdays, 0 (Monday) to 6 (Sunday), that leaves one for work",
            )
        parts = (part for code in self.codes for part in expand(code))
        self._keep("_parts", tuple(dict.fromkeys(parts)))
        self._keep("_years", {})
        self._keep("memo", {})

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def holidays(self, year: int) -> frozenset[date]:
        """Holidays of `year`, also those that fall on a weekend."""
        known = self._years.get(year)
        if known is None:
            listed = frozenset[date]().union(*(seeded(part, year) for part in self._parts))
            added = frozenset(day for day in self.extra if day.year == year)
            # Struck first, added last: a day that is both is a holiday.
            known = self._years[year] = (listed - self.removed) | added
        return known

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
        step = ONE_DAY if amount > 0 else -ONE_DAY
        left = abs(amount)
        while left:
            day += step
            if self.is_working(day):
                left -= 1
        return day

    def working_days(self, first: date, last: date) -> int:
        """How many days from `first` to `last`, both included, are worked."""
        spans = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
        return sum(map(self.is_working, spans))

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
        if isinstance(day, datetime) or not isinstance(day, date):
            raise DeadlineInputError(name, f"{day!r} is not a date")
        yield day
