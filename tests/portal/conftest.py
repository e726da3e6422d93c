"""A person before the requesters' pages, at a time that stands still until it is moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from dsr.requests.models import SubjectRequest
from tests.cast import MORNING, Desk, code_in_mail, the_same_desk

ACCOUNTING = "/indigomed/accounting/"
FULL = {
    "role": "subject",
    "name": "Zoé Canary-Quill",
    "email": "zoe.canary@example.org",
    "period_from": "2024-05-01",
    "period_to": "2026-04-30",
    "signature": "Zoé Canary-Quill",
    "dated_on": "2026-05-01",
}


@dataclass
class Visitor:
    """Somebody with a browser and no scripts."""

    client: Client
    time: Any

    def open(self, url: str) -> str:
        """The page's text as served, after reading it for a while."""
        response = self.client.get(url)
        assert response.status_code == 200, response.status_code
        self.time.shift(timedelta(minutes=2))
        return response.content.decode()

    def token(self, url: str) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.open(url))
        assert found
        return unescape(found[1])

    def fill(self, url: str, **typed: Any) -> Any:
        """Open a right's form, fill it in and press the button."""
        return self.client.post(url, {"form_token": self.token(url), **typed})

    def ask(self, url: str = ACCOUNTING, **typed: Any) -> SubjectRequest:
        response = self.fill(url, **(typed or FULL))
        assert response.status_code == 302, response.content.decode()
        return SubjectRequest.objects.latest("pk")

    def at(self, page: str = "") -> str:
        """The address of a page of the newest request."""
        return f"/status/{SubjectRequest.objects.latest('pk').reference}/{page}"

    def status(self) -> str:
        return self.open(self.at())

    def read_answer(self) -> None:
        """Ask for a code, find it in the mail, and enter it."""
        self.client.post(self.at("code/"))
        self.client.post(self.at("open/"), {"code": code_in_mail()})


@pytest.fixture
def desk(db: None) -> Desk:
    return the_same_desk()


@pytest.fixture
def visitor(desk: Desk) -> Iterator[Visitor]:
    with time_machine.travel(MORNING, tick=False) as time:
        yield Visitor(Client(), time)
