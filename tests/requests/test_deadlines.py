"""Deadlines as rows: begun, moved by facts only, paused, settled, cancelled. Dates are literals."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from dsr.notifications.models import OutboxMessage
from dsr.policies.services import Correction, correct_day
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import lifecycle, recomputing
from dsr.requests.deadlines.explain import expectation, explain
from dsr.requests.deeds import answer, conversation, decision, ending, identity, receipt, review
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import Deadline, SubjectRequest
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import Desk

PROOF = CheckedUpload("notice.pdf", b"%PDF-1.7", "application/pdf")


def due(subject_request: SubjectRequest, code: str) -> date | None:
    return subject_request.deadlines.get(code=code).due_on


def test_the_policy_of_indigomed_gives_twenty_days(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    assert due(asked, "policy") == date(2026, 5, 20)
    assert asked.due_on == date(2026, 5, 20)


def test_the_policy_of_indigomed_gives_sixty_days_but_the_gdpr_a_month_and_the_earlier_governs(
    desk: Desk,
) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-01-15"), country="FR")
    assert due(asked, "policy") == date(2026, 3, 16)
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    # 15 February 2026 is a Sunday.
    assert law.due_on == date(2026, 2, 16)
    assert law.governing
    assert asked.due_on == date(2026, 2, 16)


def test_where_the_policy_names_no_period_the_own_target_is_shown_as_what_it_is(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-05-01"))
    clock = asked.deadlines.get(code="target")
    assert (clock.set_by, clock.due_on) == ("target", date(2026, 5, 31))
    assert "own target" in explain(clock)[0]
    assert expectation(asked, asked.received_on) == (
        "By law you must have an answer by 1 June 2026. "
        "The organisation aims to answer by 31 May 2026."
    )


def test_of_two_dates_on_the_same_day_the_law_governs_and_not_the_own_target(desk: Desk) -> None:
    # Thirty days, and one month, from 22 November 2026.
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-11-22"), country="FR")
    target, law = asked.deadlines.get(code="target"), asked.deadlines.get(code="gdpr:respond")
    assert (target.due_on, law.due_on) == (date(2026, 12, 22), date(2026, 12, 22))
    assert (target.governing, law.governing) == (False, True)
    assert expectation(asked, asked.received_on) == (
        "By law you must have an answer by 22 December 2026."
    )
    lifecycle.recompute(asked, actor=None, at=cast.on("2026-11-23"), cause="calendar_changed")
    assert asked.deadlines.get(governing=True) == law


def test_the_day_of_receipt_is_the_legal_day_in_the_organisations_zone(desk: Desk) -> None:
    # 23:30 UTC on 30 April is already 1 May in Paris, and still 30 April in Chicago.
    paris = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30", 23))
    chicago = cast.ask(desk.right("imo", "delete"), at=cast.on("2026-04-30", 23))
    assert paris.received_on == date(2026, 5, 1)
    assert chicago.received_on == date(2026, 4, 30)


def test_a_letter_counts_from_its_real_day_of_receipt(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "accounting"),
        actor=desk.clerk,
        channel="post",
        at=cast.on("2026-05-04"),
        received_on=date(2026, 4, 30),
    )
    assert asked.due_on == date(2026, 5, 20)


def test_the_clock_runs_from_the_earliest_receipt_through_any_channel(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-04"))
    assert asked.due_on == date(2026, 5, 24)
    moved = receipt.record_receipt(
        asked.pk,
        received_on=date(2026, 4, 30),
        channel="post",
        actor=desk.clerk,
        at=cast.on("2026-05-05"),
        seen=asked.version,
    )
    assert moved.received_on == date(2026, 4, 30)
    assert SubjectRequest.objects.get(pk=asked.pk).due_on == date(2026, 5, 20)


def test_a_corrected_day_of_receipt_moves_every_date_and_says_so(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-04"))
    receipt.correct_receipt(
        asked.pk,
        received_on=date(2026, 5, 1),
        reason="The stamp on the envelope",
        actor=desk.officer,
        at=cast.on("2026-05-06"),
        seen=asked.version,
    )
    line = next(each for each in cast.history(asked) if each.code == "deadline_moved")
    assert line.facts["from"] == "2026-05-24"
    assert line.facts["to"] == "2026-05-21"
    assert line.facts["cause"] == "receipt_corrected"


def test_a_correction_needs_its_reason(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    with pytest.raises(BadInput) as refused:
        receipt.correct_receipt(
            asked.pk,
            received_on=date(2026, 4, 30),
            reason=" ",
            actor=desk.officer,
            at=cast.MORNING,
            seen=asked.version,
        )
    assert "reason" in refused.value.fields


def test_a_recorded_doubt_stops_the_clock_of_the_gdpr_and_not_that_of_the_policy(
    desk: Desk,
) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-03-02"), country="FR")
    identity.ask_identity(
        asked.pk,
        question="Who are you?",
        doubt="Another address is on record",
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=asked.version,
    )
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    assert (law.status, law.due_on, law.would_be_on) == ("paused", None, date(2026, 4, 2))
    policy = asked.deadlines.get(code="policy")
    assert (policy.status, policy.due_on) == ("running", date(2026, 5, 1))
    fresh = SubjectRequest.objects.get(pk=asked.pk)
    assert fresh.due_on == date(2026, 5, 1)
    assert "stands still" in explain(law)[-1]


def test_when_identity_is_accepted_the_days_of_the_pause_are_added(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-03-02"), country="FR")
    proving = identity.ask_identity(
        asked.pk,
        question="Who are you?",
        doubt="Another address is on record",
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=asked.version,
    )
    proved = cast.prove(proving, desk.handler, at=cast.on("2026-03-12"))
    identity.accept_identity(
        proved.pk, actor=desk.handler, at=cast.on("2026-03-12"), seen=proved.version
    )
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    # 2 April and the eight days from 5 to 12 March.
    assert (law.status, law.due_on) == ("running", date(2026, 4, 10))


def test_without_a_recorded_doubt_asking_for_proof_stops_nothing(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-03-02"), country="PT")
    identity.ask_identity(
        asked.pk,
        question="Who are you?",
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=asked.version,
    )
    assert asked.deadlines.get(regime="gdpr", purpose="respond").due_on == date(2026, 4, 2)


def test_a_question_asked_after_three_weeks_is_not_prompt_and_stops_nothing(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-03-02"), country="PT")
    identity.ask_identity(
        asked.pk,
        question="Who are you?",
        doubt="Another address is on record",
        actor=desk.handler,
        at=cast.on("2026-03-23"),
        seen=asked.version,
    )
    assert asked.deadlines.get(regime="gdpr", purpose="respond").due_on == date(2026, 4, 2)


def test_a_new_holiday_moves_what_it_touches_and_says_why(desk: Desk) -> None:
    touched = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-05-16"), country="FR")
    other = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-05-18"), country="FR")
    law = touched.deadlines.get(regime="gdpr", purpose="respond")
    assert law.due_on == date(2026, 6, 16)
    correct_day(
        touched.organisation.calendar_id,
        Correction(on=date(2026, 6, 16), change="add", reason="A day of mourning"),
        actor_id=desk.officer.pk,
        at=cast.on("2026-06-01"),
    )
    assert recomputing.sweep_stale(at=cast.on("2026-06-01")) > 0
    assert due(touched, law.code) == date(2026, 6, 17)
    assert SubjectRequest.objects.get(pk=touched.pk).due_on == date(2026, 6, 17)
    assert [each.facts["cause"] for each in cast.history(touched) if each.code == "deadline_moved"]
    assert not [each for each in cast.history(other) if each.code == "deadline_moved"]
    assert recomputing.sweep_stale(at=cast.on("2026-06-01")) == 0


def test_an_answer_after_the_due_day_makes_the_deadline_missed(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    begun = cast.begin(asked, desk.handler, at=cast.on("2026-05-20"))
    proposed = cast.propose(begun, desk.handler, at=cast.on("2026-05-20"))
    approved = review.approve(
        proposed.pk, actor=desk.officer, at=cast.on("2026-05-21"), seen=proposed.version
    )
    assert asked.deadlines.get(code="policy").status == "running"
    answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on("2026-05-21"), seen=approved.version
    )
    clock = asked.deadlines.get(code="policy")
    assert (clock.status, clock.ended_on) == ("missed", date(2026, 5, 21))


def test_a_letter_answers_on_the_day_it_was_posted(desk: Desk) -> None:
    asked = cast.ask(
        desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"), wants_paper=True
    )
    proposed = cast.propose(
        cast.begin(asked, desk.handler, at=cast.on("2026-05-18")),
        desk.handler,
        at=cast.on("2026-05-18"),
    )
    approved = review.approve(
        proposed.pk, actor=desk.officer, at=cast.on("2026-05-19"), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on("2026-05-19"), seen=approved.version
    )
    assert sent.answered_on is None
    with pytest.raises(Unmet):
        answer.close(sent.pk, actor=desk.handler, at=cast.on("2026-05-19"), seen=sent.version)
    posted = answer.record_posting(
        sent.pk,
        posted_on=date(2026, 5, 20),
        actor=desk.handler,
        at=cast.on("2026-05-21"),
        seen=sent.version,
    )
    assert posted.answered_on == date(2026, 5, 20)
    assert asked.deadlines.get(code="policy").status == "met"


def test_withdrawing_cancels_the_clocks(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "eu-portability"), country="DE")
    ending.withdraw(asked.pk, actor=REQUESTER, at=cast.MORNING, seen=None)
    assert set(asked.deadlines.values_list("status", flat=True)) <= {"cancelled", "met"}


def test_a_request_reopened_after_its_answer_gets_a_target_of_its_own(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "marketing-opt-out"), at=cast.on("2026-05-01"))
    begun = cast.begin(asked, desk.handler, at=cast.on("2026-05-04"))
    decided = decision.decide_alone(
        begun.pk,
        outcome="granted",
        answer="No more mail.",
        actor=desk.handler,
        at=cast.on("2026-05-04"),
        seen=begun.version,
    )
    sent = answer.send_answer(
        decided.pk, actor=desk.handler, at=cast.on("2026-05-04"), seen=decided.version
    )
    closed = answer.close(sent.pk, actor=desk.handler, at=cast.on("2026-05-05"), seen=sent.version)
    reopened = ending.reopen(
        closed.pk,
        reason="One address was forgotten",
        actor=desk.officer,
        at=cast.on("2026-06-01"),
        seen=closed.version,
    )
    assert due(reopened, "reopened") == date(2026, 7, 1)
    assert reopened.deadlines.get(code="target").status == "met"


def test_a_reply_ends_the_pause_on_the_day_it_arrived(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-03-02"), country="PT")
    waiting = conversation.ask_requester(
        asked.pk,
        question="Which period?",
        facts=["gdpr:large_quantity"],
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=asked.version,
    )
    conversation.reply(
        waiting.pk,
        text="All of 2025.",
        actor=desk.clerk,
        at=cast.on("2026-03-12"),
        seen=waiting.version,
        on=date(2026, 3, 10),
    )
    assert asked.pauses.get().ended_on == date(2026, 3, 10)
    # 2 April and the six days from 5 to 10 March.
    law = asked.deadlines.get(regime="gdpr", purpose="respond")
    assert law.due_on == date(2026, 4, 8)


def test_two_governing_dates_are_refused_by_the_database(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"), country="FR")
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.filter(subject_request=asked).update(governing=True)


def test_an_answer_given_before_by_another_way_counts_from_its_day_with_proof(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    proposed = cast.propose(
        cast.begin(asked, desk.handler, at=cast.on("2026-05-18")),
        desk.handler,
        at=cast.on("2026-05-18"),
    )
    approved = review.approve(
        proposed.pk, actor=desk.officer, at=cast.on("2026-05-19"), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk,
        actor=desk.handler,
        at=cast.on("2026-05-22"),
        seen=approved.version,
        given_on=date(2026, 5, 20),
        proof=PROOF,
    )
    assert sent.answered_on == date(2026, 5, 20)
    assert asked.deadlines.get(code="policy").status == "met"
    assert not OutboxMessage.objects.filter(kind="answer_ready").exists()
