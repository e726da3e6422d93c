"""Working calendars as data: the pinned `holidays` package is the seed, people correct it."""

from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsr import deadlines as engine
from dsr.days.bounds import DaysWithin
from dsr.deadlines.calendars import SEED_VERSION


def saturday_and_sunday() -> list[int]:
    return [5, 6]


class WorkingCalendar(models.Model):
    """Which days are working days somewhere; `version` rises with every change."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    codes = models.JSONField(
        _("places"),
        default=list,
        blank=True,
        help_text=_('ISO 3166 codes, as ["FR"] or ["GB-ENG", "GB-WLS"].'),
    )
    weekend = models.JSONField(
        _("weekend"),
        default=saturday_and_sunday,
        blank=True,
        help_text=_("Weekdays on which nobody works: 0 is Monday."),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def as_engine(self) -> engine.WorkingCalendar:
        """The calendar that counts; the same one, with the years it knows, until a day changes.

        Errors: DeadlineInputError for a place or a weekend that no calendar can have.
        """
        # A new calendar, not yet saved, is asked too: `clean` builds it to see whether it can be.
        # By `.all()`: a calendar is asked for with every date, and who has many has its days too.
        days = [(each.on, each.change) for each in self.days.all()] if self.pk else []
        return _engine_calendar(
            codes=tuple(self.codes),
            weekend=frozenset(self.weekend),
            extra=frozenset(on for on, change in days if change == CalendarDay.Change.ADD),
            removed=frozenset(on for on, change in days if change == CalendarDay.Change.REMOVE),
            # The version of the package as well: its lists change between releases.
            version=f"{self.slug} {self.version}, {SEED_VERSION}",
        )

    def clean(self) -> None:
        try:
            # Built to see whether it can be: only the engine knows all places and weekends.
            self.as_engine()
        except (engine.DeadlineInputError, TypeError) as error:
            raise ValidationError(str(error)) from error


# By its content: a calendar that was built knows its years, and building them costs milliseconds.
@lru_cache(maxsize=64)
def _engine_calendar(**given: Any) -> engine.WorkingCalendar:
    return engine.WorkingCalendar(**given)


class CalendarDay(models.Model):
    """One correction to a calendar: a holiday more, or a holiday that is none."""

    class Change(models.TextChoices):
        ADD = "add", _("is a holiday")
        REMOVE = "remove", _("is no holiday")

    calendar = models.ForeignKey(WorkingCalendar, models.CASCADE, related_name="days")
    on = models.DateField(_("day"), validators=[DaysWithin(first=1990, ahead=20)])
    change = models.CharField(_("change"), max_length=10, choices=Change)
    reason = models.CharField(_("reason"), max_length=200)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("corrected day")
        verbose_name_plural = _("corrected days")
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], name="calendar_day_once"),
            models.CheckConstraint(
                condition=Q(change__in=["add", "remove"]), name="calendar_day_change_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on.isoformat()} {self.get_change_display()}"
