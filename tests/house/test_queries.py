"""No page asks the database more than twelve questions, however much was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.trial.second_factor import enrol_for_trial
from dsr.requests.deeds import assignment
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links
from tests import cast
from tests.cast import MORNING, Desk

MOST = 12


@pytest.fixture
def desk(db: None, time_machine_at_morning: None) -> Desk:
    return cast.the_same_desk()


@pytest.fixture
def time_machine_at_morning() -> object:
    import time_machine

    with time_machine.travel(MORNING, tick=False):
        yield


def staff(desk: Desk, role: str) -> Client:
    browser, user = Client(), desk.people[role]
    enrol_for_trial(user)
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def questions(browser: Client, url: str) -> int:
    assert browser.get(url).status_code == 200  # what a process keeps is there now
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def fresh(desk: Desk) -> SubjectRequest:
    return cast.ask(desk.right("imo", "eu-access"), country="PL")


def in_work(desk: Desk) -> SubjectRequest:
    return cast.begin(fresh(desk), desk.handler)


def in_review(desk: Desk) -> SubjectRequest:
    return cast.propose(in_work(desk), desk.handler)


@pytest.mark.parametrize("stage", [fresh, in_work, in_review])
@pytest.mark.parametrize("role", ["handler", "officer"])
def test_the_page_of_a_request(
    desk: Desk, stage: Callable[[Desk], SubjectRequest], role: str
) -> None:
    asked = stage(desk)
    url = f"/staff/requests/{asked.reference}/"
    browser = staff(desk, role)
    few = questions(browser, url)
    assert few <= MOST
    for number in range(8):
        assignment.note(asked.pk, text=f"note {number}", actor=desk.handler, at=MORNING)
    assert questions(browser, url) <= few + 1


@pytest.mark.parametrize("url", ["/", "/imo/", "/imo/eu-access/", "/indigomed/accounting/"])
def test_the_pages_before_asking(desk: Desk, url: str) -> None:
    assert questions(Client(), url) <= 3


def test_the_private_page(desk: Desk) -> None:
    asked, browser = in_review(desk), Client()
    browser.post(f"/s/{links.issue(asked, at=MORNING)}/")
    assert questions(browser, f"/status/{asked.reference}/") <= 6
