"""Correcting a working calendar: one service per deed, each raises the calendar's version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from dsr.audit.recording import delete_recorded, save_recorded
from dsr.audit.services import SITE, append
from dsr.policies.models import CalendarDay, WorkingCalendar


@dataclass(frozen=True)
class Correction:
    """A day that is a holiday after all (`add`), or is none (`remove`)."""

    on: date
    change: str
    reason: str
    source: str = ""


def correct_day(
    calendar_id: int, correction: Correction, *, actor_id: int | None, at: datetime
) -> WorkingCalendar:
    """Add or replace the correction of one day."""
    with transaction.atomic():
        # Locked first, so that each line of the history names a version of its own.
        calendar = WorkingCalendar.objects.select_for_update().get(pk=calendar_id)
        # Replaced, since a day can be one thing only: the last word about it counts.
        CalendarDay.objects.update_or_create(
            calendar=calendar,
            on=correction.on,
            defaults={
                "change": correction.change,
                "reason": correction.reason,
                "source": correction.source,
            },
        )
        facts = {"day": correction.on.isoformat(), "change": correction.change}
        return calendar_changed(calendar, "calendar_day", facts, actor_id=actor_id, at=at)


def drop_correction(
    calendar_id: int, on: date, *, actor_id: int | None, at: datetime
) -> WorkingCalendar:
    """The day is again what the seed says."""
    with transaction.atomic():
        calendar = WorkingCalendar.objects.select_for_update().get(pk=calendar_id)
        CalendarDay.objects.filter(calendar=calendar, on=on).delete()
        facts = {"day": on.isoformat(), "change": "none"}
        return calendar_changed(calendar, "calendar_day", facts, actor_id=actor_id, at=at)


def add_calendar(
    calendar: WorkingCalendar, *, actor_id: int | None, at: datetime
) -> WorkingCalendar:
    """A new calendar, which nobody counts with yet."""
    save_recorded(calendar, actor_id=actor_id, at=at)
    return calendar


def change_calendar(
    calendar: WorkingCalendar,
    *,
    days: Sequence[CalendarDay],
    gone: Sequence[CalendarDay],
    actor_id: int | None,
    at: datetime,
) -> WorkingCalendar:
    """Save the calendar and its corrected days together: one change, one version, one line.

    Without a change there is no version either, or every date would be computed again.
    """
    with transaction.atomic():
        before = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
        fields = [
            name
            for name in ("slug", "name", "codes", "weekend")
            if getattr(calendar, name) != getattr(before, name)
        ]
        if not (fields or days or gone):
            return calendar
        calendar.save(update_fields=["slug", "name", "codes", "weekend"])
        for day in gone:
            day.delete()
        for day in days:
            day.calendar = calendar
            day.save()
        facts = {"fields": fields, **_told("days", days), **_told("dropped", gone)}
        if "weekend" in fields:
            facts |= {"weekend": calendar.weekend, "weekend.before": before.weekend}
        return calendar_changed(calendar, "calendar_changed", facts, actor_id=actor_id, at=at)


def _told(name: str, days: Sequence[CalendarDay]) -> dict[str, Any]:
    # The days themselves, as many as a line takes: a holiday moves dates that people rely on.
    return {name: sorted(day.on.isoformat() for day in days)[:100]}


def remove_calendar(calendar: WorkingCalendar, *, actor_id: int | None, at: datetime) -> None:
    """The database refuses it while an organisation counts with it."""
    delete_recorded(calendar, actor_id=actor_id, at=at)


def calendar_changed(
    calendar: WorkingCalendar,
    code: str,
    facts: dict[str, Any],
    *,
    actor_id: int | None,
    at: datetime,
) -> WorkingCalendar:
    """Raise the version and say so in the history.

    Nobody is told: whoever computes with calendars asks which dates rest on an older version, so
    a change that a killed process made is not missed either.
    """
    # In the database: the admin comes here with a form, and without a lock.
    WorkingCalendar.objects.filter(pk=calendar.pk).update(version=F("version") + 1)
    calendar = WorkingCalendar.objects.get(pk=calendar.pk)
    by = "system" if actor_id is None else "staff"
    said = {"calendar": calendar.pk, "version": calendar.version, **facts}
    # A holiday moves dates that people rely on, so the history says who set it.
    append(SITE, code, at=at, actor_id=actor_id, by=by, facts=said)
    return calendar
