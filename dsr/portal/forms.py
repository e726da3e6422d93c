"""What requesters fill in on their private page, and what any public form may have been told."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy

from dsr.policies.particulars import PARTICULARS, particulars
from dsr.requests.forms import FilesField, text_field
from dsr.requests.forms.asking import ROLES, Asked, CommonFields
from dsr.requests.forms.fields import field_of, said
from dsr.requests.models import SubjectRequest
from dsr.vault.plain_forms import PlainForm


def reference_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reference of your request"),
        help_text=gettext_lazy("Eight letters and digits, for example K7QX-3MPD."),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the reference of your request.")},
    )


class ReplyForm(PlainForm):
    """What a requester adds later: a message, files."""

    text = text_field(6, 5000, label=gettext_lazy("Your message"), required=False)
    documents = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB each."),
        required=False,
    )


class LessForm(PlainForm):
    """What a requester wants in the place of something that costs too much."""

    text = text_field(
        6,
        5000,
        label=gettext_lazy("What you want instead"),
        help_text=gettext_lazy("For example a shorter period, fewer documents, files not paper."),
        error_messages={"required": gettext_lazy("Write what you want instead.")},
    )


class CompletingForm(PlainForm):
    """The particulars that are missing, and nothing else."""

    def __init__(self, subject_request: SubjectRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = subject_request.organisation.accepts_electronic_signatures
        # A signature by hand comes on paper: a field for it could never be filled in.
        by_hand = () if typed else ("signed", "dated")
        self.missing = particulars(c for c in subject_request.missing if c not in by_hand)
        for particular in self.missing:
            alone = particular.help if len(particular.fields) == 1 else ""
            for spec in particular.fields:
                self.fields[spec.name] = field_of(spec, alone, asked=True)

    @property
    def content(self) -> list[Asked]:
        return [
            Asked(each, "must", [self[spec.name] for spec in each.fields])
            for each in self.missing
            if each.fields
        ]

    def particulars(self) -> dict[str, dict[str, Any]]:
        return said(self.missing, self.cleaned_data)


class CodeForm(PlainForm):
    """Eight digits, with or without a gap."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        error_messages={"required": gettext_lazy("Type the code of eight digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 12}
        ),
    )


class SignForm(PlainForm):
    """What a health professional signs: her choice, her reason, her name under a sentence."""

    choice = forms.ChoiceField(label=gettext_lazy("What you find"), widget=forms.RadioSelect)
    reason = text_field(
        6,
        8000,
        label=gettext_lazy("Your reason"),
        help_text=gettext_lazy("Sealed, and read by those who answer the request."),
        error_messages={"required": gettext_lazy("Give your reason.")},
    )
    name = text_field(
        length=120,
        label=gettext_lazy("Your name, as your signature"),
        error_messages={"required": gettext_lazy("Type your name.")},
    )
    licensed = forms.BooleanField()

    def __init__(self, choices: list[tuple[str, str]], statement: str, *typed: Any) -> None:
        super().__init__(*typed)
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = choices
        self.fields["licensed"].label = statement


class TypedForm(PlainForm):
    """Whatever came filled in, by the names that the public forms use; it tells nothing else.

    For a form that cannot be taken now: its request is closed to this browser, or its right is
    gone. Built from the post alone, so it says of no request what is asked there.
    """

    def __init__(self, data: QueryDict, files: MultiValueDict[str, Any] | None = None) -> None:
        super().__init__(data)
        # Before a form is sent nothing was typed, and looking for it among all that is known would
        # be dear.
        for name, field in _known() if data or files else ():
            filled = any(each.strip() for each in data.getlist(name))
            if filled or (files and name in files):
                self.fields[name] = deepcopy(field)
        self.not_judged()

    def in_words(self, but: frozenset[str] = frozenset()) -> list[tuple[Any, str]]:
        """Label and value of each field, for reading and copying."""
        shown = [self[name] for name, field in self.fields.items() if name not in but]
        return [
            (bound.label, _in_words(bound))
            for bound in shown
            if not isinstance(bound.field, forms.FileField)
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as they were sent, to be sent along hidden."""
        assert isinstance(self.data, QueryDict)
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]


def _known() -> Iterator[tuple[str, forms.Field]]:
    yield from ReplyForm.base_fields.items()
    for name, field in CommonFields.base_fields.items():
        yield name, _with_roles(field) if name == "role" else field
    for particular in PARTICULARS.values():
        for spec in particular.fields:
            yield spec.name, field_of(spec)


def _with_roles(field: forms.Field) -> forms.Field:
    role = deepcopy(field)
    assert isinstance(role, forms.ChoiceField)
    role.choices = list(ROLES.items())
    return role


def _in_words(bound: forms.BoundField) -> str:
    value = bound.value()
    labels = {str(code): label for code, label in getattr(bound.field, "choices", ())}
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(str(each), each)) for each in values)
