"""Deeds through their pages: done, refused with a sentence, overtaken by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import conversation
from dsr.requests.models import Deadline, Decision, Note, SubjectRequest
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, as_read, deed_url, hidden_fields, text_of
from tests.requests.reaching import reach

SeatOf = Callable[[str], Seat]
PROPOSAL = {"outcome": "granted", "answer": "Here it is.", "given_as": "text"}


def again(subject_request: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=subject_request.pk)


ENDING = {"ending": "forwarded", "ground": "another_office", "text": "To them."}


@pytest.mark.parametrize(
    ("state", "who", "address", "typed", "status"),
    [
        ("received", "handler", "ask-identity", {"question": "Who?"}, "proving_identity"),
        ("received", "handler", "ask", {"question": "Which?"}, "waiting"),
        ("received", "clerk", "withdraw", {"text": ""}, "withdrawn"),
        ("received", "handler", "propose-ending", ENDING, "in_review"),
        ("in_progress", "handler", "propose", PROPOSAL, "in_review"),
        ("in_progress", "officer", "freeze", {"reason": "Not me."}, "frozen"),
        ("waiting", "clerk", "reply", {"text": "May.", "on": "2026-05-01"}, "in_progress"),
        ("in_review", "second_officer", "approve", {}, "decided"),
        ("in_review", "second_officer", "return", {"reason": "More."}, "in_progress"),
        ("decided", "handler", "send", {}, "decided"),
        ("frozen", "officer", "unfreeze", {"reason": "Cleared."}, "in_progress"),
        ("closed", "officer", "reopen", {"reason": "They object."}, "in_progress"),
    ],
)
def test_a_deed_is_done_and_leads_back_to_the_request(
    desk: Desk, seat: SeatOf, state: str, who: str, address: str, typed: Any, status: str
) -> None:
    subject_request = reach(desk, state)
    response = seat(who).do(subject_request, address, **typed)
    assert response.status_code == 302, text_of(response)
    assert response["Location"] == f"/staff/requests/{subject_request.reference}/"
    assert again(subject_request).status == status


def test_evidence_accepts_the_identity_step_by_step(desk: Desk, seat: SeatOf) -> None:
    asked = reach(desk, "proving_identity")
    handler = seat("handler")
    typed = {
        "kind": "at_counter",
        "note": "face and passport",
        "confirmed": "yes",
        "seen_on": "2026-05-01",
    }
    assert handler.do(asked, "evidence", **typed).status_code == 302
    assert handler.do(asked, "accept-identity").status_code == 302
    assert again(asked).status == "in_progress"


def test_one_page_records_several_details_and_says_what_is_missing(
    desk: Desk, seat: SeatOf
) -> None:
    asked = reach(desk, "received")
    handler = seat("handler")
    page = as_read(handler.open(deed_url(asked, "evidence")))
    assert "Still missing: 3 more matching details" in page
    typed = {"seen_on": "2026-05-01"}
    for row, detail in enumerate(("birth_date", "phone", "visit_date"), start=1):
        typed |= {
            f"detail_{row}": detail,
            f"compared_with_{row}": "patient_file",
            f"matches_{row}": "yes",
            f"unique_{row}": "" if detail == "birth_date" else "no",
        }
    # Half a row is refused beside what is missing in it, and nothing of the others is lost.
    page = text_of(handler.do(asked, "evidence", **typed, detail_5="email"))
    assert '<a href="#id_compared_with_5">Choose with which record it was compared.</a>' in page
    assert '<option value="phone" selected>' in page
    assert handler.do(asked, "evidence", **typed).status_code == 302
    assert asked.evidence.count() == 3
    page = as_read(handler.open(f"/staff/requests/{asked.reference}/"))
    assert "The evidence is recorded. Still missing: 1 more matching detail, one that only" in page
    assert "compared with: Patient file; others may share it" in page


def test_authority_is_recorded_contested_and_settled_on_its_pages(desk: Desk, seat: SeatOf) -> None:
    asked = cast.begin(cast.ask_as_guardian(desk), desk.handler)
    handler = seat("handler")
    assert "Still missing: Order of a court" in handler.open(deed_url(asked, "authority"))
    typed = {
        "kind": "court_order",
        "scope": "health",
        "confirmed": "yes",
        "note": "Shown at the counter.",
        "seen_on": "2026-05-01",
    }
    page = text_of(handler.do(asked, "authority", **typed | {"scope": ""}))
    assert '<a href="#id_scope">Say how far it reaches, as its text says.</a>' in page
    assert handler.do(asked, "authority", **typed).status_code == 302
    page = as_read(handler.open(f"/staff/requests/{asked.reference}/"))
    assert "reaches: Health and its records" in page
    assert "Authority to act: proved" in page
    assert handler.do(asked, "contest-authority", reason="Her father.").status_code == 302
    assert "The authority to act is contested." in handler.open(
        f"/staff/requests/{asked.reference}/"
    )
    assert seat("officer").do(asked, "settle-contest", reason="By court.").status_code == 302
    assert again(asked).authority_contested_at is None


def test_a_second_person_reads_a_reason_on_the_page(desk: Desk, seat: SeatOf) -> None:
    reason = cast.prove(reach(desk, "received"), desk.handler, kind="no_reasonable_doubt")
    own = seat("handler").open(f"/staff/requests/{reason.reference}/")
    assert "A second person has to read it" in own
    assert "Read and agree" not in own
    officer = seat("officer")
    assert "Read and agree" in officer.open(f"/staff/requests/{reason.reference}/")
    row = reason.evidence.get()
    assert "face and passport" in officer.open(deed_url(reason, f"evidence/{row.pk}/second"))
    assert officer.do(reason, f"evidence/{row.pk}/second").status_code == 302
    assert reason.evidence.get().seconded_by == desk.officer


def test_evidence_is_struck_and_stays(desk: Desk, seat: SeatOf) -> None:
    proved = cast.prove(cast.ask(desk.right("img", "access")), desk.handler)
    row = proved.evidence.get()
    assert seat("officer").do(proved, f"evidence/{row.pk}/strike").status_code == 302
    row.refresh_from_db()
    assert row.struck_by == desk.officer


def test_what_a_service_refuses_is_said_at_the_field_and_everything_typed_is_kept(
    desk: Desk, seat: SeatOf
) -> None:
    subject_request = reach(desk, "in_progress")
    typed = {
        "outcome": "refused",
        "ground": "",
        "answer": "We must refuse, my dear.",
        "reasons": "As was said.",
    }
    page = text_of(seat("handler").do(subject_request, "propose", **typed))
    assert '<a href="#id_ground">Choose the ground of the refusal.</a>' in page
    assert "We must refuse, my dear." in page
    assert "As was said." in page
    assert "Error:" in page
    assert again(subject_request).status == "in_progress"


def test_an_unproved_person_is_told_nothing(desk: Desk, seat: SeatOf) -> None:
    subject_request = reach(desk, "proving_identity")
    page = text_of(seat("handler").do(subject_request, "propose", **PROPOSAL))
    assert "Identity is not proved. Until it is, the only possible decision is a refusal" in page
    assert "Here it is." in page


def test_two_people_decide_and_the_page_says_so(desk: Desk, seat: SeatOf) -> None:
    page = seat("handler").open(deed_url(reach(desk, "in_progress"), "propose"))
    assert "Two people decide this" in page
    assert "Who could approve: Officer Testing, Officer Testing, Outside Testing" in as_read(page)


def test_a_starting_text_is_offered_for_each_outcome_in_the_language_of_the_request(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("img", "access"), language="en")
    begun = cast.begin(asked, desk.handler)
    page = seat("handler").open(deed_url(begun, "propose") + "?outcome=nothing_held")
    assert "Dear Zoé Canary-Quill," in page
    assert "and hold nothing about you that this request concerns" in page


def test_one_person_decides_what_one_may_and_proposes_what_they_may_not(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("imo", "object-to-change"))
    begun = cast.begin(asked, desk.handler)
    handler = seat("handler")
    refusal = {
        "outcome": "refused",
        "ground": "manifestly_unfounded",
        "answer": "No.",
        "sole_reason": "",
    }
    page = text_of(handler.do(begun, "decide", **refusal))
    assert "A second person has to approve this refusal." in page
    assert f'formaction="{deed_url(begun, "propose")}"' in page
    assert handler.do(begun, "decide", **PROPOSAL).status_code == 302
    assert again(begun).outcome == "granted"


def test_who_was_slower_reads_who_did_what_and_keeps_what_was_typed(
    desk: Desk, seat: SeatOf, clock: Any
) -> None:
    subject_request = reach(desk, "in_progress")
    handler = seat("handler")
    hidden = hidden_fields(handler.open(deed_url(subject_request, "ask")))
    clock.shift(timedelta(minutes=5))
    cast.prove(again(subject_request), desk.officer, at=MORNING + timedelta(minutes=5))
    clock.shift(timedelta(minutes=1))
    response = handler.client.post(
        deed_url(subject_request, "ask"), hidden | {"question": "Which month do you mean?"}
    )
    page = text_of(response)
    assert response.status_code == 409
    assert "Evidence: Seen in person – Officer Testing, " in as_read(page)
    assert "Which month do you mean?" in page
    assert again(subject_request).status == "in_progress"
    hidden = hidden_fields(page)
    response = handler.client.post(
        deed_url(subject_request, "ask"), hidden | {"question": "Which month do you mean?"}
    )
    assert response.status_code == 302
    assert again(subject_request).status == "waiting"


def test_a_page_left_open_never_acts_even_when_the_state_is_the_same_again(
    desk: Desk, seat: SeatOf
) -> None:
    subject_request = reach(desk, "in_progress")
    handler = seat("handler")
    hidden = hidden_fields(handler.open(deed_url(subject_request, "propose")))
    asked = conversation.ask_requester(
        subject_request.pk,
        question="Which?",
        actor=desk.officer,
        at=MORNING,
        seen=subject_request.version,
    )
    conversation.reply(asked.pk, text="That.", actor=desk.officer, at=MORNING, seen=asked.version)
    assert again(subject_request).status == "in_progress"
    lines = Entry.objects.count()
    mails = OutboxMessage.objects.count()
    response = handler.client.post(deed_url(subject_request, "propose"), hidden | PROPOSAL)
    assert response.status_code == 409
    assert (Entry.objects.count(), OutboxMessage.objects.count()) == (lines, mails)
    assert not Decision.objects.exists()


def test_a_deed_that_is_not_possible_now_says_why_and_has_no_button(
    desk: Desk, seat: SeatOf
) -> None:
    page = seat("handler").open(deed_url(reach(desk, "closed"), "propose"))
    assert "“Propose a decision” is not possible while the request is “Closed”." in page
    assert "<textarea" not in page


def test_who_may_not_do_a_deed_is_refused_and_the_refusal_is_recorded(
    desk: Desk, seat: SeatOf
) -> None:
    subject_request = reach(desk, "in_progress")
    clerk = seat("clerk")
    clerk.open(deed_url(subject_request, "propose"), status=403)
    response = clerk.client.post(deed_url(subject_request, "propose"), {"version": "3"} | PROPOSAL)
    assert response.status_code == 403
    line = Entry.objects.get(code="denied")
    assert (line.actor_id, line.facts["deed"]) == (desk.clerk.pk, "propose")


def test_a_deed_on_a_request_of_another_organisation_does_not_exist(
    desk: Desk, seat: SeatOf
) -> None:
    subject_request = reach(desk, "received")
    Membership.objects.filter(user=desk.officer, organisation__slug="img").delete()
    officer = seat("officer")
    officer.open(deed_url(subject_request, "freeze"), status=404)
    response = officer.client.post(deed_url(subject_request, "freeze"), {"reason": "?"})
    assert response.status_code == 404
    assert not Entry.objects.filter(code="denied").exists()


def test_the_service_is_never_chosen_by_what_a_browser_sends(desk: Desk, seat: SeatOf) -> None:
    subject_request = reach(desk, "received")
    url = f"/staff/requests/{subject_request.reference}/accept_identity/"
    seat("officer").open(url, status=404)


def test_a_note_is_added_without_any_version(desk: Desk, seat: SeatOf) -> None:
    subject_request = reach(desk, "in_progress")
    handler = seat("handler")
    typed = {"version": "1", "text": "Called the archive."}
    assert handler.client.post(deed_url(subject_request, "note"), typed).status_code == 302
    assert Note.objects.get().reveal("text") == "Called the archive."
    assert again(subject_request).version == subject_request.version


def test_an_empty_note_comes_back_with_a_sentence(desk: Desk, seat: SeatOf) -> None:
    subject_request = reach(desk, "in_progress")
    page = text_of(seat("handler").do(subject_request, "note", text="  "))
    assert '<a href="#id_text">Write the note.</a>' in page


def test_a_request_is_given_to_somebody_who_works_here_only(desk: Desk, seat: SeatOf) -> None:
    subject_request = reach(desk, "received")
    handler = seat("handler")
    assert handler.do(subject_request, "assign", to=str(desk.officer.pk)).status_code == 302
    assert again(subject_request).assignee == desk.officer
    page = text_of(handler.do(subject_request, "assign", to=str(desk.clerk.pk)))
    assert "There is a problem" in page
    assert handler.do(subject_request, "assign", to="").status_code == 302
    assert again(subject_request).assignee is None


def test_correcting_the_day_of_receipt_moves_every_date(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    typed = {"received_on": "2026-04-30", "reason": "The stamp on the envelope."}
    assert seat("officer").do(asked, "receipt/correct", **typed).status_code == 302
    assert str(again(asked).due_on) == "2026-05-20"


def test_what_was_missing_is_added(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    assert asked.missing == ["signed", "dated", "time_period"]
    typed = {"period_from": "2024-05-01", "period_to": "2026-04-30"}
    assert seat("clerk").do(asked, "complete", **typed).status_code == 302
    assert again(asked).missing == ["signed", "dated"]
    assert again(asked).values()["time_period"] == {
        "period_from": "2024-05-01",
        "period_to": "2026-04-30",
    }


def test_a_contact_is_corrected_and_the_reader_warned(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    clerk = seat("clerk")
    page = clerk.open(deed_url(asked, "contact"))
    assert "cannot approve what is sent to it" in page
    assert "zoe.canary@example.org" in page
    typed = {"email": "zoe.new@example.org", "phone": "", "postal_address": ""}
    assert clerk.do(asked, "contact", **typed).status_code == 302
    assert asked.people.get().reveal("email") == "zoe.new@example.org"


def test_an_order_needs_its_document(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    officer = seat("officer")
    typed = {"authority": "A court", "ordered_on": "2026-05-01", "due_on": "2026-05-08"}
    page = text_of(officer.do(asked, "order", **typed))
    assert "There is a problem" in page
    assert "A court" in page
    text = SimpleUploadedFile("order.txt", b"text")
    page = text_of(officer.do(asked, "order", **typed, document=text))
    assert "Only PDF, JPEG, PNG and HEIC files can be sent." in page
    assert "Please choose the files again" in page
    assert not Deadline.objects.filter(set_by="order").exists()


def test_more_time_is_told_to_the_requester(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("img", "access"), country="FR")
    law = asked.deadlines.exclude(extension_rule=None).first()
    assert law
    typed = {
        "deadline": str(law.pk),
        "amount": "1",
        "reason": law.extension_rule["reasons"][0],
        "explanation": "Your records are in three archives.",
    }
    response = seat("handler").do(asked, "extend", **typed)
    assert response.status_code == 302, text_of(response)
    assert OutboxMessage.objects.filter(kind="extended").count() == 1


def test_the_answer_is_shown_before_it_goes(desk: Desk, seat: SeatOf) -> None:
    page = seat("handler").open(deed_url(reach(desk, "decided"), "send"))
    assert "Here is what you asked for." in page
    assert "A mail to zoe.canary@example.org says only that the answer is there." in page


def test_work_begins_from_its_own_page(desk: Desk, seat: SeatOf) -> None:
    proved = cast.prove(cast.ask(desk.right("img", "access")), desk.handler)
    handler = seat("handler")
    assert "Start work" in handler.open(deed_url(proved, "start"))
    assert handler.do(proved, "start").status_code == 302
    assert again(proved).assignee == desk.handler
