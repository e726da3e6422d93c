"""What is written about a request: messages to and from the requester, and internal notes."""

from __future__ import annotations

from datetime import date

from dsr.accounts.models import User
from dsr.requests.deeds.doing import Doing
from dsr.requests.models import Note, RequestMessage


def write_message(
    doing: Doing, kind: str, body: str, *, from_requester: bool = False, on: date | None = None
) -> RequestMessage:
    """Seal a message of the request; nothing of it goes into a mail."""
    message = RequestMessage(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        kind=kind,
        from_requester=from_requester,
        # A program or the requester is none of the staff; the line of history says who it was.
        by=doing.actor if isinstance(doing.actor, User) else None,
        at=doing.at,
        # The real day, from which law counts; `at` stays the instant at which it was written down.
        happened_on=on or doing.today,
    )
    message.seal(body=body.strip())
    message.save()
    return message


def keep_note(doing: Doing, text: str) -> Note:
    note = Note(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        by=doing.user,
        at=doing.at,
    )
    note.seal(text=text.strip())
    note.save()
    return note
