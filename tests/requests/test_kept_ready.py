"""An answer that can reach nobody: recorded with what was tried, kept ready, closed; no duty is met
by it. Collected or sent after all it counts from that day. Dates are literals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from dsr.requests.attempts import tried
from dsr.requests.deeds import answer, correction, decision, ending, kept_ready, post, release
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from dsr.requests.queries import kept_ready as are_kept
from dsr.requests.queries import undelivered
from dsr.requests.services import links, notices, reading
from dsr.requests.standing import stands
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.post_office import mail_goes_out
from tests.requests.test_notices import (
    BY_POST,
    PROOF,
    again,
    answered,
    asked_policy,
    bounce,
    consistent,
    message,
    posted,
)
from tests.requests.trying import GRANT, TRY

pytestmark = pytest.mark.mail_waits

# The policy of Indigomed wants the accounting within 20 days: asked on 1 May, due on 21 May 2026.
SAID = {
    "attempts": "1 May 2026: by mail, came back.",
    "other_ways": "The patient file has no other address; the telephone is dead.",
    "why": "Nobody knows where the person lives now.",
}


def on(day: str) -> datetime:
    return cast.on(day, 12)


def came_back(desk: Desk, **given: Any) -> SubjectRequest:
    sent = answered(desk, **given)
    mail_goes_out(MORNING)
    return bounce(sent, "answer_ready", desk, on("2026-05-04"))


def propose(asked: SubjectRequest, desk: Desk, day: str) -> SubjectRequest:
    return kept_ready.keep_ready(asked.pk, actor=desk.handler, at=on(day), seen=None, **SAID)


def agree(asked: SubjectRequest, desk: Desk, day: str) -> SubjectRequest:
    return kept_ready.agree_keep_ready(asked.pk, actor=desk.second_officer, at=on(day), seen=None)


def kept(desk: Desk, day: str = "2026-05-12", **given: Any) -> SubjectRequest:
    return agree(propose(came_back(desk, **given), desk, day), desk, day)


def closed(asked: SubjectRequest, desk: Desk, day: str) -> SubjectRequest:
    return answer.close(asked.pk, actor=desk.handler, at=on(day), seen=None)


def codes(asked: SubjectRequest) -> list[str]:
    return [line.code for line in cast.history(asked)]


def test_it_is_recorded_by_two_and_the_request_can_be_closed(desk: Desk) -> None:
    proposed = propose(came_back(desk), desk, "2026-05-12")
    assert (proposed.kept_ready_on, asked_policy(proposed)) == (None, ("running", None))
    with pytest.raises(Unmet, match="The answer did not arrive"):
        closed(proposed, desk, "2026-05-12")
    done = agree(proposed, desk, "2026-05-13")
    assert (done.kept_ready_on, done.answered_on) == (date(2026, 5, 13), None)
    # Ready in time, and neither met nor missed.
    assert asked_policy(done) == ("cancelled", date(2026, 5, 13))
    assert not SubjectRequest.objects.filter(undelivered()).exists()
    assert SubjectRequest.objects.filter(are_kept()).get() == done
    assert stands(done, on("2026-05-13")).at == "kept_ready"
    over = closed(done, desk, "2026-05-14")
    assert over.status == "closed"
    assert stands(over, on("2026-05-14")).at == "closed_kept_ready"
    said = [line.text for line in timeline(over)]
    assert "The answer of 1 May 2026 can be delivered to nobody: agreed" in said
    assert any("could not be delivered, so not met" in each for each in said)
    consistent()


def test_nobody_agrees_to_what_they_proposed(desk: Desk) -> None:
    back = came_back(desk)
    kept_ready.keep_ready(
        back.pk, actor=desk.second_officer, at=on("2026-05-12"), seen=None, **SAID
    )
    with pytest.raises(Unmet, match="Another person has to agree"):
        agree(back, desk, "2026-05-12")


def test_a_day_that_has_passed_is_missed_and_not_met(desk: Desk) -> None:
    done = kept(desk, "2026-05-26")
    missed = done.deadlines.get(code="policy")
    assert (missed.status, missed.due_on, missed.undelivered) == (
        "missed",
        date(2026, 5, 21),
        True,
    )
    assert not done.is_overdue(date(2026, 6, 30))
    said = [line.text for line in timeline(done)]
    assert any("the answer was delivered to nobody by then" in each for each in said)
    consistent()


def test_the_record_begins_with_what_the_program_knows(desk: Desk) -> None:
    back = came_back(desk)
    assert tried(back) == (
        "1 May 2026: “The answer is there” by E-mail: came back, recorded on 4 May 2026"
    )
    with pytest.raises(BadInput) as refused:
        kept_ready.keep_ready(
            back.pk,
            attempts=" ",
            other_ways="",
            why="",
            actor=desk.handler,
            at=on("2026-05-12"),
            seen=None,
        )
    assert sorted(refused.value.fields) == ["attempts", "other_ways", "why"]


def test_nothing_is_kept_ready_of_an_answer_that_arrived_or_is_on_its_way(desk: Desk) -> None:
    sent = answered(desk)
    for _try in range(2):
        with pytest.raises(Unmet, match="No answer of this request came back"):
            propose(sent, desk, "2026-05-12")
        mail_goes_out(MORNING)


def test_one_person_records_it_where_the_decision_needed_one(desk: Desk) -> None:
    back = came_back(desk)
    back.decisions.update(second_person=None, sole=True)
    assert propose(back, desk, "2026-05-12").kept_ready_on == date(2026, 5, 12)


def test_handed_over_in_time_the_duty_is_met_on_that_day(desk: Desk) -> None:
    over = closed(kept(desk, "2026-05-12"), desk, "2026-05-13")
    with pytest.raises(BadInput):
        _collected(over, desk, "2026-05-18", proof=None)
    with pytest.raises(BadInput):
        _collected(over, desk, "2026-04-30")
    got = _collected(over, desk, "2026-05-18")
    assert (got.status, got.answered_on, got.kept_ready_on) == ("closed", date(2026, 5, 18), None)
    assert asked_policy(got) == ("met", date(2026, 5, 18))
    assert got.messages.get(kind="answer").proof_id
    assert not SubjectRequest.objects.filter(undelivered() | are_kept()).exists()
    said = [line.text for line in timeline(got)]
    assert "The answer that was kept ready was collected on 18 May 2026" in said
    consistent()


def _collected(asked: SubjectRequest, desk: Desk, day: str, proof: Any = PROOF) -> SubjectRequest:
    return kept_ready.record_collected(
        asked.pk,
        collected_on=date.fromisoformat(day),
        proof=proof,
        actor=desk.handler,
        at=on("2026-06-30"),
        seen=None,
    )


def test_collected_too_late_the_duty_is_never_met(desk: Desk) -> None:
    in_time = kept(desk, "2026-05-12")
    got = _collected(in_time, desk, "2026-06-02")
    assert got.answered_on == date(2026, 6, 2)
    # It was ready in time and nobody could be reached then: that is still so.
    assert asked_policy(got) == ("cancelled", date(2026, 5, 12))
    consistent()


def test_missed_and_collected_later_it_is_missed_and_done_on_that_day(desk: Desk) -> None:
    got = _collected(kept(desk, "2026-05-26"), desk, "2026-06-02")
    assert asked_policy(got) == ("missed", date(2026, 6, 2))
    assert got.deadlines.get(code="policy").undelivered is False
    consistent()


def test_opened_with_a_code_of_the_counter_it_is_delivered(desk: Desk) -> None:
    over = closed(kept(desk, "2026-05-12"), desk, "2026-05-13")
    at = on("2026-10-20")
    session = _session(over, at)
    # Kept ready, it is not over after ninety days.
    assert reading.locked(session, at)
    release.give_code(over.pk, way="counter", actor=desk.handler, at=at)
    made = reading.code_at_counter(over, at=at)
    assert made is not None
    assert reading.enter_code(session, str(made.unseal("code")), at=at).opened
    got = again(over)
    assert (got.answered_on, got.kept_ready_on) == (date(2026, 10, 20), None)
    assert not SubjectRequest.objects.filter(undelivered() | are_kept()).exists()
    assert stands(got, at).at == "closed"
    consistent()


def _session(asked: SubjectRequest, at: datetime) -> Any:
    link = links.find(links.issue(asked, at=at), at=at)
    assert link is not None
    return links.open_by(link, at=at)


def test_a_new_address_reopens_it_and_it_is_sent_again(desk: Desk) -> None:
    over = closed(kept(desk, "2026-05-12"), desk, "2026-05-13")
    with pytest.raises(Unmet, match="Everything has arrived"):
        post.send_again(over.pk, actor=desk.handler, at=on("2026-05-14"), seen=None)
    back = kept_ready.deliver_after_all(over.pk, actor=desk.handler, at=on("2026-05-14"), seen=None)
    assert (back.status, back.ended_at, back.kept_ready_on) == ("decided", None, None)
    assert asked_policy(back) == ("running", None)
    assert back.due_on == date(2026, 5, 21)
    correction.edit_contact(
        back.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=on("2026-05-14"),
        seen=None,
    )
    release.prove_contact(
        back.pk,
        kind="on_record",
        source="patient file of 2023",
        actor=desk.handler,
        at=on("2026-05-14"),
        seen=None,
    )
    post.send_again(back.pk, actor=desk.officer, at=on("2026-05-15"), seen=None)
    mail_goes_out(on("2026-05-15"))
    assert again(back).answered_on == date(2026, 5, 15)
    assert asked_policy(back) == ("met", date(2026, 5, 15))
    consistent()


def test_taken_back_by_the_second_person_it_is_owed_as_before(desk: Desk) -> None:
    proposed = propose(came_back(desk), desk, "2026-05-12")
    back = kept_ready.deliver_after_all(
        proposed.pk, actor=desk.second_officer, at=on("2026-05-13"), seen=None
    )
    assert (back.status, asked_policy(back)) == ("decided", ("running", None))
    with pytest.raises(Unmet, match="Nobody proposed"):
        agree(back, desk, "2026-05-13")
    assert propose(back, desk, "2026-05-14").kept_ready.count() == 2


def test_a_contact_that_is_corrected_ends_it_and_the_answer_is_owed_again(desk: Desk) -> None:
    done = kept(desk, "2026-05-12")
    edited = correction.edit_contact(
        done.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=on("2026-05-14"),
        seen=None,
    )
    assert (again(edited).kept_ready_on, asked_policy(edited)) == (None, ("running", None))
    assert SubjectRequest.objects.filter(undelivered()).get() == edited
    consistent()


def test_sent_again_meanwhile_the_proposal_is_gone(desk: Desk) -> None:
    proposed = propose(came_back(desk), desk, "2026-05-12")
    post.send_again(proposed.pk, actor=desk.officer, at=on("2026-05-13"), seen=None)
    assert not proposed.kept_ready.standing().exists()


def test_when_it_had_not_come_back_after_all_it_was_met_on_its_own_day(desk: Desk) -> None:
    done = kept(desk, "2026-05-26")
    mail = message(done, "answer_ready")
    for _again in range(2):
        arrived = post.bounce_taken_back(
            done.pk, message_id=mail.pk, actor=desk.clerk, at=on("2026-05-27"), seen=None
        )
        assert (arrived.answered_on, arrived.kept_ready_on) == (date(2026, 5, 1), None)
        assert asked_policy(arrived) == ("met", date(2026, 5, 1))
        # And back once more: the duty that hung on it is owed again.
        back = bounce(done, "answer_ready", desk, on("2026-05-28"))
        assert (back.answered_on, asked_policy(back)) == (None, ("running", None))
    consistent()


def test_reopened_it_has_answered_nothing_and_its_limit_runs_on(desk: Desk) -> None:
    over = closed(kept(desk, "2026-05-12"), desk, "2026-05-13")
    work = ending.reopen(
        over.pk, reason="The wrong file.", actor=desk.officer, at=on("2026-05-14"), seen=None
    )
    assert (work.status, work.kept_ready_on) == ("in_progress", None)
    assert not work.kept_ready.standing().exists()
    assert asked_policy(work) == ("running", None)
    assert work.due_on == date(2026, 5, 21)
    consistent()


def test_an_answer_that_came_back_and_is_read_all_the_same_is_delivered(desk: Desk) -> None:
    back = came_back(desk)
    at = on("2026-05-11")
    session = _session(back, at)
    release.give_code(back.pk, way="counter", actor=desk.handler, at=at)
    made = reading.code_at_counter(back, at=at)
    assert made is not None
    assert reading.enter_code(session, str(made.unseal("code")), at=at).opened
    assert again(back).answered_on == date(2026, 5, 11)
    assert asked_policy(back) == ("met", date(2026, 5, 11))
    assert not SubjectRequest.objects.filter(undelivered()).exists()
    consistent()


# Nowhere to go from the beginning, and closed before it came back.

BY_PHONE = PersonGiven("Zoé Canary-Quill", phone="+33 4 00 00 00 00")


def decided(desk: Desk, **given: Any) -> SubjectRequest:
    asked = cast.ask(desk.right("indigomed", "accounting"), **given)
    begun = cast.prove(cast.begin(asked, desk.handler), desk.handler)
    proposed = decision.propose(begun.pk, GRANT, actor=desk.handler, at=MORNING, seen=None)
    return TRY["approve"](proposed, desk)


def test_with_no_address_the_answer_is_made_ready_and_meets_nothing(desk: Desk) -> None:
    ready = answer.send_answer(
        decided(desk, who=BY_PHONE).pk, actor=desk.handler, at=MORNING, seen=None
    )
    assert (ready.answered_on, asked_policy(ready)) == (None, ("running", None))
    assert stands(ready, MORNING).at == "nowhere"
    assert "there is no address to which it could go" in "".join(
        line.text for line in timeline(ready)
    )
    with pytest.raises(Unmet, match="no address to send it to"):
        post.send_again(ready.pk, actor=desk.handler, at=MORNING, seen=None)
    done = agree(propose(ready, desk, "2026-05-12"), desk, "2026-05-12")
    got = _collected(done, desk, "2026-05-18")
    assert asked_policy(got) == ("met", date(2026, 5, 18))
    consistent()


def test_a_refusal_with_no_address_has_told_nobody_either(desk: Desk) -> None:
    begun = cast.begin(cast.ask(desk.right("indigomed", "accounting"), who=BY_PHONE), desk.handler)
    refused = TRY["approve"](
        cast.propose(begun, desk.handler, outcome="refused", ground="excessive"), desk
    )
    sent = answer.send_answer(refused.pk, actor=desk.handler, at=MORNING, seen=None)
    assert (sent.answered_on, asked_policy(sent)) == (None, ("running", None))


def test_a_letter_that_came_back_is_kept_ready(desk: Desk) -> None:
    sent = answered(desk, who=BY_POST)
    answer.record_posting(
        sent.pk, posted_on=date(2026, 5, 1), actor=desk.handler, at=MORNING, seen=None
    )
    back = bounce(sent, "answer_letter", desk, on("2026-05-11"))
    assert tried(back) == ("1 May 2026: “The answer” by Letter: came back, recorded on 11 May 2026")
    done = agree(propose(back, desk, "2026-05-12"), desk, "2026-05-12")
    assert asked_policy(done) == ("cancelled", date(2026, 5, 12))
    posted(done, "acknowledgement", "2026-05-12", desk)
    assert closed(done, desk, "2026-05-12").status == "closed"


def test_with_no_address_it_can_be_given_by_hand(desk: Desk) -> None:
    given = answer.send_answer(
        decided(desk, who=BY_PHONE).pk,
        given_on=date(2026, 5, 1),
        proof=PROOF,
        actor=desk.handler,
        at=MORNING,
        seen=None,
    )
    assert given.answered_on == date(2026, 5, 1)


def test_what_came_back_is_given_by_hand_though_the_mailbox_is_stolen(desk: Desk) -> None:
    back = came_back(desk)
    release.declare_stolen(
        back.pk, reason="She called.", actor=desk.clerk, at=on("2026-05-05"), seen=None
    )
    post.send_again(
        back.pk,
        given_on=date(2026, 5, 6),
        proof=PROOF,
        actor=desk.handler,
        at=on("2026-05-06"),
        seen=None,
    )
    assert again(back).answered_on == date(2026, 5, 6)


def test_an_address_with_no_proof_gets_no_data(desk: Desk) -> None:
    with pytest.raises(Unmet, match="not proved: it came with the request"):
        answer.send_answer(decided(desk).pk, actor=desk.handler, at=MORNING, seen=None)


def test_the_contact_of_a_closed_request_is_put_right_while_its_answer_is_lost(desk: Desk) -> None:
    sent = answered(desk)
    mail_goes_out(MORNING)
    over = closed(sent, desk, "2026-05-02")
    new = {"email": "zoe.new@example.org", "phone": "", "postal_address": ""}
    with pytest.raises(Unmet, match="nothing has to be sent again"):
        correction.edit_contact(over.pk, actor=desk.clerk, at=on("2026-05-03"), seen=None, **new)
    bounce(over, "answer_ready", desk, on("2026-05-04"))
    correction.edit_contact(over.pk, actor=desk.clerk, at=on("2026-05-04"), seen=None, **new)
    release.prove_contact(
        over.pk,
        kind="on_record",
        source="patient file of 2023",
        actor=desk.handler,
        at=on("2026-05-04"),
        seen=None,
    )
    post.send_again(over.pk, actor=desk.officer, at=on("2026-05-05"), seen=None)
    mail_goes_out(on("2026-05-05"))
    assert again(over).answered_on == date(2026, 5, 5)
    consistent()


def test_nobody_has_to_look_after_what_was_sent_again_or_is_kept_ready(desk: Desk) -> None:
    assert message(kept(desk), "answer_ready").handled_by_id == desk.second_officer.pk
    back = came_back(desk)
    lost = message(back, "answer_ready")
    assert lost.handled_at is None
    post.send_again(back.pk, actor=desk.officer, at=on("2026-05-13"), seen=None)
    lost.refresh_from_db()
    assert lost.handled_by_id == desk.officer.pk


def test_an_ending_that_reached_nobody_and_was_seen_to_leaves_no_clock_running(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    ended = TRY["approve"](TRY["propose_ending"](asked, desk), desk)
    mail_goes_out(MORNING)
    back = bounce(ended, "out_of_scope", desk, on("2026-05-04"))
    assert back.deadlines.live().exists()
    lost = message(back, "out_of_scope")
    notices.seen_to(lost.key, actor=desk.clerk, at=on("2026-05-05"))
    assert not back.deadlines.live().exists()
    assert back.deadlines.get(code="target").status == "cancelled"
    assert not SubjectRequest.objects.filter(undelivered()).exists()
    consistent()
