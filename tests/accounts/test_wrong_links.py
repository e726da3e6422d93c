"""Guessing invitations: thirty wrong ones, and nothing opens from there for a while."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client

from dsr.accounts.models import User
from dsr.policies.models import Organisation
from tests.accounts.conftest import NOON
from tests.accounts.test_invitations import link, new_colleague

ELSEWHERE = "203.0.113.7"


def test_after_thirty_wrong_links_the_right_one_looks_like_them(
    olga: User, img: Organisation
) -> None:
    new_colleague(olga, img)
    with time_machine.travel(NOON, tick=False) as clock:
        browser = Client()
        for number in range(30):
            assert browser.get(f"/staff/account/invitation/{number:043}/").status_code == 404
        late = browser.get(link())
        assert late.status_code == 404
        assert "This link does not work" in late.content.decode()
        assert Client(REMOTE_ADDR=ELSEWHERE).get(link()).status_code == 200
        clock.shift(timedelta(minutes=10))
        assert browser.get(link()).status_code == 200


def test_right_links_are_not_counted(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    with time_machine.travel(NOON, tick=False):
        assert {Client().get(link()).status_code for _ in range(40)} == {200}
