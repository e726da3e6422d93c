"""The people of a request: whom we write to, how a letter is addressed, what finds them again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsr.policies.kinds import MayWrite
from dsr.requests.models import Person, SubjectRequest
from dsr.vault.services import EMAIL, index_all, keyed_hash


def writes_to(subject_request: SubjectRequest) -> Person:
    """The person we write to: the requester where they are not the subject."""
    people = {person.part: person for person in subject_request.people.all()}
    for person in people.values():
        person.safe = subject_request.safe  # the same one, with the keys that are open already
    return people.get(Person.Part.REQUESTER) or people[Person.Part.SUBJECT]


def lines_of(person: Person) -> list[str]:
    """How a letter is addressed; many people begin their address with their name already."""
    name = str(_of(person, "name"))
    lines = str(_of(person, "postal_address") or "").splitlines()
    return lines if lines and name.casefold() in lines[0].casefold() else [name, *lines]


def goes_by_post(subject_request: SubjectRequest) -> bool:
    """Who asked for paper gets paper, and so does who can be written to in no other way."""
    person = writes_to(subject_request)
    # Paper that can be sent nowhere helps nobody: the answer then waits on the private page.
    if not _may(subject_request, MayWrite.POST) or not _of(person, "postal_address"):
        return False
    return subject_request.wants_paper or not _mailbox(subject_request, person)


def reindex(subject_request: SubjectRequest) -> None:
    """Make a request findable by its people's exact addresses and the words of their names."""
    country = subject_request.organisation.country
    # This only adds: what is no longer so was taken out before, by who changed it (`unindex`).
    index_all(subject_request.safe, findable(subject_request.people.all()), country)


def findable(people: Iterable[Person]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"email": [], "phone": [], "name_word": []}
    for person in people:
        found["email"].append(str(_of(person, "email") or ""))
        found["phone"].append(str(_of(person, "phone") or ""))
        found["name_word"].append(str(_of(person, "name")))
    return found


def notices_go_to(subject_request: SubjectRequest) -> tuple[str, str]:
    """Where a message goes that something is there, and how: ``email``, ``letter``, or nothing."""
    person = writes_to(subject_request)
    if email := _mailbox(subject_request, person):
        return email, "email"
    if _may(subject_request, MayWrite.POST) and _of(person, "postal_address"):
        return "\n".join(lines_of(person)), "letter"
    return "", "none"


def answers_go_to(subject_request: SubjectRequest) -> tuple[str, str]:
    """Where an answer goes and how: ``email`` or ``letter``; an empty address where it cannot.

    Not always where notices go: who asked for paper is told by mail that the letter is on its way.
    """
    person = writes_to(subject_request)
    if goes_by_post(subject_request):
        return "\n".join(lines_of(person)), "letter"
    return _mailbox(subject_request, person), "email"


def _of(person: Person, field: str) -> Any:
    # Nothing goes to an address that somebody else put there: it is as if there were none, and the
    # page says why.
    return person.reveal(field, altered="")


def _may(subject_request: SubjectRequest, way: MayWrite) -> bool:
    """Whether this way was not ruled out by who asked: nothing goes where writing is not safe."""
    return subject_request.may_write in ("", way)


def _mailbox(subject_request: SubjectRequest, person: Person) -> str:
    if not _may(subject_request, MayWrite.EMAIL):
        return ""
    # Who said that the mailbox is in wrong hands is not written to there.
    return "" if person.email_stolen else str(_of(person, "email") or "")


def contact_hash(address: str, medium: str) -> str:
    """What stands for a contact where it must not stand itself; alike for each way to write it."""
    return keyed_hash(f"contact {medium}", address, like=EMAIL if medium == "email" else "")
