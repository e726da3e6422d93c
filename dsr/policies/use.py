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
    unused = Reading.objects.filter(pk=right.reading_id, used_at__isnull=True)
    if not unused.exists():
        return
    with transaction.atomic():
        # Whoever is editing the version has this lock: one of the two sees the other.
        PolicyVersion.objects.select_for_update().get(readings=right.reading_id)
        unused.update(used_at=at)


def in_use(version: PolicyVersion) -> bool:
    marked = version.readings.filter(used_at__isnull=False).exists()
    return marked or any(check(version) for check in _checks)
