"""Staff enter what came by letter, telephone or mail, with its real day of receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from dsr.accounts.models import Membership
from dsr.requests.models import SubjectRequest
from tests.cast import Desk
from tests.dashboard.conftest import Seat, text_of

SeatOf = Callable[[str], Seat]
URL = "/staff/new/indigomed/accounting/"
LETTER = {
    "channel": "post",
    "received_on": "2026-04-30",
    "role": "subject",
    "name": "Zoé Canary-Quill",
    "postal_address": "7 rue du Serin\n69000 Lyon",
    "language": "en",
    "signature": "Zoé Canary-Quill",
    "dated_on": "2026-04-28",
}


def enter(seat: Seat, url: str = URL, **typed: Any) -> Any:
    found = re.search(r'name="key" value="([^"]+)"', seat.open(url))
    assert found
    return seat.client.post(url, {"key": found[1], **typed})


CHILD = LETTER | {"role": "parent", "about_name": "Kid Canary", "born_on": "1980-03-01"}


def test_an_age_that_does_not_fit_is_asked_back_once_with_everything_typed(
    desk: Desk, seat: SeatOf
) -> None:
    clerk, url = seat("clerk"), "/staff/new/imo/delete/"
    page = text_of(enter(clerk, url, **CHILD))
    assert "A parent is said to ask for a child" in page
    assert "Enter it as it is: the letter says so" in page
    assert not SubjectRequest.objects.exists()
    assert enter(clerk, url, **CHILD, anyway="1").status_code == 302
    said = text_of(clerk.client.get(f"/staff/requests/{SubjectRequest.objects.get().reference}/"))
    assert "the day of birth does not fit who asks, or the ages of the right" in said


def test_a_right_for_some_ages_is_not_entered_for_others_and_theirs_is_named(
    desk: Desk, seat: SeatOf
) -> None:
    response = enter(seat("clerk"), "/staff/new/imo/minor-deactivate/", **CHILD, anyway="1")
    page = response.content.decode()
    assert "is for other ages: somebody born on this day is 46 years old." in page
    assert 'href="/staff/new/imo/delete/"' in page
    assert not SubjectRequest.objects.exists()


def test_staff_say_whether_it_is_safe_to_write_and_silence_is_no_permission(
    desk: Desk, seat: SeatOf
) -> None:
    clerk, url = seat("clerk"), "/staff/new/indigomed/confidential-communications/"
    page = text_of(clerk.client.get(url))
    assert "If you leave it open, nothing is written to them." in page
    assert enter(clerk, url, **LETTER).status_code == 302
    assert SubjectRequest.objects.get().may_write == "none"


def test_the_day_of_receipt_counts_for_the_age(desk: Desk, seat: SeatOf) -> None:
    # Eighteen on 1 May 2026, the day of entering; seventeen when the letter came.
    typed = CHILD | {"born_on": "2008-05-01", "received_on": "2026-04-30"}
    url = "/staff/new/imo/minor-deactivate/"
    assert enter(seat("clerk"), url, **typed).status_code == 302


def test_a_letter_counts_from_the_day_on_which_it_arrived(desk: Desk, seat: SeatOf) -> None:
    response = enter(seat("clerk"), **LETTER)
    entered = SubjectRequest.objects.get()
    assert response["Location"] == f"/staff/requests/{entered.reference}/"
    assert entered.received_on == date(2026, 4, 30)
    assert entered.due_on == date(2026, 5, 20)
    assert entered.channel == "post"
    assert entered.receipts.get().by == desk.clerk


def test_what_the_letter_does_not_say_never_stops_it(desk: Desk, seat: SeatOf) -> None:
    assert enter(seat("clerk"), **LETTER).status_code == 302
    assert SubjectRequest.objects.get().missing == ["time_period"]


def test_the_scan_of_the_letter_is_kept(desk: Desk, seat: SeatOf) -> None:
    pixel = SimpleUploadedFile("letter.png", tiny_png(), "image/png")
    assert enter(seat("clerk"), **LETTER, scan=pixel).status_code == 302
    assert SubjectRequest.objects.get().attachments.count() == 1


def test_a_day_in_the_future_comes_back_with_everything_typed(desk: Desk, seat: SeatOf) -> None:
    page = text_of(enter(seat("clerk"), **LETTER | {"received_on": "2026-05-02"}))
    assert "The day of receipt lies in the future. Enter the real day." in page
    assert 'value="Zoé Canary-Quill"' in page
    assert "7 rue du Serin" in page
    assert not SubjectRequest.objects.exists()


def test_the_same_form_sent_twice_is_one_request(desk: Desk, seat: SeatOf) -> None:
    clerk = seat("clerk")
    found = re.search(r'name="key" value="([^"]+)"', clerk.open(URL))
    assert found
    for _time in range(2):
        clerk.client.post(URL, {"key": found[1], **LETTER})
    assert SubjectRequest.objects.count() == 1


def test_every_right_of_the_own_organisations_can_be_chosen(desk: Desk, seat: SeatOf) -> None:
    Membership.objects.filter(user=desk.clerk).exclude(organisation__slug="img").delete()
    page = seat("clerk").open("/staff/new/")
    assert "/staff/new/img/access/" in page
    assert "indigomed" not in page
    seat("clerk").open(URL, status=404)


def test_the_form_never_asks_what_the_clause_forbids(desk: Desk, seat: SeatOf) -> None:
    page = seat("clerk").open("/staff/new/indigomed/confidential-communications/")
    assert 'name="reason"' not in page


def tiny_png() -> bytes:
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG")
    return buffer.getvalue()
