"""What goes to and fro with the requester: questions and replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests.deadlines import law_facts, lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_file
from dsr.requests.forms import HAPPENED, FilesField, day_field, text_field
from dsr.requests.messages import write_message
from dsr.requests.models import Notice, Pause, RequestMessage, SubjectRequest
from dsr.requests.preconditions import standing_decision
from dsr.requests.services import notices
from dsr.requests.services.notify import responsible, tell_staff
from dsr.requests.states import Ending, PauseReason, Status
from dsr.vault.models import KeyPurpose
from dsr.vault.uploads import CheckedUpload

from .carrying_out import put_away
from .declaration import Facts, Names, Words, deed
from .doing import Doing
from .inputs import LONG, facts_field, today, typed, typed_for


@dataclass(frozen=True, slots=True)
class Question:
    """What the requester is asked, on their private page or in a letter."""

    question: str = typed(
        text_field,
        10,
        LONG,
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "They read it on their private page, or the letter carries it; no mail does."
        ),
        error_messages={"required": gettext_lazy("Write what you ask.")},
    )
    facts: Sequence[str] = typed_for(facts_field("clarification"), default=())


def _asking_is_open(subject_request: SubjectRequest, following: str) -> bool:
    """Before evidence is recorded, proof is what there is to ask for, and that has its own deed."""
    return following != "add_evidence" or subject_request.status == Status.PROVING_IDENTITY


def _what_was_asked(facts: Facts, names: Names) -> str:
    return law_facts.with_stated(_("The requester was asked something"), facts.get("stated"))


@deed(
    "ask_requester",
    gettext_lazy("Ask the requester"),
    permissions=(Permission.WORK,),
    address="ask",
    lead=gettext_lazy(
        "The request waits for the reply. Anything may be asked; a clock stands still only for the "
        "question that its law names. The policy’s own runs on."
    ),
    done=gettext_lazy("The question is asked."),
    history=_what_was_asked,
    told=gettext_lazy("You were asked a question."),
    second_to=_asking_is_open,
    shows=("goes",),
)
def ask_requester(doing: Doing, given: Question) -> None:
    """Ask the requester; the request waits, and clocks stand still where a law says so."""
    if not given.question.strip():
        raise BadInput({"question": _("Write what you ask.")})
    stated = law_facts.checked(doing.subject_request, "clarification", given.facts)
    doing.subject_request.ask_requester()
    message = write_message(doing, RequestMessage.Kind.QUESTION, given.question)
    # One fact for all clocks: whether it stops one is a matter of that clock's own rule.
    pause = lifecycle.begin_pause(
        doing.subject_request,
        PauseReason.CLARIFICATION,
        actor=doing.actor,
        at=doing.at,
        stated=stated,
    )
    if stated:
        doing.facts["stated"] = stated
    ask(doing, "question", message, pause)


def ask(doing: Doing, kind: str, message: RequestMessage, pause: Pause | None = None) -> None:
    """Owe the question; the clocks that stop for it stop when it is out."""
    doing.afterwards.append(
        lambda: notices.tell(
            doing.subject_request,
            kind,
            Notice.What.QUESTION,
            at=doing.at,
            actor=doing.actor,
            text=str(message.unseal("body")),
            message=message,
            pause=pause,
        )
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """What the requester wrote, here or by another way on the day ``on`` (None: today)."""

    # A file alone is an answer too, so neither of the two is required by itself.
    text: str = typed(
        text_field,
        8,
        LONG,
        label=gettext_lazy("What the requester wrote or said"),
        required=False,
        default="",
    )
    on: date | None = typed(
        day_field,
        HAPPENED,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("The real day, also when it was earlier."),
        initial=today,
        default=None,
    )
    documents: Sequence[CheckedUpload] = typed(
        FilesField,
        label=gettext_lazy("Files"),
        required=False,
        help_text=gettext_lazy("PDF, JPEG, PNG or HEIC, at most 10 MB each."),
        default=(),
    )


def _waiting_for_others(subject_request: SubjectRequest) -> Words:
    if subject_request.status == Status.IN_REVIEW:
        return gettext_lazy("A second person looks at the proposed decision.")
    if subject_request.status in (Status.WAITING, Status.PROVING_IDENTITY):
        return gettext_lazy("The requester has been asked. Record what comes by another way.")
    return gettext_lazy("Somebody who works on requests carries it on. Record what still comes in.")


@deed(
    "reply",
    gettext_lazy("Record a reply"),
    permissions=(Permission.RECORD,),
    by_requester=True,
    # The mailbox of the organisation hands on what the requester wrote; nothing is decided by it.
    by_program=True,
    lead=gettext_lazy("What the requester wrote or said outside of this site."),
    done=gettext_lazy("The reply is recorded."),
    history=gettext_lazy("The requester replied"),
    told=gettext_lazy("Your message arrived."),
    brings_news=True,
    onward=110,
    next_when=lambda subject_request, actor: subject_request.status != Status.FROZEN,
    hint=_waiting_for_others,
    quiet=True,
)
def reply(doing: Doing, given: Reply) -> None:
    """The requester wrote: what waited goes on, what had lapsed is taken up again."""
    _check_reply(given, doing)
    # Both are asked before the move, which forgets that it had lapsed and from where it waited.
    lapsed = doing.subject_request.status == Status.LAPSED
    back = _where_lapsing_was_proposed(doing)
    waited = Status.WAITING in (doing.before, back, doing.subject_request.frozen_from)
    seal = _seal_of_files(doing.subject_request, back)
    doing.subject_request.reply(back)
    write_message(doing, RequestMessage.Kind.REPLY, given.text, from_requester=True, on=given.on)
    for upload in given.documents:
        keep_file(doing.subject_request, upload, at=doing.at, purpose=seal)
    # On its old clocks: lapsing was no answer, so it buys no time (promise A17).
    if lapsed:
        put_away(doing)
        lifecycle.take_up_again(doing.subject_request, actor=doing.actor, at=doing.at)
    if waited:
        # The pause ends on the day the reply arrived, not on the day somebody typed it in.
        lifecycle.end_pauses(
            doing.subject_request,
            PauseReason.CLARIFICATION,
            actor=doing.actor,
            at=doing.at,
            on=given.on,
        )
    # Whoever has it now: the team, where the assignee has left meanwhile.
    doing.afterwards.append(
        lambda: tell_staff(
            doing.subject_request, "reply_arrived", responsible(doing.subject_request), at=doing.at
        )
    )


def _where_lapsing_was_proposed(doing: Doing) -> str:
    """Who replied is not told that they did not: the proposal is put away (promise A 17)."""
    decision = standing_decision(doing.subject_request)
    if doing.before != Status.IN_REVIEW or not decision or decision.ends_as != Ending.LAPSED:
        return ""
    put_away(doing)
    return decision.proposed_from


def _seal_of_files(subject_request: SubjectRequest, back: str) -> KeyPurpose:
    """What comes while proof of identity is awaited may be a passport, and is kept no longer.

    A request that lapsed was waiting for such proof where that was the last thing asked.
    """
    if subject_request.status == Status.LAPSED:
        asked = (RequestMessage.Kind.IDENTITY, RequestMessage.Kind.QUESTION)
        last = subject_request.messages.filter(kind__in=asked).last()
        proving = last is not None and last.kind == RequestMessage.Kind.IDENTITY
    else:
        where = (subject_request.status, subject_request.waiting_from, back)
        proving = Status.PROVING_IDENTITY in where
    return KeyPurpose.IDENTITY if proving else KeyPurpose.CONTENT


def _check_reply(given: Reply, doing: Doing) -> None:
    problems = {}
    if not given.text.strip() and not given.documents:
        problems["text"] = _("Write your message, or add a file.")
    # A pause ends on this day, so a wrong one would move every date that stood still.
    if given.on and given.on > doing.today:
        problems["on"] = _("This day lies in the future. Enter the day the reply arrived.")
    if given.on and given.on < doing.subject_request.received_on:
        problems["on"] = _("This day lies before the request was received.")
    if problems:
        raise BadInput(problems)
