"""A fee on the private page: three ways, and nothing is charged by silence."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from dsr.requests.deeds import fee
from dsr.requests.models import SubjectRequest
from tests.cast import Desk
from tests.portal.conftest import Visitor


def announced(visitor: Visitor, desk: Desk) -> SubjectRequest:
    visitor.ask()
    asked = SubjectRequest.objects.get()
    return fee.ask_fee(
        asked.pk,
        ground="excessive",
        text="For the third list this month; by bank transfer.",
        amounts={"administration": Decimal("12.50")},
        actor=desk.handler,
        at=timezone.now(),
        seen=asked.version,
    )


def test_the_offer_stands_with_its_sum_and_three_buttons(visitor: Visitor, desk: Desk) -> None:
    announced(visitor, desk)
    page = visitor.status()
    assert "Together: €12.50" in page
    for button in ("Yes, I agree to the fee", "Ask for less", "Withdraw the request"):
        assert button in page


def test_yes_is_recorded_and_the_offer_goes(visitor: Visitor, desk: Desk) -> None:
    asked = announced(visitor, desk)
    visitor.client.post(visitor.at() + "fee/", {"said": "yes"})
    assert asked.fees.get().said == "yes"
    assert "Yes, I agree to the fee" not in visitor.status()


def test_less_needs_words_and_charges_nothing(visitor: Visitor, desk: Desk) -> None:
    asked = announced(visitor, desk)
    answered = visitor.client.post(visitor.at() + "fee/", {"said": "narrower"}, follow=True)
    assert "Say what you want instead." in answered.content.decode()
    assert asked.fees.get().said == ""
    visitor.client.post(visitor.at() + "fee/", {"said": "narrower", "instead": "One list."})
    assert asked.fees.get().waived
