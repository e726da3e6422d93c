"""What becomes of a letter or mail to the requester: posted, come back, sent once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.notifications import services as outbox
from dsr.notifications.models import Medium, OutboxMessage, Trouble
from dsr.notifications.models import Status as Outbox
from dsr.policies.kinds import MayWrite
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.files import keep_proof
from dsr.requests.forms import HAPPENED, FileField, day_field
from dsr.requests.letters import seal_letter
from dsr.requests.mail_names import mail_name
from dsr.requests.models import Notice, RequestMessage, SubjectRequest
from dsr.requests.people import goes_by_post, lines_of, notices_go_to, writes_to
from dsr.requests.preconditions import contact_needed, not_disputed, releasable
from dsr.requests.services import kept_ready, notices, receipts
from dsr.requests.services.notify import key_of
from dsr.requests.services.paper import FIRST_ANSWER
from dsr.requests.states import Status
from dsr.requests.what_was_asked import what_was_asked
from dsr.requests.words import day_in_words
from dsr.vault.uploads import CheckedUpload

from .declaration import Facts, Names, Place, Saying, Words, deed, history_line
from .doing import Doing
from .inputs import from_address, today, typed

EVERY = tuple(Status)
# While it is frozen nothing goes out.
NOT_FROZEN = tuple(state for state in EVERY if state != Status.FROZEN)
What = Notice.What


def _about(sentence: Words) -> Saying:
    """A sentence of history with the message it is about, and the day where there is one."""

    def say(facts: Facts, names: Names) -> str:
        kind = str(facts.get("kind") or "")
        return str(sentence) % {
            "what": mail_name(kind) if kind else _("a message"),
            "day": day_in_words(facts.get("on")),
        }

    return say


history_line(
    "mail_tried_again", _about(gettext_lazy("A mail that did not arrive is tried again: %(what)s"))
)
history_line(
    "mail_seen_to",
    _about(gettext_lazy("Somebody saw to a mail that did not arrive: %(what)s")),
)


def message_of(doing: Doing, message_id: int) -> OutboxMessage:
    """A message to the requester of this request; the id in the address may be of another one."""
    found = OutboxMessage.objects.of(doing.subject_request.reference).filter(
        pk=message_id, recipient_user_id=None
    )
    message = found.first()
    if message is None:
        raise Unmet(_("This message does not belong to the request."))
    return message


@dataclass(frozen=True, slots=True)
class Posted:
    """Which letter, by its id in the outbox, and the day on which it was posted."""

    message_id: int = from_address()
    posted_on: date = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which the letter was posted"),
        initial=today,
        error_messages={"required": gettext_lazy("Enter the day of posting.")},
    )


def _posted(subject_request: SubjectRequest) -> Words:
    last = subject_request.notices.went_out().filter(what=What.EXTENSION).last()
    if last and last.extension and not last.extension.admitted:
        return _(
            "The posting is recorded. The extension was told too late and has no effect: the date "
            "stands."
        )
    return _("The posting is recorded.")


@deed(
    "letter_posted",
    gettext_lazy("Record the posting of a letter"),
    permissions=(Permission.RECORD,),
    states=NOT_FROZEN,
    needs=(not_disputed,),
    raises_version=False,
    compares_version=False,
    after_erasure=True,
    address="letters/<int:message_id>/posted",
    lead=gettext_lazy(
        "What the letter tells counts from the day on which it was posted: dates move, clocks "
        "stop and duties are met on that day."
    ),
    button=gettext_lazy("Record the posting"),
    done=_posted,
    history=_about(gettext_lazy("A letter was posted on %(day)s: %(what)s")),
    told=gettext_lazy("A letter was posted to you."),
    place=Place.ELSEWHERE,
    shows=("message",),
)
def letter_posted(doing: Doing, given: Posted) -> None:
    """The letter was put into the post on this day, and everything that rests on it follows.

    The first letter with an answer has a deed of its own, ``record_posting``.
    """
    letter = message_of(doing, given.message_id)
    if letter.medium != Medium.LETTER or letter.status != Outbox.OWED:
        raise Unmet(_("This letter does not wait to be posted."))
    if letter.key.startswith(FIRST_ANSWER):
        raise Unmet(_("Record the posting of the answer on the page of the request."))
    organisation = doing.subject_request.organisation
    # The day stays in the history for good, so a slip of the finger is caught here.
    if not organisation.today(letter.owed_at) <= given.posted_on <= doing.today:
        raise BadInput({"posted_on": _("Enter a day from the writing of the letter until today.")})
    outbox.record_posting(letter.pk, posted_on=given.posted_on, at=doing.at)
    RequestMessage.objects.filter(
        notices__key=letter.key, subject_request=doing.subject_request
    ).update(posted_on=given.posted_on)
    doing.facts |= {"letter": letter.pk, "kind": letter.kind, "on": given.posted_on.isoformat()}
    doing.afterwards.append(lambda: _settle(doing, letter))


def _settle(doing: Doing, message: OutboxMessage) -> None:
    notices.settle_message(doing.subject_request, message.key, actor=doing.actor, at=doing.at)


@dataclass(frozen=True, slots=True)
class Which:
    """Which message, by its id in the outbox."""

    message_id: int = from_address()


@deed(
    "mail_bounced",
    gettext_lazy("It came back"),
    permissions=(Permission.RECORD,),
    states=EVERY,
    raises_version=False,
    compares_version=False,
    after_erasure=True,
    address="mail/<int:message_id>/came-back",
    lead=gettext_lazy(
        "Record this only when the mail or letter came back as undeliverable. Then it told nobody: "
        "a duty that it had met is open again, a date that it had moved moves back, an answer does "
        "not count as given, and the request cannot be closed before it was sent again."
    ),
    button=gettext_lazy("Record that it came back"),
    done=gettext_lazy("It is recorded that it came back. Send it again when the contact is right."),
    warning=True,
    history=_about(gettext_lazy("It came back: %(what)s")),
    place=Place.ELSEWHERE,
    shows=("message",),
)
def mail_bounced(doing: Doing, given: Which) -> None:
    """A mail or letter that went out reached nobody: whatever rested on it no longer stands."""
    message = message_of(doing, given.message_id)
    if message.status != Outbox.SENT:
        raise Unmet(_("It is not on record that this went out, so it cannot have come back."))
    outbox.record_bounce(message.pk, at=doing.at)
    doing.facts |= {"mail": message.pk, "kind": message.kind}
    doing.afterwards.append(lambda: _settle(doing, message))


@deed(
    "bounce_taken_back",
    gettext_lazy("It did arrive"),
    permissions=(Permission.RECORD,),
    states=EVERY,
    raises_version=False,
    compares_version=False,
    after_erasure=True,
    address="mail/<int:message_id>/did-arrive",
    lead=gettext_lazy(
        "It was recorded by mistake that this came back. It counts again from the day on which it "
        "went out, with everything that rests on it."
    ),
    button=gettext_lazy("It did arrive"),
    done=gettext_lazy("It counts again from the day on which it went out."),
    history=_about(gettext_lazy("It had not come back after all: %(what)s")),
    place=Place.ELSEWHERE,
    shows=("message",),
)
def bounce_taken_back(doing: Doing, given: Which) -> None:
    """The bounce was a mistake: what had rested on the message rests on it again."""
    message = message_of(doing, given.message_id)
    if message.status != Outbox.FAILED or message.last_error != Trouble.BOUNCED:
        raise Unmet(_("It is not on record that this came back."))
    outbox.take_back_bounce(message.pk, at=doing.at)
    doing.facts |= {"mail": message.pk, "kind": message.kind}
    doing.afterwards.append(lambda: _settle(doing, message))


def to_send_again(subject_request: SubjectRequest) -> list[Notice]:
    """What did not arrive and still has somebody to tell; nothing while the answer is kept ready,
    as it stands that nobody can be told."""
    if subject_request.kept_ready_on is not None:
        return []
    return [
        each
        for each in subject_request.notices.all()
        if each.is_undelivered and _still_of_use(each, subject_request)
    ]


def _still_of_use(notice: Notice, subject_request: SubjectRequest) -> bool:
    if notice.what in (What.ANSWER, What.ENDING):
        return True
    # Questions and receipts of what has been answered or has ended are past.
    return subject_request.awaits_answer


def _something_undelivered(subject_request: SubjectRequest, actor: Actor) -> str:
    return "" if to_send_again(subject_request) else _("Everything has arrived, or is on its way.")


def still_written_to(subject_request: SubjectRequest, actor: Actor) -> str:
    """A question of deeds that put a contact right: also of what has ended, while something of it
    has to be sent again."""
    if subject_request.is_open or to_send_again(subject_request):
        return ""
    if subject_request.kept_ready_on is not None:
        return _("The answer is kept ready. Choose “Deliver it after all” first.")
    return _("The request has ended and nothing has to be sent again.")


def _nowhere_to_send(subject_request: SubjectRequest) -> str:
    found = to_send_again(subject_request)
    if not found or notices_go_to(subject_request)[0]:
        return ""
    # Who is not written to finds it on the private page, and is given no other way; but an answer
    # is opened there with a code that has to be given to them.
    answers = any(each.what == What.ANSWER for each in found)
    if subject_request.may_write == MayWrite.NONE and not answers:
        return ""
    return _(
        "There is no address to send it to. Correct the contact first, or record that it was given "
        "by hand."
    )


@dataclass(frozen=True, slots=True)
class SentAgain:
    """Nothing where it goes out now; the day and its proof where it was given by another way."""

    given_on: date | None = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Given already on"),
        required=False,
        help_text=gettext_lazy(
            "Leave empty: it goes out now. Fill in only where it was given by another way, for "
            "example by hand, with the proof of it."
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


def _sent_again(facts: Facts, names: Names) -> str:
    what = ", ".join(mail_name(str(kind)) for kind in facts.get("kinds") or [] if kind)
    sentence = _("What had not arrived was sent again: %(what)s")
    return sentence % {"what": what or _("a message")}


@deed(
    "send_again",
    gettext_lazy("Send again what did not arrive"),
    permissions=(Permission.WORK,),
    states=NOT_FROZEN,
    needs=(_something_undelivered, not_disputed),
    address="send-again",
    lead=gettext_lazy(
        "It goes to the contact as it is now: by mail, or as a letter where there is no mail "
        "address. It counts from the day on which it is sent or posted."
    ),
    done=lambda sent: receipts.how_it_goes(sent, _("It is on its way.")),
    history=_sent_again,
    told=gettext_lazy("A message was sent to you again."),
    onward=20,
    next_when=lambda subject_request, actor: not _nowhere_to_send(subject_request),
    hint=gettext_lazy("Something did not reach the requester. Correct the contact, or send again."),
    hide_blocked=lambda subject_request: not to_send_again(subject_request),
    shows=("undelivered",),
)
def send_again(doing: Doing, given: SentAgain) -> None:
    """What did not arrive goes to the contact as it is now; it counts from when that is out."""
    subject_request = doing.subject_request
    found = to_send_again(subject_request)
    answers = [each for each in found if each.what == What.ANSWER]
    _check_again(doing, given, answers)
    if answers:
        # It is tried once more, so that nobody can be reached is not proposed any longer.
        kept_ready.take_back(subject_request, actor=doing.actor, at=doing.at, cause="sent_again")
    for notice in found:
        notice.state = Notice.State.REPLACED
        notice.save(update_fields=["state"])
    # Nobody has to look after the old ones any more.
    outbox.seen_to([each.key for each in found if each.key], actor_id=doing.user.pk, at=doing.at)
    doing.facts |= {
        "notices": [each.pk for each in found],
        "kinds": [each.kind for each in found],
    }
    for notice in found:
        doing.afterwards.append(partial(_again, doing, notice, given))


def _check_again(doing: Doing, given: SentAgain, answers: list[Notice]) -> None:
    if given.given_on:
        if not doing.subject_request.received_on <= given.given_on <= doing.today:
            raise BadInput({"given_on": _("Enter a day from the receipt until today.")})
        if given.proof is None:
            raise BadInput({"proof": _("Add the proof of the day on which it was given.")})
    elif sentence := _nowhere_to_send(doing.subject_request):
        raise Unmet(sentence)
    # Data go to a proved person only, also the second time, and to a proved contact.
    if answers and (sentence := releasable(doing.subject_request, doing.actor)):
        raise Unmet(sentence)
    if answers and not given.given_on:
        _check_contact(doing, answers)


def _check_contact(doing: Doing, answers: list[Notice]) -> None:
    if sentence := contact_needed(doing.subject_request):
        raise Unmet(sentence)
    if doing.subject_request.two_people and _proved_it_since(doing, answers):
        raise Unmet(
            _("You proved the contact that it goes to. Another person has to send it again.")
        )


def _proved_it_since(doing: Doing, answers: list[Notice]) -> bool:
    """Else one person could send an approved answer to an address of their own."""
    written = min(each.owed_at for each in answers)
    proofs = doing.subject_request.contact_proofs.filter(by=doing.user, struck_at=None)
    return bool(proofs.filter(recorded_at__gt=written).exists())


def _again(doing: Doing, notice: Notice, given: SentAgain) -> None:
    subject_request, what = doing.subject_request, What(notice.what)
    if given.given_on and given.proof:
        if notice.message:
            notice.message.proof = keep_proof(subject_request, given.proof, at=doing.at)
            notice.message.save(update_fields=["proof"])
        notices.given(
            subject_request,
            what,
            given.given_on,
            actor=doing.actor,
            at=doing.at,
            message=notice.message,
            extension=notice.extension,
            pause=notice.pause,
        )
        return
    if what == What.ANSWER and notice.message:
        # Its time for reading begins anew: the requester has not had it yet.
        notice.message.renewed_at = doing.at
        notice.message.save(update_fields=["renewed_at"])
    if what in (What.ANSWER, What.ENDING) and notice.message and goes_by_post(subject_request):
        _letter_again(doing, notice)
        return
    notices.tell(
        subject_request,
        _kind_again(notice),
        what,
        at=doing.at,
        actor=doing.actor,
        text=_text_of(notice, subject_request),
        key=f"{key_of(notice.kind, subject_request)}:again:{notice.pk}",
        message=notice.message,
        extension=notice.extension,
        pause=notice.pause,
        extended_until=_until(notice),
    )


def _kind_again(notice: Notice) -> str:
    """A letter that carried the answer is told of by a mail, now that there is an address."""
    if notice.what == What.RECEIPT:
        return "acknowledgement"
    if notice.what == What.ANSWER:
        return "answer_ready"
    # Of an ending the mail has the name of the state that it ended in.
    return str(notice.subject_request.status) if notice.what == What.ENDING else notice.kind


def _letter_kind(notice: Notice) -> str:
    return "answer_letter" if notice.what == What.ANSWER else "ending_letter"


def _text_of(notice: Notice, subject_request: SubjectRequest) -> str:
    if notice.what == What.RECEIPT:
        return what_was_asked(subject_request)
    return str(notice.message.unseal("body")) if notice.message else ""


def _until(notice: Notice) -> date | None:
    if notice.extension is None:
        return None
    return notices.extended_until(notice.extension, notice.subject_request)


def _letter_again(doing: Doing, notice: Notice) -> None:
    """The letter is set anew, for the address as it is now."""
    subject_request, message = doing.subject_request, notice.message
    assert message is not None
    message.letter, message.on_paper = seal_letter(doing, message), True
    message.posted_on = None
    message.save()
    key = f"letter_again:{message.pk}:{subject_request.version}"
    outbox.owe(
        key=key,
        kind=_letter_kind(notice),
        safe=subject_request.safe,
        to="\n".join(lines_of(writes_to(subject_request))),
        language=subject_request.language,
        context={"reference": subject_request.reference},
        at=doing.at,
        reference=subject_request.reference,
        medium="letter",
        file=message.letter,
    )
    notices.keep(
        Notice(
            subject_request=subject_request,
            what=notice.what,
            kind=_letter_kind(notice),
            key=key,
            medium="letter",
            owed_at=doing.at,
            message=message,
        )
    )
