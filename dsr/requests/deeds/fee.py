"""A fee is offered in lines, answered by the requester, and paid or waived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.currencies import currency_of
from dsr.requests import fees
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.fees import Fees
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.messages import write_message
from dsr.requests.models import FeeOffer, RequestMessage, SubjectRequest
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.states import UNDECIDED, FeeGround, FeePart, FeeStatus, PauseReason, Status

from .conversation import ask
from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import LONG, today, typed, typed_together

BEFORE_DECISION = (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS, Status.WAITING)
# It was announced before, and is answered or paid whenever that happens.
UNTIL_SENT = (*UNDECIDED, Status.DECIDED)
MOST_LINES = 5
LEAST, MOST = Decimal("0.01"), Decimal("99999.99")
CHOOSE = ("", gettext_lazy("Choose …"))


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One part of a fee, of ``FeePart``, and its amount. ``row`` is where it stands on the page."""

    part: str
    amount: Decimal | None
    row: int = 1


def _rows(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    currency = currency_of(subject_request.organisation.country)
    for row in range(1, MOST_LINES + 1):
        made |= {
            f"part_{row}": forms.ChoiceField(
                label=gettext_lazy("For what"),
                required=False,
                choices=[CHOOSE, *FeePart.choices],
            ),
            f"amount_{row}": forms.DecimalField(
                label=_("Amount in %(currency)s") % {"currency": currency},
                required=False,
                max_digits=7,
                decimal_places=2,
                min_value=LEAST,
                max_value=MOST,
            ),
        }
    return made


def _lines(subject_request: SubjectRequest, form: forms.Form) -> tuple[FeeLine, ...]:
    """The rows in which something was typed; half a row is one, too, and is refused by name."""
    rows = []
    for row in range(1, MOST_LINES + 1):
        part, amount = form.cleaned_data[f"part_{row}"], form.cleaned_data[f"amount_{row}"]
        if part or amount is not None:
            rows.append(FeeLine(part, amount, row))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Fee:
    """Why a fee is asked, for what and how much, and what the requester is told of it."""

    ground: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("Ground"),
        choices=FeeGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the ground of the fee.")},
    )
    lines: Sequence[FeeLine] = typed_together(_rows, _lines)
    text: str = typed(
        text_field,
        6,
        LONG,
        label=gettext_lazy("What the requester is told"),
        help_text=gettext_lazy(
            "Why it costs something, and how to pay. The parts, the sum and the three answers "
            "(yes, less, withdraw) are added below it."
        ),
        error_messages={"required": gettext_lazy("Say why it costs something and how to pay.")},
    )


def _no_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    if fees.standing(subject_request):
        return _("A fee is announced already. Record first that it was paid or waived.")
    return ""


def _something_may_cost(subject_request: SubjectRequest, actor: Actor) -> str:
    found = Fees(subject_request)
    if found.grounds:
        return ""
    if not found.laws:
        return _("Nothing may be charged: neither a law nor the policy names a fee for this right.")
    return _("Nothing may be charged. %(laws)s") % {"laws": found.sentences}


def _currency_known(subject_request: SubjectRequest, actor: Actor) -> str:
    if currency_of(subject_request.organisation.country):
        return ""
    return _(
        "The currency of the organisation’s country is not known here, so no fee can be named."
    )


@deed(
    "ask_fee",
    gettext_lazy("Announce a fee"),
    permissions=(Permission.WORK,),
    # No move of the request: work goes on, and only a clock whose law says so stands still.
    states=BEFORE_DECISION,
    needs=(_no_fee_open, _something_may_cost, _currency_known),
    address="fee",
    lead=gettext_lazy(
        "The requester says yes, asks for less, or withdraws. Silence is no consent: until a yes "
        "nothing is charged, and the dates run on but where a law says otherwise."
    ),
    done=gettext_lazy("The fee is announced."),
    history=gettext_lazy("A fee was announced"),
    told=gettext_lazy("You were told of a fee."),
    shows=("goes", "fees"),
)
def ask_fee(doing: Doing, given: Fee) -> None:
    """Offer a fee, part by part; what a law does not allow is refused with its article.

    A first copy is free under the GDPR (Art. 12(5), 15(3)); the first accounting in twelve months
    under HIPAA (45 CFR 164.528(c)(2)). Deadlines stand still or begin anew only where their law
    says so.
    """
    subject_request = doing.subject_request
    _check(given, subject_request)
    offer = FeeOffer(
        safe=subject_request.safe,
        subject_request=subject_request,
        ground=given.ground,
        currency=currency_of(subject_request.organisation.country),
        by=doing.user,
        offered_at=doing.at,
    )
    offer.seal(lines=[[each.part, str(each.amount)] for each in given.lines])
    offer.save()
    with translation.override(subject_request.language):
        told = fees.told(offer, given.text)
    message = write_message(doing, RequestMessage.Kind.QUESTION, told)
    pause = lifecycle.begin_pause(subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at)
    # The ground and no sum: how much it is stands in sealed rows.
    doing.facts |= {"ground": given.ground, "fee": offer.pk}
    ask(doing, "fee", message, pause)


def _check(given: Fee, subject_request: SubjectRequest) -> None:
    problems: dict[str, str] = {}
    found = Fees(subject_request)
    if given.ground not in FeeGround.values:
        problems["ground"] = _("Choose the ground of the fee.")
    elif against := found.against_ground(given.ground):
        problems["ground"] = against
    else:
        problems |= _against_lines(given, found)
    if not given.text.strip():
        problems["text"] = _("Say why it costs something and how to pay.")
    if problems:
        raise BadInput(problems)


def _against_lines(given: Fee, found: Fees) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not given.lines:
        problems["part_1"] = _("Say for what the fee is, and how much.")
    seen: set[str] = set()
    for each in given.lines:
        if each.part not in FeePart.values:
            problems[f"part_{each.row}"] = _("Say for what this amount is.")
        elif each.part in seen:
            problems[f"part_{each.row}"] = _("This part is named twice. Put it into one line.")
        elif against := found.against_part(given.ground, each.part):
            problems[f"part_{each.row}"] = against
        seen.add(each.part)
        # None of a program's input but what a form would let through: a sum is read by people.
        if each.amount is None or not _is_a_price(each.amount):
            problems[f"amount_{each.row}"] = _("Enter the amount, with at most two decimals.")
    return problems


def _is_a_price(amount: Decimal) -> bool:
    # What is no number compares with nothing, and what is too large has no cents.
    return amount.is_finite() and LEAST <= amount <= MOST and amount == amount.quantize(LEAST)


@dataclass(frozen=True, slots=True)
class FeeAnswer:
    """``answer`` is ``yes`` or ``narrow``; who withdraws, withdraws the request."""

    answer: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("What the requester says"),
        choices=[
            ("yes", gettext_lazy("Yes, at this price")),
            ("narrow", gettext_lazy("Less, so that it costs less or nothing")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what the requester answered.")},
    )
    text: str = typed(
        text_field,
        6,
        LONG,
        label=gettext_lazy("What is wanted instead"),
        required=False,
        help_text=gettext_lazy("Only where less is asked for."),
        default="",
    )
    on: date | None = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("The real day, also when it was earlier."),
        initial=today,
        default=None,
    )


def _a_fee_unanswered(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if fees.unanswered(subject_request) else _("No fee waits for an answer.")


def _what_was_answered(facts: Facts, names: Names) -> str:
    if facts.get("answer") == "yes":
        return _("The requester said yes to the fee")
    return _("The requester asks for less, because of the fee")


def _told_what_was_answered(facts: Facts, names: Names) -> str:
    if facts.get("answer") == "yes":
        return _("You said yes to the fee.")
    return _("You asked for less, because of the fee.")


@deed(
    "answer_fee",
    gettext_lazy("Record the answer to the fee"),
    permissions=(Permission.RECORD,),
    by_requester=True,
    states=UNTIL_SENT,
    needs=(_a_fee_unanswered,),
    hide_blocked=lambda subject_request: True,
    address="fee/answer",
    lead=gettext_lazy(
        "What the requester said outside of this site. Who no longer asks at all withdraws, which "
        "is recorded as such."
    ),
    done=gettext_lazy("It is recorded."),
    history=_what_was_answered,
    told=_told_what_was_answered,
    brings_news=True,
    shows=("fee",),
)
def answer_fee(doing: Doing, given: FeeAnswer) -> None:
    """A yes, or the wish for less; then the fee is over, and its clocks are as if never stopped."""
    offer = _standing(doing)
    on = given.on or doing.today
    _check_answer(given, doing, offer, on)
    offer.status = FeeStatus.ACCEPTED if given.answer == "yes" else FeeStatus.NARROWED
    offer.settled_on = on
    offer.save()
    if given.answer == "narrow":
        write_message(
            doing, RequestMessage.Kind.REPLY, given.text, from_requester=True, on=given.on
        )
        _give_up(doing, on)
    doing.facts |= {"answer": given.answer, "fee": offer.pk, "on": on}
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "reply_arrived",
            [each for each in responsible(doing.subject_request) if each != doing.actor],
            at=doing.at,
        )
    )


def _check_answer(given: FeeAnswer, doing: Doing, offer: FeeOffer, on: date) -> None:
    problems = {}
    if given.answer not in ("yes", "narrow"):
        problems["answer"] = _("Say what the requester answered.")
    if given.answer == "narrow" and not given.text.strip():
        problems["text"] = _("Write what is wanted instead.")
    if not doing.subject_request.organisation.today(offer.offered_at) <= on <= doing.today:
        problems["on"] = _("Enter a day from the announcement of the fee until today.")
    if problems:
        raise BadInput(problems)


@dataclass(frozen=True, slots=True)
class FeeSettled:
    """``how`` is ``paid`` or ``waived``."""

    how: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("What happened"),
        choices=[
            ("paid", gettext_lazy("The fee was paid")),
            ("waived", gettext_lazy("The fee is waived")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it was paid or waived.")},
    )
    on: date = typed(day_field, HAPPENED, label=gettext_lazy("On which day"), initial=today)


def _a_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if fees.standing(subject_request) else _("No fee is announced.")


@deed(
    "settle_fee",
    gettext_lazy("Record that the fee was paid or waived"),
    permissions=(Permission.RECORD,),
    # Who said yes may pay when the answer is out already.
    states=(*UNTIL_SENT, Status.CLOSED),
    needs=(_a_fee_open,),
    hide_blocked=lambda subject_request: True,
    address="fee/settled",
    lead=gettext_lazy(
        "Clocks that stood still for the fee run again from the day on which it was paid. Where it "
        "is waived they run as if it had never been asked."
    ),
    done=gettext_lazy("It is recorded."),
    history=gettext_lazy("The fee was paid or waived"),
    shows=("fee",),
)
def settle_fee(doing: Doing, given: FeeSettled) -> None:
    """The fee came on this day, or is waived."""
    if not doing.subject_request.received_on <= given.on <= doing.today:
        raise BadInput({"on": _("Enter a day from the receipt until today.")})
    offer = _standing(doing)
    waived = given.how == "waived"
    offer.status = FeeStatus.WAIVED if waived else FeeStatus.PAID
    offer.settled_on = given.on
    offer.save()
    if waived:
        _give_up(doing, given.on)
    else:
        # On the day the money came and not the day it was entered: a clock may begin anew on it.
        lifecycle.end_pauses(
            doing.subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at, on=given.on
        )
    doing.facts |= {"on": given.on, "waived": waived, "fee": offer.pk}


def _standing(doing: Doing) -> FeeOffer:
    offer = fees.standing(doing.subject_request)
    if offer is None:
        raise Unmet(_("No fee is announced."))
    return offer


def _give_up(doing: Doing, on: date) -> None:
    lifecycle.end_pauses(
        doing.subject_request,
        PauseReason.FEE,
        actor=doing.actor,
        at=doing.at,
        on=on,
        in_vain=True,
    )
