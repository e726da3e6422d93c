"""Reading JSON values strictly: what is wrong is named by its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from typing import Any, Final, TypeVar, cast

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.moments import Moment

Json = dict[str, Any]
T = TypeVar("T")

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_TIME: Final = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
# Words that explain a value and change nothing.
_REMARKS: Final = frozenset({"why", "note", "caveat", "right"})


def day(field: str, value: object) -> date:
    """A date spelled `2026-01-31`."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise DeadlineInputError(field, f"{value!r} is not a date like 2026-01-31")
    return _real(field, value, date.fromisoformat)


def moment(field: str, value: object) -> Moment:
    """A date, or a date-time spelled `2026-01-31T10:00:00+01:00`, the offset optional."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return _real(field, value, datetime.fromisoformat)
    return day(field, value)


def clock_time(field: str, value: object) -> time:
    """A time of day spelled `22:00`."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise DeadlineInputError(field, f"{value!r} is not a time like 22:00")
    return _real(field, value, time.fromisoformat)


def _real(field: str, value: str, read: Callable[[str], T]) -> T:
    try:
        return read(value)
    except ValueError as wrong:
        raise DeadlineInputError(field, f"{value!r} does not exist: {wrong}") from wrong


def table(field: str, value: object, known: Collection[str], needed: Collection[str] = ()) -> Json:
    """A JSON object with no key that is not `known` and none of the `needed` missing."""
    if not isinstance(value, dict):
        raise DeadlineInputError(field, f"{value!r} is not an object")
    for key in value:
        if key not in known and key not in _REMARKS:
            raise DeadlineInputError(f"{field}.{key}", "is not known here")
    for key in needed:
        if key not in value:
            raise DeadlineInputError(f"{field}.{key}", "is missing")
    return cast("Json", value)


def items(field: str, value: object) -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise DeadlineInputError(field, f"{value!r} is not a list")
    return value


def text(field: str, value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise DeadlineInputError(field, f"{value!r} is not a text")
    return value


def within(field: str, make: Callable[[], T]) -> T:
    """`make()`, with the field of an error placed below `field`."""
    try:
        return make()
    except DeadlineInputError as wrong:
        raise wrong.under(field) from None
