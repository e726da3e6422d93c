"""Two requests that look alike are told apart by name: on demand, and each name is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.audit.services import request_chain, verify
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, as_read, text_of

SeatOf = Callable[[str], Seat]
OLDER = PersonGiven("José Núñez-Émile", born_on="1958-03-14", email="jose@example.org")
YOUNGER = PersonGiven("José Núñez-Émile", born_on="1991-07-02", email="pepe@example.org")


@pytest.fixture
def alike(desk: Desk) -> tuple[SubjectRequest, SubjectRequest]:
    right = desk.right("img", "access")
    return cast.ask(right, who=OLDER), cast.ask(right, who=YOUNGER)


def listed(it: SubjectRequest) -> list[Entry]:
    return list(Entry.objects.filter(chain=request_chain(it.pk), code="name_listed"))


def press(seat: Seat, url: str = "/staff/names/", **typed: Any) -> str:
    return as_read(text_of(seat.client.post(url, typed)))


def test_two_people_of_one_name_are_told_apart_and_each_history_says_who_looked(
    desk: Desk, seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    page = press(seat("handler"), every="1")
    assert "José Núñez-Émile, born 14 March 1958" in page
    assert "José Núñez-Émile, born 2 July 1991" in page
    for each in alike:
        (line,) = listed(each)
        assert (line.actor_id, line.by, line.facts) == (desk.handler.pk, "staff", {})
        assert timeline(each)[0].text == "The name was shown in a list of requests"
    assert verify() == []


def test_one_name_at_a_time_shows_and_records_that_one_and_keeps_those_shown_before(
    seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    handler, (one, other) = seat("handler"), alike
    page = press(handler, of=one.reference)
    assert "14 March 1958" in page
    assert "2 July 1991" not in page
    assert (len(listed(one)), len(listed(other))) == (1, 0)
    assert f'<input type="hidden" name="of" value="{one.reference}">' in page
    page = press(handler, of=[one.reference, other.reference])
    assert "14 March 1958" in page
    assert "2 July 1991" in page


def test_who_asks_for_another_stands_beside_the_name(desk: Desk, seat: SeatOf) -> None:
    cast.ask_as_guardian(desk)
    page = press(seat("handler"), every="1")
    assert 'Zoé Canary-Quill <span class="soft">· asked for by Gus Guardian' in page


def test_the_filters_stay_and_a_reload_shows_no_name(
    desk: Desk, seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    elsewhere = cast.ask(desk.right("indigomed", "accounting"))
    handler = seat("handler")
    page = press(handler, "/staff/names/?organisation=img&page=1", every="1")
    assert "Canary" not in page
    assert listed(elsewhere) == []
    again = handler.client.get("/staff/names/?organisation=img&page=1")
    assert again["Location"] == "/staff/?organisation=img&page=1"
    assert "Núñez" not in handler.open(again["Location"])


def test_what_was_found_by_name_can_be_told_apart_too(
    seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    page = press(seat("handler"), "/staff/search/names/", text="Núñez-Émile", every="1")
    assert "born 14 March 1958" in page
    assert "born 2 July 1991" in page
    assert [len(listed(each)) for each in alike] == [1, 1]


def test_who_only_looks_sees_no_button_and_the_attempt_is_recorded(
    desk: Desk, seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    auditor = seat("auditor")
    assert "Show name" not in auditor.open("/staff/")
    assert auditor.client.post("/staff/names/", {"every": "1"}).status_code == 403
    assert [len(listed(each)) for each in alike] == [0, 0]
    denied = Entry.objects.get(code="denied")
    assert (denied.actor_id, denied.facts) == (desk.auditor.pk, {"deed": "show_names"})


def test_names_are_shown_where_one_works_and_not_where_one_looks(
    desk: Desk, seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    elsewhere = cast.ask(desk.right("indigomed", "accounting"))
    of_indigomed = Membership.objects.filter(
        user=desk.handler, organisation=elsewhere.organisation_id
    )
    of_indigomed.update(role="auditor")
    page = press(seat("handler"), every="1", of=elsewhere.reference)
    assert "14 March 1958" in page
    assert elsewhere.reference in page
    assert "Canary" not in page
    assert listed(elsewhere) == []


def test_what_is_erased_is_said_and_not_recorded(
    seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    one, _other = alike
    destroy(one.safe, [KeyPurpose.CONTENT], MORNING)
    page = press(seat("handler"), every="1")
    assert "(erased)" in page
    assert listed(one) == []


def test_names_of_a_page_cost_as_many_queries_as_one_name(
    desk: Desk, seat: SeatOf, alike: tuple[SubjectRequest, SubjectRequest]
) -> None:
    handler = seat("handler")
    few = queries_of(handler)
    for _number in range(20):
        cast.ask(desk.right("img", "access"))
    assert queries_of(handler) == few


def queries_of(seat: Seat) -> int:
    press(seat, every="1")
    with CaptureQueriesContext(connection) as caught:
        press(seat, every="1")
    return len(caught)
