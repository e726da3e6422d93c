"""A form that is sent: one commit for the limits, one for the request with all that opens it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from dsr.requests.models import LimitCounter, PrivateSession, SubjectRequest
from tests.portal.conftest import ACCOUNTING, FULL, Visitor


def commits() -> int:
    """So many transactions have written something until now; asking is one of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_two_commits(visitor: Visitor) -> None:
    visitor.ask()  # the first by a reading marks it as used, once for all
    token = visitor.token(ACCOUNTING)
    before = commits()
    # To another mailbox: a second mail to the first one waits for its hour.
    typed = FULL | {"email": "zoe.second@example.org"}
    visitor.client.post(ACCOUNTING, {"form_token": token, **typed})
    assert commits() - before - 1 == 2
    assert SubjectRequest.objects.count() == PrivateSession.objects.count() == 2
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_where_the_session_cannot_be_opened_there_is_no_request_and_nothing_is_counted(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = visitor.token(ACCOUNTING)

    def fail(*given: object, **named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("dsr.portal.views.asking.open_session", fail)
    visitor.client.raise_request_exception = False
    assert visitor.client.post(ACCOUNTING, {"form_token": token, **FULL}).status_code == 500
    assert not SubjectRequest.objects.exists()
    assert not PrivateSession.objects.exists()
    assert not Session.objects.exists()
    # A failure of ours: the limits were counted in a commit of their own, and given back.
    assert LimitCounter.objects.filter(count=0).count() == 3
    monkeypatch.undo()
    # The same form once more, for nothing of it is there: it is taken.
    assert visitor.client.post(ACCOUNTING, {"form_token": token, **FULL}).status_code == 302


def test_the_confirmation_opens_in_the_browser_that_sent_it(visitor: Visitor) -> None:
    asked = visitor.ask()
    page = visitor.open(f"/status/{asked.reference}/sent/")
    assert asked.reference in page
    assert Client().get(f"/status/{asked.reference}/sent/").status_code == 403


def test_a_session_that_was_there_before_gets_a_new_name(visitor: Visitor) -> None:
    first = visitor.ask()
    planted = visitor.client.cookies["session"].value
    second = visitor.ask()
    assert visitor.client.cookies["session"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    for each in (first, second):
        assert each.reference in visitor.open(f"/status/{each.reference}/sent/")
