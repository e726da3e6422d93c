"""Days that make sense where an administrator types one: a slip of a figure moves every date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from dsr.days.words import day_words


@deconstructible
class DaysWithin:
    """From the first day of ``first`` to ``ahead`` years after today."""

    def __init__(self, first: int, ahead: int) -> None:
        self.first, self.ahead = first, ahead

    def bounds(self) -> tuple[date, date]:
        return date(self.first, 1, 1), date(timezone.localdate().year + self.ahead, 12, 31)

    def __call__(self, day: Any) -> None:
        first, last = self.bounds()
        if not isinstance(day, date) or first <= day <= last:
            return
        if day.year < 1000:
            raise ValidationError(_("Write the year with four figures, such as 2026."))
        raise ValidationError(
            _("Enter a day from %(first)s to %(last)s.")
            % {"first": day_words(first), "last": day_words(last)}
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DaysWithin) and (self.first, self.ahead) == (
            other.first,
            other.ahead,
        )

    def __hash__(self) -> int:
        return hash((self.first, self.ahead))
