"""What pages read: the queue, one request, its history, the deeds possible now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission, roles_with
from dsr.audit.models import Entry
from dsr.audit.services import request_chain
from dsr.policies.models import Organisation
from dsr.vault.services import find, find_words

from .deeds import DEEDS
from .models import Person, SubjectRequest
from .preconditions import unmet
from .reference import clean_reference
from .services.changing import allowed, not_now
from .states import Status


def organisations_seen_by(user: User) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        memberships__user=user, memberships__role__in=roles_with(Permission.VIEW)
    ).distinct()


def visible_to(user: User) -> QuerySet[SubjectRequest]:
    """The requests of the organisations this person may look into; of others nothing is known."""
    return SubjectRequest.objects.filter(
        organisation__in=organisations_seen_by(user)
    ).select_related("organisation", "right", "assignee", "department")


def by_reference(user: User, typed: str) -> QuerySet[SubjectRequest]:
    return visible_to(user).filter(reference=clean_reference(typed))


def by_person(user: User, typed: str) -> QuerySet[SubjectRequest]:
    """Exact e-mail address or telephone number, or all words of a name, through the blind index.

    A number without its country's code is read in the country of each organisation seen.
    """
    countries = set(organisations_seen_by(user).values_list("country", flat=True))
    numbers = (find("phone", typed, country) for country in countries)
    safes = find("email", typed).union(find_words(typed), *numbers)
    return visible_to(user).filter(safe_id__in=safes)


def possible_duplicates(subject_request: SubjectRequest) -> QuerySet[SubjectRequest]:
    """Other requests for the same right that give the same address; a hint, never a match."""
    safes: set[int] = set()
    for person in subject_request.people.all():
        for name in ("email", "phone"):
            if value := person.reveal(name):
                safes |= find(name, str(value), subject_request.organisation.country)
    safes.discard(subject_request.safe_id)
    return SubjectRequest.objects.filter(
        organisation_id=subject_request.organisation_id,
        kind=subject_request.kind,
        safe_id__in=safes,
    )


def related(subject_request: SubjectRequest) -> QuerySet[SubjectRequest]:
    """What was asked for together, each with clocks of its own."""
    if subject_request.group_key is None:
        return SubjectRequest.objects.none()
    return SubjectRequest.objects.filter(group_key=subject_request.group_key).exclude(
        pk=subject_request.pk
    )


@dataclass(frozen=True, slots=True)
class PossibleDeed:
    """A deed this person may do in this state; ``blocked`` says what has to happen first."""

    code: str
    label: Any
    blocked: str


def possible_deeds(subject_request: SubjectRequest, user: User) -> list[PossibleDeed]:
    return [
        PossibleDeed(code, deed.label, unmet(subject_request, code, user))
        for code, deed in DEEDS.items()
        if not not_now(subject_request, deed) and allowed(subject_request, deed, user)
    ]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the chain with names for its codes; still without personal data of requesters."""

    at: datetime
    by: str
    actor: str
    code: str
    label: Any
    from_state: Any
    to_state: Any
    facts: dict[str, Any]


LINES = {
    "submit": _("Request received"),
    "deadline_began": _("Deadline began"),
    "deadline_moved": _("Deadline moved"),
    "deadline_met": _("Deadline met"),
    "deadline_missed": _("Deadline missed"),
    "deadline_cancelled": _("Deadline cancelled"),
    "deadline_revived": _("Deadline runs again"),
}


def history(subject_request: SubjectRequest) -> list[HistoryLine]:
    """The request's own chain, oldest first."""
    entries = list(Entry.objects.filter(chain=request_chain(subject_request.pk)).order_by("seq"))
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [_line(entry, names) for entry in entries]


def _line(entry: Entry, names: dict[int, str]) -> HistoryLine:
    deed = DEEDS.get(entry.code)
    return HistoryLine(
        at=entry.at,
        by=entry.by,
        actor=names.get(entry.actor_id or 0, ""),
        code=entry.code,
        label=deed.label if deed else LINES.get(entry.code, entry.code),
        from_state=_status(entry.from_state),
        to_state=_status(entry.to_state),
        facts=dict(entry.facts),
    )


def _status(value: str) -> Any:
    return Status(value).label if value else ""


def people_of(subject_request: SubjectRequest) -> dict[str, Person]:
    """``subject`` and, where somebody else asks, ``requester``."""
    return {person.part: person for person in subject_request.people.all()}
