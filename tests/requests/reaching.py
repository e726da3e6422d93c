"""Each state, reached through services as people would: an access request to IMG."""

from __future__ import annotations

from collections.abc import Callable

from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.requests.trying import TRY, propose_ending

Reach = Callable[[Desk], SubjectRequest]


def _received(desk: Desk) -> SubjectRequest:
    return cast.ask(desk.right("img", "access"))


def _after(state: str, *deeds: str) -> Reach:
    def walk(desk: Desk) -> SubjectRequest:
        subject_request = REACH[state](desk)
        for deed in deeds:
            subject_request = TRY[deed](subject_request, desk)
        return subject_request

    return walk


REACH: dict[str, Reach] = {
    "received": _received,
    "proving_identity": _after("received", "ask_identity"),
    "in_progress": _after("received", "add_evidence", "start"),
    "waiting": _after("in_progress", "ask_requester"),
    "in_review": _after("in_progress", "prove_contact", "propose"),
    "decided": _after("in_review", "approve"),
    "closed": _after("decided", "send_answer", "close"),
    "withdrawn": _after("received", "withdraw"),
    "lapsed": _after("waiting", "propose_ending", "approve"),
    "frozen": _after("in_progress", "freeze"),
    "out_of_scope": _after("received", "propose_ending", "approve"),
    "forwarded": lambda desk: TRY["approve"](
        propose_ending(REACH["received"](desk), desk, "forwarded"), desk
    ),
}


def reach(desk: Desk, state: str) -> SubjectRequest:
    return REACH[state](desk)
