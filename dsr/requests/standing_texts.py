"""What the requester reads of where the request stands: one row for each standing, and no other.

The private page, the confirmation and the mails take their sentences from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dsr.vault.addresses import readable

from .models import SubjectRequest
from .standing import Standing, Stands
from .states import Outcome
from .words import short

Words = str | Promise

NOTHING = gettext_lazy("You need do nothing.")
FEE = gettext_lazy("You can answer the price that is named below.")
MISSING = gettext_lazy("You can add below what is missing. The request counts all the same.")
_REPLIED = gettext_lazy("Your message of %(day)s has arrived.")
_OPEN_BELOW = gettext_lazy("How you open it is said below.")
_ASK_ANEW = gettext_lazy("Ask the organisation to open it anew: %(contact)s.")
_CLOSED = gettext_lazy("The answer went out on %(day)s, and the request is closed.")
_IF_WRONG = gettext_lazy(
    "If something is missing or wrong, write to %(contact)s, name the reference %(reference)s and "
    "ask that the request be taken up again. You can also send a new request at any time."
)
_DECIDED = gettext_lazy("Your request is decided. The answer has not gone out yet.")
_NOT_DELIVERED = gettext_lazy("The answer is ready, but it could not be delivered to you.")
_KEPT = gettext_lazy(
    "It is kept for you as long as this request is kept. You can also collect it from the "
    "organisation."
)
_DOUBT = gettext_lazy("Nothing is given out or deleted until a doubt is cleared up.")


@dataclass(frozen=True, slots=True)
class Row:
    """Its name and colour; what is so; what happens next; what the reader can do.

    ``yours``: it is the reader's turn.
    """

    name: Words
    kind: str
    now: Words
    next: Words
    you: Words
    yours: bool = False


_READY = Row(
    gettext_lazy("Your answer is kept ready"),
    "warn",
    _NOT_DELIVERED,
    _KEPT,
    gettext_lazy(
        "Open it below with a code, which you also get at our counter. Or write to us below how we "
        "can reach you; then it is sent to you."
    ),
    yours=True,
)

ROWS: dict[Standing, Row] = {
    Standing.ARRIVED: Row(
        gettext_lazy("Received"),
        "info",
        gettext_lazy("Your request has arrived."),
        gettext_lazy("Somebody will take it up."),
        NOTHING,
    ),
    Standing.REPLIED: Row(
        gettext_lazy("Your message has arrived"),
        "info",
        _REPLIED,
        gettext_lazy("Somebody reads it and goes on with your request."),
        NOTHING,
    ),
    Standing.REPLY_READ: Row(
        gettext_lazy("Received"),
        "info",
        gettext_lazy("Your message of %(day)s was read."),
        gettext_lazy("Somebody will take up your request."),
        NOTHING,
    ),
    Standing.PROOF_WANTED: Row(
        gettext_lazy("We need to know who is asking"),
        "warn",
        # The reason first: being asked for proof must not read like being refused (promise A).
        gettext_lazy(
            "Before anything is given out or changed we must be sure that nobody asks in "
            "somebody else’s name."
        ),
        gettext_lazy("Work goes on when that is clear."),
        gettext_lazy("Read the message below: it says what helps, and what else would do."),
        yours=True,
    ),
    Standing.PROOF_CAME: Row(
        gettext_lazy("Your message has arrived"),
        "info",
        _REPLIED,
        gettext_lazy("Somebody looks whether it is clear now who is asking."),
        NOTHING,
    ),
    Standing.IN_PROGRESS: Row(
        gettext_lazy("In progress"),
        "info",
        gettext_lazy("Somebody works on your request."),
        gettext_lazy("If anything is unclear, you are asked."),
        NOTHING,
    ),
    Standing.TAKEN_UP_AGAIN: Row(
        gettext_lazy("Taken up again"),
        "info",
        gettext_lazy("Your request was taken up again, and somebody works on it."),
        gettext_lazy("An answer to it is still to come."),
        NOTHING,
    ),
    Standing.QUESTION: Row(
        gettext_lazy("Waiting for your reply"),
        "warn",
        gettext_lazy("There is a question for you below."),
        gettext_lazy("Work goes on when you have answered."),
        gettext_lazy("Answer it below."),
        yours=True,
    ),
    Standing.IN_REVIEW: Row(
        gettext_lazy("Being checked by a second person"),
        "info",
        gettext_lazy("A decision is prepared."),
        gettext_lazy("A second person looks at it before anything goes out."),
        NOTHING,
    ),
    Standing.DECIDED: Row(
        gettext_lazy("Decided"),
        "info",
        _DECIDED,
        gettext_lazy("You find it on this page, and are told when it is there."),
        NOTHING,
    ),
    Standing.DECIDED_PAPER: Row(
        gettext_lazy("Decided"),
        "info",
        _DECIDED,
        gettext_lazy("It comes to you by post."),
        NOTHING,
    ),
    Standing.TO_POST: Row(
        gettext_lazy("The answer is to be posted"),
        "info",
        gettext_lazy("The answer is written as a letter. It has not been posted yet."),
        gettext_lazy("It comes to you by post."),
        NOTHING,
    ),
    Standing.ANSWERED: Row(
        gettext_lazy("Answered"),
        "good",
        gettext_lazy("The answer went out on %(day)s."),
        "",
        _OPEN_BELOW,
    ),
    Standing.POSTED: Row(
        gettext_lazy("Answered"),
        "good",
        gettext_lazy("The answer was posted on %(day)s."),
        gettext_lazy("It comes to you by post."),
        gettext_lazy("If it does not arrive, write to us below."),
    ),
    Standing.GIVEN: Row(
        gettext_lazy("Answered"),
        "good",
        gettext_lazy("The answer was given to you on %(day)s."),
        "",
        _OPEN_BELOW,
    ),
    Standing.READ: Row(
        gettext_lazy("Answered"),
        "good",
        gettext_lazy("The answer went out on %(day)s. It has been opened on this page."),
        "",
        gettext_lazy(
            "If it was not you who opened it, close all other links and sessions, and write to us "
            "below."
        ),
    ),
    Standing.OVER: Row(
        gettext_lazy("Answered"),
        "good",
        gettext_lazy("The answer went out on %(day)s. The time for reading it here is over."),
        "",
        _ASK_ANEW,
    ),
    Standing.CAME_BACK: Row(
        gettext_lazy("The answer did not reach you"),
        "warn",
        gettext_lazy("The answer was sent, but our message to you came back."),
        gettext_lazy("We look for another way to reach you."),
        gettext_lazy("Write to us below how we can reach you."),
        yours=True,
    ),
    Standing.NOWHERE: _READY,
    Standing.KEPT_READY: _READY,
    Standing.CLOSED: Row(
        gettext_lazy("Closed"),
        "plain",
        _CLOSED,
        gettext_lazy("The answer stays here for you to read."),
        _IF_WRONG,
    ),
    Standing.CLOSED_OVER: Row(
        gettext_lazy("Closed"),
        "plain",
        gettext_lazy(
            "The answer went out on %(day)s, and the request is closed. The time for reading the "
            "answer here is over."
        ),
        gettext_lazy("It can be opened anew for you."),
        _IF_WRONG,
    ),
    Standing.CLOSED_CAME_BACK: Row(
        gettext_lazy("The answer did not reach you"),
        "warn",
        gettext_lazy("The answer was sent, but our message to you came back."),
        gettext_lazy("We look for another way to reach you."),
        gettext_lazy(
            "Tell %(contact)s how we can reach you, and name the reference %(reference)s."
        ),
    ),
    Standing.CLOSED_KEPT_READY: Row(
        gettext_lazy("Your answer is kept ready"),
        "warn",
        _NOT_DELIVERED,
        _KEPT,
        gettext_lazy(
            "Open it below with a code, which you also get at our counter. Or tell %(contact)s how "
            "we can reach you, and name the reference %(reference)s; then it is sent to you."
        ),
    ),
    Standing.WITHDRAWN: Row(
        gettext_lazy("Withdrawn"),
        "plain",
        gettext_lazy("This request was withdrawn on %(day)s."),
        gettext_lazy("Nothing more is done with it."),
        gettext_lazy(
            "You can ask again at any time. If it was not you who withdrew it, tell %(contact)s: "
            "it can be taken up again."
        ),
    ),
    Standing.LAPSED: Row(
        gettext_lazy("Lapsed"),
        "plain",
        gettext_lazy("The request ended on %(day)s without your reply."),
        gettext_lazy("Nothing more is done unless you write."),
        # A reply reopens a lapsed request (promise A17), so nobody is sent back to the start.
        gettext_lazy("If you write below, it is taken up again."),
    ),
    Standing.FROZEN: Row(
        gettext_lazy("Stopped for a check"),
        "warn",
        _DOUBT,
        # Freezing stops release and erasure, never the clocks (promise A5).
        gettext_lazy("Time limits run on meanwhile."),
        gettext_lazy("You can write to us below."),
    ),
    Standing.STOPPED: Row(
        gettext_lazy("Stopped for a check"),
        "warn",
        _DOUBT,
        gettext_lazy("Then what went out can be opened here again."),
        gettext_lazy("If you have a question, write to %(contact)s."),
    ),
    Standing.OUT_OF_SCOPE: Row(
        gettext_lazy("Not covered by this policy"),
        "plain",
        gettext_lazy("The request was ended on %(day)s: this policy does not reach it."),
        "",
        gettext_lazy("The message below says why, and what else is open to you."),
    ),
    Standing.FORWARDED: Row(
        gettext_lazy("Passed on"),
        "plain",
        gettext_lazy("The request was passed on on %(day)s to who can answer it."),
        gettext_lazy("The answer comes from there."),
        gettext_lazy("The message below says who answers now, and how to reach them."),
    ),
    Standing.ERASED: Row(
        gettext_lazy("Erased"),
        "plain",
        gettext_lazy("What was written in this request has been erased."),
        "",
        gettext_lazy("You can ask again at any time."),
    ),
}

OUTCOMES: dict[str, Words] = {
    Outcome.GRANTED: gettext_lazy("Your request is granted."),
    Outcome.PARTLY_GRANTED: gettext_lazy("Your request is granted in part."),
    Outcome.REFUSED: gettext_lazy("Your request is refused."),
    Outcome.NOTHING_HELD: gettext_lazy("Nothing about you was found."),
}


@dataclass(frozen=True, slots=True)
class StandingText:
    """A row with its day and its addresses filled in."""

    name: str
    kind: str
    now: str
    next: str
    you: str
    yours: bool


def told_where(subject_request: SubjectRequest, stands: Stands) -> StandingText:
    """The sentences of where the request stands, in the reader's language."""
    row = ROWS[stands.at]
    facts = {
        "day": short(stands.day) if stands.day else "",
        "reference": subject_request.reference,
        "contact": contact_of(subject_request),
    }
    now, after, you = (
        str(each) % facts if each else "" for each in (row.now, row.next, _you(row, stands))
    )
    return StandingText(str(row.name), row.kind, now, after, you, row.yours or stands.fee)


def _you(row: Row, stands: Stands) -> Words:
    """Who is told what is missing, or that the answer is late, is not told to do nothing."""
    if row.you is NOTHING and stands.fee:
        return f"{FEE} {MISSING}" if stands.missing else FEE
    if row.you is NOTHING:
        return MISSING if stands.missing else "" if stands.overdue else NOTHING
    return f"{row.you} {MISSING}" if stands.missing else row.you


def contact_of(subject_request: SubjectRequest) -> str:
    """Where the organisation is written to outside of this page."""
    organisation = subject_request.organisation
    if organisation.contact_email:
        return f"{organisation.name} ({readable(organisation.contact_email)})"
    return organisation.name
