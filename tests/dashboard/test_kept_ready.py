"""An answer that can reach nobody, on the pages: recorded, agreed to, found, closed, collected."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat, as_read, text_of
from tests.faults.trying import answer_came_back
from tests.requests.trying import TRY
from tests.vault.test_uploads import a_pdf

SeatOf = Callable[[str], Seat]
SAID = {
    "attempts": "1 May 2026: by mail, came back.",
    "other_ways": "The telephone is dead.",
    "why": "Nobody knows where the person lives.",
}


def test_the_page_of_an_answer_with_no_address_says_that_it_goes_nowhere(
    desk: Desk, seat: SeatOf
) -> None:
    who = PersonGiven("Zoé Canary-Quill", phone="+33 4 00 00 00 00")
    begun = cast.begin(cast.ask(desk.right("img", "access"), who=who), desk.handler)
    asked = TRY["approve"](TRY["propose"](begun, desk), desk)
    handler = seat("handler")
    there = f"/staff/requests/{asked.reference}/"
    assert "Send the answer" in handler.open(there)
    assert "There is no address to which it could go" in as_read(handler.open(f"{there}send/"))
    assert handler.do(asked, "send").status_code == 302
    page = as_read(handler.open(there))
    assert "The answer is ready, but there is no address to which it could go" in page
    assert "The answer did not arrive" in page


def again(asked: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=asked.pk)


def test_it_goes_through_the_pages_from_the_bounce_to_the_counter(desk: Desk, seat: SeatOf) -> None:
    asked = answer_came_back(desk)
    handler, officer = seat("handler"), seat("second_officer")
    there = f"/staff/requests/{asked.reference}/"
    page = as_read(handler.open(there))
    assert "The answer did not arrive" in page
    assert "It can be delivered to nobody" in page
    assert "came back, recorded on 1 May 2026" in handler.open(f"{there}keep-ready/")
    # Nothing typed is lost.
    refused = as_read(text_of(handler.do(asked, "keep-ready", **SAID | {"why": " "})))
    assert "Say why it can be delivered to nobody." in refused
    assert "The telephone is dead." in refused
    assert handler.do(asked, "keep-ready", **SAID).status_code == 302
    page = as_read(handler.open(there))
    assert "Proposed: the answer can be delivered to nobody" in page
    assert "You proposed this." not in page.split("Next")[0]
    page = as_read(officer.open(there))
    assert "It waits for you as the second person." in page
    assert "Nobody knows where the person lives." in officer.open(f"{there}agree-keep-ready/")
    assert officer.do(asked, "agree-keep-ready").status_code == 302
    page = as_read(handler.open(there))
    assert "Kept ready since 1 May 2026" in page
    assert "Ready, could not be delivered" in page
    assert "Nothing more can be done to deliver it." in page
    assert "Did not arrive" not in page
    assert asked.reference in handler.open("/staff/?post=kept")
    assert asked.reference not in handler.open("/staff/?post=lost")
    assert handler.do(asked, "close").status_code == 302
    assert asked.reference in handler.open("/staff/?post=kept")
    handed = {
        "collected_on": "2026-05-01",
        "proof": SimpleUploadedFile("receipt.pdf", a_pdf(), "application/pdf"),
    }
    done = handler.do(asked, "collected", **handed)
    assert done.status_code == 302, text_of(done)
    assert "Answered on 1 May 2026" in as_read(handler.open(there))
    assert asked.reference not in handler.open("/staff/?post=kept")
    assert again(asked).status == "closed"
