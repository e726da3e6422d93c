"""A page acts on the request it shows; one browser holds several."""

from __future__ import annotations

from django.utils import timezone

from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor


def test_two_tabs_act_each_on_the_request_they_show(visitor: Visitor) -> None:
    first = visitor.ask()
    withdraw_first = visitor.at("withdraw/")
    second = visitor.ask()
    visitor.client.post(f"/status/{first.reference}/reply/", {"text": "For the first."})
    visitor.client.post(withdraw_first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "received")
    assert first.messages.filter(from_requester=True).count() == 1
    assert not second.messages.filter(from_requester=True).exists()


def test_a_browser_holds_several_requests_and_lists_them(visitor: Visitor) -> None:
    first, second = visitor.ask(), visitor.ask()
    listed = visitor.open("/status/")
    assert first.reference in listed
    assert second.reference in listed
    for each in (first, second):
        assert each.reference in visitor.open(f"/status/{each.reference}/")


def test_a_session_of_one_request_opens_no_other(visitor: Visitor, desk: Desk) -> None:
    mine = visitor.ask()
    other = cast.ask(desk.right("img", "access"), at=timezone.now())
    for name in ("", "sent/", "withdraw/", "complete/", "paper/"):
        assert visitor.client.get(f"/status/{other.reference}/{name}").status_code == 403
    for name in ("reply/", "withdraw/", "new-link/", "close-others/", "code/", "open/"):
        assert visitor.client.post(f"/status/{other.reference}/{name}").status_code == 403
    assert visitor.client.get(f"/status/{mine.reference}/").status_code == 200
