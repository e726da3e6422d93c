"""Words that staff and requesters both read: lengths of time, days left, how near a date is.

They stand once, so that a date is not near on one page and far on the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.days.words import day_words

# Days: from here on a date is shown as near. The first reminder goes out on the same day.
SOON = 7


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words and the tone they are said in; the colour only repeats the words."""

    kind: str
    text: str


def days_left(days: int, *, aim: bool = False) -> str:
    """``Due in 3 days``, ``Due today``, ``2 days overdue``; nobody is late with an aim of their
    own: ``Aim: in 3 days``, ``Aim passed 2 days ago``."""
    if aim:
        return _days_to_aim(days)
    if days < 0:
        return ngettext("%(n)d day overdue", "%(n)d days overdue", -days) % {"n": -days}
    if days == 0:
        return _("Due today")
    if days == 1:
        return _("Due tomorrow")
    return ngettext("Due in %(n)d day", "Due in %(n)d days", days) % {"n": days}


def _days_to_aim(days: int) -> str:
    if days < 0:
        return ngettext("Aim passed %(n)d day ago", "Aim passed %(n)d days ago", -days) % {
            "n": -days
        }
    if days == 0:
        return _("Aim: today")
    if days == 1:
        return _("Aim: tomorrow")
    return ngettext("Aim: in %(n)d day", "Aim: in %(n)d days", days) % {"n": days}


def days_badge(days: int, *, aim: bool = False) -> Badge:
    """How near a date is that lies so many days ahead: ``over``, ``soon`` or ``ok``."""
    kind = "soon" if days <= SOON else "ok"
    if days < 0 and not aim:
        kind = "over"
    return Badge(kind, days_left(days, aim=aim))


def short(day: date) -> str:
    """A day as the reader of this organisation’s pages has it."""
    return day_words(day)


def length(number: int, unit: str) -> str:
    """A length of time: ``20 days``."""
    # Whole phrases by unit: a noun put in by itself has no plural of its own in most languages.
    texts = {
        "hour": ngettext("%(n)d hour", "%(n)d hours", number),
        "day": ngettext("%(n)d day", "%(n)d days", number),
        "business_day": ngettext("%(n)d working day", "%(n)d working days", number),
        "week": ngettext("%(n)d week", "%(n)d weeks", number),
        "month": ngettext("%(n)d month", "%(n)d months", number),
        "year": ngettext("%(n)d year", "%(n)d years", number),
    }
    return texts[unit] % {"n": number}


def day_in_words(value: Any) -> str:
    """A day as the facts of the history hold it, ISO 8601, in the reader's language."""
    return short(date.fromisoformat(value)) if isinstance(value, str) else _("no date")
