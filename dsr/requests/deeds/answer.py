"""The answer goes out, is posted where it is on paper, and the request is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.days.words import day_words, instant_words
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import owe
from dsr.notifications.services import record_posting as outbox_posted
from dsr.policies.law_words import law_in_words
from dsr.requests import enclosures, fees
from dsr.requests.actors import Actor
from dsr.requests.authority import authority_needed
from dsr.requests.decision_rules import check_letter
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field
from dsr.requests.letters import seal_letter
from dsr.requests.mail_names import mail_name
from dsr.requests.messages import write_message
from dsr.requests.models import Enclosure, Notice, RequestMessage, SubjectRequest
from dsr.requests.people import answers_go_to, goes_by_post, lines_of, writes_to
from dsr.requests.preconditions import (
    contact_needed,
    decision_holds,
    gives_data,
    is_answered,
    lost_answers,
    not_disputed,
    releasable,
    sent_answer,
)
from dsr.requests.services import notices, receipts
from dsr.requests.services.paper import (
    answer_letter_key,
    keys_to_post,
    letters_waiting,
    waits_for_posting,
)
from dsr.requests.states import Duty, FeeStatus, Outcome
from dsr.requests.words import day_in_words
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


def _fee_answered(subject_request: SubjectRequest, actor: Actor) -> str:
    return fees.answer_needed(subject_request, subject_request.outcome)


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
    return receipts.how_it_goes(subject_request, _("The answer is on its way."))


def _went_out(facts: Facts, names: Names) -> str:
    if facts.get("nowhere"):
        return _("The answer was made ready; there is no address to which it could go")
    # A letter has gone out when it is posted, which is a line of its own.
    return (
        _("The answer was written as a letter")
        if facts.get("on_paper")
        else _("The answer went out")
    )


def _told(facts: Facts, names: Names) -> str:
    if facts.get("nowhere"):
        return _("The answer was made ready for you.")
    if facts.get("on_paper"):
        return _("The answer was written as a letter, which is to be posted.")
    return _("The answer was sent.")


@deed(
    "send_answer",
    gettext_lazy("Send the answer"),
    permissions=(Permission.WORK,),
    # Asked once more, though it was approved: evidence may have been struck since.
    needs=(_answer_not_sent, not_disputed, decision_holds, releasable, _fee_answered),
    address="send",
    done=_sent,
    history=_went_out,
    told=_told,
    onward=40,
    hint=gettext_lazy("It is decided. The answer has not gone out yet."),
    hide_blocked=is_answered,
    # Proving the contact comes first, where there is one.
    next_when=lambda subject_request, actor: (
        not contact_needed(subject_request) or not answers_go_to(subject_request)[0]
    ),
    shows=("enclosures", "answer"),
)
def send_answer(doing: Doing, given: Sending) -> None:
    """The answer goes out: behind the private link, or as a letter that is then to be posted.

    Given by another way on an earlier day, with proof, that day counts.
    """
    # The text that was approved, from its sealed row: nothing typed on this page goes out.
    decision = standing(doing.subject_request)
    # Whatever it says: on the private page it is opened with a code, which can go nowhere either.
    nowhere = not answers_go_to(doing.subject_request)[0]
    _check_sending(given, doing, nowhere)
    _check_authority(doing, given.given_on or doing.today)
    _check_not_before(doing, given.given_on)
    # Once more: what a letter prints of the organisation may have changed since.
    check_letter(doing.subject_request, decision.outcome, decision.ground)
    doing.subject_request.send_answer()
    if fees.unanswered(doing.subject_request):
        # Only a refusal comes this far with a fee unanswered, and it costs nothing.
        fees.end(doing.subject_request, FeeStatus.WAIVED, doing.today)
    answer = write_message(doing, RequestMessage.Kind.ANSWER, str(decision.unseal("answer")))
    go_with = [each.pk for each in enclosures.of(decision, doing.subject_request)]
    Enclosure.objects.filter(pk__in=go_with).update(message=answer)
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
    _release(doing, answer, given.given_on, nowhere)
    doing.facts |= {"message": answer.pk, "on_paper": answer.on_paper}
    if nowhere and not given.given_on:
        doing.facts["nowhere"] = True


def _check_authority(doing: Doing, on: date) -> None:
    """An authority may have expired since the decision: it must be valid when data go out."""
    if doing.subject_request.outcome == Outcome.REFUSED:
        return
    if sentence := authority_needed(doing.subject_request, on):
        raise Unmet(sentence)


def _check_not_before(doing: Doing, given_on: date | None) -> None:
    """A waiting time for the person's sake (Code de la santé publique L1111-7): nothing leaves."""
    for each in doing.subject_request.deadlines.live().filter(purpose=Duty.NOT_BEFORE):
        if each.due_at is None or each.due_on is None:
            continue
        too_early = doing.at < each.due_at if given_on is None else given_on < each.due_on
        if too_early and doing.subject_request.outcome != Outcome.REFUSED:
            raise Unmet(
                _("Nothing may be given before %(when)s (%(source)s). Send it then.")
                % {"when": instant_words(each.due_at), "source": law_in_words(each.source)}
            )


def _check_sending(given: Sending, doing: Doing, nowhere: bool) -> None:
    if given.given_on is None:
        # Data go to a proved contact only; without any it is made ready, and goes nowhere.
        if not nowhere and (sentence := contact_needed(doing.subject_request)):
            raise Unmet(sentence)
        return
    if not doing.subject_request.received_on <= given.given_on <= doing.today:
        raise BadInput({"given_on": _("Enter a day from the receipt until today.")})
    if given.proof is None:
        raise BadInput({"proof": _("Add the proof of the day on which it was given.")})


def _release(doing: Doing, answer: RequestMessage, given_on: date | None, nowhere: bool) -> None:
    """A letter counts from its posting, a mail from when it was sent, anything else from its day:
    then the duty's deadlines are met, or missed when it was late. What can go nowhere counts when
    it is read with a code of the counter, or handed over.
    """
    # Given before by another way, with proof: nothing is sent twice.
    if given_on:
        notices.given(
            doing.subject_request,
            Notice.What.ANSWER,
            given_on,
            actor=doing.actor,
            at=doing.at,
            message=answer,
        )
    elif answer.on_paper:
        _owe_letter(doing, answer)
    elif nowhere:
        doing.afterwards.append(
            lambda: notices.reaches_nobody(doing.subject_request, answer, at=doing.at)
        )
    else:
        doing.afterwards.append(
            lambda: notices.tell(
                doing.subject_request,
                "answer_ready",
                Notice.What.ANSWER,
                at=doing.at,
                actor=doing.actor,
                message=answer,
            )
        )


def _owe_letter(doing: Doing, answer: RequestMessage) -> None:
    subject_request = doing.subject_request
    owe(
        key=answer_letter_key(answer),
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
    notices.keep(
        Notice(
            subject_request=subject_request,
            what=Notice.What.ANSWER,
            kind="answer_letter",
            key=answer_letter_key(answer),
            medium="letter",
            owed_at=doing.at,
            message=answer,
        )
    )


def _waits_for_posting(subject_request: SubjectRequest, actor: Actor) -> str:
    answer = sent_answer(subject_request)
    if answer is not None and waits_for_posting(answer):
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


def _posted(facts: Facts, names: Names) -> str:
    return _("The letter with the answer was posted on %(day)s") % {
        "day": day_in_words(facts.get("on"))
    }


@deed(
    "record_posting",
    gettext_lazy("Record the posting"),
    permissions=(Permission.WORK,),
    # As before it was made: what changed since is seen before the letter counts.
    needs=(_waits_for_posting, not_disputed, decision_holds, releasable, _contact_proved),
    address="posted",
    lead=gettext_lazy("The letter counts as the answer from the day on which it was posted."),
    done=gettext_lazy("The posting is recorded."),
    history=_posted,
    told=gettext_lazy("The answer was posted."),
    onward=30,
    hint=gettext_lazy("The letter is written. Print it, post it, and record the day."),
    shows=("enclosures",),
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
    _check_authority(doing, given.posted_on)
    doing.subject_request.record_posting()
    answer.posted_on = given.posted_on
    answer.save()
    doing.facts |= {"message": answer.pk, "on": given.posted_on}
    # The list of letters and the request must not disagree about what is posted.
    for owed in OutboxMessage.objects.to_post().filter(key__in=keys_to_post(answer)):
        outbox_posted(owed.pk, posted_on=given.posted_on, at=doing.at)
        notices.settle_message(doing.subject_request, owed.key, actor=doing.actor, at=doing.at)


def _out(subject_request: SubjectRequest, actor: Actor) -> str:
    # Delivered to nobody and kept ready: no more can be done, and the record says what was.
    if is_answered(subject_request) or subject_request.kept_ready_on is not None:
        return ""
    answer = sent_answer(subject_request)
    if answer is None:
        return _("The answer has not gone out yet. Send it first.")
    # A letter that lies here has answered nobody: it counts from its posting.
    if answer.on_paper and answer.posted_on is None:
        return _("The letter is not posted yet. Record the day of posting first.")
    if lost_answers(subject_request):
        return _(
            "The answer did not arrive, so it does not count. Correct the contact where it is "
            "wrong, and send the answer again; or record that it can be delivered to nobody."
        )
    return _("The mail that tells of the answer has not gone out yet. It is sent by itself.")


def _all_posted(subject_request: SubjectRequest, actor: Actor) -> str:
    waiting = [mail_name(each.kind) for each in letters_waiting(subject_request)]
    if not waiting:
        return ""
    return _("Letters of this request wait to be posted: %(letters)s. Post them first.") % {
        "letters": "; ".join(f"“{each}”" for each in waiting)
    }


def _stopped(subject_request: SubjectRequest, actor: Actor) -> str:
    if not subject_request.deadlines.live().filter(purpose=Duty.STOP).exists():
        return ""
    return _(
        "The use has to stop at once, and no last system is recorded yet. Record where and when "
        "it stopped first."
    )


def _nothing_held(subject_request: SubjectRequest, actor: Actor) -> str:
    held = subject_request.deadlines.live().filter(purpose=Duty.SUPPLEMENT).first()
    if held is None:
        return ""
    return _(
        "A part is held back and owed on %(day)s. The request stays open until it has been given."
    ) % {"day": day_words(held.due_on) if held.due_on else ""}


@deed(
    "close",
    gettext_lazy("Close"),
    permissions=(Permission.WORK,),
    needs=(_out, _all_posted, _stopped, _nothing_held),
    after_erasure=True,
    lead=gettext_lazy(
        "The answer is out, or kept ready for who could not be reached, and nothing is left to do. "
        "The requester still finds it on their page."
    ),
    done=gettext_lazy("The request is closed."),
    history=gettext_lazy("Closed"),
    told=gettext_lazy("The request was closed."),
    onward=50,
    hint=lambda subject_request: (
        _("Nothing more can be done to deliver it.")
        if subject_request.kept_ready_on
        else _("The answer is out.")
    ),
)
def close(doing: Doing, given: Nothing) -> None:
    """The answer is out or kept ready, no letter lies here any more, and nothing is left to do."""
    doing.subject_request.close()
