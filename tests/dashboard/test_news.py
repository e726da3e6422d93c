"""What the requester writes is unread until somebody who works on the request has read it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from dsr.requests.actors import REQUESTER
from dsr.requests.available_deeds import available_deeds
from dsr.requests.deeds import assignment, conversation, ending, held_contact
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, deed_url, text_of
from tests.requests.reaching import reach
from tests.requests.trying import TRY

SeatOf = Callable[[str], Seat]


def again(subject_request: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=subject_request.pk)


def references(page: str) -> list[str]:
    return re.findall(r'class="reference">([^<]+)<', page)


def following(desk: Desk, subject_request: SubjectRequest, who: str = "handler") -> str | None:
    user = desk.people[who]
    held = user.permissions_in(subject_request.organisation, at=MORNING)
    offered = available_deeds(again(subject_request), user, held, MORNING.date())
    return offered.following.code if offered.following else None


def test_a_reply_stands_in_the_queue_as_new_until_it_is_read(desk: Desk, seat: SeatOf) -> None:
    asked = reach(desk, "waiting")
    cast.ask(desk.right("img", "access"))
    TRY["reply"](asked, desk)
    handler = seat("handler")
    queue = handler.open("/staff/")
    assert queue.count("New message") == 2, "the mark of the row, and the choice of the filter"
    assert '>1</span> <span class="tile__label">with something new to read' in queue
    assert references(handler.open("/staff/?post=new")) == [asked.reference]
    page = handler.open(deed_url(asked, "read"))
    assert "The one of May." in page
    assert "The requester replied" in page
    handler.do(asked, "read")
    assert references(handler.open("/staff/?post=new")) == []
    assert cast.history(asked)[-1].code == "mark_read"


def test_reading_comes_before_everything_else(desk: Desk) -> None:
    asked = reach(desk, "waiting")
    TRY["reply"](asked, desk)
    assert following(desk, asked) == "mark_read"
    now = again(asked)
    assignment.mark_read(now.pk, actor=desk.handler, at=MORNING, seen=now.version)
    assert following(desk, asked) != "mark_read"


def test_one_of_staff_is_enough(desk: Desk) -> None:
    asked = TRY["reply"](reach(desk, "waiting"), desk)
    assignment.mark_read(asked.pk, actor=desk.handler, at=MORNING, seen=asked.version)
    assert following(desk, asked, "officer") != "mark_read"


def test_what_came_after_the_page_was_opened_is_not_marked(desk: Desk, seat: SeatOf) -> None:
    asked = TRY["reply"](reach(desk, "waiting"), desk)
    seen = asked.version
    conversation.reply(asked.pk, text="And June.", actor=REQUESTER, at=MORNING, seen=None)
    handler = seat("handler")
    answer = handler.client.post(deed_url(asked, "read"), {"version": seen, "opened": ""})
    assert answer.status_code == 409
    assert "And June." in text_of(answer)
    assert again(asked).unread_since is not None


def test_a_letter_that_the_counter_typed_in_is_new_to_who_works_on_it(desk: Desk) -> None:
    asked = reach(desk, "waiting")
    conversation.reply(
        asked.pk, text="By letter.", actor=desk.clerk, at=MORNING, seen=asked.version
    )
    assert again(asked).unread_since == MORNING


def test_who_works_on_it_and_types_it_in_has_read_it(desk: Desk) -> None:
    asked = reach(desk, "waiting")
    conversation.reply(
        asked.pk, text="On the phone.", actor=desk.handler, at=MORNING, seen=asked.version
    )
    assert again(asked).unread_since is None


def test_a_particular_that_is_added_later_is_new(desk: Desk) -> None:
    asked = TRY["complete"](reach(desk, "received"), desk)
    assert again(asked).unread_since == MORNING


def test_a_reply_while_frozen_is_new_and_the_request_no_longer_waits(desk: Desk) -> None:
    asked = reach(desk, "waiting")
    frozen = ending.freeze(
        asked.pk, reason="Two people.", actor=desk.officer, at=MORNING, seen=asked.version
    )
    TRY["reply"](frozen, desk)
    now = again(asked)
    assert (now.status, now.unread_since) == ("frozen", MORNING)
    ending.unfreeze(now.pk, reason="Cleared up.", actor=desk.officer, at=MORNING, seen=now.version)
    assert again(asked).status == "in_progress"


def test_an_objection_to_a_closed_request_stands_in_the_queue_until_it_is_settled(
    desk: Desk, seat: SeatOf
) -> None:
    closed = reach(desk, "closed")
    held_contact.not_me(
        closed.pk, reason="She rang.", actor=desk.clerk, at=MORNING, seen=closed.version
    )
    handler = seat("handler")
    assert references(handler.open("/staff/?post=new")) == [closed.reference]
    now = again(closed)
    assignment.mark_read(now.pk, actor=desk.handler, at=MORNING, seen=now.version)
    assert references(handler.open("/staff/?post=new")) == [closed.reference]


@pytest.mark.parametrize("state", ["waiting", "proving_identity", "frozen", "closed", "decided"])
def test_next_is_never_a_deed_that_is_not_possible(desk: Desk, state: str) -> None:
    asked = reach(desk, state)
    for who in ("handler", "officer", "clerk"):
        code = following(desk, asked, who)
        if code is not None:
            page = Seat(desk.people[who]).open(reverse(f"dashboard:{code}", args=[asked.reference]))
            assert "Not possible now" not in page
