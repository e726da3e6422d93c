"""What a decision rests on: sealed with it as hashes, part by part, and compared before it counts.

The numbers that deeds raise know of deeds only. These hashes notice a change by whatever way, in
the database itself too, and say which part it was (promise A 8). They are sealed under the key of
the record and bound to their row, so that nobody who can write the table can make them fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.requests import enclosures
from dsr.requests.models import Decision, Evidence, SubjectRequest
from dsr.requests.states import Status
from dsr.vault.errors import KeyDestroyed, Tampered
from dsr.vault.models import SealedField, SealedModel

Read = Callable[[Decision, SubjectRequest], Any]
APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a decision rests on, and the sentence that says that it changed."""

    changed: str | Promise
    read: Read


PARTS: dict[str, Part] = {}


def rests_on(code: str, changed: str | Promise) -> Callable[[Read], Read]:
    """Add a part: ``read(decision, request)`` returns what JSON or ``str`` can hold.

    A room above adds its own, such as the package that leaves, from its ``ready()``.
    """

    def declare(read: Read) -> Read:
        if code in PARTS:
            raise ValueError(f"a decision rests on {code} twice")
        PARTS[code] = Part(changed, read)
        return read

    return declare


@rests_on("contact", gettext_lazy("The contact to which the answer goes was changed."))
def _contact(decision: Decision, subject_request: SubjectRequest) -> Any:
    names = ("part", "email", "phone", "postal_address", "email_stolen")
    people = [_values(each, names) for each in _people(subject_request)]
    # Whoever wants paper is written to by another way.
    return [subject_request.wants_paper, people]


@rests_on("people", gettext_lazy("Who asks, or whom it is about, was changed."))
def _who(decision: Decision, subject_request: SubjectRequest) -> Any:
    names = ("part", "role", "name", "born_on")
    return [subject_request.role, [_values(each, names) for each in _people(subject_request)]]


@rests_on("evidence", gettext_lazy("The evidence of identity or authority was changed."))
def _evidence(decision: Decision, subject_request: SubjectRequest) -> Any:
    # Without the documents: they are destroyed on their day, and that decides nothing (promise
    # A 7). What somebody saw in them stands in the row.
    names = [
        field.attname
        for field in Evidence._meta.concrete_fields
        if not field.name.startswith("document")
    ]
    rows = sorted(subject_request.evidence.all(), key=lambda each: each.pk)
    return [_values(_of(each, subject_request), names) for each in rows]


@rests_on("particulars", gettext_lazy("What is asked was changed."))
def _particulars(decision: Decision, subject_request: SubjectRequest) -> Any:
    names = ("particulars", "right_id", "kind", "organisation_id", "required_level", "two_people")
    return _values(subject_request, names)


@rests_on("answer", gettext_lazy("The outcome, its ground or the text of the answer was changed."))
def _answer(decision: Decision, subject_request: SubjectRequest) -> Any:
    names = (
        *("subject_request_id", "outcome", "ends_as", "ground", "answer", "reasons"),
        *("given_as", "given_on", "given_proof_id"),
    )
    at = decision.proposed_at.timestamp()
    return [_values(decision, names), decision.evidence_version, at, decision.proposed_by_id]


@rests_on("enclosures", gettext_lazy("The files that go with the answer were changed."))
def _enclosures(decision: Decision, subject_request: SubjectRequest) -> Any:
    names = ("id", "file_id", "sha256", "pages")
    of_file = ("row_key", "size", "content_type", "name")
    return [
        [_values(_of(each, subject_request), names), _values(_of(file, subject_request), of_file)]
        for each in enclosures.of(decision, subject_request)
        if (file := each.file)
    ]


def seal_basis(decision: Decision, subject_request: SubjectRequest) -> None:
    """Seal what a decision rests on, as it is now; does not save."""
    decision.seal(rests_on=_hashes(decision, subject_request))


def seal_approval(decision: Decision) -> None:
    """Beside what it rests on: that it is taken, by whom and when; does not save."""
    decision.seal(rests_on=decision.unseal("rests_on") | {APPROVAL: _approval(decision)})


def what_changed(decision: Decision, subject_request: SubjectRequest) -> list[str]:
    """The sentences of the parts that are not as they were; none where the decision holds."""
    # The request's own safe has its keys open already.
    _of(decision, subject_request)
    try:
        sealed: dict[str, str] = decision.unseal("rests_on")
    except Tampered:
        return [_("What the decision rests on was altered outside of this program.")]
    now = _hashes(decision, subject_request)
    changed = [str(PARTS[code].changed) for code in PARTS if sealed.get(code) != now[code]]
    if not _stands_as_taken(decision, subject_request, sealed):
        changed.append(_("Its approval is not the one that was given here."))
    return changed


def _stands_as_taken(
    decision: Decision, subject_request: SubjectRequest, sealed: dict[str, str]
) -> bool:
    """Proposed and taken are told apart by what was sealed, and not by a word in a column."""
    if subject_request.status != Status.DECIDED:
        return APPROVAL not in sealed
    said = (subject_request.outcome, subject_request.ground)
    return (
        sealed.get(APPROVAL) == _approval(decision)
        and decision.status == Decision.Status.TAKEN
        and said == (decision.outcome, decision.ground)
    )


def _approval(decision: Decision) -> str:
    at = decision.settled_at.timestamp() if decision.settled_at else None
    reason = _value(decision, "sole_reason")
    said = [decision.second_person_id, decision.named_by_proposer, decision.sole]
    return _hash([at, said, reason])


def _hashes(decision: Decision, subject_request: SubjectRequest) -> dict[str, str]:
    return {code: _hash(part.read(decision, subject_request)) for code, part in PARTS.items()}


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _people(subject_request: SubjectRequest) -> list[SealedModel]:
    people = sorted(subject_request.people.all(), key=lambda each: each.part)
    return [_of(each, subject_request) for each in people]


def _of(row: SealedModel, subject_request: SubjectRequest) -> Any:
    row.safe = subject_request.safe
    return row


def _values(row: SealedModel, names: Any) -> dict[str, Any]:
    return {name: _value(row, name) for name in names}


def _value(row: SealedModel, name: str) -> Any:
    if not isinstance(row._meta.get_field(name), SealedField):
        return getattr(row, name)
    try:
        return row.unseal(name)
    # Erased or altered since: it is not what it was, whatever it was.
    except (KeyDestroyed, Tampered):
        return {"unreadable": True}
