"""Forms of the deeds that record a day: receipts, postings, more time, orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsr.dashboard import words
from dsr.dashboard.deeds.forms import LONG, DeedForm, ReasonForm
from dsr.requests.forms import FilesField, day_field, text_field
from dsr.requests.models import Deadline
from dsr.requests.states import (
    Channel,
    ExtensionReason,
)


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
        extendable = self.extendable()
        self.choose("deadline", [(each.pk, _more(each)) for each in extendable])
        admitted = {code for each in extendable for code in (each.extension_rule or {})["reasons"]}
        self.choose("reason", [each for each in ExtensionReason.choices if each[0] in admitted])

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
