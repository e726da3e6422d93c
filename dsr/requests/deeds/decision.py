"""A decision is proposed by one person and approved by another, or taken by one where one suffices.

Two people for releasing health data, for erasure and for refusals: what goes wrong there cannot be
called back, and nobody sees their own mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.policies.kinds import GIVES
from dsr.requests import answer_texts, grounds
from dsr.requests.actors import Actor
from dsr.requests.decision_basis import seal_approval, seal_basis
from dsr.requests.decision_rules import (
    approvers,
    check_proposal,
    check_sole_refusal,
    decides_alone,
    given_as,
    may_refuse_alone,
    needs_two,
)
from dsr.requests.file_words import which_files
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, OutgoingFilesField, day_field, text_field
from dsr.requests.models import Decision, SubjectRequest
from dsr.requests.preconditions import (
    unproved,
)
from dsr.requests.services.notify import tell_staff
from dsr.requests.states import Given, Outcome, Status
from dsr.vault.models import SealedFile
from dsr.vault.outgoing import OutgoingFile
from dsr.vault.uploads import CheckedUpload

from .declaration import DEEDS, Facts, Names, Saying, Words, deed
from .doing import Doing
from .enclosures import FILES_HELP, keep
from .inputs import LONG, Opening, typed, typed_for

EARLY = (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS)


def _chosen(opening: Opening) -> str | None:
    """The outcome in the address of the page, if there is one: its starting text is asked for."""
    # Anybody can write an address: of it only one of the closed codes is taken.
    outcome = str(opening.query.get("outcome", ""))
    return outcome if outcome in Outcome.values else None


def _starting_text(opening: Opening) -> str:
    outcome = _chosen(opening)
    return answer_texts.answer(opening.subject_request, outcome) if outcome else ""


def _ground(subject_request: SubjectRequest, user: User) -> forms.Field:
    return forms.ChoiceField(
        label=gettext_lazy("Ground"),
        required=False,
        # Those of this right: its policy's own exceptions stand before the grounds of the laws.
        choices=[("", gettext_lazy("None")), *grounds.grounds_for(subject_request)],
        help_text=gettext_lazy("Only for a refusal, whole or in part."),
    )


def _gives(make: Callable[[], forms.Field]) -> Callable[[SubjectRequest, User], forms.Field | None]:
    """Asked where the right, granted, puts something into the person's hands."""
    return lambda subject_request, user: make() if subject_request.right.kind in GIVES else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is decided. ``answer`` goes to the requester, ``reasons`` stay with the record."""

    outcome: str = typed(
        forms.ChoiceField,
        label=gettext_lazy("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an outcome.")},
        initial=_chosen,
    )
    ground: str = typed_for(_ground, default="")
    # Written now and sealed with the decision: what a second person reads is what goes out.
    answer: str = typed(
        text_field,
        14,
        20000,
        label=gettext_lazy("Answer to the requester"),
        help_text=gettext_lazy("The letter carries this text, in the language of the request."),
        error_messages={"required": gettext_lazy("Write the answer to the requester.")},
        initial=_starting_text,
    )
    files: Sequence[OutgoingFile] = typed(
        OutgoingFilesField,
        label=gettext_lazy("Files that go with the answer"),
        required=False,
        help_text=FILES_HELP,
        default=(),
    )
    given_as: str = typed_for(
        _gives(
            lambda: forms.ChoiceField(
                label=gettext_lazy("Where is what the person gets?"),
                required=False,
                choices=Given.choices,
                widget=forms.RadioSelect,
                help_text=gettext_lazy("Only where it is granted, wholly or in part."),
            )
        ),
        default="",
    )
    given_on: date | None = typed_for(
        _gives(
            lambda: day_field(
                HAPPENED,
                label=gettext_lazy("Day on which it was given another way"),
                required=False,
            )
        ),
        default=None,
    )
    given_proof: CheckedUpload | None = typed_for(
        _gives(
            lambda: FileField(
                label=gettext_lazy("Proof that it was given"),
                required=False,
                help_text=gettext_lazy(
                    "For example the receipt that was signed. PDF, JPEG, PNG or HEIC, at most "
                    "10 MB."
                ),
            )
        ),
        default=None,
    )
    reasons: str = typed(
        text_field,
        4,
        LONG,
        label=gettext_lazy("Reasons for the record"),
        required=False,
        help_text=gettext_lazy("Kept with the decision, never sent."),
        default="",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoleDecision(Proposal):
    """What one person decides, and why nobody else could look at it, where that is needed."""

    sole_reason: str = typed(
        text_field,
        3,
        2000,
        label=gettext_lazy("Why no second person is available"),
        required=False,
        help_text=gettext_lazy(
            "Needed only for a refusal by one person in its last three working days."
        ),
        default="",
    )


def _worth_deciding(subject_request: SubjectRequest, actor: Actor) -> bool:
    """Proving who asks comes before deciding."""
    return subject_request.status not in EARLY or not unproved(subject_request)


def _with_added(sentence: str, facts: Facts, names: Names) -> str:
    """Files that were put in with the decision itself have no line of their own."""
    files = which_files(facts, names)
    if not files:
        return sentence
    return _("%(sentence)s; files added: %(files)s") % {"sentence": sentence, "files": files}


def decided_as(sentence: Words) -> Saying:
    def say(facts: Facts, names: Names) -> str:
        said = str(sentence) % {"outcome": Outcome(facts["outcome"]).label}
        return _with_added(said, facts, names)

    return say


def _who_was_asked(subject_request: SubjectRequest) -> Words:
    proposal = subject_request.decisions.last()
    if proposal and not approvers(subject_request, proposal.proposed_by).exists():
        return _(
            "The decision is proposed. Nobody else may approve here, so nobody was asked: tell an "
            "administrator to name a second person."
        )
    return _("The decision is proposed. A second person has been asked to look at it.")


@deed(
    "propose",
    gettext_lazy("Propose a decision"),
    permissions=(Permission.WORK,),
    done=_who_was_asked,
    history=decided_as(gettext_lazy("Decision proposed: %(outcome)s")),
    told=gettext_lazy("An answer was prepared for a second person to check."),
    onward=90,
    next_when=_worth_deciding,
    hint=gettext_lazy("Find the answer, then propose a decision to a second person."),
    shows=("enclosures", "deciding", "identity"),
)
def propose(doing: Doing, given: Proposal) -> None:
    """Lay a decision before a second person."""
    # Checked already when it is proposed: the second person should not find what a rule forbids.
    keep(doing, given.files)
    check_proposal(doing.subject_request, given, doing.today, doing.held)
    doing.subject_request.propose()
    _keep(doing, given)
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request,
            "review_wanted",
            # Who proposed is left out, since nobody approves what is their own. Whose power begins
            # in a day or two is asked: nobody would ask again by then.
            approvers(doing.subject_request, doing.actor),
            at=doing.at,
        )
    )


def _decided(facts: Facts, names: Names) -> str:
    sentence = _("Decided by one person: %(outcome)s")
    if not facts.get("sole"):
        sentence = _("Decided: %(outcome)s")
    return _with_added(sentence % {"outcome": Outcome(facts["outcome"]).label}, facts, names)


def _one_suffices(subject_request: SubjectRequest, actor: Actor) -> bool:
    # Asked as if it were granted: which outcome it will be nobody has said yet.
    return _worth_deciding(subject_request, actor) and not needs_two(
        subject_request, Outcome.GRANTED, actor
    )


def _deciding_alone(
    subject_request: SubjectRequest, user: User, held: AbstractSet[Permission], today: date
) -> tuple[Words, str] | None:
    """Deciding alone is no choice where every outcome needs a second person."""
    if not all(needs_two(subject_request, each, user) for each in Outcome):
        return None
    if may_refuse_alone(subject_request, held, today):
        return _("Refuse alone"), ""
    return DEEDS["decide_alone"].label, _(
        "A second person has to approve. Propose the decision instead."
    )


@deed(
    "decide_alone",
    gettext_lazy("Decide"),
    # WORK opens the page; refusing alone also takes APPROVE, which `check_sole_refusal` asks for.
    permissions=(Permission.WORK,),
    address="decide",
    done=gettext_lazy("The decision is taken."),
    history=_decided,
    onward=80,
    next_when=_one_suffices,
    hint=gettext_lazy("Find the answer, then decide. One person suffices for this right."),
    offered_as=_deciding_alone,
    shows=("enclosures", "deciding", "identity"),
)
def decide_alone(doing: Doing, given: SoleDecision) -> None:
    """Decide without a second person, where one suffices or none is to be had in time."""
    subject_request = doing.subject_request
    # The same rules as for two people: being alone opens no outcome and no ground.
    keep(doing, given.files)
    check_proposal(subject_request, given, doing.today, doing.held)
    # By the outcome that was chosen, not by what the page offered: the page cannot know it.
    sole = needs_two(subject_request, given.outcome, doing.actor, given.ground)
    if sole:
        check_sole_refusal(subject_request, given, held=doing.held, today=doing.today)
    subject_request.decide_alone(given.outcome, given.ground)
    decision = _keep(doing, given, taken=True)
    # Also where one person is all there is: whoever reads the record later must see it.
    decision.sole = sole or decides_alone(subject_request, doing.actor)
    # Sealed, as it may tell who of the staff was ill.
    decision.seal(sole_reason=given.sole_reason)
    seal_approval(decision)
    decision.save()
    # In the history too, where nobody can take it out again (promise A8).
    doing.facts["sole"] = decision.sole
    if sole:
        # Whoever could have been the second person hears of it at once.
        doing.afterwards.append(
            lambda: tell_staff(
                subject_request,
                "sole_refusal",
                approvers(subject_request, doing.actor, at=doing.at),
                at=doing.at,
            )
        )


def _proof(doing: Doing, proposal: Proposal) -> SealedFile | None:
    if proposal.given_proof is None:
        return None
    # Under the key of the record: the proof outlives the content, as the decision does.
    return keep_proof(doing.subject_request, proposal.given_proof, at=doing.at)


def _keep(doing: Doing, proposal: Proposal, *, taken: bool = False) -> Decision:
    # One stands at a time, by constraint: whatever stood before was put away when it was returned.
    decision = Decision(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        status=Decision.Status.TAKEN if taken else Decision.Status.PROPOSED,
        outcome=proposal.outcome,
        ground=proposal.ground,
        given_as=given_as(doing.subject_request, proposal),
        given_on=proposal.given_on,
        given_proof=_proof(doing, proposal),
        # On what it rests: anything that raises this number later makes the decision void.
        evidence_version=doing.subject_request.evidence_version,
        proposed_by=doing.user,
        proposed_at=doing.at,
        settled_at=doing.at if taken else None,
    )
    decision.seal(answer=proposal.answer.strip(), reasons=proposal.reasons.strip())
    # And what no deed has raised the number for: whatever is changed past this program.
    seal_basis(decision, doing.subject_request)
    decision.save()
    # Closed codes only: the answer and the reasons are for people, and sealed.
    doing.facts |= {"outcome": proposal.outcome, "ground": proposal.ground}
    return decision
