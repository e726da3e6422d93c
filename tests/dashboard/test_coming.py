"""The page of coming law: who sees it, and that it accepts exactly what it showed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat
from tests.requests.test_coming import no_roll


def test_an_officer_sees_what_would_move_and_accepts_it(
    desk: Desk,
    seat: Callable[[str], Seat],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-01-31"), country="PT")
    no_roll(monkeypatch, tmp_path)
    officer = seat("officer")
    page = officer.open("/staff/coming/")
    assert asked.reference in page
    assert "28 February 2026" in page
    assert "2 March 2026" in page
    assert "Zoé" not in page
    shown = page.split('accept/">')[1].split('name="shown" value="')[1].split('"')[0]
    refused = officer.client.post("/staff/coming/img/accept/", {"shown": "else"}, follow=True)
    assert "Look at it again" in refused.content.decode()
    for group in page.split('action="')[1:]:
        if group.startswith("/staff/coming/img/"):
            shown = group.split('name="shown" value="')[1].split('"')[0]
    done = officer.client.post("/staff/coming/img/accept/", {"shown": shown}, follow=True)
    assert "Accepted: 3 deadlines follow the law as shown." in done.content.decode()
    assert asked.deadlines.get(code="gdpr:respond").due_on == date(2026, 2, 28)


def test_it_says_what_starts_and_that_no_open_case_moves_by_it(
    desk: Desk, seat: Callable[[str], Seat]
) -> None:
    page = seat("officer").open("/staff/coming/")
    assert "January 1, 2027" in page
    assert "no open case moves by them" in page
    assert "No open case would move" in page


@pytest.mark.parametrize("role", ["clerk", "handler", "auditor"])
def test_others_do_not_see_it(desk: Desk, seat: Callable[[str], Seat], role: str) -> None:
    seat(role).open("/staff/coming/", status=403)
