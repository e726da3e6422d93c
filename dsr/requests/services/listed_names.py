"""Whose requests a list shows: names are sealed, so showing one is a line of its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.chain import write_line_each
from dsr.requests.errors import NotAllowed
from dsr.requests.models import Person, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.services import unlock


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the data is about, born when (as it is stored), and who asks where that is another."""

    name: str
    born_on: str
    asked_by: str


def show_names(requests: Iterable[SubjectRequest], *, by: User, at: datetime) -> dict[int, Named]:
    """The names of these requests by their ids, each told in its history.

    Raises NotAllowed where this person may not work on one of them.
    """
    wanted = {each.pk: each for each in requests}
    for organisation, department in {
        (each.organisation, each.department_id) for each in wanted.values()
    }:
        if Permission.WORK not in by.permissions_in(organisation, at=at, department=department):
            raise NotAllowed
    people = _people(wanted)
    # What cannot be recorded is not shown; of what was erased there is nothing to record.
    with transaction.atomic():
        there = {
            person.subject_request_id
            for person in people
            if not person.safe.is_erased(KeyPurpose.CONTENT)
        }
        listed = [wanted[pk] for pk in there]
        write_line_each(listed, "name_listed", actor=by, at=at)
    parts: dict[int, dict[str, Person]] = {}
    for person in people:
        parts.setdefault(person.subject_request_id, {})[person.part] = person
    return {pk: _named(of_one) for pk, of_one in parts.items()}


def _people(wanted: Iterable[int]) -> list[Person]:
    """With their keys, in two queries however many they are."""
    people = list(Person.objects.filter(subject_request__in=wanted).select_related("safe"))
    unlock(people)
    return people


def _named(parts: dict[str, Person]) -> Named:
    subject, requester = parts[Person.Part.SUBJECT], parts.get(Person.Part.REQUESTER)
    return Named(
        str(subject.shown("name", _("(erased)"))),
        str(subject.shown("born_on") or ""),
        str(requester.shown("name") or "") if requester else "",
    )
