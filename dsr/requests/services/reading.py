"""Reading what was released: a code to the delivery contact, entered in the session that reads.

A link lets its holder follow a request. Answer, letter and files are read only in a session in
which a code was entered that went to the contact, or was given to the person (promise A 9). Each
reading and each file taken is counted, stands in the history with what it was, and is told to the
contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.notifications.services import owe
from dsr.requests.actors import REQUESTER
from dsr.requests.authority import authority_needed
from dsr.requests.chain import write_line
from dsr.requests.errors import RequestError
from dsr.requests.models import (
    Enclosure,
    PrivateSession,
    Reading,
    ReadingCode,
    RequestMessage,
    SubjectRequest,
)
from dsr.requests.people import answers_go_to
from dsr.requests.preconditions import contact_proved, is_stopped
from dsr.requests.states import CodeWay, Read
from dsr.vault.models import SealedFile

from . import codes, links, notices
from .notify import common_context, in_confidence, tell_requester

READABLE = timedelta(days=90)
# More is no person reading what is theirs; the desk can open it anew.
MOST = {Read.PAGE: 20, Read.LETTER: 10, Read.FILE: 10}
_USED_UP = gettext_lazy(
    "This was opened as often as is allowed. Ask the organisation to open it anew."
)


def released(subject_request: SubjectRequest) -> list[RequestMessage]:
    """What was released of this request: its answers, with their letters."""
    return [each for each in subject_request.messages.all() if each.is_released]


def readable_until(message: RequestMessage) -> datetime:
    return _since(message) + READABLE


def is_over(message: RequestMessage, at: datetime) -> bool:
    """Whether its time for reading has passed; what is kept ready is read while it is there."""
    return message.kept_since is None and at >= readable_until(message)


def opened(session: PrivateSession, at: datetime) -> list[RequestMessage]:
    """What this session may see now: answers that a code opened in it, while their time lasts.

    An answer that is sent later, or opened anew, is not among them until it was counted as well.
    """
    if is_stopped(session.subject_request):
        return []
    read = [
        each
        for each in released(session.subject_request)
        if any(reading.session_id == session.pk for reading in each.readings.all())
    ]
    return _readable(session.subject_request, read, at)


def locked(session: PrivateSession, at: datetime) -> list[RequestMessage]:
    """What a code would open in this session."""
    seen = {each.pk for each in opened(session, at)}
    return [each for each in _openable(session.subject_request, at) if each.pk not in seen]


def _openable(subject_request: SubjectRequest, at: datetime) -> list[RequestMessage]:
    return _readable(subject_request, released(subject_request), at)


def _readable(
    subject_request: SubjectRequest, messages: Iterable[RequestMessage], at: datetime
) -> list[RequestMessage]:
    """Those whose time lasts. Data are read only while the authority of who acts for another is
    valid and nobody contests it; a refusal gives none, and is read all the same.
    """
    kept_back = bool(_authority(subject_request, at))
    return [
        each
        for each in messages
        if not is_over(each, at) and not (kept_back and each.to_proved_only)
    ]


def _authority(subject_request: SubjectRequest, at: datetime) -> str:
    """What keeps data from who acts for another, in words for them; empty where nothing does."""
    if not authority_needed(subject_request, subject_request.organisation.today(at)):
        return ""
    return _(
        "It is being checked whether you may act for the person. Until then the answer cannot be "
        "opened."
    )


def unproved(subject_request: SubjectRequest) -> str:
    """Why no code goes out for what was released, as a sentence; empty where one may."""
    gives_data = any(each.to_proved_only for each in released(subject_request))
    if not gives_data or contact_proved(subject_request):
        return ""
    return _(
        "It is not proved that the contact on file is yours, so no code goes there. Ask the "
        "organisation to prove it, or to tell you a code at its counter."
    )


def code_goes(subject_request: SubjectRequest) -> str:
    """How a code reaches the person: ``mail`` or ``letter``, as the answer; else ``counter``.

    Never another way than the answer: a requester may have proved an address of post and given a
    mailbox that is somebody else's.
    """
    to, medium = answers_go_to(subject_request)
    if not to:
        return CodeWay.COUNTER.value
    return (CodeWay.MAIL if medium == "email" else CodeWay.LETTER).value


def ask_code(session: PrivateSession, *, at: datetime) -> ReadingCode:
    """A code goes by mail to the delivery contact, for this session alone; older ones die.

    Raises RequestError where there is nothing to open, or nowhere to send it.
    """
    with transaction.atomic():
        session = _hold(session, at)
        subject_request = session.subject_request
        if sentence := _not_to_open(session, at) or unproved(subject_request):
            raise RequestError(sentence)
        if code_goes(subject_request) != CodeWay.MAIL:
            raise RequestError(_("Ask the organisation for a code: at its counter, or by letter."))
        made = make_code(subject_request, CodeWay.MAIL, session=session, at=at)
        facts = {"session": session.pk, "code": made.pk}
        write_line(subject_request, "code_asked", actor=REQUESTER, at=at, facts=facts)
    return made


def _hold(session: PrivateSession, at: datetime) -> PrivateSession:
    """The session as it is now, its request locked: whoever freezes it meanwhile, or ends the
    session, comes before or after and never in between."""
    SubjectRequest.objects.select_for_update().get(pk=session.subject_request_id)
    held = links.standing_session(session.pk, at=at)
    if held is None:
        raise RequestError(_("Your private page was closed. Open it with your private link."))
    if is_stopped(held.subject_request):
        raise RequestError(
            _("The request is stopped for a check. The answer can be read when it goes on.")
        )
    return held


def _not_to_open(session: PrivateSession, at: datetime) -> str:
    if locked(session, at):
        return ""
    if not released(session.subject_request):
        return _("There is no answer to read yet.")
    if opened(session, at):
        return _("The answer is open in this browser.")
    if sentence := _authority(session.subject_request, at):
        return sentence
    return _("The time for reading this answer here is over. Ask the organisation to open it anew.")


def make_code(
    subject_request: SubjectRequest,
    way: CodeWay,
    *,
    at: datetime,
    session: PrivateSession | None = None,
) -> ReadingCode:
    """A new code and, but for the counter, the mail or letter that brings it. In a transaction."""
    # Only the newest works, also when a newer one was used: an old letter opens nothing later.
    codes.end(subject_request.reading_codes.filter(session=session, used_at=None), at=at)
    made = ReadingCode(
        safe=subject_request.safe, subject_request=subject_request, session=session, way=way
    )
    digits = codes.make(made, at=at)
    if way != CodeWay.COUNTER:
        _owe_code(made, digits, at)
    return made


def _owe_code(made: ReadingCode, digits: str, at: datetime) -> None:
    subject_request = made.subject_request
    to, medium = answers_go_to(subject_request)
    neutral = in_confidence(subject_request, medium, "neutral_code")
    # No link with it: who finds one of the two must not have both.
    owe(
        key=f"reading_code:{made.pk}",
        kind="reading_code",
        safe=subject_request.safe,
        to=to,
        language=subject_request.language,
        context=common_context(subject_request)
        | {"code": codes.spaced(digits), "by_letter": made.way == CodeWay.LETTER},
        at=at,
        reference=subject_request.reference,
        recheck=links.CODE_RECHECK,
        recheck_args={"code": made.pk},
        useful_until=made.expires_at,
        medium=medium,
        text_of=neutral.text_of,
        sender=neutral.sender,
    )


def code_at_counter(subject_request: SubjectRequest, *, at: datetime) -> ReadingCode | None:
    """The code that somebody has to tell now; None where it was used, is over or was replaced."""
    told = [each for each in subject_request.reading_codes.all() if each.session_id is None]
    newest = told[-1] if told else None
    if newest is None or not newest.is_to_tell(at):
        return None
    newest.safe = subject_request.safe
    return newest


def still_of_use(args: Mapping[str, Any], at: datetime) -> bool:
    """Asked just before a code is sent."""
    made = codes.valid(ReadingCode.objects.filter(pk=args["code"]), at)
    return made.filter(Q(session=None) | Q(session__ended_at=None)).exists()


def enter_code(session: PrivateSession, typed: str, *, at: datetime) -> codes.Tried:
    """Open what was released in this session, where the code is the newest one and right.

    Raises RequestError where nothing can be opened, whatever the code.
    """
    with transaction.atomic():
        session = _hold(session, at)
        newest = _newest(session)
        tried = codes.try_one(newest, typed, at=at)
        if newest is not None and tried.opened:
            _open(session, newest, at)
        elif tried.died:
            facts = {"code": tried.code_id}
            write_line(session.subject_request, "wrong_code", actor=REQUESTER, at=at, facts=facts)
    return tried


def _newest(session: PrivateSession) -> ReadingCode | None:
    own = Q(session=session) | Q(session=None)
    return ReadingCode.objects.filter(own, subject_request=session.subject_request).last()


def _open(session: PrivateSession, code: ReadingCode, at: datetime) -> None:
    waiting = locked(session, at)
    if not waiting:
        raise RequestError(_not_to_open(session, at))
    # One that was read too often keeps no newer one closed.
    allowed = [each for each in waiting if not _is_used_up(each, Read.PAGE)]
    if not allowed:
        raise RequestError(_USED_UP)
    # With what it is bound to: given to a person, it opens one browser and no second.
    ReadingCode.objects.filter(pk=code.pk).update(used_at=at, session=session)
    for message in allowed:
        _count(session, message, Read.PAGE, at)
        notices.was_read(session.subject_request, message, actor=REQUESTER, at=at)


def take_letter(session: PrivateSession, message_id: int, *, at: datetime) -> SealedFile | None:
    """The letter of an answer, counted; None where there is none.

    Raises RequestError with a sentence where it may not be read, or not any more.
    """
    with transaction.atomic():
        session = _hold(session, at)
        of_request = released(session.subject_request)
        message = next((each for each in of_request if each.pk == message_id), None)
        if message is None or message.letter is None:
            return None
        _check_open(session, message, at)
        if _is_used_up(message, Read.LETTER):
            raise RequestError(_USED_UP)
        _count(session, message, Read.LETTER, at)
    return message.letter


def take_file(session: PrivateSession, enclosure_id: int, *, at: datetime) -> SealedFile | None:
    """A file that went out with an answer, counted as its letter is; None where there is none.

    Raises RequestError with a sentence where it may not be read, or not any more.
    """
    with transaction.atomic():
        session = _hold(session, at)
        of_answers = Enclosure.objects.filter(message__in=released(session.subject_request))
        rows = of_answers.select_related("file", "message").filter(removed_at=None)
        found = rows.filter(pk=enclosure_id).first()
        if found is None or found.file is None or found.message is None:
            return None
        found.message.subject_request = session.subject_request
        _check_open(session, found.message, at)
        if _is_used_up(found.message, Read.FILE, found):
            raise RequestError(_USED_UP)
        _count(session, found.message, Read.FILE, at, found)
    return found.file


def _check_open(session: PrivateSession, message: RequestMessage, at: datetime) -> None:
    if message.pk in {each.pk for each in opened(session, at)}:
        return
    if message.to_proved_only and (sentence := _authority(session.subject_request, at)):
        raise RequestError(sentence)
    raise RequestError(
        _("Enter a code first. It is sent to the contact that we hold.")
        if not is_over(message, at)
        else _("This answer is no longer open here. Ask for it anew.")
    )


def _since(message: RequestMessage) -> datetime:
    return message.renewed_at or message.at


def _is_used_up(message: RequestMessage, what: Read, enclosure: Enclosure | None = None) -> bool:
    taken = message.readings.filter(what=what, enclosure=enclosure, at__gte=_since(message))
    return taken.count() >= MOST[what]


def _which(message: RequestMessage, what: Read, enclosure: Enclosure | None) -> dict[str, Any]:
    """Which file was taken, by its number."""
    if enclosure:
        return {"enclosure": enclosure.pk, "file": enclosure.file_id}
    return {"file": message.letter_id} if what == Read.LETTER else {}


LINE_OF = {Read.PAGE: "answer_read", Read.LETTER: "letter_downloaded", Read.FILE: "file_taken"}


def _count(
    session: PrivateSession,
    message: RequestMessage,
    what: Read,
    at: datetime,
    enclosure: Enclosure | None = None,
) -> None:
    reading = Reading.objects.create(
        session=session, message=message, what=what, enclosure=enclosure, at=at
    )
    facts = {"message": message.pk, "session": session.pk}
    subject_request = session.subject_request
    write_line(
        subject_request,
        LINE_OF[what],
        actor=REQUESTER,
        at=at,
        facts=facts | _which(message, what, enclosure),
    )
    tell_requester(
        subject_request,
        "answer_was_read",
        at=at,
        key=f"answer_was_read:{reading.pk}",
        as_file=what == Read.LETTER,
        as_enclosure=what == Read.FILE,
        read_at=at,
    )
