"""The token of a form makes it one request when it is sent again; it is no key to the request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from dsr.requests.models import PrivateSession, SubjectRequest
from tests.portal.conftest import FULL, Visitor


def test_a_form_sent_again_from_another_browser_opens_nothing_and_says_when_it_came(
    visitor: Visitor,
) -> None:
    token = visitor.token("/indigomed/accounting/")
    visitor.client.post("/indigomed/accounting/", {"form_token": token, **FULL})
    sent = SubjectRequest.objects.get()
    thief = Client()
    answer = thief.post("/indigomed/accounting/", {"form_token": token, "name": "Mallory"})
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "You already sent this" in said
    assert sent.reference in said
    assert "at 09:14" in said  # 7:14 UTC, as Paris has it
    assert thief.get(f"/status/{sent.reference}/").status_code == 403
    assert FULL["name"] not in said


def test_the_browser_that_sent_it_is_let_in_when_the_answer_got_lost(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    lost = visitor.client.post("/indigomed/accounting/", typed)
    del visitor.client.cookies["session"]
    again = visitor.client.post("/indigomed/accounting/", typed)
    assert again.headers["Location"] == lost.headers["Location"]
    for _number in range(40):
        visitor.client.post("/indigomed/accounting/", typed)
    assert (SubjectRequest.objects.count(), PrivateSession.objects.count()) == (1, 1)


def test_a_quarter_of_an_hour_later_its_form_lets_nobody_in(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    visitor.client.post("/indigomed/accounting/", typed)
    del visitor.client.cookies["session"]
    visitor.time.shift(timedelta(minutes=16))
    assert visitor.client.post("/indigomed/accounting/", typed).status_code == 409


def test_on_a_shared_computer_back_and_send_after_the_end_opens_nothing(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    visitor.client.post("/indigomed/accounting/", typed)
    visitor.client.post("/status/end/")
    assert visitor.client.post("/indigomed/accounting/", typed).status_code == 409


@pytest.mark.parametrize("days", [2, 400])
def test_a_form_that_was_open_for_days_is_shown_again_with_what_was_typed(
    visitor: Visitor, days: int
) -> None:
    token = visitor.token("/indigomed/accounting/")
    visitor.time.shift(timedelta(days=days))
    answer = visitor.client.post("/indigomed/accounting/", {"form_token": token, **FULL})
    said = answer.content.decode()
    assert "This form was open for too long. Please send it again." in said
    assert FULL["email"] in said
    assert not SubjectRequest.objects.exists()
