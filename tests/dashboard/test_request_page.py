"""The page of one request: what is asked, by whom, when it is due and why, what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.requests.deeds import assignment, conversation, evidence
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.models import Attachment, Evidence
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, deed_url
from tests.requests.reaching import reach
from tests.requests.trying import TRY

SeatOf = Callable[[str], Seat]
SCAN = CheckedUpload("brief.pdf", b"%PDF-1.4 canary content", "application/pdf")


def page_of(seat: Seat, subject_request: Any) -> str:
    return seat.open(f"/staff/requests/{subject_request.reference}/")


def offered(page: str) -> set[str]:
    """The deeds that the page offers, by their addresses."""
    return set(re.findall(r'(?:href|action)="/staff/requests/[^/"]+/([^"]+)/"', page))


def test_it_shows_the_clause_word_for_word_and_what_was_said(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(
        desk.right("indigomed", "accounting"),
        particulars={
            "time_period": {"period_from": "2024-05-01", "period_to": "2026-04-30"},
            "medium": {"medium": "paper"},
        },
    )
    page = page_of(seat("handler"), asked)
    assert "INDIGOMED will respond to users within 20 days." in page
    assert "1 May 2024" in page
    assert "On paper" in page
    assert "Zoé Canary-Quill" in page
    assert "7 rue du Serin" in page
    assert "Due in 20 days" in page


def test_what_the_clause_asks_for_and_is_missing_is_named(desk: Desk, seat: SeatOf) -> None:
    page = page_of(seat("handler"), cast.ask(desk.right("indigomed", "accounting")))
    assert "The clause asks for more than was given:</strong> Signature, Date, Time period." in page
    assert "The request counts all the same." in page


def test_every_deadline_is_there_and_one_governs_with_its_reasons(desk: Desk, seat: SeatOf) -> None:
    page = page_of(seat("handler"), cast.ask(desk.right("img", "access"), country="FR"))
    assert page.count("Why this date<") >= 3
    assert page.count(">governs<") == 1
    assert "GDPR Art. 12(3)" in page
    assert "it is the organisation’s own target" in page


@pytest.mark.parametrize(
    ("who", "state", "there", "absent"),
    [
        ("handler", "received", {"evidence", "ask-identity", "assign"}, {"approve", "freeze"}),
        ("officer", "received", {"evidence", "freeze", "receipt/correct"}, {"approve", "propose"}),
        ("clerk", "received", {"reply", "contact", "withdraw"}, {"evidence", "ask", "assign"}),
        ("auditor", "received", set(), {"reply", "note", "contact", "assign"}),
        ("handler", "in_progress", {"propose", "ask"}, {"start", "lapse"}),
        ("second_officer", "in_review", {"approve", "return"}, {"propose"}),
        ("outside", "in_review", {"approve", "return"}, {"reply", "assign", "evidence"}),
        ("auditor", "in_review", set(), {"approve", "return"}),
        ("handler", "decided", {"send"}, {"close", "propose"}),
        ("officer", "closed", {"reopen"}, {"send", "freeze"}),
        ("officer", "frozen", {"unfreeze"}, {"freeze", "send", "propose"}),
    ],
)
def test_only_the_deeds_possible_now_for_this_person_are_offered(
    desk: Desk, seat: SeatOf, who: str, state: str, there: set[str], absent: set[str]
) -> None:
    deeds = offered(page_of(seat(who), reach(desk, state)))
    assert there <= deeds
    assert not absent & deeds


def test_a_deed_that_must_wait_says_why(desk: Desk, seat: SeatOf) -> None:
    page = page_of(seat("handler"), cast.ask(desk.right("img", "access")))
    assert "The evidence recorded does not reach the level this right requires" in page
    assert "start" not in offered(page)


def test_whoever_proposed_reads_that_another_person_has_to_approve(
    desk: Desk, seat: SeatOf
) -> None:
    begun = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    proposed = cast.propose(begun, desk.officer)
    page = page_of(seat("officer"), proposed)
    assert "You proposed this decision. Another person has to approve it." in page
    assert "approve" not in offered(page)


def test_nobody_is_sent_to_decide_before_the_identity_is_proved(desk: Desk, seat: SeatOf) -> None:
    page = page_of(seat("handler"), reach(desk, "proving_identity"))
    following = re.search(
        r'class="next__deed">.*?class="buttons">\s*<a [^>]*>\s*([^<]+?)\s*<', page, re.DOTALL
    )
    assert following
    assert following[1] == "Record evidence"


def test_identity_documents_are_for_those_who_prove_and_those_who_approve(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    given = EvidenceGiven(kind="id_document", confirmed=True, document=SCAN)
    evidence.add_evidence(asked.pk, given, actor=desk.handler, at=MORNING, seen=asked.version)
    assert "brief.pdf" in page_of(seat("handler"), asked)
    assert "brief.pdf" in page_of(seat("outside"), asked)
    assert "brief.pdf" not in page_of(seat("clerk"), asked)
    file = Evidence.objects.get().document_id
    url = deed_url(asked, f"files/{file}")
    assert seat("clerk").client.post(url).status_code == 404


def test_a_download_is_an_attachment_and_a_line_of_history(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), files=(SCAN,))
    file = Attachment.objects.get().file_id
    handler = seat("handler")
    response = handler.client.post(deed_url(asked, f"files/{file}"))
    assert response.streaming
    assert response["Content-Length"] == "23"
    assert response.getvalue() == b"%PDF-1.4 canary content"
    assert response["Content-Disposition"] == 'attachment; filename="brief.pdf"'
    line = Entry.objects.filter(chain=f"request:{asked.pk}").latest("seq")
    facts = {"file": file, "kind": "came"}
    assert (line.code, line.actor_id, line.facts) == ("file_read", desk.handler.pk, facts)
    said = f"File {file} “brief.pdf” (Came with the request) was downloaded"
    assert said in page_of(handler, asked)


def test_staff_see_of_each_file_whether_it_was_scanned(desk: Desk, seat: SeatOf) -> None:
    scanned = replace(SCAN, name="scanned.pdf", scan="clean")
    asked = cast.ask(desk.right("indigomed", "accounting"), files=(SCAN, scanned))
    page = page_of(seat("handler"), asked)
    said = re.findall(
        r"(\w+\.pdf)</span>.*?(Not scanned for viruses|Scanned, no virus found)", page, re.DOTALL
    )
    assert sorted(said) == [
        ("brief.pdf", "Not scanned for viruses"),
        ("scanned.pdf", "Scanned, no virus found"),
    ]


def test_a_file_is_never_had_by_looking(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), files=(SCAN,))
    url = deed_url(asked, f"files/{Attachment.objects.get().file_id}")
    assert seat("handler").client.get(url).status_code == 405


def test_a_file_of_another_request_does_not_exist_here(desk: Desk, seat: SeatOf) -> None:
    cast.ask(desk.right("indigomed", "accounting"), files=(SCAN,))
    other = cast.ask(desk.right("indigomed", "amend"))
    url = deed_url(other, f"files/{Attachment.objects.get().file_id}")
    assert seat("handler").client.post(url).status_code == 404


def test_a_request_that_gives_the_same_address_is_hinted_at(desk: Desk, seat: SeatOf) -> None:
    first = cast.ask(desk.right("indigomed", "accounting"))
    second = cast.ask(desk.right("indigomed", "accounting"))
    page = page_of(seat("handler"), second)
    assert "That is a hint, never a match." in page
    assert f"/staff/requests/{first.reference}/" in page


def test_what_was_asked_together_is_linked(desk: Desk, seat: SeatOf) -> None:
    from uuid import UUID

    group = UUID(int=7)
    first = cast.ask(desk.right("indigomed", "accounting"), group_key=group)
    second = cast.ask(desk.right("indigomed", "amend"), group_key=group)
    assert f"/staff/requests/{first.reference}/" in page_of(seat("handler"), second)


def test_history_is_told_in_plain_words_the_newest_first(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    given = assignment.assign(
        asked.pk, to=desk.handler, actor=desk.officer, at=MORNING, seen=asked.version
    )
    cast.prove(given, desk.handler)
    page = page_of(seat("handler"), asked)
    told = re.findall(r"<li>\s*<p>([^<]+)</p>", page.split('class="timeline"')[1])
    assert told == [
        "Evidence: Seen in person",
        "Assigned to Handler Testing",
        "Deadline began (Announce an extension, GDPR Art. 12(3)): 1 June 2026",
        "Deadline began (Tell of a refusal, GDPR Art. 12(4)): 1 June 2026",
        "Deadline began (Answer, GDPR Art. 12(3)): 1 June 2026",
        "Deadline began (Answer, The policy): 21 May 2026",
        "Received on 1 May 2026 (Form on this site)",
    ]


def test_a_request_of_another_organisation_does_not_exist(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"))
    Membership.objects.filter(user=desk.officer).exclude(organisation__slug="img").delete()
    seat("officer").open(f"/staff/requests/{asked.reference}/", status=404)


def test_the_page_asks_the_database_a_bounded_number_of_times(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("img", "access"), country="FR", files=(SCAN,))
    handler = seat("handler")
    page_of(handler, asked)
    few = count(handler, asked)
    for number in range(5):
        asked = evidence.add_evidence(
            asked.pk,
            EvidenceGiven(kind="vouched", confirmed=True, note=f"ward {number}"),
            actor=desk.handler,
            at=MORNING,
            seen=asked.version,
        )
        assignment.note(asked.pk, text=f"note {number}", actor=desk.handler, at=MORNING)
        conversation.reply(
            asked.pk,
            text=f"reply {number}",
            actor=desk.handler,
            at=MORNING,
            seen=None,
            documents=(SCAN,),
        )
        asked.refresh_from_db(fields=["version"])
    assert count(handler, asked) <= few + 4
    assert few <= 70


def count(seat: Seat, subject_request: Any) -> int:
    with CaptureQueriesContext(connection) as caught:
        page_of(seat, subject_request)
    return len(caught)


def test_looking_changes_nothing(desk: Desk, seat: SeatOf) -> None:
    asked = reach(desk, "in_progress")
    lines = Entry.objects.count()
    handler = seat("handler")
    for address in offered(page_of(handler, asked)):
        handler.open(deed_url(asked, address))
        handler.client.head(deed_url(asked, address))
    asked_again = type(asked).objects.get(pk=asked.pk)
    assert (asked_again.version, asked_again.status) == (asked.version, asked.status)
    assert Entry.objects.count() == lines


def test_what_was_erased_says_so(desk: Desk, seat: SeatOf) -> None:
    from dsr.vault.models import KeyPurpose
    from dsr.vault.services import destroy

    asked = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    destroy(asked.safe, [KeyPurpose.CONTENT, KeyPurpose.IDENTITY], MORNING)
    page = page_of(seat("handler"), asked)
    assert "(erased)" in page
    assert "Canary" not in page


def test_who_only_records_is_not_told_of_a_question_that_nobody_asked(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    page = page_of(seat("clerk"), asked)
    assert "Somebody who works on requests carries it on." in page
    assert "The requester has been asked." not in page
    assert "Make sure of who asks" not in page
    assert "Make sure of who asks" in page_of(seat("handler"), asked)


def test_an_objection_of_the_contact_on_record_stands_on_the_page(desk: Desk, seat: SeatOf) -> None:
    it = TRY["record_held_contact"](reach(desk, "in_progress"), desk)
    assert "zoe.before@example.org" in page_of(seat("officer"), it)
    TRY["not_me"](it, desk)
    page = page_of(seat("officer"), it)
    assert "Somebody on record says: this was not me" in page
    assert "Settle it by 5 May 2026" in page
