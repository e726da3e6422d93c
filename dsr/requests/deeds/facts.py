"""Facts on which dates depend: what decides which law applies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.deadlines import law_facts, lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.forms.countries import choices_after
from dsr.requests.models import SubjectRequest
from dsr.requests.states import UNDECIDED, RecordAge

from .declaration import Facts, Names, deed
from .doing import Doing
from .inputs import Opening, facts_field, typed, typed_for


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
    subject_request.country = given.country
    # Of the laws that bind for the place just stated.
    stated = law_facts.checked(subject_request, "request", given.facts)
    subject_request.law_facts = _law_facts(given.record_age, stated)
    # After both are set: the plans are made from the request as it is in memory.
    lifecycle.replan(subject_request, actor=doing.actor, at=doing.at)
    # The history takes codes in small letters only.
    doing.facts |= {"country": given.country.lower() or None, "record_age": given.record_age}
    if stated:
        doing.facts["stated"] = stated
