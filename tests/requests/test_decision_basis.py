"""A decision is void when what it rests on is changed, by whatever way: here past every deed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from dsr.requests.deeds import answer, review
from dsr.requests.errors import Unmet
from dsr.requests.models import Decision, Evidence, Person, SubjectRequest
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach

Change = Callable[[SubjectRequest], object]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def another_contact(it: SubjectRequest) -> None:
    person = Person.objects.get(subject_request=it)
    person.seal(email="mallory@example.org")
    sql("UPDATE requests_person SET email = %s WHERE id = %s", person.email, person.pk)


def on_paper(it: SubjectRequest) -> None:
    sql("UPDATE requests_subjectrequest SET wants_paper = true WHERE id = %s", it.pk)


def another_name(it: SubjectRequest) -> None:
    person = Person.objects.get(subject_request=it)
    person.seal(name="Mallory Canary")
    sql("UPDATE requests_person SET name = %s WHERE id = %s", person.name, person.pk)


def a_failed_check_passes(it: SubjectRequest) -> None:
    sql("UPDATE requests_evidence SET kind = 'by_video' WHERE subject_request_id = %s", it.pk)


def no_evidence(it: SubjectRequest) -> None:
    sql("DELETE FROM requests_evidence WHERE subject_request_id = %s", it.pk)


def more_is_asked(it: SubjectRequest) -> None:
    it.seal(particulars={"details": {"details": "All of it."}})
    sql("UPDATE requests_subjectrequest SET particulars = %s WHERE id = %s", it.particulars, it.pk)


def less_proof(it: SubjectRequest) -> None:
    sql("UPDATE requests_subjectrequest SET required_level = 0 WHERE id = %s", it.pk)


def another_text(it: SubjectRequest) -> None:
    decision = Decision.objects.get(subject_request=it)
    decision.seal(answer="Something else.")
    sql("UPDATE requests_decision SET answer = %s WHERE id = %s", decision.answer, decision.pk)


def flipped_bits(it: SubjectRequest) -> None:
    sql("UPDATE requests_person SET email = email || '\\x00' WHERE subject_request_id = %s", it.pk)


def altered_hashes(it: SubjectRequest) -> None:
    sql("UPDATE requests_decision SET rests_on = answer WHERE subject_request_id = %s", it.pk)


CHANGES = [
    pytest.param(another_contact, "The contact to which the answer goes", id="contact"),
    pytest.param(on_paper, "The contact to which the answer goes", id="paper"),
    pytest.param(flipped_bits, "The contact to which the answer goes", id="altered contact"),
    pytest.param(another_name, "Who asks, or whom it is about", id="name"),
    pytest.param(a_failed_check_passes, "The evidence of identity", id="evidence"),
    pytest.param(no_evidence, "The evidence of identity", id="evidence gone"),
    pytest.param(more_is_asked, "What is asked was changed", id="particulars"),
    pytest.param(less_proof, "What is asked was changed", id="level"),
    pytest.param(another_text, "the text of the answer", id="answer"),
    pytest.param(altered_hashes, "altered outside of this program", id="hashes"),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_what_was_changed_past_every_deed_is_neither_approved_nor_sent(
    desk: Desk, change: Change, sentence: str
) -> None:
    for state, try_it in (("in_review", approve), ("decided", send)):
        subject_request = reach(desk, state)
        change(subject_request)
        with pytest.raises(Unmet, match=f"{sentence}.*propose it anew"):
            try_it(subject_request, desk)
        # The way out that the sentence names is open, and leads to a decision that holds.
        back = review.return_to_work(
            subject_request.pk, reason="Look again.", actor=desk.second_officer, at=MORNING
        )
        assert back.status == "in_progress"


def test_an_approval_that_nobody_gave_sends_nothing(desk: Desk) -> None:
    proposed = reach(desk, "in_review")
    sql(
        "UPDATE requests_decision SET status = 'taken', settled_at = now(), second_person_id = %s "
        "WHERE subject_request_id = %s",
        desk.second_officer.pk,
        proposed.pk,
    )
    sql(
        "UPDATE requests_subjectrequest SET status = 'decided', outcome = 'granted' WHERE id = %s",
        proposed.pk,
    )
    with pytest.raises(Unmet, match="Its approval is not the one that was given here"):
        send(proposed, desk)


def test_another_outcome_on_the_request_than_was_decided_sends_nothing(desk: Desk) -> None:
    decided = reach(desk, "decided")
    sql("UPDATE requests_subjectrequest SET outcome = 'refused' WHERE id = %s", decided.pk)
    with pytest.raises(Unmet, match="Its approval is not the one"):
        send(decided, desk)


def test_a_document_that_is_destroyed_on_its_day_decides_nothing(desk: Desk) -> None:
    decided = reach(desk, "decided")
    Evidence.objects.filter(subject_request=decided).update(document=None)
    assert send(decided, desk).answered_on == cast.MORNING.date()


def approve(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    return review.approve(it.pk, actor=desk.second_officer, at=MORNING)


def send(it: SubjectRequest, desk: Desk) -> SubjectRequest:
    return answer.send_answer(it.pk, actor=desk.handler, at=MORNING)
