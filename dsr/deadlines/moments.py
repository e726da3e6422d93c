"""Instants, zones and legal days: the only place where a clock time becomes a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsr.deadlines.errors import DeadlineInputError

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
    if isinstance(moment, datetime):
        return local_instant(moment, zone).date()
    return moment


def first_instant_after(day: date, zone: str) -> datetime:
    """The first instant of the local day after `day`: midnight, or later where clocks skip it."""
    place = zone_named(zone)
    midnight = datetime.combine(day + ONE_DAY, time(), place)
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
    return (begun + timedelta(hours=hours)).astimezone(local.tzinfo)


def known_year(field: str, day: date) -> None:
    """Refuse a day that no calendar here knows."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DeadlineInputError(
            field,
            f"the year {day.year} is outside what the calendar knows ({FIRST_YEAR} to {LAST_YEAR})",
        )
