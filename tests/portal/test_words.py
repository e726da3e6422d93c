"""By when an answer comes, in the words of the requester's pages."""

from __future__ import annotations

import pytest

from dsr.policies.models import Organisation, Right
from dsr.portal.showing import period

CLINIC = Organisation(name="The clinic")


@pytest.mark.parametrize(
    ("amount", "law", "said"),
    [
        pytest.param(0, "", "The clinic answers at once, on the same day.", id="promised"),
        pytest.param(
            0, "LGPD", "The law requires The clinic to answer at once, on the same day.", id="law"
        ),
        pytest.param(1, "", "The clinic answers within 1 day.", id="a day is not at once"),
        pytest.param(15, "LGPD", "The law gives The clinic 15 days to answer.", id="15 days"),
    ],
)
def test_a_right_of_0_days_is_answered_at_once(amount: int, law: str, said: str) -> None:
    assert period(Right(period_amount=amount, period_unit="day", law=law), CLINIC) == said
