"""The queue: what is due first stands first, and nothing personal is in an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.accounts.models import Membership
from dsr.requests.deeds import answer, assignment
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, text_of
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


def test_the_queue_asks_the_database_as_often_for_thirty_requests_as_for_three(
    desk: Desk, seat: SeatOf
) -> None:
    handler = seat("handler")
    for _number in range(3):
        accounting(desk, "2026-04-30")
    few = queries_of(handler, "/staff/")
    for _number in range(27):
        accounting(desk, "2026-04-30")
    many = queries_of(handler, "/staff/")
    assert many == few
    assert many <= 16


def queries_of(seat: Seat, url: str) -> int:
    seat.open(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        seat.open(url)
    return len(caught)


def test_a_page_holds_25_requests_and_leads_to_the_next(desk: Desk, seat: SeatOf) -> None:
    for _number in range(27):
        accounting(desk, "2026-04-30")
    handler = seat("handler")
    first, second = handler.open("/staff/"), handler.open("/staff/?page=2")
    assert len(references(first)) == 25
    assert len(references(second)) == 2
    assert "26 to 27 of 27" in second


def test_nothing_sealed_is_in_the_queue(desk: Desk, seat: SeatOf) -> None:
    accounting(desk, "2026-04-30")
    page = seat("handler").open("/staff/")
    assert not re.search("canary|quill|serin", page, re.IGNORECASE)


def test_a_member_of_no_organisation_is_told_so(desk: Desk, db: Any) -> None:
    from dsr.accounts.models import User

    lonely = User.objects.create_user("lonely@example.org", "Lonely Testing", "correct horse")
    page = Seat(lonely).open("/staff/", status=403)
    assert "You are not a member of an organisation" in page
