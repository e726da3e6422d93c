"""Messages, notes and assignment: what is written about a request and who has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.errors import BadInput
from dsr.requests.models import Note, RequestMessage, SubjectRequest
from dsr.requests.states import PauseReason, Status
from dsr.vault.models import KeyPurpose
from dsr.vault.uploads import CheckedUpload

from . import clocks
from .changing import Doing, changing
from .intake import keep_file
from .telling import responsible, tell_requester, tell_staff


def write_message(
    doing: Doing, kind: str, body: str, *, from_requester: bool = False, on: date | None = None
) -> RequestMessage:
    """Seal a message of the request; nothing of it goes into a mail."""
    message = RequestMessage(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        kind=kind,
        from_requester=from_requester,
        by=doing.actor if isinstance(doing.actor, User) else None,
        at=doing.at,
        happened_on=on or doing.today,
    )
    message.seal(body=body.strip())
    message.save()
    return message


def ask_requester(
    request_id: int, *, question: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Ask the requester; the request waits, and clocks stand still where a law says so."""
    with changing(request_id, "ask_requester", actor=actor, at=at, seen=seen) as doing:
        if not question.strip():
            raise BadInput({"question": _("Write what you ask.")})
        doing.subject_request.ask_requester()
        write_message(doing, RequestMessage.Kind.QUESTION, question)
        clocks.begin_pause(doing.subject_request, PauseReason.CLARIFICATION, actor=actor, at=at)
        doing.afterwards.append(lambda: tell_requester(doing.subject_request, "question", at=at))
    return doing.subject_request


def reply(
    request_id: int,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    seen: int | None,
    files: Sequence[CheckedUpload] = (),
    on: date | None = None,
) -> SubjectRequest:
    """The requester wrote, here or by another way on the day ``on``: what waited goes on."""
    with changing(request_id, "reply", actor=actor, at=at, seen=seen) as doing:
        _check_reply(text, files, on, doing)
        lapsed = doing.subject_request.status == Status.LAPSED
        seal = _seal_of_files(doing.subject_request)
        doing.subject_request.reply()
        write_message(doing, RequestMessage.Kind.REPLY, text, from_requester=True, on=on)
        for upload in files:
            keep_file(doing.subject_request, upload, at=at, purpose=seal)
        if lapsed:
            clocks.take_up_again(doing.subject_request, actor=actor, at=at)
        if doing.before == Status.WAITING:
            clocks.end_pauses(
                doing.subject_request, PauseReason.CLARIFICATION, actor=actor, at=at, on=on
            )
        doing.afterwards.append(
            lambda: tell_staff(
                doing.subject_request, "reply_arrived", responsible(doing.subject_request), at=at
            )
        )
    return doing.subject_request


def _seal_of_files(subject_request: SubjectRequest) -> KeyPurpose:
    """What comes while proof of identity is awaited may be a passport, and is kept no longer.

    A request that lapsed was waiting for such proof where that was the last thing asked.
    """
    if subject_request.status == Status.LAPSED:
        asked = (RequestMessage.Kind.IDENTITY, RequestMessage.Kind.QUESTION)
        last = subject_request.messages.filter(kind__in=asked).last()
        proving = last is not None and last.kind == RequestMessage.Kind.IDENTITY
    else:
        proving = Status.PROVING_IDENTITY in (subject_request.status, subject_request.waiting_from)
    return KeyPurpose.IDENTITY if proving else KeyPurpose.CONTENT


def _check_reply(text: str, files: Sequence[CheckedUpload], on: date | None, doing: Doing) -> None:
    problems = {}
    if not text.strip() and not files:
        problems["text"] = _("Write your message, or add a file.")
    if on and on > doing.today:
        problems["on"] = _("This day lies in the future. Enter the day the reply arrived.")
    if on and on < doing.subject_request.received_on:
        problems["on"] = _("This day lies before the request was received.")
    if problems:
        raise BadInput(problems)


def add_note(request_id: int, *, text: str, actor: User, at: datetime) -> SubjectRequest:
    """An internal note; it changes nothing a decision rests on, so no version is compared."""
    with changing(request_id, "note", actor=actor, at=at, seen=None) as doing:
        if not text.strip():
            raise BadInput({"text": _("Write the note.")})
        note = Note(
            safe=doing.subject_request.safe,
            subject_request=doing.subject_request,
            by=actor,
            at=at,
        )
        note.seal(text=text.strip())
        note.save()
        doing.facts["note"] = note.pk
    return doing.subject_request


def assign(
    request_id: int, *, to: User | None, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Give the request to a member of staff who may work on it, or to nobody."""
    with changing(request_id, "assign", actor=actor, at=at, seen=seen) as doing:
        organisation = doing.subject_request.organisation
        if to is not None and not (to.is_active and to.may(Permission.WORK, organisation)):
            raise BadInput({"to": _("This person may not work on requests of the organisation.")})
        doing.subject_request.assignee = to
        doing.facts["to"] = to.pk if to else None
        if to is not None and to != actor:
            doing.afterwards.append(
                lambda: tell_staff(doing.subject_request, "assigned", [to], at=at)
            )
    return doing.subject_request
