"""Where the organisation is at home whose days and times are told: its country and its clock.

Whoever tells of an organisation stands in its place first (``standing_in`` for a block,
``stand_in`` for the rest of a page). All that says a day or a time asks where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils import timezone

# Where English has the month before the day.   (CLDR, long dates of en-XX)
MONTH_FIRST = frozenset({"US", "AS", "GU", "MP", "PR", "UM", "VI", "CA", "FM", "MH", "PH", "PW"})


@dataclass(frozen=True, slots=True)
class Place:
    """``country`` as in ISO 3166, ``zone`` as in the IANA database."""

    country: str = ""
    zone: str = "UTC"

    @property
    def month_first(self) -> bool:
        return self.country in MONTH_FIRST


# The site itself, where no organisation is spoken of: its own clock is UTC.
NOWHERE = Place()
_here: ContextVar[Place] = ContextVar("place", default=NOWHERE)


def here() -> Place:
    return _here.get()


@contextmanager
def standing_in(place: Place) -> Iterator[None]:
    token = _here.set(place)
    try:
        with timezone.override(place.zone):
            yield
    finally:
        _here.reset(token)


def stand_in(place: Place) -> None:
    """From here to the end of the page; ``PlaceMiddleware`` takes everybody home again."""
    _here.set(place)
    timezone.activate(place.zone)
