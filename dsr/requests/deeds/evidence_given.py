"""What the page asks of whoever records evidence: rows of matched details, or one other check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.requests.forms import HAPPENED, FileField, day_field, text_field
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Detail, EvidenceKind, RecordSource
from dsr.vault.uploads import CheckedUpload

from .declaration import Words
from .inputs import today, typed, typed_for, typed_together

MOST_DETAILS = 6  # rows on one page
CHOOSE = ("", gettext_lazy("Choose …"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailGiven:
    """One detail of a record, and whether what was told matches it.

    ``unique``: only this person has it; None of a name or a birth date, of which nobody is asked.
    ``row`` is its row on the page, for what is said beside it.
    """

    detail: str
    compared_with: str
    matches: bool | None
    unique: bool | None = None
    row: int = 1


def _yes(value: str) -> bool:
    return value == "yes"


def _choice(label: Any, choices: Iterable[tuple[str, Words]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[CHOOSE, *choices])


def _answer(label: Any, yes: Words, no: Words) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=[CHOOSE, ("yes", yes), ("no", no)],
        coerce=_yes,
        empty_value=None,
    )


def _rows_of_details(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    for row in range(1, MOST_DETAILS + 1):
        made |= {
            f"detail_{row}": _choice(gettext_lazy("Detail"), Detail.choices),
            f"compared_with_{row}": _choice(gettext_lazy("Compared with"), RecordSource.choices),
            f"matches_{row}": _answer(
                gettext_lazy("Result"), gettext_lazy("It matches"), gettext_lazy("It differs")
            ),
            f"unique_{row}": _answer(
                gettext_lazy("Who has it"),
                gettext_lazy("Only this person"),
                gettext_lazy("Others may share it"),
            ),
        }
    return made


def _details(subject_request: SubjectRequest, form: forms.Form) -> tuple[DetailGiven, ...]:
    """The rows in which something was chosen; half a row is one, too, and is refused by name."""
    rows = []
    for row in range(1, MOST_DETAILS + 1):
        names = ("detail", "compared_with", "matches", "unique")
        typed = {name: form.cleaned_data[f"{name}_{row}"] for name in names}
        if any(value not in ("", None) for value in typed.values()):
            rows.append(DetailGiven(**typed, row=row))
    return tuple(rows)


def _kept_documents(subject_request: SubjectRequest, user: User) -> forms.Field | None:
    """What the requester sent as proof already: nobody has to save it and send it in again."""
    kept = subject_request.identity_documents.filter(destroyed_at=None).select_related("file")
    choices = []
    for each in kept:
        each.file.safe = subject_request.safe
        choices.append((each.file_id, str(each.file.shown("name", _("(erased)")))))
    if not choices:
        return None
    return forms.TypedChoiceField(
        label=gettext_lazy("Document that was sent already"),
        required=False,
        choices=[CHOOSE, *choices],
        coerce=int,
        empty_value=None,
    )


# Matched details have rows of their own.
OTHER_KINDS = [each for each in EvidenceKind.choices if each[0] != EvidenceKind.MATCHED_DATA]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceGiven:
    """Several matched details, or one check of another kind, or both; all of one day.

    ``note`` is sealed, and needed where a kind rests on somebody's word or reason.
    """

    details: Sequence[DetailGiven] = typed_together(_rows_of_details, _details, default=())
    # Nothing is chosen beforehand: a kind that somebody clicked past would count as evidence.
    kind: str = typed(_choice, gettext_lazy("Kind of evidence"), OTHER_KINDS, default="")
    compared_with: str = typed(
        _choice,
        gettext_lazy("Where the contact stood before the request"),
        RecordSource.choices,
        default="",
    )
    # A failed check is recorded like any other: it outweighs one of its kind that passed before.
    confirmed: bool | None = typed(
        _answer,
        gettext_lazy("Result"),
        gettext_lazy("It confirms"),
        gettext_lazy("It does not confirm"),
        default=None,
    )
    note: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Note"),
        required=False,
        help_text=gettext_lazy(
            "Needed where somebody vouches (who?) and where there is no reasonable doubt (why? a "
            "second person reads it). It is sealed."
        ),
        default="",
    )
    # Late, as an identity document is the last resort (promise A1; EDPB 01/2022, para. 74).
    received: int | None = typed_for(_kept_documents, default=None)
    document: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Document"),
        required=False,
        help_text=gettext_lazy(
            "Only where nothing else suffices. PDF, JPEG, PNG or HEIC, at most 10 MB. It is "
            "destroyed when the identity is settled, and after 14 days in any case."
        ),
        default=None,
    )
    seen_on: date | None = typed(
        day_field, HAPPENED, label=gettext_lazy("Day of the check"), initial=today, default=None
    )
