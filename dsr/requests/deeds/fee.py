"""A fee: announced in the parts that every law allows, answered by the person, paid or waived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.regimes import PARTS
from dsr.requests import fees
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.messages import write_message
from dsr.requests.models import Fee, RequestMessage, SubjectRequest
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.states import UNDECIDED, FeeGround, PauseReason, Status

from .conversation import ask
from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import LONG, today, typed, typed_together

BEFORE_DECISION = (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS, Status.WAITING)
MOST = Decimal("99999.99")


def open_fee(subject_request: SubjectRequest) -> Fee | None:
    """The fee that is announced and neither paid nor waived."""
    return subject_request.fees.filter(ended_on=None).last()


def lines_of(fee: Fee) -> dict[str, int]:
    """Cents by part."""
    fee.safe = fee.subject_request.safe
    return dict(json.loads(str(fee.unseal("lines"))))


def _no_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    if open_fee(subject_request):
        return _("A fee is announced already. Record first that it was paid or waived.")
    return ""


def _a_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if open_fee(subject_request) else _("No fee is announced.")


def _amounts(subject_request: SubjectRequest, user: User) -> dict[str, forms.Field]:
    """One field for each part that some ground lets be charged here; a part that none does is not
    asked."""
    on = subject_request.organisation.today(timezone.now())
    open_parts = {
        part for ground in FeeGround for part in fees.allowed(subject_request, ground, on).parts
    }
    return {
        f"amount_{part}": forms.DecimalField(
            label=f"{fees.PART_WORDS[part]} ({fees.currency(subject_request)})",
            required=False,
            min_value=0,
            max_value=MOST,
            decimal_places=2,
            widget=forms.NumberInput(attrs={"class": "input--tiny", "step": "0.01"}),
        )
        for part in PARTS
        if part in open_parts
    }


def _typed_amounts(subject_request: SubjectRequest, form: forms.Form) -> dict[str, Decimal]:
    return {
        part: form.cleaned_data[f"amount_{part}"]
        for part in PARTS
        if form.cleaned_data.get(f"amount_{part}")
    }


@dataclass(frozen=True, slots=True)
class FeeAsked:
    """Why a fee is asked, its amounts by part, and what the requester is told of it."""

    ground: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("Ground"),
        choices=FeeGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the ground of the fee.")},
    )
    text: str = typed(
        text_field,
        6,
        LONG,
        label=gettext_lazy("What the requester is told"),
        help_text=gettext_lazy(
            "For what, and how to pay. The parts and their sum are added, and that the request can "
            "be narrowed or withdrawn."
        ),
        error_messages={"required": gettext_lazy("Say for what and how to pay.")},
    )
    amounts: Mapping[str, Decimal] = typed_together(_amounts, _typed_amounts)


@deed(
    "ask_fee",
    gettext_lazy("Announce a fee"),
    permissions=(Permission.WORK,),
    # No move of the request: work goes on, and only a clock whose law says so stands still.
    states=BEFORE_DECISION,
    needs=(_no_fee_open,),
    address="fee",
    lead=gettext_lazy(
        "A fee is announced first, in the parts that each law allows. The requester agrees, "
        "narrows or withdraws; silence is not consent."
    ),
    done=gettext_lazy("The fee is announced."),
    history=gettext_lazy("A fee was announced"),
    told=gettext_lazy("You were told of a fee."),
    shows=("goes", "fee"),
)
def ask_fee(doing: Doing, given: FeeAsked) -> None:
    """Announce a fee with its ground and parts, each allowed by every law behind the request.

    GDPR Art. 12(5), 15(3); 45 CFR 164.524(c)(4), 164.528(c)(2). Errors: BadInput on ``ground``,
    ``text``, or the field of an amount, with the sentence of the law.
    """
    lines = _check(given, doing)
    subject_request = doing.subject_request
    with override(subject_request.language):
        said = "\n".join(
            [
                given.text.strip(),
                "",
                *(f"- {each}" for each in fees.in_words(subject_request, lines)),
                "",
                _(
                    "You can agree, ask for less, or withdraw your request. Nothing is charged as "
                    "long as you have not agreed."
                ),
            ]
        )
    message = write_message(doing, RequestMessage.Kind.QUESTION, said)
    pause = lifecycle.begin_pause(subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at)
    fee = Fee(
        safe=subject_request.safe,
        subject_request=subject_request,
        pause=pause,
        ground=given.ground,
        by=doing.user,
        recorded_at=doing.at,
    )
    fee.seal(lines=json.dumps(lines))
    fee.save()
    # The ground and no sum: how much it is stands sealed.
    doing.facts |= {"ground": given.ground, "fee": fee.pk}
    ask(doing, "fee", message, pause)


def _check(given: FeeAsked, doing: Doing) -> dict[str, int]:
    subject_request = doing.subject_request
    if given.ground not in FeeGround.values:
        raise BadInput({"ground": _("Choose the ground of the fee.")})
    # What a law caps, a policy cannot raise; but what no policy says cannot be asked at all.
    if given.ground == FeeGround.POLICY and not subject_request.right.fee:
        raise BadInput(
            {"ground": _("The policy names no fee for this right. Choose another ground.")}
        )
    open_parts = fees.allowed(subject_request, given.ground, doing.today)
    because = " ".join(open_parts.because)
    if not open_parts.parts:
        raise BadInput({"ground": _("Nothing may be charged here. %(why)s") % {"why": because}})
    problems = {}
    for part, amount in given.amounts.items():
        if amount and part not in open_parts.parts:
            name = fees.PART_WORDS.get(part, part)
            problems[f"amount_{part}"] = _("“%(part)s” may not be charged here. %(why)s") % {
                "part": name,
                "why": because,
            }
        elif not 0 <= amount <= MOST:
            problems[f"amount_{part}"] = _("Enter an amount from 0 to 99999.99.")
    lines = {part: int(amount * 100) for part, amount in given.amounts.items() if amount}
    if not lines and not problems:
        first = f"amount_{open_parts.parts[0]}"
        problems[first] = _("Enter at least one amount.")
    if not given.text.strip():
        problems["text"] = _("Say for what and how to pay.")
    if problems:
        raise BadInput(problems)
    return lines


@dataclass(frozen=True, slots=True)
class FeeAnswer:
    """What the person said to a fee: ``yes``, or ``narrower`` with what they want instead."""

    said: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("What the requester said"),
        choices=[
            (Fee.Said.YES, gettext_lazy("They agree to the fee")),
            (Fee.Said.NARROWER, gettext_lazy("They want less for less, or nothing that costs")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they said.")},
    )
    text: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("In their words"),
        required=False,
        default="",
    )


def _what_they_said(facts: Facts, names: Names) -> str:
    if facts.get("said") == Fee.Said.YES:
        return _("The requester agreed to the fee")
    return _("The requester asked for less than what costs this fee")


@deed(
    "answer_fee",
    gettext_lazy("Record what was said to the fee"),
    permissions=(Permission.RECORD,),
    by_requester=True,
    states=UNDECIDED,
    needs=(_a_fee_open,),
    hide_blocked=lambda subject_request: True,
    address="fee/answer",
    lead=gettext_lazy("Silence is not consent: only what they said is recorded."),
    done=gettext_lazy("It is recorded."),
    history=_what_they_said,
    told=gettext_lazy("You answered about the fee."),
    brings_news=True,
)
def answer_fee(doing: Doing, given: FeeAnswer) -> None:
    """The person agrees, or asks for less: then the fee falls, and staff look at it anew.

    Withdrawing is a deed of its own. Errors: BadInput on ``said``, ``text``.
    """
    if given.said not in Fee.Said.values:
        raise BadInput({"said": _("Choose what they said.")})
    narrower = given.said == Fee.Said.NARROWER
    if narrower and not given.text.strip():
        raise BadInput({"text": _("Say what you want instead.")})
    fee = open_fee(doing.subject_request)
    assert fee is not None
    fee.said, fee.said_at = given.said, doing.at
    if given.text.strip():
        write_message(doing, RequestMessage.Kind.REPLY, given.text, from_requester=True)
    if narrower:
        # What they no longer ask for is not charged; no clock waits for it.
        fee.ended_on, fee.waived = doing.today, True
        lifecycle.end_pauses(doing.subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at)
    fee.save()
    doing.facts |= {"fee": fee.pk, "said": given.said}
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request, "reply_arrived", responsible(doing.subject_request), at=doing.at
        )
    )


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


@deed(
    "settle_fee",
    gettext_lazy("Record that the fee was paid or waived"),
    permissions=(Permission.RECORD,),
    states=UNDECIDED,
    needs=(_a_fee_open,),
    hide_blocked=lambda subject_request: True,
    address="fee/settled",
    lead=gettext_lazy("Clocks that stood still for the fee run again from this day."),
    done=gettext_lazy("It is recorded."),
    history=gettext_lazy("The fee was paid or waived"),
)
def settle_fee(doing: Doing, given: FeeSettled) -> None:
    """The fee came on this day, or is waived."""
    if not doing.subject_request.received_on <= given.on <= doing.today:
        raise BadInput({"on": _("Enter a day from the receipt until today.")})
    fee = open_fee(doing.subject_request)
    assert fee is not None
    fee.ended_on, fee.waived = given.on, given.how == "waived"
    fee.save()
    # On the day the money came and not the day it was entered: a clock may begin anew on it.
    lifecycle.end_pauses(
        doing.subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at, on=given.on
    )
    doing.facts |= {"on": given.on, "waived": fee.waived}
