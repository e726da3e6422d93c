"""Facts on which dates depend: a fee announced and settled, and what decides which law applies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import law_facts, lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.forms import HAPPENED, day_field, text_field
from dsr.requests.forms.countries import choices_after
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.states import UNDECIDED, FeeGround, PauseReason, RecordAge, Status

from .conversation import ask
from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import LONG, Opening, facts_field, today, typed, typed_for

BEFORE_DECISION = (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS, Status.WAITING)


def _fee_is_open(subject_request: SubjectRequest) -> bool:
    # A fee that is awaited is a pause that is open: no second place says whether it was paid.
    pauses = subject_request.pauses.all()
    return any(each.reason == PauseReason.FEE and each.ended_on is None for each in pauses)


def _no_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    if _fee_is_open(subject_request):
        return _("A fee is announced already. Record first that it was paid or waived.")
    return ""


def _a_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if _fee_is_open(subject_request) else _("No fee is announced.")


@dataclass(frozen=True, slots=True)
class Fee:
    """Why a fee is asked, and what the requester is told of it."""

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
            "How much, for what, how to pay, and that the request can be withdrawn."
        ),
        error_messages={"required": gettext_lazy("Say how much and for what.")},
    )


@deed(
    "ask_fee",
    gettext_lazy("Announce a fee"),
    permissions=(Permission.WORK,),
    # No move of the request: work goes on, and only a clock whose law says so stands still.
    states=BEFORE_DECISION,
    needs=(_no_fee_open,),
    address="fee",
    lead=gettext_lazy(
        "A fee is announced first, so that the requester can withdraw. "
        "Under the GDPR a first copy is free."
    ),
    done=gettext_lazy("The fee is announced."),
    history=gettext_lazy("A fee was announced"),
    shows=("goes",),
)
def ask_fee(doing: Doing, given: Fee) -> None:
    """Announce a fee with its ground. A first copy is free under the GDPR (Art. 12(5), 15(3)).

    Deadlines stand still or begin anew only where their law says so.
    """
    _check(given, doing.subject_request)
    message = write_message(doing, RequestMessage.Kind.QUESTION, given.text)
    pause = lifecycle.begin_pause(
        doing.subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at
    )
    # The ground and no sum: how much it is stands in the sealed message.
    doing.facts["ground"] = given.ground
    ask(doing, "fee", message, pause)


def _check(given: Fee, subject_request: SubjectRequest) -> None:
    problems = {}
    if given.ground not in FeeGround.values:
        problems["ground"] = _("Choose the ground of the fee.")
    # What a law caps, a policy cannot raise; but what no policy says cannot be asked at all.
    if given.ground == FeeGround.POLICY and not subject_request.right.fee:
        problems["ground"] = _("The policy names no fee for this right. Choose another ground.")
    if not given.text.strip():
        problems["text"] = _("Say how much, for what, and that the request can be withdrawn.")
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
    # On the day the money came and not the day it was entered: a clock may begin anew on it.
    lifecycle.end_pauses(
        doing.subject_request, PauseReason.FEE, actor=doing.actor, at=doing.at, on=given.on
    )
    doing.facts |= {"on": given.on, "waived": given.how == "waived"}


def record_age(subject_request: SubjectRequest) -> str:
    """What was stated of the record's age; empty where nobody has looked."""
    stated = subject_request.law_facts.get("record_age", "")
    return RecordAge.BOTH if isinstance(stated, list) else str(stated)


def _law_facts(age: str, stated: Collection[str]) -> dict[str, object]:
    """A record with parts of both ages gets both limits, each for its part."""
    found: dict[str, object] = {each.partition(":")[2]: True for each in stated}
    if age == RecordAge.BOTH:
        found["record_age"] = [RecordAge.YOUNGER.value, RecordAge.OLDER.value]
    elif age:
        found["record_age"] = age
    return found


def _stated(opening: Opening) -> list[str]:
    known = opening.subject_request.law_facts
    return [
        code
        for code, _label in law_facts.offered(opening.subject_request, "request")
        if known.get(code.partition(":")[2])
    ]


def _country(opening: Opening) -> str:
    return opening.subject_request.country


def _record_age(opening: Opening) -> str:
    return record_age(opening.subject_request)


@dataclass(frozen=True, slots=True)
class FactsGiven:
    """The requester's place (FR, US-CA; empty if unknown) and the age of the record."""

    country: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("Where the requester lives"),
        required=False,
        choices=choices_after(gettext_lazy("Not known")),
        initial=_country,
        default="",
    )
    record_age: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("How old the record is"),
        required=False,
        choices=[("", gettext_lazy("Nobody has looked")), *RecordAge.choices],
        help_text=gettext_lazy(
            "On the day of the request. It matters where a law gives older records longer."
        ),
        initial=_record_age,
        default="",
    )
    facts: Sequence[str] = typed_for(facts_field("request"), initial=_stated, default=())


def _what_was_stated(facts: Facts, names: Names) -> str:
    return law_facts.with_stated(_("Facts on which laws depend were stated"), facts.get("stated"))


@deed(
    "state_facts",
    gettext_lazy("State facts on which laws depend"),
    permissions=(Permission.WORK,),
    states=UNDECIDED,
    address="facts",
    lead=gettext_lazy(
        "Clocks of the laws that apply begin, those of laws that do not apply fall away."
    ),
    done=gettext_lazy("The facts are recorded and the dates follow."),
    history=_what_was_stated,
)
def state_facts(doing: Doing, given: FactsGiven) -> None:
    """State the requester's place and the age of the record; which laws apply follows.

    A record with younger and older parts gets two dates (Code de la santé publique L1111-7).
    """
    # Not the form's matter alone: this code chooses a law's clock, and goes into the history.
    if given.record_age not in ("", *RecordAge.values):
        raise BadInput({"record_age": _("Choose how old the record is.")})
    subject_request = doing.subject_request
    before = lifecycle.codes_planned(subject_request)
    subject_request.country = given.country
    # Of the laws that bind for the place just stated.
    stated = law_facts.checked(subject_request, "request", given.facts)
    subject_request.law_facts = _law_facts(given.record_age, stated)
    # After both are set: the plans are made from the request as it is in memory.
    lifecycle.replan(subject_request, before=before, actor=doing.actor, at=doing.at)
    # The history takes codes in small letters only.
    doing.facts |= {"country": given.country.lower() or None, "record_age": given.record_age}
    if stated:
        doing.facts["stated"] = stated
