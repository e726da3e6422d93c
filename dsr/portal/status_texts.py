"""States and outcomes in the requester's words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dsr.requests.states import Outcome, Status

Words = str | Promise


@dataclass(frozen=True, slots=True)
class StatusText:
    """A state in plain words: its name, its colour, what happens now and whose turn it is."""

    name: Words
    kind: str
    now: Words
    yours: bool = False


STATUS_TEXTS: dict[str, StatusText] = {
    Status.RECEIVED: StatusText(
        gettext_lazy("Received"),
        "info",
        gettext_lazy("Your request has arrived. Somebody will take it up; you need do nothing."),
    ),
    Status.PROVING_IDENTITY: StatusText(
        gettext_lazy("We need to know who is asking"),
        "warn",
        # The reason first: being asked for proof must not read like being refused (promise A).
        gettext_lazy(
            "Before anything is given out or changed we must be sure that nobody asks in "
            "somebody else’s name. Read the message below: it says what helps, and what else "
            "would do."
        ),
        yours=True,
    ),
    Status.IN_PROGRESS: StatusText(
        gettext_lazy("In progress"),
        "info",
        gettext_lazy("Somebody works on your request. You need do nothing."),
    ),
    Status.WAITING: StatusText(
        gettext_lazy("Waiting for your reply"),
        "warn",
        gettext_lazy("There is a question for you below. Work goes on when you have answered."),
        yours=True,
    ),
    Status.IN_REVIEW: StatusText(
        gettext_lazy("Being checked by a second person"),
        "info",
        gettext_lazy("An answer is prepared and a second person looks at it. You need do nothing."),
    ),
    Status.DECIDED: StatusText(
        gettext_lazy("Decided"), "info", gettext_lazy("Your request is decided.")
    ),
    Status.CLOSED: StatusText(
        gettext_lazy("Closed"),
        "plain",
        gettext_lazy(
            "The answer was sent and nothing is left to do. It stays here for you to read."
        ),
    ),
    Status.WITHDRAWN: StatusText(
        gettext_lazy("Withdrawn"),
        "plain",
        gettext_lazy("You withdrew this request. You can ask again at any time."),
    ),
    Status.LAPSED: StatusText(
        gettext_lazy("Lapsed"),
        "plain",
        gettext_lazy(
            # A reply reopens a lapsed request (promise A17), so nobody is sent back to the start.
            "The request ended without your reply. If you write now, it is taken up again."
        ),
    ),
    Status.FROZEN: StatusText(
        gettext_lazy("Stopped for a check"),
        "warn",
        gettext_lazy(
            # Freezing stops release and erasure, never the clocks (promise A5).
            "Nothing is given out or deleted until a doubt is cleared up. Time limits run on."
        ),
    ),
    Status.OUT_OF_SCOPE: StatusText(
        gettext_lazy("Not covered by this policy"),
        "plain",
        gettext_lazy("The message below says why, and what else is open to you."),
    ),
    Status.FORWARDED: StatusText(
        gettext_lazy("Passed on"),
        "plain",
        gettext_lazy("The message below says who answers now, and how to reach them."),
    ),
}

OUTCOMES: dict[str, Words] = {
    Outcome.GRANTED: gettext_lazy("Your request is granted."),
    Outcome.PARTLY_GRANTED: gettext_lazy("Your request is granted in part."),
    Outcome.REFUSED: gettext_lazy("Your request is refused."),
    Outcome.NOTHING_HELD: gettext_lazy("Nothing about you was found."),
}
