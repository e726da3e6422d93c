"""States, outcomes and history in the requester's words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dsr.requests.states import Outcome, Status

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Standing:
    """A state in plain words: its name, its colour, what happens now and whose turn it is."""

    name: Words
    kind: str
    now: Words
    yours: bool = False


STATUS_TEXTS: dict[str, Standing] = {
    Status.RECEIVED: Standing(
        gettext_lazy("Received"),
        "info",
        gettext_lazy("Your request has arrived. Somebody will take it up; you need do nothing."),
    ),
    Status.PROVING_IDENTITY: Standing(
        gettext_lazy("We need to know who is asking"),
        "warn",
        gettext_lazy(
            "Before anything is given out or changed we must be sure that nobody asks in "
            "somebody else’s name. Read the message below: it says what helps, and what else "
            "would do."
        ),
        yours=True,
    ),
    Status.IN_PROGRESS: Standing(
        gettext_lazy("In progress"),
        "info",
        gettext_lazy("Somebody works on your request. You need do nothing."),
    ),
    Status.WAITING: Standing(
        gettext_lazy("Waiting for your reply"),
        "warn",
        gettext_lazy("There is a question for you below. Work goes on when you have answered."),
        yours=True,
    ),
    Status.IN_REVIEW: Standing(
        gettext_lazy("Being checked by a second person"),
        "info",
        gettext_lazy("An answer is prepared and a second person looks at it. You need do nothing."),
    ),
    Status.DECIDED: Standing(
        gettext_lazy("Decided"), "info", gettext_lazy("Your request is decided.")
    ),
    Status.CLOSED: Standing(
        gettext_lazy("Closed"),
        "plain",
        gettext_lazy(
            "The answer was sent and nothing is left to do. It stays here for you to read."
        ),
    ),
    Status.WITHDRAWN: Standing(
        gettext_lazy("Withdrawn"),
        "plain",
        gettext_lazy("You withdrew this request. You can ask again at any time."),
    ),
    Status.LAPSED: Standing(
        gettext_lazy("Lapsed"),
        "plain",
        gettext_lazy(
            "The request ended without your reply. If you write now, it is taken up again."
        ),
    ),
    Status.FROZEN: Standing(
        gettext_lazy("Stopped for a check"),
        "warn",
        gettext_lazy(
            "Nothing is given out or deleted until a doubt is cleared up. Time limits run on."
        ),
    ),
    Status.OUT_OF_SCOPE: Standing(
        gettext_lazy("Not covered by this policy"),
        "plain",
        gettext_lazy("The message below says why, and what else is open to you."),
    ),
    Status.FORWARDED: Standing(
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

# What of the history concerns the requester; anything else is work behind the desk.
HISTORY: dict[str, Words] = {
    "submit": gettext_lazy("Your request was received."),
    "start": gettext_lazy("Work on your request began."),
    "ask_identity": gettext_lazy("You were asked to show who you are."),
    "accept_identity": gettext_lazy("We know who you are."),
    "ask_requester": gettext_lazy("You were asked a question."),
    "reply": gettext_lazy("Your message arrived."),
    "complete": gettext_lazy("What was missing was added."),
    "propose": gettext_lazy("An answer was prepared for a second person to check."),
    "send_answer": gettext_lazy("The answer was sent."),
    "record_posting": gettext_lazy("The answer was posted."),
    "close": gettext_lazy("The request was closed."),
    "withdraw": gettext_lazy("The request was withdrawn."),
    "lapse": gettext_lazy("The request lapsed."),
    "freeze": gettext_lazy("The request was stopped for a check."),
    "unfreeze": gettext_lazy("The request goes on."),
    "declare_out_of_scope": gettext_lazy("The request was found to be outside the policy."),
    "forward": gettext_lazy("The request was passed on."),
    "reopen": gettext_lazy("The request was taken up again."),
    "extend": gettext_lazy("The time limit was extended."),
    "correct_receipt": gettext_lazy("The day of receipt was corrected."),
    "edit_contact": gettext_lazy("Your contact details were corrected."),
}

BY: dict[str, Words] = {
    "requester": gettext_lazy("you"),
    "staff": gettext_lazy("the organisation"),
    "system": gettext_lazy("automatically"),
}
