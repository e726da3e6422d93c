"""The forms of the deeds. They check the shape of what is typed; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.dashboard import words
from dsr.dashboard.access import colleagues
from dsr.policies.particulars import Particular, particulars
from dsr.requests.forms import FilesField, day_field, email_field, phone_field, text_field
from dsr.requests.forms.asking import asked_by
from dsr.requests.forms.fields import field_of
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import (
    ACTS_FOR_ANOTHER,
    About,
    Channel,
    EvidenceKind,
    ExtensionReason,
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


class ReceiptForm(DeedForm):
    channel = forms.ChoiceField(label=_("It also arrived by"), choices=Channel.choices)
    received_on = day_field(
        label=_("Day on which it arrived"), help_text=_("The earliest receipt counts.")
    )


class CorrectReceiptForm(ReasonForm):
    received_on = day_field(label=_("Real day of receipt"))
    reason = text_field(
        4,
        LONG,
        label=_("How you know it"),
        help_text=_("For example: the stamp on the envelope. Every date is computed anew."),
        error_messages={"required": _("Say how you know the real day of receipt.")},
    )
    field_order = ["received_on", "reason"]


class SendForm(DeedForm):
    given_on = day_field(
        label=_("Given already on"),
        required=False,
        help_text=_(
            "Leave empty: the answer goes out now. Fill in only where it was given by another "
            "way before, with the proof of it."
        ),
    )
    proof = FilesField(
        label=_("Proof of that day"),
        required=False,
        help_text=_("For example the receipt that was signed. PDF, JPEG or PNG, at most 10 MB."),
    )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("given_on") and not typed.get("proof"):
            self.add_error("proof", gettext("Add the proof of the day on which it was given."))
        return typed


class PostingForm(DeedForm):
    posted_on = day_field(
        label=_("Day on which the letter was posted"),
        help_text=_("The answer counts from this day."),
    )


class AcknowledgeForm(DeedForm):
    on = day_field(
        label=_("Day on which receipt was confirmed"),
        help_text=_("By letter or by word of mouth; a receipt mail is recorded by itself."),
    )


class ExtendForm(DeedForm):
    deadline = forms.TypedChoiceField(label=_("Which deadline"), coerce=int)
    amount = forms.IntegerField(
        label=_("How much more"),
        min_value=1,
        error_messages={"required": _("Say how much more time is needed, as a number.")},
        widget=forms.NumberInput(attrs={"class": "input--tiny"}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=ExtensionReason.choices)
    explanation = text_field(
        8,
        LONG,
        label=_("What the requester is told"),
        help_text=_("Why more time is needed, and until when. They read it on their private page."),
        error_messages={"required": _("Tell the requester why more time is needed.")},
    )
    notified_on = day_field(
        label=_("Told already on"),
        required=False,
        help_text=_(
            "Leave empty: the requester is told today. Fill in only where they were told by "
            "another way before; a notice that came too late has no effect."
        ),
    )

    proof = FilesField(
        label=_("The notice that was sent"),
        required=False,
        help_text=_("Needed for a notice of an earlier day. PDF, JPEG or PNG, at most 10 MB."),
    )

    def prepare(self) -> None:
        self.choose("deadline", [(each.pk, _more(each)) for each in self.extendable()])

    def extendable(self) -> list[Deadline]:
        live = self.subject_request.deadlines.live()
        return [each for each in live if each.extension_rule is not None]


def _more(deadline: Deadline) -> str:
    rule = deadline.extension_rule or {}
    return _("%(source)s: at most %(length)s more") % {
        "source": gettext(deadline.source),
        "length": words.length(rule["amount"], rule["unit"]),
    }


class OrderForm(DeedForm):
    authority = text_field(0, 300, label=_("Court or authority"))
    ordered_on = day_field(label=_("Day of the order"))
    due_on = day_field(label=_("Day by which it wants the answer"))
    document = FilesField(
        label=_("The order itself"), help_text=_("PDF, JPEG or PNG, at most 10 MB.")
    )

    def clean_document(self) -> Any:
        if not self.cleaned_data["document"]:
            raise forms.ValidationError(
                _("Add the document: an order is only as good as its proof.")
            )
        return self.cleaned_data["document"]
