"""Two people act on the same request at the same instant: one wins, the other is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from dsr.accounts.models import User
from dsr.audit.services import verify
from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import (
    answer,
    assignment,
    conversation,
    decision,
    ending,
    held_contact,
    identity,
    review,
)
from dsr.requests.deeds.decision import Proposal
from dsr.requests.errors import NotNow, Stale
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links, reading
from tests import cast
from tests.cast import MORNING, Desk
from tests.faults.figures import Figures
from tests.faults.world import World
from tests.notifications.threads import at_once
from tests.requests.reaching import reach

Deed = Callable[[SubjectRequest, User], SubjectRequest]
GRANT = Proposal(outcome="granted", answer="Here is what you asked for.", given_as="text")


def _deed(service: Callable[..., SubjectRequest], **given: object) -> Deed:
    def deed(subject_request: SubjectRequest, actor: User) -> SubjectRequest:
        return service(
            subject_request.pk, actor=actor, at=MORNING, seen=subject_request.version, **given
        )

    return deed


START, APPROVE, SEND = _deed(assignment.start), _deed(review.approve), _deed(answer.send_answer)
RETURN = _deed(review.return_to_work, reason="One file is missing.")
FREEZE = _deed(ending.freeze, reason="Not me, says the contact.")
NOT_ME = _deed(held_contact.not_me, reason="She called.")
FORWARD = _deed(
    ending.propose_ending,
    ending="forwarded",
    ground="another_office",
    text="To the billing department.",
)
QUESTION = _deed(conversation.ask_requester, question="Which record?")
PROPOSE = _deed(lambda pk, **given: decision.propose(pk, GRANT, **given))
IDENTITY = _deed(identity.ask_identity, question="Who are you?")
PAIRS = [
    pytest.param("received", IDENTITY, IDENTITY, id="both ask for proof", marks=pytest.mark.faults),
    pytest.param("in_progress", PROPOSE, PROPOSE, id="both propose", marks=pytest.mark.faults),
    pytest.param(
        "in_progress", QUESTION, FORWARD, id="one asks, one forwards", marks=pytest.mark.faults
    ),
    pytest.param("in_review", APPROVE, APPROVE, id="both approve"),
    pytest.param(
        "in_review", APPROVE, RETURN, id="one approves, one returns it", marks=pytest.mark.faults
    ),
    pytest.param("decided", SEND, SEND, id="both send the answer"),
    pytest.param("decided", SEND, FREEZE, id="one sends, one freezes"),
    pytest.param(
        "decided", SEND, NOT_ME, id="one sends, one hears not me", marks=pytest.mark.faults
    ),
]


@pytest.mark.parametrize(("state", "first", "second"), PAIRS)
def test_of_two_people_one_wins_and_the_other_is_told(
    world: World,
    desk: Desk,
    figures: Figures,
    request: pytest.FixtureRequest,
    state: str,
    first: Deed,
    second: Deed,
) -> None:
    subject_request = reach(desk, state)
    lines, mails = len(own_lines(subject_request)), OutboxMessage.objects.count()
    start = Barrier(2)

    def act(deed: Deed, who: User) -> str:
        connection.ensure_connection()
        start.wait(20)
        try:
            deed(subject_request, who)
        except (Stale, NotNow) as told:
            return f"told: {told.code}"
        return "won"

    ends = at_once([partial(act, first, desk.officer), partial(act, second, desk.second_officer)])
    assert Counter(end.split(":")[0] for end in ends) == {"won": 1, "told": 1}
    assert len(own_lines(subject_request)) == lines + 1
    assert verify() == []
    mine = OutboxMessage.objects.order_by("-pk")[: OutboxMessage.objects.count() - mails]
    recipients = Counter((mail.kind, mail.recipient_user_id) for mail in mine)
    assert set(recipients.values()) <= {1}
    what = request.node.callspec.id
    figures.add(f"two people at the same instant, {what}: winners", ends.count("won"), 1)


def own_lines(subject_request: SubjectRequest) -> list[str]:
    """Lines of deeds; what becomes of its dates and its links stands beside them."""
    codes = [line.code for line in cast.history(subject_request)]
    return [code for code in codes if not code.startswith(("deadline_", "links_"))]


def test_a_form_sent_by_eight_hands_at_once_is_one_request(
    world: World, desk: Desk, figures: Figures
) -> None:
    right, key, start = desk.right("img", "access"), uuid4(), Barrier(8)

    def send() -> str:
        connection.ensure_connection()
        start.wait(20)
        return cast.ask(right, submission_key=key).reference

    assert len(set(at_once([send] * 8))) == 1
    assert SubjectRequest.objects.count() == 1
    assert verify() == []
    assert OutboxMessage.objects.filter(kind="acknowledgement").count() == 1
    figures.add("the same form sent eight times at once: requests", 1, 1)


def test_of_twenty_wrong_guesses_at_once_five_are_tried(
    world: World, desk: Desk, figures: Figures
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    proposed = cast.propose(cast.begin(asked, desk.handler), desk.handler)
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version
    )
    sent = answer.send_answer(approved.pk, actor=desk.handler, at=MORNING, seen=approved.version)
    session = links.open_for_sender(sent, at=MORNING)
    made = reading.ask_code(session, at=MORNING)
    wrong = "0" * 8 if cast.code_in_mail().replace(" ", "") != "0" * 8 else "1" * 8
    start = Barrier(20)

    def guess() -> str:
        connection.ensure_connection()
        start.wait(20)
        return reading.enter_code(session, wrong, at=MORNING).sentence

    said = at_once([guess] * 20)
    made.refresh_from_db()
    assert made.tries == 5
    assert sum("No code is valid now." in each for each in said) == 15
    figures.add("guesses at a code at once: tried", made.tries, 5)
