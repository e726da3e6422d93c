"""What somebody asked, in words, for a letter that confirms it: sealed there, and in no mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation

from dsr.days.words import day_words
from dsr.policies.particulars import FieldSpec, particulars
from dsr.requests.models import SubjectRequest
from dsr.vault.errors import KeyDestroyed, Tampered


def what_was_asked(subject_request: SubjectRequest) -> str:
    """An item for each thing that was said, in the requester's language; empty where nothing."""
    try:
        values = subject_request.values()
    # What cannot be read any more is left out: the letter confirms receipt all the same.
    except (Tampered, KeyDestroyed):
        return ""
    with translation.override(subject_request.language):
        said = [
            f"- {spec.label}: {_in_words(spec, values[particular.code].get(spec.name))}"
            for particular in particulars(values)
            for spec in particular.fields
            if values[particular.code].get(spec.name)
        ]
    return "\n".join(said)


def _in_words(spec: FieldSpec, value: Any) -> str:
    labels = dict(spec.choices)
    if isinstance(value, list):
        return ", ".join(str(labels.get(each, each)) for each in value)
    if spec.type == "date":
        try:
            return day_words(date.fromisoformat(str(value)))
        except ValueError:
            pass
    # One line for each thing: an empty line in what was typed would end the list.
    return " ".join(str(labels.get(str(value), value)).split())
