"""What staff read of where a request stands: one row for each standing, as the requester has one.

What comes next is said beside it by the deed that is next.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dsr.requests.standing import Standing, Stands
from dsr.requests.words import short

ROWS: dict[Standing, str | Promise] = {
    Standing.ARRIVED: gettext_lazy("The request has arrived, and work has not begun."),
    Standing.REPLIED: gettext_lazy("The requester wrote on %(day)s."),
    Standing.REPLY_READ: gettext_lazy(
        "The requester wrote on %(day)s, which was read. Work has not begun."
    ),
    Standing.PROOF_WANTED: gettext_lazy("The requester was asked for proof and has not replied."),
    Standing.PROOF_CAME: gettext_lazy("The requester replied on %(day)s to what was asked."),
    Standing.IN_PROGRESS: gettext_lazy("The request is being worked on."),
    Standing.TAKEN_UP_AGAIN: gettext_lazy("The request was taken up again and owes an answer."),
    Standing.QUESTION: gettext_lazy("The requester was asked something and has not replied."),
    Standing.IN_REVIEW: gettext_lazy("A decision is proposed and waits for a second person."),
    Standing.DECIDED: gettext_lazy("It is decided. The answer has not gone out."),
    Standing.DECIDED_PAPER: gettext_lazy(
        "It is decided. The answer has not gone out; it goes by post."
    ),
    Standing.TO_POST: gettext_lazy("The answer is written as a letter and is not posted."),
    Standing.ANSWERED: gettext_lazy("The answer went out on %(day)s. It has not been opened."),
    Standing.POSTED: gettext_lazy("The answer was posted on %(day)s."),
    Standing.GIVEN: gettext_lazy("The answer was given on %(day)s."),
    Standing.READ: gettext_lazy("The answer went out on %(day)s and has been opened."),
    Standing.OVER: gettext_lazy(
        "The answer went out on %(day)s. The time for reading it on the private page is over."
    ),
    Standing.CAME_BACK: gettext_lazy(
        "The answer was sent, but its message came back: it has reached nobody."
    ),
    Standing.NOWHERE: gettext_lazy(
        "The answer is ready, but there is no address to which it could go: it has reached nobody."
    ),
    Standing.KEPT_READY: gettext_lazy(
        "The answer could be delivered to nobody and has been kept ready since %(day)s."
    ),
    Standing.CLOSED: gettext_lazy("The answer went out on %(day)s, and the request is closed."),
    Standing.CLOSED_OVER: gettext_lazy(
        "The answer went out on %(day)s, and the request is closed. The time for reading it on the "
        "private page is over."
    ),
    Standing.CLOSED_CAME_BACK: gettext_lazy(
        "The request is closed, but the message of its answer came back: it has reached nobody."
    ),
    Standing.CLOSED_KEPT_READY: gettext_lazy(
        "The request is closed. Its answer could be delivered to nobody and has been kept ready "
        "since %(day)s."
    ),
    Standing.WITHDRAWN: gettext_lazy("The request was withdrawn on %(day)s."),
    Standing.LAPSED: gettext_lazy("The request lapsed on %(day)s."),
    Standing.FROZEN: gettext_lazy("The request is stopped for a check. Time limits run on."),
    Standing.STOPPED: gettext_lazy(
        "The request is stopped for a check. What went out cannot be opened."
    ),
    Standing.OUT_OF_SCOPE: gettext_lazy("The request was found out of scope on %(day)s."),
    Standing.FORWARDED: gettext_lazy("The request was passed on on %(day)s."),
    Standing.ERASED: gettext_lazy("The content of the request has been erased."),
}


def where_it_stands(stands: Stands) -> str:
    """The sentence of where a request stands, in the reader's language."""
    return str(ROWS[stands.at]) % {"day": short(stands.day) if stands.day else ""}
