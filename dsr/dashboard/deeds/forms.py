"""The forms of the deeds. They check the shape of what is typed; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.dashboard.access import colleagues
from dsr.policies.particulars import Particular, particulars
from dsr.requests.forms import FilesField, day_field, email_field, phone_field, text_field
from dsr.requests.forms.asking import asked_by
from dsr.requests.forms.fields import field_of
from dsr.requests.models import SubjectRequest
from dsr.requests.states import (
    ACTS_FOR_ANOTHER,
    About,
    EvidenceKind,
)

LONG = 8000


class DeedForm(forms.Form):
    """Carries the version of the request that the person saw, and when they opened the page."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    opened = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(
        self, *args: Any, subject_request: SubjectRequest, user: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.subject_request, self.user = subject_request, user
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the request."""

    @property
    def seen(self) -> int:
        return int(self.cleaned_data["version"])

    def put(self, problems: Mapping[str, Any]) -> None:
        """The services' sentences, beside their fields where the form has them."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, str(sentence))

    def with_version(self, version: int, at: datetime) -> Any:
        """What was typed, as if the page had been opened just now."""
        assert isinstance(self.data, QueryDict)
        again = self.data.copy()
        again["version"], again["opened"] = str(version), at.isoformat()
        return again

    def choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ReasonForm(DeedForm):
    reason = text_field(
        4,
        LONG,
        label=_("Reason"),
        help_text=_("Kept as an internal note; the requester does not see it."),
        error_messages={"required": _("Say why.")},
    )


class TextForm(DeedForm):
    """A message to the requester."""

    text = text_field(
        10,
        LONG,
        label=_("Message to the requester"),
        help_text=_("They read it on their private page; no mail carries its text."),
        error_messages={"required": _("Write the message.")},
    )


class QuestionForm(DeedForm):
    question = text_field(
        10,
        LONG,
        label=_("Your question"),
        help_text=_("They read it on their private page; the mail only says that it is there."),
        error_messages={"required": _("Write what you ask.")},
    )


class IdentityQuestionForm(QuestionForm):
    question = text_field(
        12,
        LONG,
        label=_("What you need"),
        help_text=_(
            "Ask first for what can be matched with what is held already. An identity document "
            "comes last; say what to black out, and name another way."
        ),
        error_messages={"required": _("Write what you need and what other ways there are.")},
    )
    doubt = text_field(
        3,
        2000,
        label=_("Your doubt about the identity"),
        required=False,
        help_text=_(
            "Internal. Only a doubt that is written down lets a clock stand still, where its "
            "law allows it; without one every clock runs on."
        ),
    )


class EvidenceForm(DeedForm):
    about = forms.ChoiceField(
        label=_("What does it speak for?"), choices=About.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=_("Kind of evidence"),
        choices=[("", _("Choose …")), *EvidenceKind.choices],
        error_messages={"required": _("Choose the kind of evidence.")},
    )
    compared_with = text_field(
        3,
        2000,
        label=_("What was compared with what"),
        help_text=_("For example: date of birth given, with the patient file. It is sealed."),
        error_messages={"required": _("Say what was compared with what.")},
    )
    confirmed = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("yes", _("It confirms")), ("no", _("It does not confirm"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it confirms.")},
    )
    seen_on = day_field(label=_("Day of the check"))
    document = FilesField(
        label=_("Document"),
        required=False,
        help_text=_("Only where nothing else suffices. PDF, JPEG or PNG, at most 10 MB."),
    )

    def prepare(self) -> None:
        if self.subject_request.role not in ACTS_FOR_ANOTHER:
            del self.fields["about"]


class ReplyForm(DeedForm):
    text = text_field(
        8, LONG, label=_("What the requester wrote or said"), required=False, help_text=""
    )
    on = day_field(
        label=_("Day on which it arrived"), help_text=_("The real day, also when it was earlier.")
    )
    documents = FilesField(
        label=_("Files"), required=False, help_text=_("PDF, JPEG or PNG, at most 10 MB each.")
    )


class WithdrawForm(DeedForm):
    text = text_field(
        4,
        LONG,
        label=_("What the requester wrote or said"),
        required=False,
        help_text=_("Leave it empty where they gave no words."),
    )


class NoteForm(DeedForm):
    text = text_field(
        4,
        LONG,
        label=_("Internal note"),
        help_text=_("Only staff read it."),
        error_messages={"required": _("Write the note.")},
    )


class AssignForm(DeedForm):
    to = forms.ChoiceField(label=_("Assign to"), required=False)

    def prepare(self) -> None:
        people = colleagues([self.subject_request.organisation])
        self.choose("to", [("", _("Nobody")), *((str(each.pk), each.name) for each in people)])

    @property
    def person(self) -> User | None:
        chosen = self.cleaned_data["to"]
        return User.objects.get(pk=int(chosen)) if chosen else None


class ContactForm(DeedForm):
    email = email_field(label=_("E-mail address"), required=False)
    phone = phone_field(label=_("Telephone number"), required=False)
    postal_address = text_field(4, 500, label=_("Postal address"), required=False)


class CompleteForm(DeedForm):
    """The particulars of the right; what is missing first."""

    def prepare(self) -> None:
        values = self.subject_request.values()
        for particular in self._particulars():
            for spec in particular.fields:
                alone = particular.help if len(particular.fields) == 1 else ""
                self.fields[spec.name] = field_of(spec, alone)
                self.fields[spec.name].initial = values.get(particular.code, {}).get(spec.name)

    def _particulars(self) -> list[Particular]:
        codes = [code for code, _strength in asked_by(self.subject_request.right)]
        missing = self.subject_request.missing
        return particulars(sorted(codes, key=lambda code: code not in missing))

    def given(self) -> dict[str, dict[str, Any]]:
        """Only the particulars of which something was changed, whole."""
        return {
            particular.code: {
                spec.name: _plain(self.cleaned_data.get(spec.name)) for spec in particular.fields
            }
            for particular in self._particulars()
            if any(spec.name in self.changed_data for spec in particular.fields)
        }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value or ""
