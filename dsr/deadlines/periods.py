"""Days, instants and lengths of time: what everything here counts with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class DeadlineInputError(ValueError):
    """A value that has no meaning here.

    `field` is the path of the value as the vector format spells it (`received`,
    `events[0].to`), `message` says in one line what is wrong with it. Neither repeats
    anything but dates, codes and numbers, so both are safe in a log.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message

    def under(self, prefix: str) -> DeadlineInputError:
        """The same error with its field placed below `prefix`."""
        return DeadlineInputError(f"{prefix}.{self.field}", self.message)


Moment = date | datetime

# Days outside these years are typing errors, not requests.
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
ONE_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The time zone with this IANA name. Raises `DeadlineInputError` on `zone`."""
    try:
        # The name is typed by people: a path or a folder of zones raises other errors than a
        # wrong name, and all of them are the same mistake.
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as wrong:
        raise DeadlineInputError("zone", f"{name!r} is not a known time zone") from wrong


def local_instant(moment: datetime, zone: str) -> datetime:
    """The instant on the clocks of `zone`. A time without offset is taken as local there."""
    place = zone_named(zone)
    if moment.tzinfo is None:
        # Through UTC, so that a time skipped by the clock change becomes one that exists.
        moment = moment.replace(tzinfo=place).astimezone(UTC)
    return moment.astimezone(place)


def legal_day(moment: Moment, zone: str) -> date:
    """The day on which `moment` falls in `zone`; a plain date is already one.

    The zone is that of the place of receipt, never UTC: 23:30 UTC on 31 March is 1 April
    in Paris. Raises `DeadlineInputError` on `zone`.
    """
    # Asked this way round, because a datetime is a date to Python as well.
    if isinstance(moment, datetime):
        return local_instant(moment, zone).date()
    return moment


def first_instant_after(day: date, zone: str) -> datetime:
    """The first instant of the local day after `day`: midnight, or later where clocks skip it."""
    place = zone_named(zone)
    midnight = datetime.combine(day + ONE_DAY, time(), place)
    # Some zones change clocks at midnight: the day then begins at one o'clock.
    return midnight.astimezone(UTC).astimezone(place)


def hours_later(moment: datetime, hours: int, zone: str, *, next_full_hour: bool) -> datetime:
    """`hours` elapsed hours after `moment`, on the clocks of `zone` at the end.

    Elapsed, not read off the wall: over the spring clock change the end is an hour later
    by the clock. With `next_full_hour` the hour of the event is not counted, also at its
    first second (Reg. 1182/71, Art. 3(1)).
    """
    local = local_instant(moment, zone)
    begun = local.astimezone(UTC)
    if next_full_hour:
        begun += _HOUR - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
    # Added in UTC: local arithmetic would read the wall clock and be an hour off in March.
    return (begun + timedelta(hours=hours)).astimezone(local.tzinfo)


def known_year(field: str, day: date) -> None:
    """Refuse a day that no calendar here knows."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DeadlineInputError(
            field,
            f"the year {day.year} is outside what the calendar knows ({FIRST_YEAR} to {LAST_YEAR})",
        )


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
    """So many of one unit, at most ten years, and at least one; 0 days mean "at once".

    Units are `hour` (elapsed), `day` (calendar), `business_day`, `week`, `month`, `year`.
    Raises `DeadlineInputError` on `amount` or `unit`.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise DeadlineInputError("unit", f"{self.unit!r} is not one of {', '.join(UNITS)}")
        # "At once" is a period that ends on the day itself (LGPD, Art. 19 I). It is spelled in days
        # alone: 0 hours would be over on arrival, 0 months are a slip of the pen, and 0 working
        # days have no meaning on a Sunday, where 0 days and a last day that moves have one.
        whole_number("amount", self.amount, least=0 if self.unit == "day" else 1)
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
        # An unknown word goes on as it is: the constructor refuses it and names those it knows.
        return cls(int(match[1]), cast("Unit", unit or word))


def whole_number(field: str, value: object, *, least: int, most: int | None = None) -> int:
    """`value` when it is an `int` (no bool, no float) within bounds, else an error on `field`."""
    # `True` is an `int` for Python, and a float would be cut silently.
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
    # Months from the year 0, so that carrying over a year is one division, backwards too.
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    # Every month has 28 days; only the later numbers can be missing.
    if number > 28 and number > _LENGTHS[month0]:
        leap = month0 == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        number = 29 if leap else _LENGTHS[month0]
    return date(year, month0 + 1, number)
