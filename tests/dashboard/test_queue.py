"""The queue: what is due first stands first, and nothing personal is in an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.accounts.models import Membership
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import answer, assignment, ending
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, as_read, text_of
from tests.requests.reaching import reach

SeatOf = Callable[[str], Seat]


def references(page: str) -> list[str]:
    """The requests of the table, from the top."""
    return re.findall(r'class="reference">([^<]+)<', page)


def accounting(desk: Desk, day: str) -> SubjectRequest:
    return cast.ask(desk.right("indigomed", "accounting"), at=cast.on(day))


def test_what_is_due_first_stands_first(desk: Desk, seat: SeatOf) -> None:
    late = accounting(desk, "2026-04-01")
    fresh = accounting(desk, "2026-04-30")
    middle = accounting(desk, "2026-04-20")
    page = seat("handler").open("/staff/")
    assert references(page) == [late.reference, middle.reference, fresh.reference]


def test_days_left_are_said_in_words(desk: Desk, seat: SeatOf) -> None:
    accounting(desk, "2026-04-01")  # due 21 April
    accounting(desk, "2026-04-11")  # due 1 May, which is today
    accounting(desk, "2026-04-12")
    accounting(desk, "2026-04-20")  # due 10 May
    page = seat("handler").open("/staff/")
    for words in ("10 days overdue", "Due today", "Due tomorrow", "Due in 9 days"):
        assert words in page


def test_what_is_answered_stands_below_what_still_owes_an_answer(desk: Desk, seat: SeatOf) -> None:

    decided = reach(desk, "decided")
    answered = answer.send_answer(decided.pk, actor=desk.handler, at=MORNING, seen=decided.version)
    owed = cast.ask(desk.right("img", "access"))
    page = seat("handler").open("/staff/")
    assert references(page) == [owed.reference, answered.reference]
    assert "Answered on 1 May 2026" in page


def test_the_tiles_count_what_needs_somebody(desk: Desk, seat: SeatOf) -> None:
    accounting(desk, "2026-04-01")
    accounting(desk, "2026-04-15")  # due 5 May
    reach(desk, "waiting")
    reach(desk, "in_review")
    page = seat("handler").open("/staff/")
    tiles = re.findall(
        r'class="tile__number">(\d+)</span> <span class="tile__label">([^<]+)<', page
    )
    assert tiles == [
        ("1", "overdue"),
        ("1", "due within 7 days"),
        ("2", "assigned to nobody"),
        ("1", "waiting for the requester"),
        ("1", "in review"),
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("?organisation=img", ["waiting"], id="one organisation"),
        pytest.param("?status=waiting", ["waiting"], id="a status"),
        pytest.param("?kind=accounting", ["late", "fresh"], id="a kind"),
        pytest.param("?assignee=nobody", ["late"], id="assigned to nobody"),
        pytest.param("?assignee=mine", ["waiting"], id="assigned to me"),
        pytest.param("?due=overdue", ["late"], id="overdue"),
        pytest.param("?due=week", [], id="nothing due within a week"),
        # What waits for the requester has no day while it waits.
        pytest.param("?due=month", ["fresh"], id="due within 30 days"),
        pytest.param("?due=none", ["waiting"], id="no day while it waits"),
        pytest.param("?status=nonsense", ["late", "fresh", "waiting"], id="left out"),
    ],
)
def test_filters_narrow_the_queue(
    desk: Desk, seat: SeatOf, address: str, expected: list[str]
) -> None:
    fresh = accounting(desk, "2026-04-30")
    assignment.assign(fresh.pk, to=desk.officer, actor=desk.officer, at=MORNING, seen=fresh.version)
    named = {
        "late": accounting(desk, "2026-04-01"),
        "fresh": fresh,
        "waiting": reach(desk, "waiting"),
    }
    page = seat("handler").open(f"/staff/{address}")
    assert references(page) == [named[each].reference for each in expected]


def test_a_filter_that_makes_no_sense_is_left_out_and_said_so(desk: Desk, seat: SeatOf) -> None:
    reach(desk, "closed")
    still_open = reach(desk, "waiting")
    accounting(desk, "2026-04-30")
    address = "?kind=access&status=nonsense&assignee=999999&due=some%20day&organisation=theirs"
    page = seat("handler").open(f"/staff/{address}")
    assert references(page) == [still_open.reference]
    assert "A filter in the address was not understood and was left out." in page


def test_a_filter_that_nobody_knows_changes_nothing(desk: Desk, seat: SeatOf) -> None:
    asked = accounting(desk, "2026-04-30")
    page = seat("handler").open("/staff/?colour=blue")
    assert references(page) == [asked.reference]
    assert "was not understood" not in page


def test_a_request_of_another_organisation_is_not_in_the_queue(desk: Desk, seat: SeatOf) -> None:
    accounting(desk, "2026-04-30")
    own = cast.ask(desk.right("img", "access"))
    Membership.objects.filter(user=desk.handler).exclude(organisation__slug="img").delete()
    assert references(seat("handler").open("/staff/")) == [own.reference]


def test_a_reference_leads_straight_to_its_request(desk: Desk, seat: SeatOf) -> None:
    asked = accounting(desk, "2026-04-30")
    typed = asked.reference.replace("-", " ").lower()
    response = seat("handler").client.post("/staff/search/", {"text": typed})
    assert response.status_code == 302
    assert response["Location"] == f"/staff/requests/{asked.reference}/"


@pytest.mark.parametrize(
    "typed", ["zoe.canary@example.org", "ZOE.canary@example.org", "canary zoé", "Quill"]
)
def test_people_are_found_by_exact_address_and_words_of_their_name(
    desk: Desk, seat: SeatOf, typed: str
) -> None:
    asked = accounting(desk, "2026-04-30")
    cast.ask(
        desk.right("img", "access"), who=PersonGiven("Someone Else", email="someone@example.org")
    )
    page = text_of(seat("handler").client.post("/staff/search/", {"text": typed}))
    assert references(page) == [asked.reference]


@pytest.mark.parametrize("typed", ["canary@example.org", "example.org", "zoe.canary@example.com"])
def test_a_part_of_an_address_finds_nobody(desk: Desk, seat: SeatOf, typed: str) -> None:
    accounting(desk, "2026-04-30")
    page = text_of(seat("handler").client.post("/staff/search/", {"text": typed}))
    assert references(page) == []
    assert "Nothing was found" in page


def test_the_search_takes_nothing_from_an_address_line(desk: Desk, seat: SeatOf) -> None:
    response = seat("handler").client.get("/staff/search/?text=zoe.canary@example.org")
    assert response["Location"] == "/staff/"


@pytest.mark.parametrize("address", ["/staff/", "/staff/?status=every", "/staff/?post=new"])
def test_the_queue_asks_the_database_as_often_for_sixty_requests_as_for_five(
    desk: Desk, seat: SeatOf, address: str
) -> None:
    handler = seat("handler")
    for _number in range(5):
        accounting(desk, "2026-04-30")
    few = queries_of(handler, address)
    for _number in range(55):
        accounting(desk, "2026-04-30")
    assert queries_of(handler, address) == few
    assert few <= 12


def queries_of(seat: Seat, url: str) -> int:
    seat.open(url)
    with CaptureQueriesContext(connection) as caught:
        seat.open(url)
    return len(caught)


def beside(page: str, rel: str) -> str:
    """The address behind “Next” or “Previous”."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert found
    return f"/staff/{found[1]}"


def test_a_page_holds_25_requests_and_leads_to_the_next_and_back(desk: Desk, seat: SeatOf) -> None:
    asked = [accounting(desk, "2026-04-30").reference for _number in range(27)]
    handler = seat("handler")
    first = handler.open("/staff/")
    assert references(first) == asked[:25]
    assert "27 requests, what is due first on top" in as_read(first)
    assert 'rel="prev"' not in first
    second = handler.open(beside(first, "next"))
    assert references(second) == asked[25:]
    assert 'rel="next"' not in second
    assert references(handler.open(beside(second, "prev"))) == asked[:25]


def test_what_arrives_while_pages_are_turned_moves_no_request_to_another_page(
    desk: Desk, seat: SeatOf
) -> None:
    asked = [accounting(desk, "2026-04-30").reference for _number in range(30)]
    handler = seat("handler")
    first = handler.open("/staff/")
    # Due before all of them, so that by number two of the first page would stand on the second.
    early = [accounting(desk, "2026-04-10").reference for _number in range(2)]
    assert references(handler.open(beside(first, "next"))) == asked[25:]
    assert references(handler.open("/staff/")) == [*early, *asked[:23]]


def test_what_is_answered_while_pages_are_turned_hides_no_request(desk: Desk, seat: SeatOf) -> None:
    asked = [accounting(desk, "2026-04-30") for _number in range(30)]
    handler = seat("handler")
    first = handler.open("/staff/")
    # The very one behind which the next page begins.
    ending.withdraw(asked[24].pk, actor=REQUESTER, at=MORNING, seen=None)
    rest = [each.reference for each in asked[25:]]
    assert references(handler.open(beside(first, "next"))) == rest


def test_requests_of_every_status_stand_the_newest_first_page_by_page(
    desk: Desk, seat: SeatOf
) -> None:
    asked = [accounting(desk, f"2026-04-{day:02}").reference for day in range(1, 29)]
    handler = seat("handler")
    first = handler.open("/staff/?status=every")
    assert references(first) == asked[:2:-1]
    assert "28 requests, the newest first" in as_read(first)
    assert references(handler.open(beside(first, "next"))) == asked[2::-1]
    assert references(handler.open("/staff/?status=every&before=end")) == asked[24::-1]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("after=nonsense", id="no place"),
        pytest.param("after=0_2026-05-20_2026-04-30_NONE-THER", id="behind a request that is none"),
        pytest.param("after=0_yesterday_2026-04-30_NONE-THER", id="no day"),
        pytest.param("before=1_2026-01-01_2026-01-01_", id="no reference"),
        pytest.param("after=&before=", id="nothing"),
    ],
)
def test_a_place_that_makes_no_sense_is_the_first_page(
    desk: Desk, seat: SeatOf, place: str
) -> None:
    asked = [accounting(desk, "2026-04-30").reference for _number in range(26)]
    assert references(seat("handler").open(f"/staff/?{place}")) == asked[:25]


def test_an_address_of_a_page_holds_no_number_of_a_row(desk: Desk, seat: SeatOf) -> None:
    asked = [accounting(desk, "2026-04-30") for _number in range(26)]
    address = beside(seat("handler").open("/staff/"), "next")
    assert address == f"/staff/?after=0_2026-05-20_2026-04-30_{asked[24].reference}"


def test_above_a_thousand_nobody_counts(
    desk: Desk, seat: SeatOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr.dashboard.filters.MOST_COUNTED", 2)
    monkeypatch.setattr("dsr.dashboard.views.queue.MOST_COUNTED", 2)
    for _number in range(4):
        accounting(desk, "2026-04-30")
    page = as_read(seat("handler").open("/staff/"))
    assert "More than 2 requests, what is due first on top" in page
    assert '<span class="tile__number">2+</span> <span class="tile__label">assigned to' in page


def test_nothing_sealed_is_in_the_queue(desk: Desk, seat: SeatOf) -> None:
    accounting(desk, "2026-04-30")
    page = seat("handler").open("/staff/")
    assert not re.search("canary|quill|serin", page, re.IGNORECASE)


def test_a_member_of_no_organisation_is_told_so(desk: Desk, db: Any) -> None:
    from dsr.accounts.models import User

    lonely = User.objects.create_user("lonely@example.org", "Lonely Testing", "correct horse")
    page = Seat(lonely).open("/staff/", status=403)
    assert "You are not a member of an organisation" in page
