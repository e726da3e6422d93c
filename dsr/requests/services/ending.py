"""Other ends than an answer: withdrawn, lapsed, frozen, out of scope, forwarded; and reopening."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.requests.actors import Actor
from dsr.requests.deadlines import lifecycle
from dsr.requests.errors import BadInput
from dsr.requests.messages import keep_note, write_message
from dsr.requests.models import RequestMessage, SubjectRequest

from . import deciding
from .changing import Doing, changing
from .notify import responsible, tell_requester, tell_staff


def withdraw(
    request_id: int, *, actor: Actor, at: datetime, seen: int | None, text: str = ""
) -> SubjectRequest:
    """The requester no longer asks. Nobody has to say why."""
    with changing(request_id, "withdraw", actor=actor, at=at, seen=seen) as doing:
        doing.subject_request.withdraw()
        if text.strip():
            write_message(doing, RequestMessage.Kind.REPLY, text, from_requester=True)
        _end(doing, "withdrawn")
        doing.afterwards.append(
            lambda: tell_staff(
                doing.subject_request,
                "withdrawn_staff",
                [user for user in responsible(doing.subject_request) if user != actor],
                at=at,
            )
        )
    return doing.subject_request


def lapse(
    request_id: int, *, text: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """A person decides that the unanswered request lapses; the letter says why and what is open."""
    with changing(request_id, "lapse", actor=actor, at=at, seen=seen) as doing:
        _needs(text, _("Say to the requester why the request lapses and what they can still do."))
        doing.subject_request.lapse()
        write_message(doing, RequestMessage.Kind.NOTICE, text)
        _end(doing, "lapsed")
    return doing.subject_request


def declare_out_of_scope(
    request_id: int, *, text: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """The policy does not reach what is asked; the requester is told why and what else is open."""
    with changing(request_id, "declare_out_of_scope", actor=actor, at=at, seen=seen) as doing:
        _needs(text, _("Say to the requester why this is out of scope and what else is open."))
        doing.subject_request.declare_out_of_scope()
        write_message(doing, RequestMessage.Kind.NOTICE, text)
        _end(doing, "out_of_scope")
    return doing.subject_request


def forward(
    request_id: int, *, text: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Passed on to who can answer; the requester is told to whom and how to reach them."""
    with changing(request_id, "forward", actor=actor, at=at, seen=seen) as doing:
        _needs(
            text, _("Say to the requester to whom the request was passed and how to reach them.")
        )
        doing.subject_request.forward()
        write_message(doing, RequestMessage.Kind.NOTICE, text)
        _end(doing, "forwarded")
    return doing.subject_request


def freeze(
    request_id: int, *, reason: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Nothing goes out until it is cleared up; clocks run on."""
    with changing(request_id, "freeze", actor=actor, at=at, seen=seen) as doing:
        _needs(reason, _("Say why the request is frozen."), "reason")
        doing.subject_request.freeze()
        keep_note(doing, actor, reason)
    return doing.subject_request


def unfreeze(
    request_id: int, *, reason: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Cleared up: back to where it was."""
    with changing(request_id, "unfreeze", actor=actor, at=at, seen=seen) as doing:
        _needs(reason, _("Say how it was cleared up."), "reason")
        doing.subject_request.unfreeze()
        keep_note(doing, actor, reason)
    return doing.subject_request


def reopen(
    request_id: int, *, reason: str, actor: User, at: datetime, seen: int | None
) -> SubjectRequest:
    """Taken up again. Unanswered, its old clocks run on; answered before, a new one begins."""
    with changing(request_id, "reopen", actor=actor, at=at, seen=seen) as doing:
        _needs(reason, _("Say why the request is reopened."), "reason")
        doing.subject_request.reopen()
        deciding.put_away(doing.subject_request, at=at)
        keep_note(doing, actor, reason)
        lifecycle.take_up_again(doing.subject_request, actor=actor, at=at)
        doing.afterwards.append(lambda: tell_requester(doing.subject_request, "reopened", at=at))
    return doing.subject_request


def _end(doing: Doing, mail: str) -> None:
    lifecycle.cancel_all(doing.subject_request, actor=doing.actor, at=doing.at)
    doing.afterwards.append(lambda: tell_requester(doing.subject_request, mail, at=doing.at))


def _needs(text: str, sentence: str, field: str = "text") -> None:
    if not text.strip():
        raise BadInput({field: sentence})
