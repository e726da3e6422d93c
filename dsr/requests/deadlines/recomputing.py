"""After a holiday changes: every live date that may move is computed again, in small commits.

What is owed is a question to the rows (a deadline computed with an older version of its calendar),
so the sweep may be killed, run twice, or come late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet

from dsr.deadlines import WorkingCalendar as EngineCalendar
from dsr.policies.models import Organisation, WorkingCalendar
from dsr.requests.deadlines import lifecycle, solving
from dsr.requests.models import Deadline, Extension, Pause, Receipt, SubjectRequest
from dsr.requests.prefetched import keep_prefetched
from dsr.requests.states import SetBy

BATCH = 500
T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Current:
    """A calendar as it stands at the beginning of the sweep; built once, it remembers its years."""

    version: int
    engine: EngineCalendar


def stale() -> QuerySet[Deadline]:
    """Live deadlines whose calendar has changed since they were computed."""
    return Deadline.objects.live().filter(calendar_version__lt=F("calendar__version"))


def sweep_stale(*, at: datetime, batch: int = BATCH) -> int:
    """Compute again all that is stale; returns how many deadlines were looked at.

    What somebody works on at this moment is left to the next sweep.
    """
    calendars = {
        each.pk: Current(each.version, each.as_engine()) for each in WorkingCalendar.objects.all()
    }
    done, after = 0, 0
    while requests := _sweep_batch(at, after, batch, calendars):
        done += sum(requests.values())
        after = max(requests)
    return done


def _sweep_batch(
    at: datetime, after: int, batch: int, calendars: dict[int, Current]
) -> dict[int, int]:
    """How many deadlines of each of the next requests were looked at.

    Most dates do not move: those only note the new version. The others go through the deed.
    """
    with transaction.atomic():
        # The request is locked before its deadlines, in the order every deed takes them.
        requests = {each.pk: each for each in _next_requests(after, batch)}
        seen = dict.fromkeys(requests, 0)
        moved, same = set(), []
        for deadline in _stale_ones(requests):
            seen[deadline.subject_request_id] += 1
            deadline.subject_request = requests[deadline.subject_request_id]
            if _moves(deadline, calendars):
                moved.add(deadline.subject_request_id)
            else:
                same.append(deadline)
        for subject_request in SubjectRequest.objects.filter(pk__in=moved).order_by("pk"):
            lifecycle.recompute(subject_request, actor=None, at=at, cause="calendar_changed")
        _note_version(same, calendars)
    return seen


def _next_requests(after: int, batch: int) -> list[SubjectRequest]:
    """Only what dates follow from: most of a request is neither read nor written here."""
    found = list(
        SubjectRequest.objects.filter(
            Exists(stale().filter(subject_request=OuterRef("pk"))), pk__gt=after
        )
        .select_for_update(skip_locked=True, of=("self",))
        .only("pk", "status", "received_on", "organisation_id")
        .order_by("pk")[:batch]
    )
    organisations = Organisation.objects.in_bulk({each.organisation_id for each in found})
    receipts = _by(
        "subject_request_id",
        Receipt.objects.filter(subject_request__in=found)
        .only("subject_request_id", "received_at", "struck_at")
        .order_by(),
    )
    pauses = _by("subject_request_id", Pause.objects.filter(subject_request__in=found))
    for each in found:
        each.organisation = organisations[each.organisation_id]
        keep_prefetched(each, receipts=receipts[each.pk], pauses=pauses[each.pk])
    return found


def _by(column: str, rows: Iterable[T]) -> defaultdict[int, list[T]]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _stale_ones(requests: Iterable[int]) -> list[Deadline]:
    found = list(stale().filter(subject_request__in=requests).defer("trace", "extension_rule"))
    extensions = _by("deadline_id", Extension.objects.filter(deadline__in=found))
    for each in found:
        keep_prefetched(each, extensions=extensions[each.pk])
    return found


def _moves(deadline: Deadline, calendars: dict[int, Current]) -> bool:
    own = calendars[deadline.calendar_id].engine if deadline.calendar_codes is None else None
    return deadline.set_by != SetBy.ORDER and solving.would_move(deadline, own)


def _note_version(same: list[Deadline], calendars: dict[int, Current]) -> None:
    for calendar_id, current in calendars.items():
        rows = [each.pk for each in same if each.calendar_id == calendar_id]
        Deadline.objects.filter(pk__in=rows).update(calendar_version=current.version)
