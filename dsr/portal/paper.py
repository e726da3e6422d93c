"""A request as a letter, for an organisation that wants a signature by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dsr.policies.particulars import FieldSpec, particulars
from dsr.requests.models import SubjectRequest
from dsr.requests.people import writes_to


@dataclass(frozen=True)
class Letter:
    sender: str
    recipient: str
    said: list[tuple[Any, str]]


def letter_of(subject_request: SubjectRequest) -> Letter:
    person = writes_to(subject_request)
    name, address = (
        str(person.reveal("name", erased="")),
        str(person.reveal("postal_address") or ""),
    )
    return Letter(
        sender=address if address.startswith(name) else f"{name}\n{address}".strip(),
        recipient=_recipient(subject_request),
        said=_said(subject_request),
    )


def _recipient(subject_request: SubjectRequest) -> str:
    """The address that the policy names for letters, else the organisation's own."""
    for channel in subject_request.right.channels:
        if channel["kind"] == "post":
            return str(channel["address"])
    organisation = subject_request.organisation
    return organisation.postal_address or organisation.legal_name


def _said(subject_request: SubjectRequest) -> list[tuple[Any, str]]:
    values = subject_request.values()
    return [
        (spec.label, _in_words(spec, values[particular.code].get(spec.name)))
        for particular in particulars(values)
        for spec in particular.fields
        if values[particular.code].get(spec.name)
    ]


def _in_words(spec: FieldSpec, value: Any) -> str:
    labels = dict(spec.choices)
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(each, each)) for each in chosen)
