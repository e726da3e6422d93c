"""Values that were altered outside the program, by the requests they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsr.requests.models import SubjectRequest
from dsr.vault import services as vault


@dataclass(frozen=True, slots=True)
class Altered:
    """A value, by its column, and the request that it is of; None where it is of none."""

    subject_request: SubjectRequest | None
    where: str


def altered_values() -> list[Altered]:
    """What was met altered and does not open to this day; a bounded list, the newest first."""
    found = vault.still_altered()
    requests = _by_safe(each.safe_id for each in found)
    return [Altered(requests.get(each.safe_id), str(each)) for each in found]


def _by_safe(safes: Iterable[int]) -> dict[int, SubjectRequest]:
    return {each.safe_id: each for each in SubjectRequest.objects.filter(safe_id__in=set(safes))}
