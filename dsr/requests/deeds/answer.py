"""The answer goes out, is posted where it is on paper, and the request is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.notifications.models import OutboxMessage
from dsr.notifications.models import Status as Outbox
from dsr.notifications.services import owe
from dsr.notifications.services import record_posting as outbox_posted
from dsr.requests.actors import Actor
from dsr.requests.authority import authority_needed
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field
from dsr.requests.letters import seal_letter
from dsr.requests.messages import write_message
from dsr.requests.models import RequestMessage, SubjectRequest
from dsr.requests.people import goes_by_post, lines_of, writes_to
from dsr.requests.preconditions import (
    contact_needed,
    decision_holds,
    gives_data,
    is_answered,
    not_disputed,
    releasable,
    sent_answer,
)
from dsr.requests.services.notify import tell_requester
from dsr.requests.states import Outcome
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, Nothing, Words, deed
from .doing import Doing
from .inputs import today, typed
from .review import standing


def _answer_not_sent(subject_request: SubjectRequest, actor: Actor) -> str:
    if sent_answer(subject_request) is None:
        return ""
    return _("The answer has gone out already.")


def _contact_proved(subject_request: SubjectRequest, actor: Actor) -> str:
    return contact_needed(subject_request)


@dataclass(frozen=True, slots=True)
class Sending:
    """Nothing where it goes out now; the day and its proof where it was given before, elsewhere."""

    given_on: date | None = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Given already on"),
        required=False,
        help_text=gettext_lazy(
            "Leave empty: the answer goes out now. Fill in only where it was given by another "
            "way before, with the proof of it."
        ),
        default=None,
    )
    proof: CheckedUpload | None = typed(
        FileField,
        label=gettext_lazy("Proof of that day"),
        required=False,
        help_text=gettext_lazy(
            "For example the receipt that was signed. PDF, JPEG, PNG or HEIC, at most 10 MB."
        ),
        default=None,
    )


def _sent(subject_request: SubjectRequest) -> Words:
    if is_answered(subject_request):
        return _("The answer is on its way.")
    return _("The letter is written. Print it, post it, and record the day of posting.")


def _went_out(facts: Facts, names: Names) -> str:
    # A letter has gone out when it is posted, which is a line of its own.
    return (
        _("The answer was written as a letter")
        if facts.get("on_paper")
        else _("The answer went out")
    )


def _told(facts: Facts, names: Names) -> str:
    if facts.get("on_paper"):
        return _("The answer was written as a letter, which is to be posted.")
    return _("The answer was sent.")


@deed(
    "send_answer",
    gettext_lazy("Send the answer"),
    permissions=(Permission.WORK,),
    # Asked once more, though it was approved: evidence may have been struck since.
    needs=(_answer_not_sent, not_disputed, decision_holds, releasable, _contact_proved),
    address="send",
    done=_sent,
    history=_went_out,
    told=_told,
    onward=40,
    hint=gettext_lazy("It is decided. The answer has not gone out yet."),
    hide_blocked=is_answered,
    shows=("answer",),
)
def send_answer(doing: Doing, given: Sending) -> None:
    """The answer goes out: behind the private link, or as a letter that is then to be posted.

    Given by another way on an earlier day, with proof, that day counts.
    """
    # The text that was approved, from its sealed row: nothing typed on this page goes out.
    decision = standing(doing.subject_request)
    _check_sending(given, doing)
    _check_authority(doing)
    doing.subject_request.send_answer()
    answer = write_message(doing, RequestMessage.Kind.ANSWER, str(decision.unseal("answer")))
    # Made now and kept: what went out must still be there when templates or addresses have changed.
    answer.letter = seal_letter(doing, answer)
    # What was handed over before leaves no letter to be posted, whatever was wished for.
    answer.on_paper = given.given_on is None and goes_by_post(doing.subject_request)
    answer.to_proved_only = gives_data(doing.subject_request)
    if given.given_on and given.proof:
        answer.happened_on = given.given_on
        # Under the key of the record: the proof outlives the content, as the decision does.
        answer.proof = keep_proof(doing.subject_request, given.proof, at=doing.at)
    answer.save()
    _release(doing, answer, given.given_on)
    doing.facts |= {"message": answer.pk, "on_paper": answer.on_paper}


def _check_authority(doing: Doing) -> None:
    """An authority may have expired since the decision: it must be valid when data go out."""
    if doing.subject_request.outcome == Outcome.REFUSED:
        return
    if sentence := authority_needed(doing.subject_request, doing.today):
        raise Unmet(sentence)


def _check_sending(given: Sending, doing: Doing) -> None:
    if given.given_on is None:
        return
    if not doing.subject_request.received_on <= given.given_on <= doing.today:
        raise BadInput({"given_on": _("Enter a day from the receipt until today.")})
    if given.proof is None:
        raise BadInput({"proof": _("Add the proof of the day on which it was given.")})


def _release(doing: Doing, answer: RequestMessage, given_on: date | None) -> None:
    """A letter counts from its posting, which is a deed of its own; anything else from its day."""
    # Given before by another way, with proof: nothing is sent twice.
    if given_on:
        _answered(doing, given_on)
    elif answer.on_paper:
        _owe_letter(doing, answer)
    else:
        _answered(doing, doing.today)
        doing.afterwards.append(
            lambda: tell_requester(doing.subject_request, "answer_ready", at=doing.at)
        )


def _answered(doing: Doing, on: date) -> None:
    """The answer is out: the duty's deadlines are met, or missed when it was late."""
    doing.subject_request.answered_on = on
    lifecycle.settle(doing.subject_request, on, actor=doing.actor, at=doing.at)


def _letter_key(answer: RequestMessage) -> str:
    # By the answer and not by the deed: recording the posting finds the same row.
    return f"answer_letter:{answer.pk}"


def _owe_letter(doing: Doing, answer: RequestMessage) -> None:
    subject_request = doing.subject_request
    owe(
        key=_letter_key(answer),
        kind="answer_letter",
        # Sealed with the request: erasing the request erases the letter in the outbox as well.
        safe=subject_request.safe,
        to="\n".join(lines_of(writes_to(subject_request))),
        language=subject_request.language,
        context={"reference": subject_request.reference},
        at=doing.at,
        reference=subject_request.reference,
        medium="letter",
        file=answer.letter,
    )


def take_back_letter(subject_request: SubjectRequest, *, at: datetime) -> bool:
    """The letter that waits to be posted is not posted: its address or decision stands no more."""
    waiting = subject_request.messages.filter(
        kind=RequestMessage.Kind.ANSWER, on_paper=True, posted_on=None, taken_back_at=None
    )
    keys = [_letter_key(each) for each in waiting]
    OutboxMessage.objects.to_post().filter(key__in=keys).update(status=Outbox.CANCELLED)
    return bool(waiting.update(taken_back_at=at))


def _waits_for_posting(subject_request: SubjectRequest, actor: Actor) -> str:
    answer = sent_answer(subject_request)
    if answer is not None and answer.letter_id and answer.posted_on is None and answer.on_paper:
        return ""
    return _("No letter of this request waits to be posted.")


@dataclass(frozen=True, slots=True)
class Posting:
    """The day on which the letter was posted."""

    posted_on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which the letter was posted"),
        help_text=gettext_lazy("The answer counts from this day."),
        initial=today,
    )


@deed(
    "record_posting",
    gettext_lazy("Record the posting"),
    permissions=(Permission.WORK,),
    needs=(_waits_for_posting,),
    address="posted",
    lead=gettext_lazy("The letter counts as the answer from the day on which it was posted."),
    done=gettext_lazy("The posting is recorded."),
    history=gettext_lazy("The letter was posted"),
    told=gettext_lazy("The answer was posted."),
    onward=30,
    hint=gettext_lazy("The letter is written. Print it, post it, and record the day."),
    hide_blocked=lambda subject_request: True,
)
def record_posting(doing: Doing, given: Posting) -> None:
    """The letter was posted on this day, which is the day of the answer."""
    answer = sent_answer(doing.subject_request)
    if answer is None:
        raise Unmet(_("No letter of this request waits to be posted."))
    # Not before it was written, which would make a late answer one in time.
    if not answer.happened_on <= given.posted_on <= doing.today:
        raise BadInput({"posted_on": _("Enter a day from the writing of the letter until today.")})
    doing.subject_request.record_posting()
    answer.posted_on = given.posted_on
    answer.save()
    # The list of letters and the request must not disagree about what is posted.
    for owed in OutboxMessage.objects.to_post().filter(key=_letter_key(answer)):
        outbox_posted(owed.pk, posted_on=given.posted_on, at=doing.at)
    _answered(doing, given.posted_on)


def _out(subject_request: SubjectRequest, actor: Actor) -> str:
    if is_answered(subject_request):
        return ""
    answer = sent_answer(subject_request)
    # A letter that lies here has answered nobody: it counts from its posting.
    if answer is not None and answer.on_paper:
        return _("The letter is not posted yet. Record the day of posting first.")
    return _("The answer has not gone out yet. Send it first.")


@deed(
    "close",
    gettext_lazy("Close"),
    permissions=(Permission.WORK,),
    needs=(_out,),
    after_erasure=True,
    lead=gettext_lazy(
        "The answer is out and nothing is left to do. The requester still finds it on their page."
    ),
    done=gettext_lazy("The request is closed."),
    history=gettext_lazy("Closed"),
    told=gettext_lazy("The request was closed."),
    onward=50,
    hint=gettext_lazy("The answer is out."),
)
def close(doing: Doing, given: Nothing) -> None:
    """The answer is out and nothing is left to do."""
    doing.subject_request.close()
