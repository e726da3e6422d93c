"""What a requester adds later: a message, files, or what the policy asks for and was missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.policies.particulars import particulars
from dsr.requests.forms import FilesField, text_field
from dsr.requests.forms.asking import Asked
from dsr.requests.forms.fields import field_of, said
from dsr.requests.models import SubjectRequest


class ReplyForm(forms.Form):
    text = text_field(6, 5000, label=gettext_lazy("Your message"), required=False)
    documents = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB each."),
        required=False,
    )


class CompletingForm(forms.Form):
    """The particulars that are missing, and nothing else."""

    def __init__(self, subject_request: SubjectRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = subject_request.organisation.accepts_electronic_signatures
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
