"""Days and times in words. The one place that decides what they look like.

``November 19, 2026`` where the country has the month first, else ``19 November 2026``; in French
``19 novembre 2026`` and ``1er janvier 2026``. Times say whose they are: ``10:30, Paris time``.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from .place import Place, here

VOWELS = frozenset("AEIOUYHÀÂÉÈÊÎÔÙÛ")


def day_words(day: date, place: Place | None = None) -> str:
    """A day; of an aware instant the day at that place."""
    language = _language()
    if isinstance(day, datetime) and timezone.is_aware(day):
        day = timezone.localtime(day, ZoneInfo(place.zone) if place else None)
    place = place or here()
    return _day_words(day.year, day.month, day.day, language, place)


# A page of a request says some sixty days, most of them several times.
@lru_cache(maxsize=4096)
def _day_words(year: int, month: int, day: int, language: str, place: Place) -> str:
    on = date(year, month, day)
    if language == "fr" and day == 1:
        return f"1er {formats.date_format(on, 'F Y')}"
    return str(formats.date_format(on, day_format(language, place)))


def day_format(language: str, place: Place) -> str:
    if language != "en":
        return str(formats.get_format("DATE_FORMAT"))
    return "F j, Y" if place.month_first else "j F Y"


def time_words(at: datetime | time, place: Place | None = None) -> str:
    """A time with whose time it is; one without a zone is only a time.

    Without a place it is that of the clock in use, which is the clock of where one stands.
    """
    if isinstance(at, time) or timezone.is_naive(at):
        return str(formats.time_format(at, "TIME_FORMAT"))
    zone = place.zone if place else timezone.get_current_timezone_name()
    said = formats.time_format(at.astimezone(ZoneInfo(zone)), "TIME_FORMAT")
    # Translators: a time of day, and whose: “10:30, Paris time”.
    return _("%(time)s, %(zone)s") % {"time": said, "zone": zone_words(zone)}


def instant_words(at: datetime, place: Place | None = None) -> str:
    """``19 November 2026, 10:30, Paris time``."""
    # Translators: a day and a time: “19 November 2026, 10:30, Paris time”.
    return _("%(day)s, %(time)s") % {"day": day_words(at, place), "time": time_words(at, place)}


def zone_words(zone: str) -> str:
    """``Paris time`` for Europe/Paris; a zone that is no place keeps its name: ``UTC``."""
    return _zone_words(zone, get_language())


# A page says some twenty times, and each asks for all the cities below.
@lru_cache(maxsize=500)
def _zone_words(zone: str, language: str | None) -> str:
    area, _slash, city = zone.rpartition("/")
    if not area or area == "Etc":
        return city
    city = _city(city.replace("_", " "))
    if city[:1] in VOWELS:
        # Translators: whose time it is. “heure d’Amsterdam”
        return pgettext("before a vowel", "%(city)s time") % {"city": city}
    # Translators: whose time it is. “heure de Paris”
    return _("%(city)s time") % {"city": city}


def _city(name: str) -> str:
    """The cities of zones that have a name of their own in another language."""
    names = {
        "Athens": pgettext("city", "Athens"),
        "Brussels": pgettext("city", "Brussels"),
        "Bucharest": pgettext("city", "Bucharest"),
        "Copenhagen": pgettext("city", "Copenhagen"),
        "Lisbon": pgettext("city", "Lisbon"),
        "London": pgettext("city", "London"),
        "Malta": pgettext("city", "Malta"),
        "Moscow": pgettext("city", "Moscow"),
        "Nicosia": pgettext("city", "Nicosia"),
        "Prague": pgettext("city", "Prague"),
        "Rome": pgettext("city", "Rome"),
        "Sofia": pgettext("city", "Sofia"),
        "Vienna": pgettext("city", "Vienna"),
        "Warsaw": pgettext("city", "Warsaw"),
        "Zurich": pgettext("city", "Zurich"),
    }
    return names.get(name, name)


def _language() -> str:
    return (get_language() or "en").split("-")[0]
