"""Deeds about facts on which dates depend: a fee, and what decides which law applies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.forms import LONG, DeedForm
from dsr.requests.forms import day_field, text_field
from dsr.requests.forms.countries import choices_after
from dsr.requests.services import fees, stating
from dsr.requests.states import FeeGround, RecordAge


class FeeForm(DeedForm):
    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=FeeGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the ground of the fee.")},
    )
    text = text_field(
        6,
        LONG,
        label=_("What the requester is told"),
        help_text=_("How much, for what, how to pay, and that the request can be withdrawn."),
        error_messages={"required": _("Say how much and for what.")},
    )


class SettleFeeForm(DeedForm):
    how = forms.ChoiceField(
        label=_("What happened"),
        choices=[("paid", _("The fee was paid")), ("waived", _("The fee is waived"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it was paid or waived.")},
    )
    on = day_field(label=_("On which day"))


class FactsForm(DeedForm):
    country = forms.ChoiceField(
        label=_("Where the requester lives"),
        required=False,
        choices=choices_after(_("Not known")),
    )
    record_age = forms.ChoiceField(
        label=_("How old the record is"),
        required=False,
        choices=[("", _("Nobody has looked")), *RecordAge.choices],
        help_text=_(
            "On the day of the request. It matters where a law gives older records longer."
        ),
    )


class AskFee(DeedView):
    code = "ask_fee"
    form_class = FeeForm
    lead = _(
        "A fee is announced first, so that the requester can withdraw. "
        "Under the GDPR a first copy is free."
    )
    done = _("The fee is announced.")

    def do(self, form: DeedForm) -> None:
        fees.ask_fee(
            self.subject_request.pk,
            ground=form.cleaned_data["ground"],
            text=form.cleaned_data["text"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class SettleFee(DeedView):
    code = "settle_fee"
    form_class = SettleFeeForm
    lead = _("Clocks that stood still for the fee run again from this day.")
    done = _("It is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"on": self.today}

    def do(self, form: DeedForm) -> None:
        fees.settle_fee(
            self.subject_request.pk,
            on=form.cleaned_data["on"],
            waived=form.cleaned_data["how"] == "waived",
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class StateFacts(DeedView):
    code = "state_facts"
    form_class = FactsForm
    lead = _("Clocks of the laws that apply begin, those of laws that do not apply fall away.")
    done = _("The facts are recorded and the dates follow.")

    def initial(self) -> dict[str, Any]:
        return {
            "country": self.subject_request.country,
            "record_age": stating.record_age(self.subject_request),
        }

    def do(self, form: DeedForm) -> None:
        stating.state_facts(
            self.subject_request.pk,
            country=form.cleaned_data["country"],
            record_age=form.cleaned_data["record_age"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )
