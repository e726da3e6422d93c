"""Pages offer only what may be done now, and a refusal is one line of the site's history."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dsr.accounts.models import User
from dsr.audit.models import Entry
from dsr.requests.deeds import assignment
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, deed_url, text_of
from tests.dashboard.test_queue import references
from tests.requests.reaching import reach

SeatOf = Callable[[str], Seat]


def choices(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


@pytest.mark.parametrize(
    ("state", "endings", "no_reply"),
    [
        pytest.param("in_progress", ["out_of_scope", "forwarded"], False, id="nothing was asked"),
        pytest.param("waiting", ["lapsed"], True, id="something was asked"),
    ],
)
def test_only_endings_that_are_possible_are_offered(
    desk: Desk, seat: SeatOf, state: str, endings: list[str], no_reply: bool
) -> None:
    page = seat("handler").open(deed_url(reach(desk, state), "propose-ending"))
    assert choices(page, "ending") == endings
    assert ('value="no_reply"' in page) is no_reply
    assert set(choices(page, "begin")) <= set(endings)


def test_an_ending_that_is_no_longer_possible_is_refused_in_words_and_the_letter_is_kept(
    desk: Desk, seat: SeatOf
) -> None:
    asked = reach(desk, "in_progress")
    typed = {"ending": "lapsed", "ground": "no_reply", "text": "You did not write."}
    page = text_of(seat("handler").do(asked, "propose-ending", **typed))
    assert "A request that is “In progress” does not end so." in page
    assert "You did not write." in page


@pytest.mark.parametrize(
    ("address", "deed"),
    [("requests/{}/propose/", "propose"), ("names/", "show_names")],
)
def test_what_is_denied_is_one_line(desk: Desk, seat: SeatOf, address: str, deed: str) -> None:
    asked = cast.ask(desk.right("img", "access"))
    clerk = seat("clerk")
    before = set(Entry.objects.values_list("pk", flat=True))
    assert clerk.client.post(f"/staff/{address.format(asked.reference)}").status_code == 403
    (line,) = Entry.objects.exclude(pk__in=before)
    assert (line.chain, line.code, line.facts["deed"]) == ("site", "denied", deed)


def test_an_address_that_a_colleague_sent_finds_what_is_mine(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("img", "access"))
    assignment.assign(asked.pk, to=desk.officer, actor=desk.officer, at=MORNING, seen=asked.version)
    cast.ask(desk.right("img", "access"))
    address = f"/staff/?assignee={desk.officer.pk}"
    for role in ("handler", "officer"):
        page = seat(role).open(address)
        assert references(page) == [asked.reference]
        assert "was not understood" not in page


def test_colleagues_of_one_name_are_told_apart_by_their_address(desk: Desk, seat: SeatOf) -> None:
    User.objects.filter(pk=desk.second_officer.pk).update(name="Officer Testing")
    page = seat("handler").open("/staff/")
    assert ">Officer Testing (officer@example.org)<" in page
    assert ">Officer Testing (second.officer@example.org)<" in page
