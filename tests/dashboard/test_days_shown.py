"""Staff pages tell days by the organisation in question, each row of a list by its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat

MONTH_FIRST = re.compile(r"\b[A-Z][a-z]+\.? \d{1,2}, 20\d\d")
DAY_FIRST = re.compile(r"\b\d{1,2} (?:January|May|June|July) 20\d\d")


def test_the_queue_of_two_organisations(desk: Desk, seat: Callable[[str], Seat]) -> None:
    european = cast.ask(desk.right("img", "access"))
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    page = seat("handler").open("/staff/")
    rows = {
        asked.pk: row
        for row in page.split('<tr class="queue__row">')[1:]
        for asked in (european, american)
        if asked.reference in row
    }
    assert ">1 May 2026<" in rows[european.pk]
    assert not MONTH_FIRST.search(rows[european.pk])
    assert ">May 1, 2026<" in rows[american.pk]
    assert not DAY_FIRST.search(rows[american.pk].split("</table>")[0])


def test_the_page_of_a_request(desk: Desk, seat: Callable[[str], Seat]) -> None:
    european = cast.ask(desk.right("img", "access"))
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    handler = seat("handler")
    page = handler.open(f"/staff/requests/{european.reference}/")
    assert re.search(r"1 May 2026, \d\d:\d\d, Lisbon time</time>", page)
    assert not MONTH_FIRST.search(page)
    page = handler.open(f"/staff/requests/{american.reference}/")
    assert re.search(r"May 1, 2026, \d\d:\d\d, Chicago time</time>", page)
    assert not DAY_FIRST.search(page)


def test_the_page_of_a_deed_and_its_refusal(desk: Desk, seat: Callable[[str], Seat]) -> None:
    american = cast.ask(desk.right("imo", "eu-access"), country="FR")
    answer = seat("handler").do(american, "receipt", received_on="2031-01-01")
    page = answer.content.decode()
    assert MONTH_FIRST.search(page)
    assert not DAY_FIRST.search(page)
