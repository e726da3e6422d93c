"""Ending a request against the wish of who asks has the safeguards of a refusal."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.accounts.models import Membership, User
from dsr.notifications.models import OutboxMessage
from dsr.requests.actors import REQUESTER
from dsr.requests.available_deeds import available_deeds
from dsr.requests.deeds import conversation, ending, review
from dsr.requests.errors import BadInput, NotNow, Unmet
from dsr.requests.history import told
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach
from tests.requests.trying import TRY, propose_ending

BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
GIVEN = {"ground": "another_office", "text": "To the billing department."}


def approved(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    return review.approve(it.pk, actor=desk.second_officer, at=MORNING)


def test_one_person_ends_nothing_where_there_is_a_second(desk: Desk) -> None:
    for deed, state, ground in (
        (ending.forward, "received", "another_office"),
        (ending.declare_out_of_scope, "received", "not_covered"),
        (ending.lapse, "waiting", "no_reply"),
    ):
        it = reach(desk, state)
        with pytest.raises(Unmet, match="A second person has to approve"):
            deed(it.pk, ground=ground, text="It ends.", actor=desk.officer, at=MORNING)


def test_a_second_person_approves_and_the_letter_says_where_to_complain(desk: Desk) -> None:
    it = propose_ending(reach(desk, "received"), desk, "forwarded", text="To them.")
    assert it.status == "in_review"
    assert OutboxMessage.objects.filter(kind="forwarded").count() == 0
    with pytest.raises(Unmet, match="You proposed"):
        review.approve(propose_by_officer(desk).pk, actor=desk.officer, at=MORNING)
    ended = approved(it, desk)
    assert (ended.status, ended.outcome) == ("forwarded", "")
    message = ended.messages.get(kind="notice")
    assert message.unseal("body").startswith(
        "To them.\n\nWhy: Another organisation is responsible\n\nIf you do not agree:\n- Write "
    )
    assert message.letter is not None
    assert OutboxMessage.objects.filter(kind="forwarded").count() == 1
    assert "The request was passed on." in [line.text for line in told(ended)]
    assert {each.status for each in ended.deadlines.all()} == {"cancelled"}


def propose_by_officer(desk: Desk) -> SubjectRequest:
    it = reach(desk, "received")
    given = {"ending": "forwarded", "ground": "another_office", "text": "To them."}
    return ending.propose_ending(it.pk, **given, actor=desk.officer, at=MORNING)


def test_who_gets_no_mail_gets_the_letter_by_post(desk: Desk) -> None:
    it = cast.ask(desk.right("img", "access"), who=BY_POST)
    ended = approved(propose_ending(it, desk), desk)
    letter = OutboxMessage.objects.get(key__startswith="ending_letter:")
    assert (letter.medium, letter.file) == ("letter", ended.messages.get().letter)


def test_a_ground_has_to_fit_the_ending_and_the_ending_the_state(desk: Desk) -> None:
    with pytest.raises(BadInput, match="Choose a ground of this ending"):
        propose_ending(reach(desk, "received"), desk, "forwarded", ground="no_reply")
    with pytest.raises(BadInput, match="lapses only when something"):
        propose_ending(reach(desk, "received"), desk, "lapsed")
    with pytest.raises(BadInput, match="out of scope or passed on before that"):
        propose_ending(reach(desk, "waiting"), desk, "out_of_scope")
    with pytest.raises(BadInput, match="Say to the requester to whom"):
        propose_ending(reach(desk, "received"), desk, "forwarded", text=" ")


@pytest.mark.parametrize("state", ["received", "proving_identity", "waiting"])
def test_an_ending_that_is_not_approved_leaves_the_request_where_it_was(
    desk: Desk, state: str
) -> None:
    it = propose_ending(reach(desk, state), desk)
    assert TRY["return_to_work"](it, desk).status == state


def test_a_reply_ends_the_proposal_to_let_it_lapse(desk: Desk) -> None:
    it = propose_ending(reach(desk, "waiting"), desk)
    replied = conversation.reply(it.pk, text="The one of May.", actor=REQUESTER, at=MORNING)
    assert replied.status == "in_progress"
    assert not replied.pauses.filter(ended_on=None).exists()
    with pytest.raises(NotNow):
        approved(replied, desk)


def test_what_had_lapsed_and_was_replied_to_can_be_decided(desk: Desk) -> None:
    replied = TRY["reply"](reach(desk, "lapsed"), desk)
    assert cast.propose(replied, desk.handler).status == "in_review"


def test_alone_in_the_last_three_working_days_with_a_reason_and_announced(desk: Desk) -> None:
    # Due on Monday 1 June; the third working day before it is Wednesday 27 May.
    it = cast.ask(desk.right("img", "access"))
    assert it.due_on == date(2026, 6, 1)
    alone = {**GIVEN, "actor": desk.officer}
    with pytest.raises(Unmet):
        ending.forward(it.pk, **alone, sole_reason="All are ill.", at=cast.on("2026-05-26"))
    with pytest.raises(BadInput, match="Say why no second person"):
        ending.forward(it.pk, **alone, at=cast.on("2026-05-27"))
    ended = ending.forward(it.pk, **alone, sole_reason="All are ill.", at=cast.on("2026-05-27"))
    assert ended.status == "forwarded"
    assert ended.decisions.get().sole is True
    assert OutboxMessage.objects.filter(kind="sole_refusal").count() == 2


def test_where_nobody_else_can_approve_one_person_ends_it_and_the_record_shows_it(
    desk: Desk,
) -> None:
    Membership.objects.exclude(user=desk.officer).delete()
    it = cast.ask(desk.right("img", "access"))
    ended = ending.forward(it.pk, **GIVEN, actor=desk.officer, at=MORNING)
    assert (ended.status, ended.decisions.get().sole) == ("forwarded", True)


def test_an_ending_is_void_when_what_it_rests_on_is_changed(desk: Desk) -> None:
    it = propose_ending(reach(desk, "received"), desk)
    TRY["edit_contact"](it, desk)
    with pytest.raises(Unmet, match="The contact to which the answer goes was changed"):
        approved(it, desk)


def test_a_page_offers_to_propose_an_ending_where_there_is_somebody_to_propose_it_to(
    desk: Desk,
) -> None:
    it = cast.ask(desk.right("img", "access"))
    alone = {"forward", "declare_out_of_scope"}
    assert offered(it, desk.officer, date(2026, 5, 1)) & {*alone, "propose_ending"} == {
        "propose_ending"
    }
    # In the last three working days both ways are open.
    assert offered(it, desk.officer, date(2026, 5, 27)) >= {*alone, "propose_ending"}
    Membership.objects.exclude(user=desk.officer).delete()
    assert offered(it, desk.officer, date(2026, 5, 1)) & {*alone, "propose_ending"} == alone


def offered(it: SubjectRequest, user: User, today: date) -> frozenset[str]:
    held = user.permissions_in(it.organisation, at=MORNING)
    return available_deeds(it, user, held, today).codes
