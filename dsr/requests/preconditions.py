"""Questions about one request that several deeds and pages ask. They change nothing.

A question of a deed answers with a sentence: empty when the precondition holds, else what has to
happen first. Questions of a single deed stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.policies.kinds import PROVEN, Level

from .actors import Actor
from .authority import authority_needed
from .decision_basis import what_changed
from .identity_levels import reached_level, still_needed
from .models import ContactProof, Decision, Evidence, Notice, RequestMessage, SubjectRequest
from .people import answers_go_to, contact_hash
from .states import Outcome, Status


def identity_reached(subject_request: SubjectRequest) -> bool:
    # Computed each time: a level that was stored could outlive the evidence it came from.
    return reached_level(subject_request.evidence.all()) >= subject_request.required_level


def is_stopped(subject_request: SubjectRequest) -> bool:
    """Nothing goes out, and nothing that went out is opened, until a doubt is cleared up; also of
    a request that had ended before."""
    return subject_request.status == Status.FROZEN or disputed(subject_request)


def standing_decision(subject_request: SubjectRequest) -> Decision | None:
    # At most one, by constraint; those that were returned stay on record and count no more.
    standing = [
        each for each in subject_request.decisions.all() if each.status != Decision.Status.RETURNED
    ]
    return standing[-1] if standing else None


def sent_answer(subject_request: SubjectRequest) -> RequestMessage | None:
    """The answer of the present round: one that went out after the last reopening."""
    decision = standing_decision(subject_request)
    if decision is None or decision.settled_at is None:
        return None
    # By the instant of the decision: what went out in an earlier round stays on record.
    sent = [
        each
        for each in subject_request.messages.all()
        if each.is_released and each.at >= decision.settled_at
    ]
    return sent[-1] if sent else None


def lost_answers(subject_request: SubjectRequest) -> list[Notice]:
    """Messages that brought an answer, or told of it, and did not arrive."""
    return [
        each
        for each in subject_request.notices.all()
        if each.is_undelivered and each.what == Notice.What.ANSWER
    ]


def is_answered(subject_request: SubjectRequest) -> bool:
    return subject_request.answered_on is not None


def unproved(subject_request: SubjectRequest) -> bool:
    """Whether proving who asks still comes before everything else."""
    return not identity_reached(subject_request) and not is_answered(subject_request)


def identity_needed(subject_request: SubjectRequest, actor: Actor) -> str:
    if identity_reached(subject_request):
        return ""
    required = Level(subject_request.required_level)
    sentence = _(
        "The evidence recorded does not reach the level this right requires (%(level)s). "
        "Record evidence, or ask the requester for proof."
    ) % {"level": required.label}
    return f"{sentence} {still_needed(subject_request.evidence.all(), required)}"


def decision_holds(subject_request: SubjectRequest, actor: Actor) -> str:
    """A decision rests on evidence, particulars and contact as they were when it was proposed."""
    decision = standing_decision(subject_request)
    if decision is None:
        return _("No decision stands. Return the request to work and propose one.")
    # What they are now, by whatever way they came to it. No timer: void only by a change (A 8).
    if changed := what_changed(decision, subject_request):
        ending = _(
            "So the decision no longer holds. Return the request to work and propose it anew."
        )
        return " ".join([*changed, ending])
    # And the number that deeds raise: what was changed and changed back was in doubt meanwhile.
    if decision.evidence_version == subject_request.evidence_version:
        return ""
    return _(
        "Evidence, particulars or the contact changed after this was proposed, so it no longer "
        "holds. Return the request to work and propose it again."
    )


def second_person(subject_request: SubjectRequest, actor: Actor) -> str:
    """Who proposed or verified, or last edited where the answer goes, is not who approves."""
    decision = standing_decision(subject_request)
    # That no decision stands is said by `decision_holds`; only staff come this far.
    if not isinstance(actor, User) or decision is None:
        return ""
    if decision.proposed_by_id == actor.pk:
        return _("You proposed this decision. Another person has to approve it.")
    # A check that failed counts too: who verified is not who approves (promise A8). Who only read
    # a colleague's reason and agreed has recorded nothing, and stays a second person.
    if _by(actor, subject_request.evidence.all()):
        return _("You recorded evidence of identity or authority. Another person has to approve.")
    # Else one person could turn an approved answer to an address of their own.
    if _by(actor, subject_request.contact_proofs.all()):
        return _("You proved the contact the answer goes to. Another person has to approve.")
    # Nor to one that would have said: this was not me.
    held = subject_request.held_contacts.all()
    if any(each.by_id == actor.pk and not each.before_change for each in held):
        return _("You entered the contact on record. Another person has to approve.")
    if any(each.contact_edited_by_id == actor.pk for each in subject_request.people.all()):
        return _("You last edited the contact the answer goes to. Another person has to approve.")
    return ""


def _by(actor: User, rows: Iterable[Evidence | ContactProof]) -> bool:
    """Whether this person recorded one of them that was not struck."""
    return any(each.by_id == actor.pk and each.struck_at is None for each in rows)


def contact_proved(subject_request: SubjectRequest) -> bool:
    """Whether something else than the request itself says that the contact is the person's own.

    Compared with the address as it is now: whoever changes it, by whatever way, loses the proof.
    """
    to, medium = answers_go_to(subject_request)
    proofs = [each.contact for each in subject_request.contact_proofs.all() if not each.struck_at]
    return bool(to and proofs) and contact_hash(to, medium) in proofs


def disputed(subject_request: SubjectRequest) -> bool:
    """Whether somebody on record says that it was not them, and nobody has settled it yet."""
    return any(each.settled_at is None for each in subject_request.disputes.all())


def not_disputed(subject_request: SubjectRequest, actor: Actor) -> str:
    if not disputed(subject_request):
        return ""
    return _(
        "The contact on record said that this was not them. Until that is settled nothing goes "
        "out and nothing is erased."
    )


def gives_data(subject_request: SubjectRequest) -> bool:
    """Whether the answer may tell something of the person; refusals and light rights do not."""
    return subject_request.outcome != Outcome.REFUSED and subject_request.right.kind in PROVEN


def contact_needed(subject_request: SubjectRequest) -> str:
    """Data go to a proved contact only (promises A 3, A 9)."""
    if not gives_data(subject_request) or contact_proved(subject_request):
        return ""
    return _(
        "The contact to which the answer goes is not proved: it came with the request. Record that "
        "it stood in your records before, that it was confirmed through a contact on record or in "
        "person, or that it stands on the document that proved the identity."
    )


def releasable(subject_request: SubjectRequest, actor: Actor) -> str:
    """Data go out only to somebody proved, and proved to have the authority."""
    # A refusal lets nothing out; what it may tell a stranger was asked when it was proposed.
    if subject_request.outcome == Outcome.REFUSED:
        return ""
    if sentence := identity_needed(subject_request, actor):
        return sentence
    return authority_needed(subject_request)
