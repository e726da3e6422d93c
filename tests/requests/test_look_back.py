"""A period that begins before the look-back is taken, and it is told from when we can list."""

from __future__ import annotations

from datetime import date

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Right
from dsr.requests.deadlines import look_back
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk

FURTHER = "The law’s right of access to your data may reach further; it can be used as well."


def asked(desk: Desk, first: str, last: str) -> SubjectRequest:
    return cast.ask(
        desk.right("indigomed", "accounting"),
        at=cast.on("2026-11-25"),
        particulars={"time_period": {"period_from": first, "period_to": last}},
    )


def test_a_period_before_the_look_back_is_taken_and_told_in_the_receipt(desk: Desk) -> None:
    made = asked(desk, "2019-01-01", "2026-11-01")
    said = f"We can list from 25 November 2024. What lies before that day is not listed. {FURTHER}"
    assert look_back.told(made) == said
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    assert said in " ".join(str(mail.unseal("body")).split())


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        pytest.param("2024-11-25", "2026-11-01", "", id="the first day of the window"),
        pytest.param(
            "2024-11-24",
            "2026-11-01",
            "We can list from 25 November 2024. "
            f"What lies before that day is not listed. {FURTHER}",
            id="a day before it",
        ),
        pytest.param(
            "2020-01-01",
            "2021-01-01",
            "We can list from 25 November 2024. "
            f"The whole period that was asked for lies before that day. {FURTHER}",
            id="all of it before",
        ),
    ],
)
def test_it_is_told_of_what_lies_before_and_of_nothing_else(
    desk: Desk, first: str, last: str, said: str
) -> None:
    assert look_back.told(asked(desk, first, last)) == said


def test_the_wider_window_of_a_law_wins(desk: Desk) -> None:
    right = desk.right("indigomed", "accounting")
    house = right.reading.version.policy.organisation
    assert look_back.first_day(right, "US", date(2026, 11, 25)) == date(2024, 11, 25)
    house.country, house.regimes, house.flags = "US", ["hipaa"], ["hipaa_covered_entity"]
    house.save()
    right = Right.objects.get(pk=right.pk)
    # 45 CFR 164.528(a)(1): six years.
    assert look_back.first_day(right, "US", date(2026, 11, 25)) == date(2020, 11, 25)
    assert look_back.first_day(right, "US", date(2024, 2, 29)) == date(2018, 2, 28)


def test_a_right_without_a_window_tells_nothing(desk: Desk) -> None:
    assert look_back.first_day(desk.right("img", "access"), "PT", date(2026, 11, 25)) is None
