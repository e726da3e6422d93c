"""Which readings requests depend on. The room of requests is above this one, so it asks
to be asked: it registers a check, and marks a reading when it first rests on it."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from dsr.policies.models import PolicyVersion, Reading, Right

UseCheck = Callable[[PolicyVersion], bool]
_checks: list[UseCheck] = []


def register_use_check(check: UseCheck) -> None:
    """Have `check` asked whether something depends on a version. Registering twice is once."""
    if check not in _checks:
        _checks.append(check)


def mark_used(right: Right, at: datetime) -> None:
    """A request rests on this right from now on: the database locks its reading and text.

    Call it in the transaction that opens the request.
    """
    reading = right.reading
    if reading.used_at is None:
        reading.refresh_from_db(fields=["used_at"])
    if reading.used_at is not None:
        return  # once used, always used
    with transaction.atomic():
        # Whoever is editing the version has this lock: one of the two sees the other.
        PolicyVersion.objects.select_for_update().get(readings=reading)
        Reading.objects.filter(pk=reading.pk, used_at__isnull=True).update(used_at=at)


def in_use(version: PolicyVersion) -> bool:
    marked = version.readings.filter(used_at__isnull=False).exists()
    return marked or any(check(version) for check in _checks)
