"""What the private page says: where the request stands, by when, and what is expected of whom.

The same request is also set as a letter, for an organisation that wants a signature by hand.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.policies.particulars import FieldSpec, particulars
from dsr.requests import elements, enclosures, fees, history, holds, remedies
from dsr.requests.deadlines import clocks, look_back
from dsr.requests.deadlines.explain import expectation, explain, set_by
from dsr.requests.deeds.conversation import reply
from dsr.requests.deeds.doing import not_now
from dsr.requests.deeds.ending import withdraw
from dsr.requests.deeds.fee import answer_fee
from dsr.requests.models import Deadline, PrivateSession, RequestMessage, SubjectRequest
from dsr.requests.people import notices_go_to, writes_to
from dsr.requests.services import links, reading, receipts
from dsr.requests.services.receipts import How
from dsr.requests.standing import NO_COUNTDOWN, Standing, Stands, stands
from dsr.requests.standing_texts import OUTCOMES, told_where
from dsr.requests.states import DeadlineStatus, Outcome
from dsr.requests.words import Badge, days_badge
from dsr.vault.errors import Tampered

from .showing import show_right

ANSWER = RequestMessage.Kind.ANSWER


@dataclass(frozen=True)
class Date:
    """One day for people: who set it, how near it is, and why, for each limit that ends on it."""

    deadline: Deadline
    who: str
    badge: Badge
    why: list[list[str]]


def page_of(session: PrivateSession, at: datetime) -> dict[str, Any]:
    """Everything the private page and the confirmation show to this session."""
    subject_request = session.subject_request
    organisation = subject_request.organisation
    today = organisation.today(at)
    # Read once and parted here: the page shows them in two lists.
    written = list(subject_request.messages.all())
    readable = reading.opened(session, at)
    where = stands(subject_request, at)
    return {
        "session": session,
        "in_confidence": bool(subject_request.may_write),
        # Until a code was entered whoever has the link may be somebody else.
        "quiet": bool(subject_request.may_write) and not readable,
        "reading": _reading(session, readable, where, at),
        "organisation": organisation,
        "subject_request": subject_request,
        "shown": show_right(subject_request.right, organisation),
        "stands": told_where(subject_request, where),
        # Decided before the answer is sent; only the answer tells it, and only to who may read it.
        "outcome": OUTCOMES.get(subject_request.outcome, "") if readable else "",
        "why": _why(subject_request, readable),
        **_parts(subject_request, readable),
        "later": holds.told(subject_request) if readable else [],
        "ways": _ways(subject_request, where, readable),
        "expectation": _expectation(subject_request, today),
        **dates(subject_request, today, where),
        "reaches": look_back.told(subject_request),
        "written": [_message(each) for each in reversed(written) if each.kind != ANSWER],
        "files": sent_files(subject_request),
        "fee": fee_of(subject_request),
        # What can no longer be added is not called missing: it is decided without it.
        "missing": _missing(subject_request, where),
        "signs_by_hand": signs_by_hand(subject_request),
        "history": list(history.told(subject_request)),
        "can_withdraw": not not_now(subject_request, withdraw),
        "can_write": not not_now(subject_request, reply),
        "receipt_lost": lambda: receipts.receipt(subject_request, at).how == How.LOST,
    }


def _why(subject_request: SubjectRequest, readable: list[RequestMessage]) -> str:
    """The ground, like the answer, only to who may read it."""
    return remedies.why(subject_request, subject_request.ground) if readable else ""


def _parts(subject_request: SubjectRequest, readable: list[RequestMessage]) -> dict[str, Any]:
    """What the answer has to say by law, as a table of contents, and what was written of it."""
    if not readable:
        return {"contents": [], "parts": []}
    outcome, ground = subject_request.outcome, subject_request.ground
    return {
        "contents": elements.contents(subject_request, outcome, ground),
        "parts": elements.in_letter(subject_request, outcome),
    }


CLOSED = frozenset(
    {
        Standing.CLOSED,
        Standing.CLOSED_OVER,
        Standing.CLOSED_CAME_BACK,
        Standing.CLOSED_KEPT_READY,
    }
)


def _ways(
    subject_request: SubjectRequest, where: Stands, readable: list[RequestMessage]
) -> list[remedies.Way]:
    """What is open to somebody who got no, not all, nothing in time, or misses something."""
    not_all = bool(readable) and subject_request.outcome != Outcome.GRANTED
    # Of every closed one alike, so that nobody learns from it how it was decided.
    closed = where.at in CLOSED
    quiet = bool(subject_request.may_write) and not readable
    shown = not_all or where.overdue or (closed and not quiet)
    ground = subject_request.ground if readable else ""
    return remedies.ways(subject_request, ground) if shown else []


def fee_of(subject_request: SubjectRequest) -> fees.Shown | None:
    """The fee that was offered, while it can be answered or is still to be paid."""
    offer = fees.standing(subject_request)
    if offer is None or not_now(subject_request, answer_fee):
        return None
    return fees.shown(offer)


def _missing(subject_request: SubjectRequest, where: Stands) -> list[Any]:
    return [each.label for each in particulars(subject_request.missing)] if where.missing else []


@dataclass(frozen=True)
class Released:
    """What was released: what this session may read of it, and how it gets to read the rest."""

    answers: list[dict[str, Any]]
    waits_for_code: bool
    unproved: str
    way: str
    over: bool


def _reading(
    session: PrivateSession, readable: list[RequestMessage], where: Stands, at: datetime
) -> Released:
    # A text that may not be read is not opened either: nothing of it can slip into the page.
    waits = bool(reading.locked(session, at))
    answers = reading.released(session.subject_request)
    return Released(
        answers=[_message(each) for each in readable],
        waits_for_code=waits,
        unproved=reading.unproved(session.subject_request) if waits else "",
        way=reading.code_goes(session.subject_request),
        # Of the answer that stands it is said above, with where to ask.
        over=where.at not in (Standing.OVER, Standing.CLOSED_OVER)
        and any(reading.is_over(each, at) for each in answers),
    )


def _expectation(subject_request: SubjectRequest, today: date) -> str:
    """By when an answer can be expected; honestly late, and nothing once it is there."""
    if not subject_request.awaits_answer:
        return ""
    said = expectation(subject_request, today)
    # Said by ourselves before the person has to complain, with the way to an authority.
    if subject_request.due_on and subject_request.is_overdue(today):
        where = _(
            "You can write to the organisation here; its page of rights says where else you can "
            "turn."
        )
        return f"{said} {where}"
    return said


def signs_by_hand(subject_request: SubjectRequest) -> bool:
    """Whether a letter with a real signature is still to come."""
    typed = subject_request.organisation.accepts_electronic_signatures
    # Where a typed name is accepted the signature is typed, and no paper is to come.
    return "signed" in subject_request.missing and not typed


def no_way_back(session: PrivateSession, at: datetime) -> bool:
    """The browser that sent the form, of a requester to whom nothing is sent, who made no receipt:
    once it is closed they are shut out, unless they kept the link that was shown."""
    _to, medium = notices_go_to(session.subject_request)
    if medium != "none" or session.link_id is not None:
        return False
    return not links.made_since(session, at=at)


def sent_files(subject_request: SubjectRequest) -> list[str]:
    """Names of the files that came from the requester, so that they see what arrived."""
    # Staff may add scans of their own, which are not what this person sent.
    sent = [each for each in subject_request.attachments.all() if each.from_requester]
    return [each.file.shown("name", erased=_("An erased file")) for each in sent]


def _message(message: RequestMessage) -> dict[str, Any]:
    return {
        "pk": message.pk,
        "mine": message.from_requester,
        "at": message.at,
        "text": message.shown("body", erased=_("This text was erased.")),
        "letter": message.letter_id,
        "files": _files(message) if message.kind == ANSWER else [],
        "paper": message.posted_on,
    }


def _files(message: RequestMessage) -> list[dict[str, Any]]:
    """What went out with an answer; its time here is that of the answer."""
    shown = []
    for each in enclosures.sent_with(message):
        if each.file is None:
            continue
        each.safe = each.file.safe = message.safe
        shown.append(
            {
                "pk": each.pk,
                "name": each.file.shown("name", erased=_("An erased file")),
                "kind": enclosures.kind_of(each),
                "size": each.file.size,
                "sha256": each.shown("sha256", ""),
            }
        )
    return shown


def dates(
    subject_request: SubjectRequest, today: date, where: Stands | None = None
) -> dict[str, list[Date]]:
    """The day that counts most, as the sentence above it says it, and the others to answer by."""
    # Nobody counts the days until a decision that is taken: the answer is to go out by then.
    decided = where is not None and where.at in NO_COUNTDOWN
    found = clocks.for_requester(subject_request)
    return {
        "dates": [_date(each, today, decided=decided) for each in found.shown],
        "other_dates": [_date(each, today, decided=decided) for each in found.folded],
    }


def _date(clock: clocks.Clock, today: date, *, decided: bool) -> Date:
    return Date(
        clock.first,
        set_by(clock.deadlines),
        _badge(clock.first, today, decided=decided),
        why=[explain(each) for each in clock.deadlines],
    )


def _badge(deadline: Deadline, today: date, *, decided: bool) -> Badge:
    """How near a limit is, or how it ended, in words first; the colour only repeats them."""
    left = deadline.days_left(today)
    # Told even when it is past: a page that turns silent then would hide what is owed.
    if left is not None and decided and left >= 0:
        return Badge("ok", _("The answer goes out by then"))
    if left is not None:
        return days_badge(left, aim=deadline.is_aim)
    if deadline.undelivered:
        late = deadline.status == DeadlineStatus.MISSED
        return (
            Badge("missed", _("Not delivered by then"))
            if late
            else Badge("paused", _("Ready, could not be delivered"))
        )
    ended = {
        DeadlineStatus.MET: Badge("met", _("Answered in time")),
        DeadlineStatus.MISSED: Badge("missed", _("Answered late")),
        DeadlineStatus.PAUSED: Badge("paused", _("The clock stands still")),
        DeadlineStatus.CANCELLED: Badge("ok", _("No longer needed")),
    }
    return ended.get(DeadlineStatus(deadline.status), Badge("ok", _("No date")))


@dataclass(frozen=True)
class Letter:
    sender: str
    recipient: str
    said: list[tuple[Any, str]]


def letter_of(subject_request: SubjectRequest) -> Letter:
    person = writes_to(subject_request)
    name, address = (
        str(person.shown("name")),
        str(person.shown("postal_address") or ""),
    )
    return Letter(
        # Many type their name as the first line of their address.
        sender=address if address.startswith(name) else f"{name}\n{address}".strip(),
        recipient=_recipient(subject_request),
        said=_said(subject_request),
    )


def _recipient(subject_request: SubjectRequest) -> str:
    """The address that the policy names for letters, else the organisation's own."""
    for channel in subject_request.right.channels:
        if channel["kind"] == "post":
            return str(channel["address"])
    organisation = subject_request.organisation
    return organisation.postal_address or organisation.legal_name


def _said(subject_request: SubjectRequest) -> list[tuple[Any, str]]:
    try:
        values = subject_request.values()
    except Tampered as altered:
        return [(_("What was typed"), str(altered))]
    return [
        (spec.label, _in_words(spec, values[particular.code].get(spec.name)))
        for particular in particulars(values)
        for spec in particular.fields
        # What was left empty is not in the letter: nobody is made to strike it out by hand.
        if values[particular.code].get(spec.name)
    ]


def _in_words(spec: FieldSpec, value: Any) -> str:
    if spec.type == "date":
        # A value that is no day, which the form did not refuse, stands as it was typed.
        with suppress(ValueError):
            return day_words(date.fromisoformat(str(value)))
    labels = dict(spec.choices)
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(each, each)) for each in chosen)
