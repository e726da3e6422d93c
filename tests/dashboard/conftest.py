"""The staff at their pages, at a time that stands still until it is moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.requests.models import SubjectRequest
from tests.cast import MORNING, Desk, the_same_desk


class Seat:
    """A member of staff before the pages, logged in with a second factor."""

    def __init__(self, user: User) -> None:
        if not has_second_factor(user):
            enrol_for_trial(user)
        self.client = Client()
        self.client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def open(self, url: str, status: int = 200) -> str:
        response = self.client.get(url)
        assert response.status_code == status, response.status_code
        return unescape(response.content.decode())

    def do(self, subject_request: SubjectRequest, address: str, **typed: Any) -> Any:
        """Open the page of a deed, fill it in and press the button."""
        url = deed_url(subject_request, address)
        hidden = hidden_fields(self.open(url))
        return self.client.post(url, hidden | typed)


def deed_url(subject_request: SubjectRequest, address: str) -> str:
    return f"/staff/requests/{subject_request.reference}/{address}/"


def hidden_fields(page: str) -> dict[str, str]:
    """The version and the moment that a deed's form carries."""
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("version", "opened")
    }
    return {name: found[1] for name, found in fields.items() if found}


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


def as_read(page: str) -> str:
    """A line break between two words is one blank to whoever reads."""
    return " ".join(page.split())


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=False) as time:
        yield time


@pytest.fixture
def desk(db: None, clock: Any) -> Desk:
    return the_same_desk()


@pytest.fixture
def seat(desk: Desk) -> Callable[[str], Seat]:
    """``seat("handler")``: that person's own browser."""
    return lambda role: Seat(desk.people[role])
