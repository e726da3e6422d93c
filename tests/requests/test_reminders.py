"""Reminders: before, on and after the due day, each once, none lost, none that is untrue."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.actors import REQUESTER
from dsr.requests.deadlines import reminder_days, reminders
from dsr.requests.deeds import assignment, conversation, ending, receipt
from dsr.requests.models import ReminderOwed, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import MORNING, Desk


def asked(desk: Desk) -> SubjectRequest:
    """Due on 20 May 2026; assigned to the handler."""
    made = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    return assignment.assign(
        made.pk, to=desk.handler, actor=desk.handler, at=cast.on("2026-04-30"), seen=made.version
    )


def keys(kind: str = "reminder") -> list[str]:
    """The steps owed, with their recipients' ids left out."""
    rows = OutboxMessage.objects.filter(kind=kind).order_by("owed_at", "pk")
    return [row.key.split(":")[2] for row in rows]


def sweep_every_day(first: str, last: str) -> None:
    day = cast.on(first, 9)
    while day <= cast.on(last, 9):
        reminders.sweep(at=day)
        day = cast.later(1, day)


def test_the_responsible_person_is_reminded_before_on_and_after_the_day(desk: Desk) -> None:
    asked(desk)
    sweep_every_day("2026-05-01", "2026-05-20")
    assert keys() == ["-7", "-3", "-1", "0"]
    rows = OutboxMessage.objects.filter(kind="reminder")
    assert {row.recipient_user_id for row in rows} == {desk.handler.pk}


def test_what_is_late_also_goes_to_who_oversees(desk: Desk) -> None:
    asked(desk)
    sweep_every_day("2026-05-21", "2026-05-21")
    late = OutboxMessage.objects.filter(kind="reminder", key__contains=":1:2026-05-20")
    assert {row.recipient_user_id for row in late} == {
        desk.handler.pk,
        desk.officer.pk,
        desk.second_officer.pk,
    }


def test_the_team_is_reminded_while_nobody_is_assigned(desk: Desk) -> None:
    cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-04-30"))
    sweep_every_day("2026-05-13", "2026-05-13")
    rows = OutboxMessage.objects.filter(kind="reminder")
    assert {row.recipient_user_id for row in rows} == {
        desk.handler.pk,
        desk.officer.pk,
        desk.second_officer.pk,
    }
    assert "Nobody is assigned" in str(rows[0].unseal("body"))


def test_sweeping_twice_owes_once(desk: Desk) -> None:
    asked(desk)
    reminders.sweep(at=cast.on("2026-05-13", 9))
    reminders.sweep(at=cast.on("2026-05-13", 9))
    assert keys() == ["-7"]


def test_what_was_found_due_and_not_yet_written_is_written_by_the_next_sweep(desk: Desk) -> None:
    made = asked(desk)
    at = cast.on("2026-05-13", 9)
    assert reminders.mark(made.organisation, at=at) == 1
    owed = ReminderOwed.objects.get()
    assert (owed.step, owed.due_on, owed.day, owed.useful_until) == (
        "-7",
        date(2026, 5, 20),
        date(2026, 5, 13),
        date(2026, 5, 17),
    )
    assert keys() == []
    assert reminders.sweep(at=cast.later(1, at)) == 0
    assert keys() == ["-7"]
    assert not ReminderOwed.objects.exists()


def test_what_was_found_due_and_fell_away_before_it_was_written_is_let_go(desk: Desk) -> None:
    made = asked(desk)
    reminders.mark(made.organisation, at=cast.on("2026-05-13", 9))
    ending.withdraw(made.pk, actor=REQUESTER, at=cast.on("2026-05-13", 10), seen=None)
    reminders.sweep(at=cast.on("2026-05-13", 11))
    assert keys() == []
    assert not ReminderOwed.objects.exists()


def test_an_erased_request_that_is_still_open_keeps_nobody_else_from_being_reminded(
    desk: Desk,
) -> None:
    erased, other = asked(desk), asked(desk)
    destroy(erased.safe, list(KeyPurpose), cast.on("2026-05-02"))
    reminders.sweep(at=cast.on("2026-05-13", 9))
    rows = OutboxMessage.objects.filter(kind="reminder")
    assert {row.reference for row in rows} == {erased.reference, other.reference}


def test_staff_still_hear_of_a_request_that_was_erased(desk: Desk) -> None:
    made = cast.ask(desk.right("img", "access"))
    destroy(made.safe, list(KeyPurpose), MORNING)
    assignment.assign(
        made.pk, to=desk.handler, actor=desk.officer, at=cast.later(1), seen=made.version
    )
    assert OutboxMessage.objects.filter(kind="assigned").count() == 1


def test_after_forty_days_off_one_reminder_is_sent_and_the_outdated_ones_are_visible(
    desk: Desk,
) -> None:
    asked(desk)
    back = cast.on("2026-06-09", 9)  # 20 days late: the step of 14 days is the latest
    reminders.sweep(at=back)
    deliver(back)
    mine = OutboxMessage.objects.filter(kind="reminder", recipient_user_id=desk.handler.pk)
    assert {row.key.split(":")[2]: row.status for row in mine} == {
        "-7": "missed",
        "-3": "missed",
        "-1": "missed",
        "0": "missed",
        "1": "missed",
        "3": "missed",
        "7": "missed",
        "14": "sent",
    }


def test_a_request_entered_late_is_not_reminded_of_days_before_it_was_known(desk: Desk) -> None:
    cast.ask(
        desk.right("indigomed", "accounting"),
        actor=desk.clerk,
        channel="post",
        at=cast.on("2026-05-18"),
        received_on=date(2026, 4, 30),
    )
    reminders.sweep(at=cast.on("2026-05-18", 9))
    assert set(keys()) == {"-3"}


def test_a_moved_date_is_a_new_debt_and_the_old_reminder_is_not_sent(desk: Desk) -> None:
    made = asked(desk)
    reminders.sweep(at=cast.on("2026-05-13", 9))
    receipt.correct_receipt(
        made.pk,
        received_on=date(2026, 4, 28),
        reason="The stamp",
        actor=desk.officer,
        at=cast.on("2026-05-13", 10),
        seen=made.version,
    )
    reminders.sweep(at=cast.on("2026-05-13", 11))
    deliver(cast.on("2026-05-13", 11))
    rows = OutboxMessage.objects.filter(kind="reminder")
    assert {row.key.split(":")[3]: row.status for row in rows} == {
        "2026-05-20": "cancelled",
        "2026-05-18": "sent",
    }


def test_a_reminder_of_a_request_that_was_withdrawn_meanwhile_is_not_sent(desk: Desk) -> None:
    made = asked(desk)
    reminders.sweep(at=cast.on("2026-05-13", 9))
    ending.withdraw(made.pk, actor=REQUESTER, at=cast.on("2026-05-13", 10), seen=None)
    deliver(cast.on("2026-05-13", 11))
    assert OutboxMessage.objects.get(kind="reminder").status == "cancelled"


def test_somebody_is_reminded_to_follow_up_a_clock_that_stands_still(desk: Desk) -> None:
    made = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02"), country="DE")
    conversation.ask_requester(
        made.pk,
        question="Which period?",
        facts=["gdpr:large_quantity"],
        actor=desk.handler,
        at=cast.on("2026-03-04"),
        seen=made.version,
    )
    reminders.sweep(at=cast.on("2026-03-18", 16))
    assert "follow_up" in keys()


def test_reminders_say_no_name(desk: Desk) -> None:
    asked(desk)
    reminders.sweep(at=cast.on("2026-05-13", 9))
    mail = OutboxMessage.objects.get(kind="reminder")
    assert "Zoé" not in f"{mail.unseal('subject')}{mail.unseal('body')}"
    assert "has to be answered in 7 days" in str(mail.unseal("body"))


@pytest.mark.parametrize(
    ("first", "last", "steps"),
    [
        pytest.param("2026-05-01", "2026-05-20", [-7, -3, -1, 0], id="until the day"),
        pytest.param("2026-05-21", "2026-06-20", [1, 3, 7, 14, 21, 28], id="then every week"),
        pytest.param("2026-05-14", "2026-05-16", [], id="between two steps"),
    ],
)
def test_steps_fall_on_their_days(first: str, last: str, steps: list[int]) -> None:
    found = reminder_days.between(
        date(2026, 5, 20), date.fromisoformat(first), date.fromisoformat(last)
    )
    assert [step for step, _day in found] == steps


def test_a_reminder_is_useful_until_the_next_step_begins(desk: Desk) -> None:
    asked(desk)
    reminders.sweep(at=cast.on("2026-05-13", 9))
    # Midnight in Paris, where the next step falls on 17 May.
    assert OutboxMessage.objects.get(kind="reminder").useful_until == datetime(
        2026, 5, 16, 22, tzinfo=UTC
    )
