"""Every error page says what happened, and leads on from where somebody stands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path, resolve

from config import errors
from dsr.policies.models import Organisation
from tests.cast import Desk, the_same_desk
from tests.dashboard.conftest import Seat

LOST, HOME, QUEUE = "/lost/", "/", "/staff/"


def break_down(request: HttpRequest, organisation: str = "") -> HttpResponse:
    raise ValueError("a defect")


break_down.login_required = False  # type: ignore[attr-defined]
urlpatterns = [
    path("img/break/", break_down, {"organisation": "img"}),
    path("staff/break/", break_down),
    path("", include("config.urls")),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


def ways(answer: Any) -> list[str]:
    """The links below the text."""
    page = answer.content.decode()
    return re.findall(r'<li><a href="([^"]+)"', page[page.index("Where to go from here") :])


@pytest.fixture
def desk(db: None) -> Desk:
    return the_same_desk()


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "leads"),
    [
        ("/img/no-such-right/policy/", 404, [LOST, HOME]),
        ("/img/policy/none/1/", 404, ["/img/", LOST, HOME]),
        ("/nobody/", 404, [LOST, HOME]),
        ("/no/such/page/", 404, [LOST, HOME]),
        ("/status/2222-2222/reply/", 405, ["/status/", LOST, HOME]),
        ("/language/", 405, [LOST, HOME]),
        ("/img/break/", 500, ["/img/", LOST, HOME]),
        ("/staff/break/", 500, [QUEUE]),
    ],
)
def test_a_stranger_is_led_on(desk: Desk, address: str, status: int, leads: list[str]) -> None:
    answer = Client(raise_request_exception=False).get(address)
    assert (answer.status_code, ways(answer)) == (status, leads)


def test_staff_are_led_to_the_queue(desk: Desk) -> None:
    seat = Seat(desk.clerk)
    for address in ("/staff/requests/2222-2222/", "/staff/no/such/page/"):
        answer = seat.client.get(address)
        assert (answer.status_code, ways(answer)) == (404, [QUEUE])
        assert "in which you have no role" in answer.content.decode()


def test_administrators_are_led_to_the_administration() -> None:
    answer = errors.permission_denied(RequestFactory().get("/admin/x/"), PermissionDenied())
    assert (answer.status_code, ways(answer)) == (403, [QUEUE, "/admin/"])
    assert "ask a privacy officer of your organisation for the role" in answer.content.decode()


def test_an_address_for_a_button_says_so_and_which_methods_it_takes(desk: Desk) -> None:
    answer = Client().get("/status/2222-2222/reply/")
    assert answer.headers["Allow"] == "POST"
    assert "It answers to a button only" in answer.content.decode()


def test_what_is_too_much_says_how_much_may_be_sent() -> None:
    small = RequestFactory().post("/img/access/")
    said = "Send at most five files of 10 MB each"
    assert said in errors.too_large(small).content.decode()
    # Where Django finds it while it reads the form, too.
    late = errors.bad_request(small, RequestDataTooBig())
    assert said in late.content.decode()
    large = RequestFactory().post("/staff/requests/2222-2222/enclose/")
    answer = errors.too_large(large)
    assert (answer.status_code, ways(answer)) == (413, [QUEUE])
    assert "Send at most 104 MB at once" in answer.content.decode()


def test_the_defect_page_needs_no_database_and_names_whom_to_write_to() -> None:
    request = RequestFactory().get("/img/access/")
    request.resolver_match = resolve("/img/access/")
    answer = errors.server_error(request)
    assert ways(answer) == ["/img/", LOST, HOME]
    assert "write to the organisation; its page says where" in answer.content.decode()


def test_nothing_from_an_address_becomes_a_link() -> None:
    request = RequestFactory().get("/img/access/")
    request.resolver_match = resolve("/img/access/")
    request.resolver_match.kwargs["organisation"] = "/evil.example"
    assert ways(errors.server_error(request)) == [LOST, HOME]


def test_too_many_tries_to_sign_in_lead_on(desk: Desk) -> None:
    from django.template.loader import render_to_string

    page = HttpResponse(render_to_string("429.html"))
    assert ways(page) == [QUEUE]
    assert "Too many tries" in page.content.decode()


def test_the_ways_exist(desk: Desk) -> None:
    client = Client()
    assert Organisation.objects.filter(slug="img").exists()
    for address in (LOST, HOME, "/img/"):
        assert client.get(address).status_code == 200
    for address in (QUEUE, "/admin/", "/status/"):
        assert client.get(address).status_code in (302, 403)
