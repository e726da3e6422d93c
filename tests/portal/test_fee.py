"""What a requester is offered at a price on the private page, and what pressing a button does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dsr.policies.models import Organisation
from dsr.requests.deeds import fee
from dsr.requests.deeds.fee import FeeLine
from dsr.requests.models import FeeOffer, RequestMessage, SubjectRequest
from tests.cast import Desk
from tests.portal.conftest import Visitor


@pytest.fixture
def offered(visitor: Visitor, desk: Desk) -> Visitor:
    """A copy was asked of a covered entity under HIPAA, which offers it at a price."""
    house = Organisation.objects.get(slug="indigomed")
    house.country, house.regimes, house.flags = "US", ["hipaa"], ["hipaa_covered_entity"]
    house.save()
    sent = visitor.ask(
        "/indigomed/copy/", role="subject", name="Zoé", email="zoe@example.org", anyway="1"
    )
    fee.ask_fee(
        sent.pk,
        ground="at_cost",
        lines=[FeeLine("copying", Decimal("6.50")), FeeLine("postage", Decimal("3.20"))],
        text="Pay by bank transfer.",
        actor=desk.handler,
        at=timezone.now(),
        seen=sent.version,
    )
    return visitor


def test_the_private_page_shows_the_price_and_three_buttons(offered: Visitor) -> None:
    page = offered.status()
    assert "What this is to cost" in page
    for said in ("Labour of copying", "6.50 USD", "3.20 USD", "9.70 USD", "Pay by bank transfer."):
        assert said in page
    assert page.count("Yes, at this price") == 1
    assert page.count("Ask for less") == 1
    assert page.count("Withdraw the request") == 1
    assert "You were told of a fee." in page
    assert "You can answer the price that is named below." in page
    assert "You need do nothing." not in page
    # Looking is no answer, however often.
    offered.time.shift(timedelta(days=1))
    assert FeeOffer.objects.get().status == "offered"


def test_a_yes_is_one_button_and_is_said_on_the_page(offered: Visitor) -> None:
    answer = offered.client.post(offered.at("fee/"), {"answer": "yes"}, follow=True)
    page = answer.content.decode()
    assert FeeOffer.objects.get().status == "accepted"
    assert "You said yes to the fee." in page
    assert "You said yes. How to pay stands in the message below." in page
    assert "Yes, at this price" not in page
    again = offered.client.post(offered.at("fee/"), {"answer": "yes"}, follow=True)
    assert "No fee waits for an answer." in again.content.decode()


def test_less_is_asked_for_in_words_and_ends_the_offer(offered: Visitor) -> None:
    assert "Ask for this instead" in offered.open(offered.at("fee/"))
    empty = offered.client.post(offered.at("fee/"), {"text": " "})
    assert "Write what you want instead." in empty.content.decode()
    assert FeeOffer.objects.get().status == "offered"
    sent = offered.client.post(offered.at("fee/"), {"text": "Files, no paper."}, follow=True)
    page = sent.content.decode()
    assert "Your answer was sent. Nothing is charged for now." in page
    assert "Files, no paper." in page
    assert "What this is to cost" not in page
    assert FeeOffer.objects.get().status == "narrowed"
    assert "No fee waits for an answer." in offered.open(offered.at("fee/"))


def test_words_beside_a_yes_are_no_yes(offered: Visitor) -> None:
    offered.client.post(offered.at("fee/"), {"answer": "yes", "text": "But only half of it."})
    assert FeeOffer.objects.get().status == "narrowed"


def test_who_withdraws_is_asked_first_and_the_offer_ends(offered: Visitor) -> None:
    page = offered.open(offered.at("withdraw/"))
    assert "Withdraw your request?" in page
    assert FeeOffer.objects.get().status == "offered"
    offered.client.post(offered.at("withdraw/"))
    assert SubjectRequest.objects.get().status == "withdrawn"
    assert FeeOffer.objects.get().status == "withdrawn"
    assert "What this is to cost" not in offered.status()


def test_a_stranger_answers_nothing(offered: Visitor) -> None:
    address = offered.at("fee/")
    offered.client.post("/status/end/")
    assert offered.client.post(address, {"answer": "yes"}).status_code == 403
    assert FeeOffer.objects.get().status == "offered"


def test_changing_the_language_keeps_the_words(offered: Visitor) -> None:
    answer = offered.client.post(offered.at("fee/"), {"text": "Files only.", "language": "fr"})
    page = answer.content.decode()
    assert (answer.status_code, '<html lang="fr">' in page, "Files only." in page) == (
        200,
        True,
        True,
    )
    assert not RequestMessage.objects.filter(from_requester=True).exists()
