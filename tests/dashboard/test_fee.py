"""A fee on the pages of staff: what may be charged stands there, and what may not is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from dsr.requests.models import FeeOffer, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, as_read, deed_url, text_of
from tests.requests.trying import TRY

SeatOf = Callable[[str], Seat]
TYPED = {
    "ground": "at_cost",
    "part_1": "copying",
    "amount_1": "6.50",
    "part_2": "postage",
    "amount_2": "3.20",
    "text": "By bank transfer.",
}


def a_copy(desk: Desk) -> SubjectRequest:
    house = desk.organisation("indigomed")
    house.country, house.regimes, house.flags = "US", ["hipaa"], ["hipaa_covered_entity"]
    house.save()
    return cast.ask(desk.right("indigomed", "copy"))


def test_the_page_says_what_the_law_lets_be_charged_and_in_which_currency(
    desk: Desk, seat: SeatOf
) -> None:
    page = as_read(seat("handler").open(deed_url(a_copy(desk), "fee")))
    assert "Nothing for search or retrieval. (45 CFR 164.524(c)(4))" in page
    assert "Grounds that are possible here: At cost, as a law allows it" in page
    assert "Amount in USD" in page


def test_a_search_fee_is_refused_beside_its_line_and_the_rest_stays(
    desk: Desk, seat: SeatOf
) -> None:
    answer = seat("handler").do(a_copy(desk), "fee", **TYPED, part_3="search", amount_3="25")
    page = as_read(text_of(answer))
    assert "“Search and retrieval” cannot be charged: 45 CFR 164.524(c)(4)." in page
    assert 'value="6.50"' in page
    assert not FeeOffer.objects.exists()


def test_a_fee_is_announced_answered_and_paid_through_the_pages(desk: Desk, seat: SeatOf) -> None:
    it, handler, clerk = a_copy(desk), seat("handler"), seat("clerk")
    assert handler.do(it, "fee", **TYPED).status_code == 302
    offer = FeeOffer.objects.get()
    offer.safe = it.safe
    assert offer.unseal("lines") == [["copying", "6.50"], ["postage", "3.20"]]
    page = as_read(clerk.open(deed_url(it, "fee/answer")))
    assert "9.70 USD" in page
    assert "Waits for the requester" in page
    assert clerk.do(it, "fee/answer", answer="yes", on="2026-05-01").status_code == 302
    assert clerk.do(it, "fee/settled", how="paid", on="2026-05-01").status_code == 302
    assert FeeOffer.objects.get().status == "paid"
    history = as_read(handler.open(f"/staff/requests/{it.reference}/"))
    for line in (
        "A fee was announced",
        "Total",
        "9.70 USD",
        "Paid",
        "The requester said yes to the fee",
    ):
        assert line in history


def test_where_nothing_may_be_charged_the_page_says_why_and_has_no_form(
    desk: Desk, seat: SeatOf
) -> None:
    it = cast.ask(desk.right("img", "withdraw-consent"), country="FR")
    page = as_read(seat("handler").open(deed_url(it, "fee")))
    assert "Nothing may be charged. Withdrawing costs nothing" in page
    assert "(GDPR Art. 7(3))" in page
    assert 'name="part_1"' not in page


def test_sending_is_blocked_with_its_reason_while_a_fee_is_unanswered(
    desk: Desk, seat: SeatOf
) -> None:
    it = TRY["ask_fee"](cast.ask(desk.right("img", "access")), desk)
    begun = cast.begin(it, desk.handler)
    proposed = TRY["propose"](cast.prove_contact(begun, desk.handler), desk)
    page = as_read(seat("second_officer").open(deed_url(proposed, "approve")))
    assert "silence is no consent" in page
    assert Decimal("10.00") == Decimal(proposed.fee_offers.get().reveal("lines")[0][1])


def test_how_much_it_was_goes_with_the_content(desk: Desk, seat: SeatOf) -> None:
    it = TRY["ask_fee"](cast.ask(desk.right("img", "access")), desk)
    there = f"/staff/requests/{it.reference}/"
    assert "10.00 EUR" in seat("handler").open(there)
    destroy(it.safe, [KeyPurpose.CONTENT], MORNING)
    page = seat("handler").open(there)
    assert "10.00" not in page
    assert "0.00 EUR" not in page
