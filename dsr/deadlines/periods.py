"""Lengths of time as laws state them, and the arithmetic of months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast, get_args

from dsr.deadlines.errors import DeadlineInputError

Unit = Literal["hour", "day", "business_day", "week", "month", "year"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)

# The most that fits into ten years: 3,653 days with three leap days, 521 whole weeks of them,
# and the working days of a five-day week.
TEN_YEARS: Final[dict[Unit, int]] = {
    "hour": 3653 * 24,
    "day": 3653,
    "business_day": 2610,
    "week": 521,
    "month": 120,
    "year": 10,
}

_WORDS: Final[dict[str, Unit]] = {
    "hour": "hour",
    "day": "day",
    "calendar day": "day",
    "business day": "business_day",
    "business_day": "business_day",
    "working day": "business_day",
    "week": "week",
    "month": "month",
    "year": "year",
}
_TEXT: Final = re.compile(r"([+-]?\d{1,9})\s*([a-z]+(?:[ _][a-z]+)?)", re.IGNORECASE)
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """So many of one unit, at least one and at most ten years.

    Units are `hour` (elapsed), `day` (calendar), `business_day`, `week`, `month`, `year`.
    Raises `DeadlineInputError` on `amount` or `unit`.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise DeadlineInputError("unit", f"{self.unit!r} is not one of {', '.join(UNITS)}")
        whole_number("amount", self.amount, least=1)
        if self.amount > TEN_YEARS[self.unit]:
            raise DeadlineInputError(
                "amount",
                f"{self.amount} {self.unit} is more than ten years, the most that is counted",
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `1 month`, `20 days`, `10 business days`, `72 hours`.

        Raises `DeadlineInputError` on `period`, `amount` or `unit`.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise DeadlineInputError(
                "period", f"{text!r} is not a number and a unit, like '20 days'"
            )
        word = " ".join(match[2].lower().split())
        unit = _WORDS.get(word) or _WORDS.get(word.removesuffix("s"))
        return cls(int(match[1]), cast("Unit", unit or word))


def whole_number(field: str, value: object, *, least: int, most: int | None = None) -> int:
    """`value` when it is an `int` (no bool, no float) within bounds, else an error on `field`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DeadlineInputError(field, f"{value!r} is not a whole number")
    if value < least:
        raise DeadlineInputError(field, f"{value} is less than {least}")
    if most is not None and value > most:
        raise DeadlineInputError(field, f"{value} is more than {most}")
    return value


def add_months(day: date, months: int) -> date:
    """The day with the same number `months` later (or earlier), else the last of that month.

    31 January + 1 month is 28 (or 29) February, never 3 March (Reg. 1182/71, Art. 3(2)(c)).
    One addition from the original day: adding again to a shortened month would lose days.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    # Every month has 28 days; only the later numbers can be missing.
    if number > 28 and number > _LENGTHS[month0]:
        leap = month0 == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        number = 29 if leap else _LENGTHS[month0]
    return date(year, month0 + 1, number)
