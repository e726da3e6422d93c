"""The page of a proposal: nothing that was typed or chosen is lost by any of its buttons."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from dsr.requests import enclosures
from dsr.requests.models import SubjectRequest
from tests.cast import Desk
from tests.dashboard.conftest import Seat, as_read, deed_url, hidden_fields, text_of
from tests.requests.reaching import reach

SeatOf = Callable[[str], Seat]
MINE = "Dear Zoé, this took me an hour to write."


def area(page: str, name: str) -> str:
    found = re.search(rf'<textarea name="{name}".*?>\s*(.*?)</textarea>', page, re.DOTALL)
    return found[1].strip() if found else ""


def press(seat: Seat, it: SubjectRequest, deed: str, end: str, **typed: object) -> str:
    """A button beside the one of the deed, with the version that the page has."""
    hidden = hidden_fields(seat.open(deed_url(it, deed)))
    response = seat.client.post(deed_url(it, f"{deed}/{end}"), hidden | typed)
    assert response.status_code == 200
    return text_of(response)


def a_file(name: str = "record.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"day,what\n2025-03-03,visit\n")


def test_a_text_to_begin_with_keeps_what_was_written_and_gives_it_back(
    desk: Desk, seat: SeatOf
) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose", "text", answer=MINE, reasons="Mine.", begin="refused")
    assert area(page, "answer").startswith("Dear Zoé Canary-Quill,")
    assert "We cannot do what you asked" in area(page, "answer")
    assert area(page, "kept") == MINE
    assert area(page, "reasons") == "Mine."
    assert re.search(r'value="refused"[^>]* checked', page)
    typed = {"answer": area(page, "answer"), "kept": MINE, "put_back": "yes"}
    page = press(handler, it, "propose", "text", **typed)
    assert area(page, "answer") == MINE
    assert area(page, "kept") == ""


def test_one_text_after_another_keeps_the_first_and_the_second(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose", "text", answer="First.", begin="granted")
    page = press(
        handler, it, "propose", "text", answer="Second.", kept=area(page, "kept"), begin="refused"
    )
    assert area(page, "kept").split() == ["First.", "----------", "Second."]


def test_a_text_nobody_wrote_in_gives_way(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose", "text", answer="", begin="granted")
    page = press(handler, it, "propose", "text", answer=area(page, "answer"), begin="refused")
    assert "What you had written" not in page
    assert "We cannot do what you asked" in area(page, "answer")


def test_an_ending_begins_with_a_text_and_keeps_what_was_written(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose-ending", "text", text=MINE, begin="forwarded")
    assert "so we passed it on to [name]" in area(page, "text")
    assert area(page, "kept") == MINE


def test_files_are_kept_when_the_proposal_is_refused_for_something_else(
    desk: Desk, seat: SeatOf
) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = text_of(handler.do(it, "propose", outcome="granted", answer="", files=a_file()))
    assert "Write the answer to the requester." in page
    assert "record.csv" in page
    assert "Please choose the files again" not in page
    typed = hidden_fields(page) | {"outcome": "granted", "answer": "Enclosed."}
    assert handler.client.post(deed_url(it, "propose"), typed).status_code == 302
    assert it.decisions.get().given_as == "files"


def test_files_are_added_and_taken_out_with_the_text_still_there(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose", "files", answer=MINE, files=a_file())
    assert area(page, "answer") == MINE
    row = it.enclosures.get()
    page = press(handler, it, "propose", "files", answer=MINE, remove=str(row.pk))
    assert area(page, "answer") == MINE
    assert "record.csv" not in page
    assert not enclosures.standing(it).exists()


def test_a_file_that_is_not_taken_says_why_and_keeps_the_text(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    page = press(handler, it, "propose", "files", answer=MINE, files=a_file("record.exe"))
    assert "record.exe: Files of this kind do not go out." in page
    assert area(page, "answer") == MINE


def test_who_approves_opens_the_files_on_the_page_and_then_may(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    handler.do(it, "prove-contact", kind="on_record", source="patient file")
    handler.do(it, "propose", outcome="granted", answer="Enclosed.", files=a_file())
    second = seat("second_officer")
    page = second.open(deed_url(it, "approve"))
    assert "Not opened by you" in page
    assert "In the files that go with the answer" in page
    refused = as_read(text_of(second.do(it, "approve")))
    assert "1 file that goes with this answer has not been opened by you." in refused
    there = f"/staff/requests/{it.reference}/files/{it.enclosures.get().file_id}/"
    taken = second.client.post(there)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="record.csv"'
    assert taken.getvalue() == b"day,what\n2025-03-03,visit\n"
    assert "Opened by you" in second.open(deed_url(it, "approve"))
    assert second.do(it, "approve").status_code == 302


def test_on_paper_the_page_says_what_belongs_into_the_envelope(desk: Desk, seat: SeatOf) -> None:
    it = reach(desk, "in_progress")
    it.wants_paper = True
    it.save()
    handler, second = seat("handler"), seat("second_officer")
    handler.do(it, "prove-contact", kind="on_record", source="patient file")
    handler.do(it, "propose", outcome="granted", answer="Enclosed.", files=a_file())
    second.client.post(f"/staff/requests/{it.reference}/files/{it.enclosures.get().file_id}/")
    second.do(it, "approve")
    said = "1 file belongs into the envelope, printed or on a disk."
    assert said in as_read(handler.open(deed_url(it, "send")))
    handler.do(it, "send")
    assert said in as_read(handler.open(deed_url(it, "posted")))


def test_another_language_keeps_what_was_typed_and_judges_nothing(desk: Desk, seat: SeatOf) -> None:
    it, handler = reach(desk, "in_progress"), seat("handler")
    typed = hidden_fields(handler.open(deed_url(it, "propose")))
    typed |= {"answer": MINE, "outcome": "granted", "in_language": "fr"}
    answered = handler.client.post(deed_url(it, "propose"), typed | {"files": a_file()})
    page = text_of(answered)
    assert answered.status_code == 200
    assert '<html lang="fr"' in page
    assert area(page, "answer") == MINE
    assert "record.csv" in page
    assert "field--error" not in page
    assert it.enclosures.count() == 1
    assert not it.decisions.exists()
    assert '<html lang="fr"' in handler.open(deed_url(it, "note"))


def test_a_request_half_entered_survives_another_language(desk: Desk, seat: SeatOf) -> None:
    clerk = seat("clerk")
    there = "/staff/new/img/access/"
    typed = {"name": "Zoé Canary-Quill", "language": "en", "in_language": "fr"}
    page = text_of(clerk.client.post(there, typed))
    assert '<html lang="fr"' in page
    assert 'value="Zoé Canary-Quill"' in page
    assert "field--error" not in page
