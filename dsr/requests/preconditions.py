"""What a deed needs beside state and permission, as one table of questions.

Services ask before they act; pages ask to show why something cannot be done yet.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.policies.kinds import Level

from .actors import Actor
from .identity import reached_level
from .models import Decision, RequestMessage, SubjectRequest
from .states import ACTS_FOR_ANOTHER, About, Duty, Outcome, PauseReason, Status

Question = Callable[[SubjectRequest, Actor], str]


def unmet(subject_request: SubjectRequest, code: str, actor: Actor) -> str:
    """The first precondition that does not hold, as a sentence; empty when all do."""
    for question in QUESTIONS.get(code, ()):
        if sentence := question(subject_request, actor):
            return sentence
    return ""


def identity_reached(subject_request: SubjectRequest) -> bool:
    return reached_level(subject_request.evidence.all()) >= subject_request.required_level


def authority_proved(subject_request: SubjectRequest) -> bool:
    """Acting for another is proved apart from identity; nobody else needs it."""
    if subject_request.role not in ACTS_FOR_ANOTHER:
        return True
    return reached_level(subject_request.evidence.all(), About.AUTHORITY) > Level.NONE


def standing_decision(subject_request: SubjectRequest) -> Decision | None:
    return subject_request.decisions.exclude(status=Decision.Status.RETURNED).last()


def sent_answer(subject_request: SubjectRequest) -> RequestMessage | None:
    """The answer of the present round: one that went out after the last reopening."""
    decision = standing_decision(subject_request)
    if decision is None or decision.settled_at is None:
        return None
    return subject_request.messages.filter(
        kind=RequestMessage.Kind.ANSWER, at__gte=decision.settled_at
    ).last()


def _identity_needed(subject_request: SubjectRequest, actor: Actor) -> str:
    if identity_reached(subject_request):
        return ""
    return _(
        "The evidence recorded does not reach the level this right requires (%(level)s). "
        "Record evidence, or ask the requester for proof."
    ) % {"level": Level(subject_request.required_level).label}


def _nothing_more_to_ask(subject_request: SubjectRequest, actor: Actor) -> str:
    if not identity_reached(subject_request):
        return ""
    return _("The required level is reached already; asking for more proof is not allowed.")


def _decision_holds(subject_request: SubjectRequest, actor: Actor) -> str:
    decision = standing_decision(subject_request)
    if decision is None:
        return _("No decision stands. Return the request to work and propose one.")
    if decision.evidence_version == subject_request.evidence_version:
        return ""
    return _(
        "Evidence, particulars or the contact changed after this was proposed, so it no longer "
        "holds. Return the request to work and propose it again."
    )


def _second_person(subject_request: SubjectRequest, actor: Actor) -> str:
    """Who proposed or verified, or last edited where the answer goes, is not who approves."""
    decision = standing_decision(subject_request)
    if not isinstance(actor, User) or decision is None:
        return ""
    if decision.proposed_by_id == actor.pk:
        return _("You proposed this decision. Another person has to approve it.")
    if subject_request.evidence.filter(by=actor, struck_at=None).exists():
        return _("You recorded evidence of identity. Another person has to approve.")
    if subject_request.people.filter(contact_edited_by=actor).exists():
        return _("You last edited the contact the answer goes to. Another person has to approve.")
    return ""


def _nothing_sent_yet(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.status != Status.DECIDED or sent_answer(subject_request) is None:
        return ""
    return _("The answer has gone out already.")


def _answer_not_sent(subject_request: SubjectRequest, actor: Actor) -> str:
    if sent_answer(subject_request) is None:
        return ""
    return _("The answer has gone out already.")


def _waits_for_posting(subject_request: SubjectRequest, actor: Actor) -> str:
    answer = sent_answer(subject_request)
    if answer is not None and answer.letter_id and answer.posted_on is None and answer.on_paper:
        return ""
    return _("No letter of this request waits to be posted.")


def _answered(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.answered_on is not None:
        return ""
    answer = sent_answer(subject_request)
    if answer is not None and answer.on_paper:
        return _("The letter is not posted yet. Record the day of posting first.")
    return _("The answer has not gone out yet. Send it first.")


def _releasable(subject_request: SubjectRequest, actor: Actor) -> str:
    """Data go out only to somebody proved, and proved to have the authority."""
    if subject_request.outcome == Outcome.REFUSED:
        return ""
    if sentence := _identity_needed(subject_request, actor):
        return sentence
    if authority_proved(subject_request):
        return ""
    return _("The authority to act for another person is not proved. Record evidence of it.")


def _something_to_extend(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.deadlines.live().exclude(extension_rule=None).exists():
        return ""
    return _("No rule behind the dates of this request allows more time.")


def _to_acknowledge(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.deadlines.live().filter(purpose=Duty.ACKNOWLEDGE).exists():
        return ""
    return _("No confirmation of receipt is owed, or it has been given.")


def _no_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.pauses.filter(reason=PauseReason.FEE, ended_on=None).exists():
        return _("A fee is announced already. Record first that it was paid or waived.")
    return ""


def _a_fee_open(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if _no_fee_open(subject_request, actor) else _("No fee is announced.")


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "start": (_identity_needed,),
    "ask_identity": (_nothing_more_to_ask,),
    "accept_identity": (_identity_needed,),
    "approve": (_decision_holds, _second_person),
    "return_to_work": (_nothing_sent_yet,),
    "send_answer": (_answer_not_sent, _decision_holds, _releasable),
    "record_posting": (_waits_for_posting,),
    "close": (_answered,),
    "ask_fee": (_no_fee_open,),
    "settle_fee": (_a_fee_open,),
    "extend": (_something_to_extend,),
    "acknowledge": (_to_acknowledge,),
}
