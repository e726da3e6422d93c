"""Correcting a working calendar: one service per deed, each raises the calendar's version."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from dsr.audit.services import SITE, append
from dsr.policies.models import CalendarDay, WorkingCalendar

CalendarHook = Callable[[WorkingCalendar, datetime], None]
_hooks: list[CalendarHook] = []


@dataclass(frozen=True)
class Correction:
    """A day that is a holiday after all (`add`), or is none (`remove`)."""

    on: date
    change: str
    reason: str
    source: str = ""


def on_calendar_change(hook: CalendarHook) -> None:
    """Have `hook` called in the transaction of every change. Registering twice is once."""
    if hook not in _hooks:
        _hooks.append(hook)


def correct_day(
    calendar_id: int, correction: Correction, *, actor_id: int | None, at: datetime
) -> WorkingCalendar:
    """Add or replace the correction of one day."""
    with transaction.atomic():
        calendar = WorkingCalendar.objects.select_for_update().get(pk=calendar_id)
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


def calendar_changed(
    calendar: WorkingCalendar,
    code: str,
    facts: dict[str, Any],
    *,
    actor_id: int | None,
    at: datetime,
) -> WorkingCalendar:
    """Raise the version, say so in the history, and tell whoever computes with it."""
    WorkingCalendar.objects.filter(pk=calendar.pk).update(version=F("version") + 1)
    calendar = WorkingCalendar.objects.get(pk=calendar.pk)
    by = "system" if actor_id is None else "staff"
    said = {"calendar": calendar.pk, "version": calendar.version, **facts}
    append(SITE, code, at=at, actor_id=actor_id, by=by, facts=said)
    for hook in _hooks:
        hook(calendar, at)
    return calendar
