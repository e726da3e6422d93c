"""The second person: approves what somebody else proposed, or sends it back to work."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests import enclosures, fees
from dsr.requests.actors import Actor
from dsr.requests.decision_basis import seal_approval
from dsr.requests.errors import BadInput, NotByYou, Unmet
from dsr.requests.forms import text_field
from dsr.requests.messages import keep_note
from dsr.requests.models import Decision, SubjectRequest
from dsr.requests.preconditions import (
    decision_holds,
    is_answered,
    not_disputed,
    second_person,
    sent_answer,
    standing_decision,
)
from dsr.requests.services.paper import take_back_letter, waits_for_posting
from dsr.requests.states import Ending, Outcome, Status

from .carrying_out import carry_out, put_away
from .declaration import Facts, Names, Nothing, Place, deed
from .doing import Doing
from .inputs import LONG, typed


def _approved(facts: Facts, names: Names) -> str:
    sentence = _("Decision approved: %(outcome)s")
    if facts.get("named_by_proposer"):
        sentence = _("Decision approved by somebody whom the proposer named: %(outcome)s")
    ending = facts.get("ending")
    return sentence % {"outcome": (Ending(ending) if ending else Outcome(facts["outcome"])).label}


def _fee_answered(subject_request: SubjectRequest, actor: Actor) -> str:
    """While it is not decided the requester can still withdraw instead of paying."""
    decision = standing_decision(subject_request)
    return fees.answer_needed(subject_request, decision.outcome) if decision else ""


@deed(
    "approve",
    gettext_lazy("Approve"),
    # A role in this organisation: administrators are not exempt (promise A8).
    permissions=(Permission.APPROVE,),
    # Whether it still stands comes first: what is void needs a new proposal and no second person.
    needs=(not_disputed, decision_holds, second_person, _fee_answered),
    done=gettext_lazy("The decision is approved."),
    history=_approved,
    onward=20,
    hint=gettext_lazy("A decision waits for you as the second person."),
    shows=("enclosures", "decision", "identity"),
)
def approve(doing: Doing, given: Nothing) -> None:
    """The second person agrees with what was proposed."""
    # What was proposed is taken over unread from its row: the second person approves that and
    # nothing else, whatever a browser sent along.
    decision = standing(doing.subject_request)
    # Not before the page is open: its files are opened there.
    if sentence := enclosures.opened_needed(decision, doing.subject_request, doing.user):
        raise Unmet(sentence)
    doing.subject_request.approve(decision.outcome, decision.ground, decision.ends_as)
    decision.status = Decision.Status.TAKEN
    decision.second_person, decision.settled_at = doing.user, doing.at
    # For whoever reads the record: of these two people one chose the other.
    decision.named_by_proposer = _named_by_proposer(doing, decision)
    seal_approval(decision)
    decision.save()
    doing.facts |= {"outcome": decision.outcome, "proposed_by": decision.proposed_by_id}
    doing.facts |= {"named_by_proposer": decision.named_by_proposer, "ending": decision.ends_as}
    if decision.ends_as:
        carry_out(doing, decision)


def _named_by_proposer(doing: Doing, decision: Decision) -> bool:
    own = doing.user.memberships.filter(organisation=doing.subject_request.organisation)
    return own.filter(given_by=decision.proposed_by, agreed_by=None).exists()


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """What has to be done first; kept as an internal note."""

    reason: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("What has to be done first"),
        help_text=gettext_lazy("Kept as an internal note; the requester does not see it."),
        error_messages={"required": gettext_lazy("Say what has to be done first.")},
    )


def _nothing_sent_yet(subject_request: SubjectRequest, actor: Actor) -> str:
    # Before a decision an answer can only be one of an earlier round, which stays as it was.
    answer = sent_answer(subject_request)
    if subject_request.status != Status.DECIDED or answer is None:
        return ""
    # A letter that lies here is nobody's answer yet: it is taken off the pile.
    if waits_for_posting(answer):
        return ""
    return _("The answer has gone out already.")


@deed(
    "return_to_work",
    gettext_lazy("Return to work"),
    # Wider than it looks: which of the two suffices depends on the state (`_check_may_return`).
    permissions=(Permission.APPROVE, Permission.WORK),
    needs=(_nothing_sent_yet,),
    address="return",
    lead=gettext_lazy(
        "The decision does not stand. Work goes on, and it can be proposed again. A letter that "
        "waits to be posted is taken back."
    ),
    done=gettext_lazy("The request is back in work."),
    history=gettext_lazy("Returned to work"),
    place=Place.ENDING,
    second_to=lambda subject_request, following: subject_request.status == Status.IN_REVIEW,
    hide_blocked=is_answered,
)
def return_to_work(doing: Doing, given: ReturnReason) -> None:
    """The proposal goes back, or a decision is taken back before anything went out."""
    if not given.reason.strip():
        raise BadInput({"reason": _("Say what has to be done first.")})
    _check_may_return(doing)
    decision = standing_decision(doing.subject_request)
    # Else an ending that nobody wanted would have gone past the proof of identity.
    back = decision.proposed_from if decision and doing.before == Status.IN_REVIEW else ""
    doing.subject_request.return_to_work(back)
    take_back_letter(doing.subject_request, at=doing.at)
    put_away(doing)
    keep_note(doing, given.reason)


def standing(subject_request: SubjectRequest) -> Decision:
    """The decision that stands. Raises Unmet where none does."""
    decision = standing_decision(subject_request)
    if decision is None:
        raise Unmet(_("No decision stands. Return the request to work and propose one."))
    return decision


def _check_may_return(doing: Doing) -> None:
    """Whoever reviews may send back; whoever works may take back what was decided."""
    # From the proposal's side it is a withdrawal, from the reviewer's a refusal to approve.
    needed = Permission.APPROVE if doing.before == Status.IN_REVIEW else Permission.WORK
    own = (decision := standing_decision(doing.subject_request)) is not None and (
        decision.proposed_by_id == doing.user.pk
    )
    if not own and needed not in doing.held:
        raise NotByYou(_("Only a second person or whoever proposed it can return it to work."))
