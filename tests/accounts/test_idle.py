"""A page of staff that is left alone closes; each organisation says after how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from dsr.accounts.middleware import idle_minutes
from dsr.policies.models import Organisation
from tests.cast import MORNING, Desk, the_same_desk
from tests.dashboard.conftest import Seat


@pytest.fixture
def desk(db: None) -> Desk:
    return the_same_desk()


def test_staff_are_signed_out_after_half_an_hour_without_a_click(desk: Desk) -> None:
    with time_machine.travel(MORNING, tick=False) as time:
        client = Seat(desk.handler).client
        for _number in range(3):
            time.shift(timedelta(minutes=29))
            assert client.get("/staff/").status_code == 200
        time.shift(timedelta(minutes=30))
        away = client.get("/staff/")
        assert away.status_code == 302
        assert away.headers["Location"] == "/staff/account/login/?next=/staff/"
        page = client.get(away.headers["Location"]).content.decode()
        assert "You were signed out because nobody clicked for a while." in page


def test_an_organisation_says_how_long_and_the_shortest_holds(desk: Desk) -> None:
    assert idle_minutes(desk.handler) == 30
    Organisation.objects.filter(slug="img").update(staff_idle_minutes=10)
    assert idle_minutes(desk.handler) == 10


@pytest.mark.parametrize("minutes", [0, 4, 721])
def test_no_limit_is_out_of_reason(desk: Desk, minutes: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.update(staff_idle_minutes=minutes)


def test_signing_out_clears_what_the_browser_kept(desk: Desk) -> None:
    client = Seat(desk.handler).client
    ended = client.post("/staff/account/logout/")
    assert ended.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
