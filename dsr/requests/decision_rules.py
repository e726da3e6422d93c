"""The rules of deciding: who has to agree, what can be refused, what may not be said yet."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.kinds import GIVES, Level
from dsr.requests import elements, enclosures, grounds
from dsr.requests.actors import Actor
from dsr.requests.authority import authority_needed
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.identity_levels import reached_level
from dsr.requests.models import SubjectRequest
from dsr.requests.preconditions import identity_reached
from dsr.requests.states import REFUSING, SAFE_GROUNDS, Given, Ground, Outcome, Status
from dsr.requests.whole import asked_once

# Of California: who is not sure enough for the specific pieces is answered as if asking for the
# categories.
PIECES_NOT_VERIFIED = "pieces_not_verified"
# Promise A8. Before that there is time to find a second person.
SOLE_REFUSAL_WORKING_DAYS = 3


class Proposed(Protocol):
    """What is laid before these rules: a decision that nobody has taken yet."""

    @property
    def outcome(self) -> str: ...
    @property
    def ground(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def given_as(self) -> str: ...
    @property
    def given_on(self) -> date | None: ...
    @property
    def given_proof(self) -> object: ...


class ProposedAlone(Proposed, Protocol):
    @property
    def sole_reason(self) -> str: ...


def approvers(
    subject_request: SubjectRequest, besides: Actor, *, at: datetime | None = None
) -> QuerySet[User]:
    """Who else could approve in this organisation, an outside second person included.

    At this instant; without one also those whose power is given and begins later.
    """
    # By the permission and not by a role: an outside second person has only this to do.
    able = User.objects.with_permission(
        Permission.APPROVE,
        subject_request.organisation,
        at=at,
        department=subject_request.department_id,
    )
    return able.exclude(pk=besides.pk) if isinstance(besides, User) else able


def decides_alone(subject_request: SubjectRequest, actor: Actor) -> bool:
    """Whether the organisation declared sole decisions, and there is indeed nobody else.

    A declaration beside a second person would be a way round them.
    """
    alone = subject_request.organisation.sole_decisions
    return alone and not _somebody_else(subject_request, actor)


def _somebody_else(subject_request: SubjectRequest, actor: Actor) -> bool:
    def ask() -> bool:
        return approvers(subject_request, actor).exists()

    return asked_once(subject_request, ("somebody else approves", actor), ask)


def needs_two(
    subject_request: SubjectRequest, outcome: str, actor: Actor, ground: str = ""
) -> bool:
    """Whether a second person has to approve; always for a ground that two people own.

    Two for releasing health data and for erasure; for refusals two where there are two. What is
    granted in part is both, and needs two where either does. An
    organisation that has declared sole decisions needs one, and every record shows it.
    """
    # Declared by the organisation and not by whoever decides; the record shows it each time.
    if decides_alone(subject_request, actor):
        return False
    if ground and grounds.owner_of(subject_request, ground) == "two_people":
        return True
    if outcome != Outcome.REFUSED and subject_request.two_people:
        return True
    # A refusal can be put right later, a release cannot: where there is nobody else, one person
    # may refuse rather than let the limit pass.
    return refuses(outcome) and _somebody_else(subject_request, actor)


def check_letter(subject_request: SubjectRequest, outcome: str, ground: str) -> None:
    """No letter with a gap: each is named with its article. Raises Unmet."""
    if gaps := elements.gaps(subject_request, outcome, ground):
        raise Unmet(
            _("The letter lacks what the law demands: %(gaps)s")
            % {"gaps": " · ".join(str(each) for each in gaps)}
        )


def refuses(outcome: str) -> bool:
    return outcome in REFUSING


def check_proposal(
    subject_request: SubjectRequest,
    proposal: Proposed,
    on: date,
    held: AbstractSet[Permission],
) -> None:
    """What is proposed is whole, and its ground has force and is this person's to give."""
    problems = {}
    if proposal.outcome not in Outcome.values:
        problems["outcome"] = _("Choose an outcome.")
    if not proposal.answer.strip():
        problems["answer"] = _("Write the answer to the requester.")
    if refuses(proposal.outcome) and proposal.ground not in dict(
        grounds.grounds_for(subject_request)
    ):
        problems["ground"] = _("Choose the ground of the refusal.")
    elif proposal.outcome == Outcome.REFUSED and grounds.in_part_only(
        subject_request, proposal.ground
    ):
        problems["ground"] = _(
            "For this ground only a part may be kept back: give the rest, and refuse in part."
        )
    elif refuses(proposal.outcome) and (
        sentence := grounds.invoking_needs(subject_request, proposal.ground, held)
    ):
        problems["ground"] = sentence
    if not refuses(proposal.outcome) and proposal.ground:
        problems["ground"] = _("A ground belongs to a refusal only. Leave it empty.")
    if problems:
        raise BadInput(problems)
    _check_says_nothing_to_a_stranger(subject_request, proposal, on)
    _check_promise(subject_request, proposal)
    if problems := _what_is_given(subject_request, proposal, on):
        raise BadInput(problems)
    check_letter(subject_request, proposal.outcome, proposal.ground)


def gives(subject_request: SubjectRequest, outcome: str) -> bool:
    """Whether this outcome has to put something into the person's hands."""
    granted = outcome in (Outcome.GRANTED, Outcome.PARTLY_GRANTED)
    return granted and subject_request.right.kind in GIVES


def given_as(subject_request: SubjectRequest, proposal: Proposed) -> str:
    """In what the data are: as it was said, and in the files where nothing was said of them."""
    if not gives(subject_request, proposal.outcome):
        return ""
    return proposal.given_as or (Given.FILES if enclosures.standing(subject_request) else "")


def _what_is_given(subject_request: SubjectRequest, proposal: Proposed, on: date) -> dict[str, Any]:
    """An answer that says “granted” and gives nothing is no answer; a refusal gives nothing."""
    files = enclosures.standing(subject_request).exists()
    if files and proposal.outcome == Outcome.REFUSED:
        return {"files": _("Files go with no refusal. Take them out of the answer first.")}
    if not gives(subject_request, proposal.outcome):
        return {}
    said = given_as(subject_request, proposal)
    if said not in Given.values:
        return {
            "given_as": _(
                "This right gives the person something, and nothing goes with the answer. Add the "
                "files, or say where it is."
            )
        }
    if said == Given.FILES and not files:
        return {"files": _("Add the files that go with the answer, or say where else it is.")}
    if said != Given.BEFORE:
        return {}
    problems = {}
    if proposal.given_on is None or not subject_request.received_on <= proposal.given_on <= on:
        problems["given_on"] = _("Enter a day from the receipt until today.")
    if proposal.given_proof is None:
        problems["given_proof"] = _("Add the proof of the day on which it was given.")
    return problems


def _check_says_nothing_to_a_stranger(
    subject_request: SubjectRequest, proposal: Proposed, on: date
) -> None:
    """Until the level is reached nothing may tell whether the person is known.

    In a clinic even “nothing held” answers a question that a stranger may not ask.
    """
    # These grounds say nothing about what is held: they speak of who asks, or how often.
    if proposal.outcome == Outcome.REFUSED and proposal.ground in SAFE_GROUNDS:
        return
    # Sure enough for the categories, which is all that it gives (Cal. Code Regs. tit. 11, 7024(a)).
    if (
        proposal.ground == PIECES_NOT_VERIFIED
        and reached_level(subject_request.evidence.all()) >= Level.REASONABLE
    ):
        return
    # Also where the rows would do: until somebody accepts the identity, the doubt stands.
    if subject_request.status == Status.PROVING_IDENTITY or not identity_reached(subject_request):
        raise Unmet(
            _(
                "Identity is not proved. Until it is, the only possible decision is a refusal that "
                "does not tell what is held, for example because identity could not be proved."
            )
        )
    if sentence := authority_needed(subject_request, on):
        raise Unmet(sentence)


def _check_promise(subject_request: SubjectRequest, proposal: Proposed) -> None:
    """Where the policy promises to grant, only what the promise leaves open can be refused."""
    article = grounds.must_grant(subject_request)
    if article and refuses(proposal.outcome) and proposal.ground not in grounds.ALWAYS:
        raise BadInput(
            {
                "outcome": _("This may not be refused, in whole or in part (%(article)s).")
                % {"article": article}
            }
        )
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


def may_refuse_alone(
    subject_request: SubjectRequest, held: AbstractSet[Permission], today: date
) -> bool:
    """Only who may approve, and only in the last working days before the limit.

    A limit that passes unanswered harms the requester more than a refusal that one person signs
    and every possible second person hears of.
    """
    # Counted back from the date that governs: a pause or an extension moves this day as well.
    first_day = lifecycle.working_days_before_due(subject_request, SOLE_REFUSAL_WORKING_DAYS)
    return Permission.APPROVE in held and first_day is not None and today >= first_day


def check_sole_refusal(
    subject_request: SubjectRequest,
    given: ProposedAlone,
    *,
    held: AbstractSet[Permission],
    today: date,
) -> None:
    """One person decides what two should: only a refusal, only at the end, only with a reason."""
    # However late it is: what is let out or erased alone cannot be called back. Where one person
    # may release, what is refused beside it is as any refusal.
    if given.outcome != Outcome.REFUSED and subject_request.two_people:
        raise Unmet(_("A second person has to approve this decision. Propose it instead."))
    if not may_refuse_alone(subject_request, held, today):
        raise Unmet(
            _(
                "A second person has to approve this refusal. One person may refuse alone only "
                "within the last three working days before the limit, when nobody else is "
                "available, and only with the permission to approve."
            )
        )
    check_sole_reason(given.sole_reason)


def check_sole_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput({"sole_reason": _("Say why no second person is available.")})


def check_sole_ending(
    subject_request: SubjectRequest,
    reason: str,
    *,
    held: AbstractSet[Permission],
    today: date,
) -> None:
    """One person ends a request without an answer where two should: as for a refusal."""
    if not may_refuse_alone(subject_request, held, today):
        raise Unmet(
            _(
                "A second person has to approve that a request ends without an answer: propose it. "
                "One person may end it alone only within the last three working days before the "
                "limit, when nobody else is available, and only with the permission to approve."
            )
        )
    check_sole_reason(reason)
