"""Whoever asks in confidence can leave at once, and nothing at the head of a page says of whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from tests.cast import MORNING
from tests.portal.conftest import FULL, Visitor

URL = "/indigomed/confidential-communications/"
TYPED = {
    "role": "subject",
    "name": "Zoé Canary-Quill",
    "email": "zoe.canary@example.org",
    "contact_how_where": "Never by e-mail.",
    "may_write": "email",
    "anyway": "1",
}
BUTTON = "Leave this page at once"


def test_every_page_of_such_a_request_can_be_left_at_once(visitor: Visitor) -> None:
    assert BUTTON in visitor.open(URL)
    visitor.ask(URL, **TYPED)
    for page in ("", "sent/", "withdraw/", "complete/", "paper/"):
        assert BUTTON in visitor.open(visitor.at(page)), page
    assert BUTTON in visitor.client.post(visitor.at("new-link/")).content.decode()


@pytest.mark.parametrize("slug", ["restrict-family", "lost-contact-data"])
def test_its_brothers_can_be_left_as_well(visitor: Visitor, slug: str) -> None:
    assert BUTTON in visitor.open(f"/indigomed/{slug}/")


def test_others_have_no_such_button(visitor: Visitor) -> None:
    assert BUTTON not in visitor.open("/indigomed/accounting/")
    visitor.ask(**FULL)
    assert BUTTON not in visitor.status()


def test_leaving_closes_what_was_open_and_shows_a_calendar(visitor: Visitor) -> None:
    visitor.ask(URL, **TYPED)
    left = visitor.client.post("/leave/")
    assert left.headers["Location"] == "/away/"
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    page = visitor.open("/away/")
    assert "May 2026" in page
    for word in ("Data rights", "INDIGOMED", "onfidential", "request", "private"):
        assert word not in page
    assert visitor.client.get(visitor.at()).status_code == 403


def test_leaving_works_whatever_became_of_the_token_of_the_page() -> None:
    assert Client(enforce_csrf_checks=True).post("/leave/").status_code == 302


def head_of(page: str) -> str:
    """What a glance at the screen or at the list of pages shows."""
    title = page.partition("<title>")[2].partition("</title>")[0]
    return title + page.partition("<body>")[2].partition("</h1>")[0]


def opened_by_link(visitor: Visitor, sent: SubjectRequest) -> tuple[str, Any]:
    client = Client()
    address = f"/s/{links.issue(sent, at=MORNING)}/"
    page = client.get(address).content.decode()
    client.post(address)
    return page, client.get(visitor.at()).content.decode()


def test_behind_the_link_of_a_neutral_mail_no_head_names_right_or_organisation(
    visitor: Visitor,
) -> None:
    sent = visitor.ask(URL, **TYPED)
    behind, status = opened_by_link(visitor, sent)
    for page in (behind, status):
        assert BUTTON in page
        for word in ("INDIGOMED", "onfidential"):
            assert word not in head_of(page)
            assert word not in page.partition("<footer")[2]


def test_the_page_of_another_request_says_what_it_is(visitor: Visitor) -> None:
    sent = visitor.ask(**FULL)
    behind, status = opened_by_link(visitor, sent)
    assert "INDIGOMED" in head_of(behind)
    assert "ccounting" in head_of(status)


def test_what_stays_in_the_browser_is_said_before_anything_is_typed(visitor: Visitor) -> None:
    page = visitor.open(URL)
    assert page.index("Pages that you open leave traces.") < page.index('name="form_token"')
    assert "Private windows keep no history." in page
