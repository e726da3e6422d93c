"""After a holiday changes: every live date that may move is computed again, in small commits.

What is owed is a question to the rows (a deadline computed with an older version of its calendar),
so the sweep may be killed, run twice, or come late.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.services import clocks
from dsr.requests.states import Basis

BATCH = 500


def stale() -> QuerySet[Deadline]:
    """Live deadlines whose calendar has changed since they were computed."""
    return Deadline.objects.live().filter(calendar_version__lt=F("calendar__version"))


def sweep_stale(*, at: datetime, batch: int = BATCH) -> int:
    """Compute again all that is stale; returns how many deadlines were looked at."""
    done = 0
    while count := _sweep_batch(at, batch):
        done += count
    return done


def _sweep_batch(at: datetime, batch: int) -> int:
    """Most dates do not move: those only note the new version. The others go through the deed."""
    with transaction.atomic():
        # The request is locked before its deadlines, in the order every deed takes them.
        requests = list(
            SubjectRequest.objects.filter(pk__in=stale().values("subject_request_id"))
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("organisation")
            .order_by("pk")[:batch]
        )
        rows = list(
            stale()
            .filter(subject_request__in=requests)
            .select_related("calendar")
            .prefetch_related("extensions")
        )
        moved = _moved(rows, {each.pk: each for each in requests})
        for subject_request in moved:
            clocks.recompute(subject_request, actor=None, at=at, cause="calendar_changed")
        same = [row for row in rows if row.basis == Basis.ORDER or row.subject_request not in moved]
        for row in same:
            row.calendar_version = row.calendar.version
        Deadline.objects.bulk_update(same, ["calendar_version"])
    return len(rows)


def _moved(rows: list[Deadline], requests: dict[int, SubjectRequest]) -> set[SubjectRequest]:
    found = set()
    for deadline in rows:
        deadline.subject_request = requests[deadline.subject_request_id]
        if clocks.would_move(deadline):
            found.add(deadline.subject_request)
    return found
