"""The administration pages show requests without their content, and change none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.accounts.models import User
from dsr.requests.deeds.assignment import assign
from dsr.requests.models import IdentityRule
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat


@pytest.fixture
def admin(desk: Desk) -> Seat:
    return Seat(User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse"))


def test_an_administrator_sees_a_request_and_nothing_sealed(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(
        desk.right("indigomed", "amend"), particulars={"reason": {"reason": "Canary reason"}}
    )
    page = admin.open(f"/admin/requests/subjectrequest/{asked.pk}/change/")
    assert asked.reference in page
    assert not re.search("canary|serin|particulars|row.key", page, re.IGNORECASE)
    assert 'name="_save"' not in page


def test_a_country_is_shown_by_its_name(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(desk.right("img", "access"), country="PT")
    assert "Portugal" in admin.open(f"/admin/requests/subjectrequest/{asked.pk}/change/")
    assert "United States" in admin.open("/admin/policies/organisation/")


def test_an_administrator_changes_no_request(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"))
    address = f"/admin/requests/subjectrequest/{asked.pk}/"
    for url in (f"{address}change/", f"{address}delete/", "/admin/requests/subjectrequest/add/"):
        assert admin.client.post(url, {"status": "closed", "post": "yes"}).status_code == 403
    asked_again = type(asked).objects.get(pk=asked.pk)
    assert asked_again.status == "received"


def test_rules_of_identity_are_set_changed_and_ended_by_their_service(
    desk: Desk, admin: Seat
) -> None:
    rules = "/admin/requests/identityrule/"
    typed = {"kind": "access", "channel": "phone", "regime": "", "level": "3", "why": "By ear."}
    assert "Say why" in admin.client.post(f"{rules}add/", typed | {"why": "-"}).content.decode()
    response = admin.client.post(f"{rules}add/", typed)
    assert response.status_code == 302, response.content.decode()
    first = IdentityRule.objects.get()
    assert (first.level, first.set_by.email) == (3, "ada@example.org")
    img = desk.organisation("img").pk
    lower = typed | {"organisation": img, "level": "2", "why": "Agreed with the board."}
    assert admin.client.post(f"{rules}{first.pk}/change/", lower).status_code == 302
    first.refresh_from_db()
    second = IdentityRule.objects.get(ended_at=None)
    assert (first.level, bool(first.ended_at), second.level) == (3, True, 2)
    assert admin.client.post(f"{rules}{first.pk}/change/", lower).status_code == 403
    asked = cast.ask(desk.right("img", "access"), channel="phone", actor=desk.clerk)
    officer = Seat(desk.officer)
    page = officer.open(f"/staff/requests/{asked.reference}/")
    assert "by a rule that Ada Testing set on" in page
    assert "Agreed with the board." in page
    assert admin.client.post(f"{rules}{second.pk}/delete/", {"post": "yes"}).status_code == 302
    second.refresh_from_db()
    assert second.ended_by is not None


def test_the_history_names_who_did_something_and_to_whom(
    desk: Desk, admin: Seat, django_assert_max_num_queries: Any
) -> None:
    asked = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    assign(asked.pk, to=desk.officer, actor=desk.handler, at=MORNING, seen=asked.version)
    line = cast.history(asked)[-1]
    assert (line.code, line.actor_id) == ("assign", desk.handler.pk)
    with django_assert_max_num_queries(14):
        page = admin.open(f"/admin/audit/entry/?q=request:{asked.pk}")
    rows = re.findall(r'<td class="field-actor">([^<]*)</td>', page)
    assert set(rows) == {"the requester", "Handler Testing"}
    one = admin.open(f"/admin/audit/entry/{line.pk}/change/")
    # By name, and not by a number that means nothing.
    assert 'class="readonly">Handler Testing<' in one
    assert "to: Officer Testing" in one


def in_list(page: str) -> list[str]:
    return re.findall(r"/admin/requests/subjectrequest/\d+/change/[^>]*>([^<]+)<", page)


def test_requests_stand_in_pages_that_do_not_move_while_others_arrive(
    desk: Desk, admin: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr.requests.admin.SubjectRequestAdmin.list_per_page", 3)
    monkeypatch.setattr("dsr.audit.admin_lists.MOST_COUNTED", 4)
    days = [f"2026-04-{day:02}" for day in range(1, 6)]
    made = [cast.ask(desk.right("img", "access"), at=cast.on(day)).reference for day in days]
    lists = "/admin/requests/subjectrequest/"
    first = admin.open(lists)
    assert in_list(first) == made[:1:-1]
    assert "More than 4 subject requests" in first
    newer = cast.ask(desk.right("img", "access")).reference
    [after] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = admin.open(lists + after)
    assert in_list(second) == made[1::-1]
    [before] = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert in_list(admin.open(lists + before)) == made[:1:-1]
    assert in_list(admin.open(lists)) == [newer, made[4], made[3]]
    # The other way round by the same column; and what a filter leaves, from its beginning.
    assert in_list(admin.open(f"{lists}?o=5")) == made[:3]
    assert f"{lists}?after" not in second.replace(lists + after, "")


def test_requests_are_found_by_their_reference_and_by_kind(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(desk.right("img", "access")).reference
    other = cast.ask(desk.right("img", "erase")).reference
    lists = "/admin/requests/subjectrequest/"
    assert in_list(admin.open(f"{lists}?q={asked.replace('-', '').lower()}")) == [asked]
    assert in_list(admin.open(f"{lists}?q={asked[:4]}")) == []
    assert in_list(admin.open(f"{lists}?kind=erase")) == [other]
    assert in_list(admin.open(f"{lists}?kind=nothing")) == []


@pytest.mark.parametrize("lists", ["requests/subjectrequest", "audit/entry"])
def test_long_lists_ask_the_database_as_often_for_sixty_requests_as_for_five(
    desk: Desk, admin: Seat, lists: str
) -> None:
    def asked_for(number: int) -> int:
        for _number in range(number):
            cast.ask(desk.right("img", "access"))
        admin.open(f"/admin/{lists}/")
        with CaptureQueriesContext(connection) as caught:
            admin.open(f"/admin/{lists}/")
        return len(caught)

    few = asked_for(5)
    assert asked_for(55) == few
    assert few <= 12


def test_a_membership_says_whose_it_is(desk: Desk) -> None:
    told = str(desk.clerk.memberships.get(organisation__slug="img"))
    house = desk.organisation("img").name
    assert told == f"Clerk Testing: Clerk: records what comes in, {house}"


def test_lists_tell_days_as_the_organisation_of_each_row(desk: Desk, admin: Seat) -> None:
    european = cast.ask(desk.right("img", "access"))
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    page = admin.open("/admin/requests/subjectrequest/")
    assert ">1 May 2026</td>" in page
    assert ">May 1, 2026</td>" in page
    # One by one as well, rows beside it included.
    page = admin.open(f"/admin/requests/subjectrequest/{european.pk}/change/")
    assert "1 June 2026" in page
    assert "June 1, 2026" not in page
    page = admin.open(f"/admin/requests/subjectrequest/{american.pk}/change/")
    assert "June 1, 2026" in page
    assert "1 June 2026" not in page
