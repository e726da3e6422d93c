"""A day of receipt that was typed wrongly: corrected at once by who typed it, and by an officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.available_deeds import available_deeds
from dsr.requests.deadlines import reminders
from dsr.requests.deeds import receipt
from dsr.requests.errors import NotByYou
from dsr.requests.history import timeline
from dsr.requests.models import SubjectRequest
from dsr.requests.states import Duty
from tests import cast
from tests.cast import Desk

TYPED = cast.on("2026-05-04")
TOO_LATE = (
    "You can correct a day that you typed yourself, within an hour. Now a privacy officer has to: "
    "tell them the real day and how you know it."
)


def typed(desk: Desk, day: str, **given: Any) -> SubjectRequest:
    """Entered by the clerk from a letter, with this day of receipt."""
    right = given.pop("right", desk.right("indigomed", "accounting"))
    return cast.ask(
        right,
        at=TYPED,
        actor=desk.clerk,
        channel="post",
        received_on=date.fromisoformat(day),
        **given,
    )


def correct(asked: SubjectRequest, day: str, by: User, minutes: int) -> SubjectRequest:
    return receipt.correct_receipt(
        asked.pk,
        received_on=date.fromisoformat(day),
        reason="I mistyped the year.",
        actor=by,
        at=TYPED + timedelta(minutes=minutes),
        seen=None,
    )


def test_who_mistyped_the_day_corrects_it_within_the_hour(desk: Desk) -> None:
    asked = correct(typed(desk, "2020-01-01"), "2026-05-01", desk.clerk, 60)
    assert (asked.received_on, asked.due_on) == (date(2026, 5, 1), date(2026, 5, 21))
    said = [str(entry.text) for entry in timeline(asked)]
    assert any("within the hour by who typed it" in each for each in said)


@pytest.mark.parametrize(("who", "minutes"), [("clerk", 61), ("handler", 5)])
def test_after_the_hour_and_for_others_it_takes_an_officer(
    desk: Desk, who: str, minutes: int
) -> None:
    asked = typed(desk, "2020-01-01")
    with pytest.raises(NotByYou) as refused:
        correct(asked, "2026-05-01", getattr(desk, who), minutes)
    assert str(refused.value) == TOO_LATE
    assert correct(asked, "2026-05-01", desk.officer, minutes).received_on == date(2026, 5, 1)


def test_correcting_it_begins_no_new_hour(desk: Desk) -> None:
    asked = correct(typed(desk, "2020-01-01"), "2026-05-01", desk.clerk, 50)
    with pytest.raises(NotByYou):
        correct(asked, "2026-05-03", desk.clerk, 70)


def test_it_touches_no_receipt_that_another_brought_in(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-02"))
    receipt.record_receipt(
        asked.pk,
        received_on=date(2020, 1, 1),
        channel="post",
        actor=desk.clerk,
        at=TYPED,
        seen=None,
    )
    # Later than the form: the form's own day counts, whatever she types.
    assert correct(asked, "2026-05-04", desk.clerk, 5).received_on == date(2026, 5, 2)


def test_it_is_offered_to_who_typed_it_on_that_day(desk: Desk) -> None:
    asked = typed(desk, "2020-01-01")
    held = frozenset({Permission.VIEW, Permission.RECORD, Permission.NOTE})
    for who, day, offered in [
        (desk.clerk, "2026-05-04", True),
        (desk.clerk, "2026-05-05", False),
        (desk.handler, "2026-05-04", False),
    ]:
        codes = available_deeds(asked, who, held, date.fromisoformat(day)).codes
        assert ("correct_receipt" in codes) is offered


def test_a_day_long_past_is_told_in_one_mail_to_each(desk: Desk) -> None:
    """In California receipt is to be confirmed and the request answered: both days are past."""
    asked = typed(
        desk,
        "2026-01-05",
        right=desk.right("imo", "delete"),
        country="US-CA",
        # The receipt goes by letter, which nobody has posted yet.
        who=replace(cast.ZOE, email=""),
    )
    live = asked.deadlines.live()
    assert {each.purpose for each in live} >= {Duty.ACKNOWLEDGE, Duty.RESPOND}
    reminders.sweep(at=TYPED + timedelta(minutes=1))
    mails = OutboxMessage.objects.filter(kind="reminder")
    readers = [mail.recipient_user_id for mail in mails]
    assert len(readers) == len(set(readers)) > 0
    assert "Also: “" in str(mails[0].unseal("body"))


def test_a_law_that_began_after_the_real_day_falls_away(desk: Desk) -> None:
    """The UK GDPR as amended binds from 5 February 2026."""
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-02-10"), country="GB")
    assert asked.deadlines.filter(regime="uk-gdpr", status="running").exists()
    moved = receipt.correct_receipt(
        asked.pk,
        received_on=date(2026, 2, 3),
        reason="The stamp on the envelope.",
        actor=desk.officer,
        at=cast.on("2026-02-11"),
        seen=None,
    )
    left = moved.deadlines.filter(regime="uk-gdpr").values_list("status", flat=True)
    assert set(left) == {"cancelled"}


def test_a_law_that_begins_later_asks_for_no_second_confirmation(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "delete"), at=cast.on("2023-03-28"), country="US-CA")
    deliver(cast.on("2023-03-28", 9))
    assert not asked.deadlines.filter(purpose=Duty.ACKNOWLEDGE).exists()
    receipt.correct_receipt(
        asked.pk,
        received_on=date(2023, 3, 29),
        reason="It was the 29th.",
        actor=desk.officer,
        at=cast.on("2023-03-30"),
        seen=None,
    )
    acknowledged = asked.deadlines.get(purpose=Duty.ACKNOWLEDGE)
    assert (acknowledged.status, acknowledged.ended_on) == ("met", date(2023, 3, 28))
