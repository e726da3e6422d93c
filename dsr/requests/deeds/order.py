"""A court or an authority sets a day: a deadline of its own, with the document that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.deadlines import lifecycle
from dsr.requests.deadlines.planning import NO_RULE, DeadlinePlan
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field, text_field
from dsr.requests.models import Deadline, Order
from dsr.requests.states import OPEN, Duty, SetBy
from dsr.vault.uploads import CheckedUpload

from .declaration import deed
from .doing import Doing
from .inputs import typed


@dataclass(frozen=True, slots=True)
class OrderGiven:
    """An order of a court or authority, with its document."""

    authority: str = typed(text_field, 0, 300, label=gettext_lazy("Court or authority"))
    ordered_on: date = typed(day_field, HAPPENED, label=gettext_lazy("Day of the order"))
    due_on: date = typed(
        day_field, HAPPENED, label=gettext_lazy("Day by which it wants the answer")
    )
    document: CheckedUpload = typed(
        FileField,
        label=gettext_lazy("The order itself"),
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB."),
        error_messages={
            "required": gettext_lazy("Add the document: an order is only as good as its proof.")
        },
    )


@deed(
    "record_order",
    gettext_lazy("Record an order"),
    permissions=(Permission.OVERSEE,),
    states=OPEN,
    address="order",
    lead=gettext_lazy(
        "An order of a court or authority adds a clock of its own; it changes no other."
    ),
    done=gettext_lazy("The order is recorded."),
    history=gettext_lazy("An order was recorded"),
)
def record_order(doing: Doing, given: OrderGiven) -> None:
    """Add a deadline with the day that was ordered. It changes no other."""
    _check_order(given, doing)
    deadline = _ordered_deadline(doing, given)
    order = Order(
        safe=doing.subject_request.safe,
        deadline=deadline,
        document=keep_proof(doing.subject_request, given.document, at=doing.at),
        ordered_on=given.ordered_on,
        by=doing.user,
        recorded_at=doing.at,
    )
    order.seal(authority=given.authority.strip())
    order.save()
    doing.facts |= {"deadline": deadline.pk, "due_on": given.due_on.isoformat()}
    # It may be the first now, and on the same day as a law's it is the one that binds more.
    lifecycle.govern(doing.subject_request)


def _check_order(given: OrderGiven, doing: Doing) -> None:
    problems = {}
    if not given.authority.strip():
        problems["authority"] = _("Say which court or authority ordered it.")
    if given.ordered_on > doing.today:
        problems["ordered_on"] = _("This day lies in the future. Enter the day of the order.")
    # A day that is past is taken: an order that reached us late is still an order.
    if given.due_on < given.ordered_on:
        problems["due_on"] = _("This day lies before the order. Enter the day it sets.")
    if problems:
        raise BadInput(problems)


def _ordered_deadline(doing: Doing, given: OrderGiven) -> Deadline:
    subject_request = doing.subject_request
    # Counted while the request is locked: two orders at one instant never get one number.
    number = subject_request.deadlines.filter(set_by=SetBy.ORDER).count() + 1
    plan = DeadlinePlan(
        code=f"order-{number}",
        purpose=Duty.RESPOND,
        set_by=SetBy.ORDER,
        # No rule computes it: the order names the day, and nothing may move it.
        rule=NO_RULE,
        source=_("Order of a court or authority; its document is attached"),
    )
    return lifecycle.begin_of_its_own(
        subject_request,
        plan,
        started_on=given.ordered_on,
        due_on=given.due_on,
        actor=doing.actor,
        at=doing.at,
    )
