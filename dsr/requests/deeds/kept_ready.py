"""An answer that can reach nobody: recorded with what was tried, kept ready, collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.attempts import tried
from dsr.requests.authority import authority_needed
from dsr.requests.decision_rules import approvers, decides_alone
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field, text_field
from dsr.requests.models import KeptReady, Notice, SubjectRequest
from dsr.requests.preconditions import not_disputed, releasable, standing_decision
from dsr.requests.services import kept_ready, notices
from dsr.requests.services.notify import tell_staff
from dsr.requests.states import Outcome, Status
from dsr.requests.words import day_in_words
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, Nothing, Saying, Words, deed
from .doing import Doing
from .inputs import LONG, today, typed

ANSWERED = (Status.DECIDED, Status.CLOSED)


def _lost(subject_request: SubjectRequest, actor: Actor) -> str:
    if kept_ready.lost_answer(subject_request) is not None:
        return ""
    return _("No answer of this request came back, or it is on its way again.")


def _none_stands(subject_request: SubjectRequest, actor: Actor) -> str:
    standing = kept_ready.standing(subject_request)
    if standing is None:
        return ""
    if standing.in_force_at is None:
        return _("It is proposed already. A second person has to agree.")
    return _("It is recorded already that the answer can be delivered to nobody.")


def _proposed(subject_request: SubjectRequest, actor: Actor) -> str:
    if kept_ready.proposed(subject_request):
        return ""
    return _("Nobody proposed that the answer can be delivered to nobody.")


def _by_another(subject_request: SubjectRequest, actor: Actor) -> str:
    standing = kept_ready.standing(subject_request)
    if standing is None or not isinstance(actor, User) or standing.proposed_by_id != actor.pk:
        return ""
    return _("You proposed this. Another person has to agree.")


def _kept(subject_request: SubjectRequest, actor: Actor) -> str:
    if subject_request.kept_ready_on is not None:
        return ""
    return _("No answer of this request is kept ready.")


def _stands(subject_request: SubjectRequest, actor: Actor) -> str:
    if kept_ready.standing(subject_request) is not None:
        return ""
    return _("No answer of this request is kept ready.")


def _needs_agreement(subject_request: SubjectRequest, actor: Actor) -> bool:
    """Two where the decision needed two: else one of them could let an answer end in a drawer."""
    decision = standing_decision(subject_request)
    two = decision is not None and decision.second_person_id is not None
    return two and not decides_alone(subject_request, actor)


def _nothing_lost(subject_request: SubjectRequest) -> bool:
    return kept_ready.lost_answer(subject_request) is None


def _about(sentence: Words) -> Saying:
    """A sentence of history with the day of the answer, or the one in the facts."""

    def say(facts: Facts, names: Names) -> str:
        day = day_in_words(facts["on"]) if facts.get("on") else ""
        return str(sentence) % {"day": day or names.get(f"message:{facts.get('message')}", "?")}

    return say


def _kept_or_proposed(facts: Facts, names: Names) -> str:
    sentence = (
        gettext_lazy("Proposed: the answer of %(day)s can be delivered to nobody")
        if facts.get("proposed")
        else gettext_lazy("The answer of %(day)s can be delivered to nobody and is kept ready")
    )
    return _about(sentence)(facts, names)


TOLD = gettext_lazy("The answer could not be delivered to you. It is kept ready for you.")


def _told(facts: Facts, names: Names) -> str:
    return "" if facts.get("proposed") else str(TOLD)


def _done(subject_request: SubjectRequest) -> Words:
    if subject_request.kept_ready_on is None:
        return _("It is proposed. A second person has been asked to agree.")
    return _("It is recorded. The answer is kept ready, and the request can be closed.")


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """What was tried, what else was looked for, and why nothing is left to try; all sealed."""

    attempts: str = typed(
        text_field,
        6,
        LONG,
        label=gettext_lazy("What was tried, when, and with which result"),
        help_text=gettext_lazy(
            "It begins with what the program knows. Add calls, visits and whatever else was tried."
        ),
        error_messages={"required": gettext_lazy("Say what was tried.")},
        initial=lambda opening: tried(opening.subject_request),
    )
    other_ways: str = typed(
        text_field,
        3,
        LONG,
        label=gettext_lazy("Where you looked for another way to reach the person"),
        help_text=gettext_lazy(
            "For example: patient file, telephone number, treating department, register of "
            "residents."
        ),
        error_messages={"required": gettext_lazy("Say where you looked for another way.")},
    )
    why: str = typed(
        text_field,
        3,
        LONG,
        label=gettext_lazy("Why it can be delivered to nobody"),
        error_messages={"required": gettext_lazy("Say why it can be delivered to nobody.")},
    )


@deed(
    "keep_ready",
    gettext_lazy("It can be delivered to nobody"),
    permissions=(Permission.WORK,),
    states=ANSWERED,
    needs=(_lost, _none_stands, not_disputed),
    address="keep-ready",
    lead=gettext_lazy(
        "For an answer that came back, where nothing is left to try. It is kept ready, on the "
        "private page and at the counter, as long as the content of the request is kept, and the "
        "request can be closed. No duty is met by it: a day that has passed is missed, any other "
        "ends as “could not be delivered”."
    ),
    button=gettext_lazy("Record it"),
    done=_done,
    warning=True,
    history=_kept_or_proposed,
    told=_told,
    second_to=lambda subject_request, following: following == "send_again",
    hide_blocked=_nothing_lost,
)
def keep_ready(doing: Doing, given: Undeliverable) -> None:
    """Record that the answer can reach nobody; at once, or when a second person agrees."""
    problems = {}
    if not given.attempts.strip():
        problems["attempts"] = _("Say what was tried.")
    if not given.other_ways.strip():
        problems["other_ways"] = _("Say where you looked for another way.")
    if not given.why.strip():
        problems["why"] = _("Say why it can be delivered to nobody.")
    if problems:
        raise BadInput(problems)
    subject_request = doing.subject_request
    kept = KeptReady(
        safe=subject_request.safe,
        subject_request=subject_request,
        message=kept_ready.lost_answer(subject_request),
        proposed_by=doing.user,
        proposed_at=doing.at,
    )
    kept.seal(
        attempts=given.attempts.strip(),
        other_ways=given.other_ways.strip(),
        why=given.why.strip(),
    )
    kept.save()
    proposed = _needs_agreement(subject_request, doing.actor)
    doing.facts |= {"message": kept.message_id, "kept": kept.pk, "proposed": proposed}
    if proposed:
        doing.afterwards.append(lambda: _ask_second(doing))
    else:
        kept_ready.bring_into_force(kept, subject_request, actor=doing.user, at=doing.at)


def _ask_second(doing: Doing) -> None:
    people = approvers(doing.subject_request, doing.actor, at=doing.at)
    tell_staff(doing.subject_request, "agreement_wanted", people, at=doing.at)


@deed(
    "agree_keep_ready",
    gettext_lazy("Agree that it can be delivered to nobody"),
    permissions=(Permission.APPROVE,),
    states=ANSWERED,
    needs=(_proposed, _by_another, _lost, not_disputed),
    address="agree-keep-ready",
    lead=gettext_lazy(
        "Read what was tried and why nothing is left to try. From now on the answer is kept ready, "
        "and the request can be closed. If something is left to try, take it back instead."
    ),
    button=gettext_lazy("Agree"),
    done=gettext_lazy("It is recorded. The answer is kept ready, and the request can be closed."),
    history=_about(gettext_lazy("The answer of %(day)s can be delivered to nobody: agreed")),
    told=TOLD,
    onward=18,
    hint=gettext_lazy(
        "A colleague proposes that the answer can be delivered to nobody. It waits for you as the "
        "second person."
    ),
    hide_blocked=lambda subject_request: not kept_ready.proposed(subject_request),
    shows=("kept_ready",),
)
def agree_keep_ready(doing: Doing, given: Nothing) -> None:
    """The second person agrees, and from now on it counts."""
    kept = _standing(doing)
    kept.second_person = doing.user
    kept_ready.bring_into_force(kept, doing.subject_request, actor=doing.user, at=doing.at)
    doing.facts |= {
        "message": kept.message_id,
        "kept": kept.pk,
        "proposed_by": kept.proposed_by_id,
    }


def _standing(doing: Doing) -> KeptReady:
    kept = kept_ready.standing(doing.subject_request)
    if kept is None:
        raise Unmet(_("No answer of this request is kept ready."))
    return kept


@deed(
    "deliver_after_all",
    gettext_lazy("Deliver it after all"),
    # Who reviews what was proposed may also say that something is left to try.
    permissions=(Permission.WORK, Permission.APPROVE),
    needs=(_stands, not_disputed),
    address="deliver-after-all",
    lead=gettext_lazy(
        "It was recorded by mistake that the answer can be delivered to nobody, or a way was "
        "found. The request is open again, its time limits run on from their old start, and the "
        "answer has to be sent again."
    ),
    button=gettext_lazy("Take it back"),
    done=gettext_lazy(
        "It is taken back. Correct the contact where it is wrong, and send the answer again."
    ),
    history=gettext_lazy("The answer is to be delivered after all"),
    told=gettext_lazy("The organisation tries again to deliver the answer to you."),
    hide_blocked=lambda subject_request: bool(_stands(subject_request, None)),
    shows=("kept_ready",),
)
def deliver_after_all(doing: Doing, given: Nothing) -> None:
    """It stands no more; the answer is owed as before, and a closed request is open again."""
    kept = _standing(doing)
    doing.facts |= {"message": kept.message_id, "kept": kept.pk}
    doing.subject_request.deliver_after_all()
    doing.afterwards.append(
        lambda: kept_ready.take_back(
            doing.subject_request, actor=doing.actor, at=doing.at, cause="delivered_after_all"
        )
    )


@dataclass(frozen=True, slots=True)
class Collected:
    """The day on which it was handed over, and what shows it."""

    collected_on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which it was handed over"),
        initial=today,
        error_messages={"required": gettext_lazy("Enter the day on which it was handed over.")},
    )
    proof: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Proof of that day"),
        help_text=gettext_lazy(
            "For example the receipt that was signed. PDF, JPEG, PNG or HEIC, at most 10 MB."
        ),
        error_messages={"required": gettext_lazy("Add the proof that it was handed over.")},
    )


@deed(
    "record_collected",
    gettext_lazy("Record that it was collected"),
    permissions=(Permission.WORK,),
    states=ANSWERED,
    needs=(_kept, not_disputed, releasable),
    address="collected",
    lead=gettext_lazy(
        "The answer was handed over to the person, whose identity was seen. That day is the day of "
        "its delivery. Who opens it on the private page with a code is recorded without this."
    ),
    button=gettext_lazy("Record it"),
    done=gettext_lazy("The delivery is recorded."),
    history=_about(gettext_lazy("The answer that was kept ready was collected on %(day)s")),
    told=gettext_lazy("You collected the answer."),
    hide_blocked=lambda subject_request: subject_request.kept_ready_on is None,
    shows=("kept_ready",),
)
def record_collected(doing: Doing, given: Collected) -> None:
    """It was handed over on this day: the answer is delivered, late or in time."""
    subject_request, message = doing.subject_request, _standing(doing).message
    if given.proof is None:
        raise BadInput({"proof": _("Add the proof that it was handed over.")})
    if not message.happened_on <= given.collected_on <= doing.today:
        raise BadInput({"collected_on": _("Enter a day from the answer until today.")})
    refused = subject_request.outcome == Outcome.REFUSED
    if not refused and (sentence := authority_needed(subject_request, given.collected_on)):
        raise Unmet(sentence)
    message.safe = subject_request.safe
    message.proof = keep_proof(subject_request, given.proof, at=doing.at)
    message.save(update_fields=["proof"])
    doing.facts |= {"message": message.pk, "on": given.collected_on.isoformat()}
    doing.afterwards.append(lambda: _collected(doing, message.pk, given.collected_on))


def _collected(doing: Doing, message_id: int, on: date) -> None:
    message = doing.subject_request.messages.get(pk=message_id)
    notices.replace(doing.subject_request, what=Notice.What.ANSWER, message=message)
    notices.given(
        doing.subject_request,
        Notice.What.ANSWER,
        on,
        actor=doing.actor,
        at=doing.at,
        message=message,
    )
