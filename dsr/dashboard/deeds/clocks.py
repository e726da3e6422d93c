"""Deeds about time: receipt confirmed, more time, an order. Nobody types a due date."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.deeds.dated_forms import AcknowledgeForm, ExtendForm, OrderForm
from dsr.dashboard.deeds.forms import DeedForm
from dsr.requests.services import acknowledging, extending
from dsr.requests.services.extending import ExtensionGiven, OrderGiven


class Acknowledge(DeedView):
    code = "acknowledge"
    form_class = AcknowledgeForm
    lead = _("Receipt was confirmed to the requester outside of this site.")
    done = _("The acknowledgement is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"on": self.today}

    def do(self, form: DeedForm) -> None:
        acknowledging.acknowledge(
            self.subject_request.pk,
            on=form.cleaned_data["on"],
            actor=self.user,
            at=self.at,
            seen=form.seen,
        )


class Extend(DeedView):
    code = "extend"
    form_class = ExtendForm
    template = "dashboard/extend.html"
    lead = _(
        "More time is possible only where the rule of a deadline allows it, for one of its "
        "reasons, and when the requester is told in time."
    )
    done = _("The extension is recorded.")

    def do(self, form: DeedForm) -> None:
        typed = form.cleaned_data
        given = ExtensionGiven(
            deadline_id=typed["deadline"],
            amount=typed["amount"],
            reason=typed["reason"],
            explanation=typed["explanation"],
            notified_on=typed["notified_on"],
            proof=next(iter(typed["proof"]), None),
        )
        extending.extend(
            self.subject_request.pk, given, actor=self.user, at=self.at, seen=form.seen
        )


class RecordOrder(DeedView):
    code = "record_order"
    form_class = OrderForm
    lead = _("An order of a court or authority adds a clock of its own; it changes no other.")
    done = _("The order is recorded.")

    def do(self, form: DeedForm) -> None:
        typed = form.cleaned_data
        given = OrderGiven(
            due_on=typed["due_on"],
            ordered_on=typed["ordered_on"],
            authority=typed["authority"],
            document=typed["document"][0],
        )
        extending.record_order(
            self.subject_request.pk, given, actor=self.user, at=self.at, seen=form.seen
        )
