"""A decision is proposed, approved by a second person, and the answer goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, RequestError, Unmet
from dsr.requests.messages import keep_note
from dsr.requests.models import Decision, SubjectRequest
from dsr.requests.preconditions import (
    authority_proved,
    identity_reached,
    sent_answer,
    standing_decision,
)
from dsr.requests.states import SAFE_GROUNDS, Ground, Outcome, Status

from . import answering
from .changing import Doing, changing
from .notify import tell_staff

SOLE_REFUSAL_WORKING_DAYS = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is decided. ``answer`` goes to the requester, ``reasons`` stay with the record."""

    outcome: str
    answer: str
    ground: str = ""
    reasons: str = ""


def approvers(subject_request: SubjectRequest, besides: Actor) -> QuerySet[User]:
    """Who else could approve in this organisation, an outside second person included."""
    able = User.objects.with_permission(Permission.APPROVE, subject_request.organisation)
    return able.exclude(pk=besides.pk) if isinstance(besides, User) else able


def needs_two(subject_request: SubjectRequest, outcome: str, actor: Actor) -> bool:
    """Whether a second person has to approve.

    Two for releasing health data and for erasure; for refusals two where there are two. An
    organisation that has declared sole decisions needs one, and every record shows it.
    """
    if subject_request.organisation.sole_decisions:
        return False
    if outcome == Outcome.REFUSED:
        return approvers(subject_request, actor).exists()
    return subject_request.two_people


def grounds_for(subject_request: SubjectRequest) -> list[tuple[str, str]]:
    """Grounds of refusal: the right's own exceptions as its policy words them, then the law's."""
    exceptions = subject_request.right.exceptions_in(get_language() or "en")
    own = [(f"exception:{item['code']}", item["text"]) for item in exceptions]
    return own + [(str(value), str(label)) for value, label in Ground.choices]


def propose(
    request_id: int, proposal: Proposal, *, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Lay a decision before a second person."""
    with changing(request_id, "propose", actor=actor, at=at, seen=seen) as doing:
        _check(doing.subject_request, proposal)
        doing.subject_request.propose()
        _keep(doing, proposal, actor)
        doing.afterwards.append(
            lambda: tell_staff(
                doing.subject_request,
                "review_wanted",
                approvers(doing.subject_request, actor),
                at=at,
            )
        )
    return doing.subject_request


def decide_alone(
    request_id: int,
    proposal: Proposal,
    *,
    actor: User,
    at: datetime,
    seen: int | None,
    sole_reason: str = "",
) -> SubjectRequest:
    """Decide without a second person, where one suffices or none is to be had in time."""
    with changing(request_id, "decide_alone", actor=actor, at=at, seen=seen) as doing:
        subject_request = doing.subject_request
        _check(subject_request, proposal)
        sole = needs_two(subject_request, proposal.outcome, actor)
        if sole:
            _check_sole_refusal(doing, proposal, actor, sole_reason)
        subject_request.decide_alone(proposal.outcome, proposal.ground)
        decision = _keep(doing, proposal, actor, taken=True)
        decision.sole = sole or subject_request.organisation.sole_decisions
        decision.seal(sole_reason=sole_reason)
        decision.save()
        doing.facts["sole"] = decision.sole
        if sole:
            doing.afterwards.append(
                lambda: tell_staff(
                    subject_request, "sole_refusal", approvers(subject_request, actor), at=at
                )
            )
    return doing.subject_request


def approve(request_id: int, *, actor: User, at: datetime, seen: int | None) -> SubjectRequest:
    """The second person agrees with what was proposed."""
    with changing(request_id, "approve", actor=actor, at=at, seen=seen) as doing:
        decision = _standing(doing.subject_request)
        doing.subject_request.approve(decision.outcome, decision.ground)
        decision.status = Decision.Status.TAKEN
        decision.second_person, decision.settled_at = actor, at
        decision.save()
        doing.facts |= {"outcome": decision.outcome, "proposed_by": decision.proposed_by_id}
    return doing.subject_request


def return_to_work(
    request_id: int, *, reason: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The proposal goes back, or a decision is taken back before anything went out."""
    with changing(request_id, "return_to_work", actor=actor, at=at, seen=seen) as doing:
        if not reason.strip():
            raise BadInput({"reason": _("Say what has to be done first.")})
        _check_may_return(doing, actor)
        doing.subject_request.return_to_work()
        put_away(doing.subject_request, at=at)
        keep_note(doing, actor, reason)
    return doing.subject_request


def put_away(subject_request: SubjectRequest, *, at: datetime) -> None:
    """The standing decision stands no more."""
    subject_request.decisions.exclude(status=Decision.Status.RETURNED).update(
        status=Decision.Status.RETURNED, settled_at=at
    )


def send_answer(
    request_id: int,
    *,
    actor: User,
    at: datetime,
    seen: int | None,
    before: answering.GivenBefore | None = None,
) -> SubjectRequest:
    """The answer goes out: behind the private link, or as a letter that is then to be posted.

    ``before``: it was given by another way on an earlier day, with proof; that day counts.
    """
    with changing(request_id, "send_answer", actor=actor, at=at, seen=seen) as doing:
        decision = _standing(doing.subject_request)
        if before and not doing.subject_request.received_on <= before.on <= doing.today:
            raise BadInput({"given_on": _("Enter a day from the receipt until today.")})
        doing.subject_request.send_answer()
        answering.send(doing, decision, before)
    return doing.subject_request


def record_posting(
    request_id: int, *, posted_on: date, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The letter was posted on this day, which is the day of the answer."""
    with changing(request_id, "record_posting", actor=actor, at=at, seen=seen) as doing:
        answer = sent_answer(doing.subject_request)
        if answer is None:
            raise Unmet(_("No letter of this request waits to be posted."))
        if not answer.happened_on <= posted_on <= doing.today:
            raise BadInput(
                {"posted_on": _("Enter a day from the writing of the letter until today.")}
            )
        doing.subject_request.record_posting()
        answer.posted_on = posted_on
        answer.save()
        answering.mark_posted(doing, answer, posted_on)
        answering.answered(doing, posted_on)
    return doing.subject_request


def close(request_id: int, *, actor: User, at: datetime, seen: int | None) -> SubjectRequest:
    """The answer is out and nothing is left to do."""
    with changing(request_id, "close", actor=actor, at=at, seen=seen) as doing:
        doing.subject_request.close()
    return doing.subject_request


def _standing(subject_request: SubjectRequest) -> Decision:
    decision = standing_decision(subject_request)
    if decision is None:
        raise Unmet(_("No decision stands. Return the request to work and propose one."))
    return decision


def _keep(doing: Doing, proposal: Proposal, actor: User, *, taken: bool = False) -> Decision:
    decision = Decision(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        status=Decision.Status.TAKEN if taken else Decision.Status.PROPOSED,
        outcome=proposal.outcome,
        ground=proposal.ground,
        evidence_version=doing.subject_request.evidence_version,
        proposed_by=actor,
        proposed_at=doing.at,
        settled_at=doing.at if taken else None,
    )
    decision.seal(answer=proposal.answer.strip(), reasons=proposal.reasons.strip())
    decision.save()
    doing.facts |= {"outcome": proposal.outcome, "ground": proposal.ground}
    return decision


def _check(subject_request: SubjectRequest, proposal: Proposal) -> None:
    problems = {}
    if proposal.outcome not in Outcome.values:
        problems["outcome"] = _("Choose an outcome.")
    if not proposal.answer.strip():
        problems["answer"] = _("Write the answer to the requester.")
    if refuses(proposal.outcome) and proposal.ground not in dict(grounds_for(subject_request)):
        problems["ground"] = _("Choose the ground of the refusal.")
    if not refuses(proposal.outcome) and proposal.ground:
        problems["ground"] = _("A ground belongs to a refusal only. Leave it empty.")
    if problems:
        raise BadInput(problems)
    _check_says_nothing_to_a_stranger(subject_request, proposal)
    _check_promise(subject_request, proposal)


def refuses(outcome: str) -> bool:
    return outcome in (Outcome.REFUSED, Outcome.PARTLY_GRANTED)


def _check_says_nothing_to_a_stranger(subject_request: SubjectRequest, proposal: Proposal) -> None:
    """Until the level is reached nothing may tell whether the person is known."""
    if proposal.outcome == Outcome.REFUSED and proposal.ground in SAFE_GROUNDS:
        return
    if subject_request.status == Status.PROVING_IDENTITY or not identity_reached(subject_request):
        raise Unmet(
            _(
                "Identity is not proved. Until it is, the only possible decision is a refusal that "
                "does not tell what is held, for example because identity could not be proved."
            )
        )
    if not authority_proved(subject_request):
        raise Unmet(
            _("The authority to act for another person is not proved. Record evidence of it.")
        )


def _check_promise(subject_request: SubjectRequest, proposal: Proposal) -> None:
    """Where the policy promises to grant, only what the promise leaves open can be refused."""
    if not subject_request.right.must_grant or proposal.outcome != Outcome.REFUSED:
        return
    if proposal.ground in {*SAFE_GROUNDS, Ground.NOT_REASONABLE}:
        return
    raise BadInput(
        {
            "ground": _(
                "The policy promises to grant every reasonable request. "
                "It can be refused only as not reasonable, or for who asks."
            )
        }
    )


def _check_sole_refusal(doing: Doing, proposal: Proposal, actor: User, sole_reason: str) -> None:
    """A sole refusal: by who may approve, in the last three working days, with a reason."""
    subject_request = doing.subject_request
    if proposal.outcome != Outcome.REFUSED:
        raise Unmet(_("A second person has to approve this decision. Propose it instead."))
    first_day = lifecycle.working_days_before_due(subject_request, SOLE_REFUSAL_WORKING_DAYS)
    may_approve = actor.may(Permission.APPROVE, subject_request.organisation)
    if first_day is None or doing.today < first_day or not may_approve:
        raise Unmet(
            _(
                "A second person has to approve this refusal. One person may refuse alone only "
                "within the last three working days before the limit, when nobody else is "
                "available, and only with the permission to approve."
            )
        )
    if not sole_reason.strip():
        raise BadInput({"sole_reason": _("Say why no second person is available.")})


def _check_may_return(doing: Doing, actor: User) -> None:
    """Whoever reviews may send back; whoever works may take back what was decided."""
    needed = Permission.APPROVE if doing.before == Status.IN_REVIEW else Permission.WORK
    own = (decision := standing_decision(doing.subject_request)) is not None and (
        decision.proposed_by_id == actor.pk
    )
    if not own and not actor.may(needed, doing.subject_request.organisation):
        raise RequestError(_("Only a second person or whoever proposed it can return it to work."))
