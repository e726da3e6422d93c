"""The fee guard: only what every law lets be charged, and nothing before somebody has agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dsr.requests import fees
from dsr.requests.deeds import answer, fee, review
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import Fee, FreeCopy, SubjectRequest
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import Desk
from tests.post_office import mail_goes_out

TEN = Decimal(10)


@pytest.fixture
def covered(desk: Desk) -> Desk:
    indigomed = desk.organisation("indigomed")
    indigomed.country, indigomed.flags = "US", ["hipaa_covered_entity"]
    indigomed.regimes, indigomed.phone = ["hipaa"], "+1 312 555 0100"
    indigomed.contact_title = "Privacy Officer"
    indigomed.save()
    return desk


def asked(
    desk: Desk, organisation: str, slug: str, country: str, on: str = "2026-03-02"
) -> SubjectRequest:
    return cast.ask(desk.right(organisation, slug), at=cast.on(on), country=country)


def announce(
    desk: Desk, it: SubjectRequest, ground: str, on: str = "2026-03-03", **amounts: Decimal
) -> SubjectRequest:
    return fee.ask_fee(
        it.pk,
        ground=ground,
        text="For the copy; by bank transfer.",
        amounts=amounts,
        actor=desk.handler,
        at=cast.on(on),
        seen=SubjectRequest.objects.get(pk=it.pk).version,
    )


def given(desk: Desk, it: SubjectRequest, on: str) -> SubjectRequest:
    begun = cast.begin(SubjectRequest.objects.get(pk=it.pk), desk.handler, at=cast.on(on))
    proposed = cast.propose(begun, desk.handler, at=cast.on(on))
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=cast.on(on), seen=proposed.version
    )
    sent = answer.send_answer(
        approved.pk, actor=desk.handler, at=cast.on(on), seen=approved.version
    )
    mail_goes_out(cast.on(on))
    return sent


@pytest.mark.parametrize(
    ("organisation", "slug", "country", "article"),
    [
        pytest.param("img", "access", "PT", "GDPR Art. 12(5), 15(3); C-307/22", id="the Union"),
        pytest.param("img", "access", "GB", "UK GDPR Art. 12(5), 15(3)", id="the Kingdom"),
        pytest.param("indigomed", "copy", "FR", "GDPR Art. 12(5), 15(3); C-307/22", id="France"),
    ],
)
def test_a_first_copy_costs_nothing_whatever_the_policy_says(
    desk: Desk, organisation: str, slug: str, country: str, article: str
) -> None:
    it = asked(desk, organisation, slug, country)
    for ground in ("policy", "further_copy"):
        with pytest.raises(BadInput) as refused:
            announce(desk, it, ground, administration=TEN)
        assert "ground" in refused.value.fields
    assert any(article in each for each in fees.why_free(it, date(2026, 3, 3)))
    assert not Fee.objects.exists()


def test_a_search_fee_under_hipaa_cannot_be_entered(covered: Desk) -> None:
    """45 CFR 164.524(c)(4)."""
    it = asked(covered, "indigomed", "copy", "US")
    with pytest.raises(BadInput) as refused:
        announce(covered, it, "policy", labour=TEN, search=TEN)
    assert "45 CFR 164.524(c)(4)" in str(refused.value.fields["amount_search"])
    assert not Fee.objects.exists()
    announce(covered, it, "policy", labour=TEN, postage=Decimal("1.50"))
    message = it.messages.get(kind="question")
    body = str(message.unseal("body"))
    assert "- Labour of copying: $10.00" in body
    assert "- Together: $11.50" in body


def test_looking_at_the_record_costs_nothing_under_hipaa(covered: Desk) -> None:
    it = asked(covered, "indigomed", "inspect", "US")
    with pytest.raises(BadInput):
        announce(covered, it, "policy", labour=TEN)


def test_a_second_accounting_within_twelve_months_gets_an_offer_and_silence_is_not_consent(
    covered: Desk,
) -> None:
    """Acceptance case 13; 45 CFR 164.528(c)(2): free once in any twelve months."""
    first = asked(covered, "indigomed", "accounting", "US", on="2025-03-10")
    with pytest.raises(BadInput):
        announce(covered, first, "within_twelve_months", on="2025-03-11", labour=TEN)
    given(covered, first, "2025-03-12")
    second = asked(covered, "indigomed", "accounting", "US", on="2026-03-02")
    announce(covered, second, "within_twelve_months", labour=TEN)
    approved = review.approve(
        cast.propose(
            cast.begin(
                SubjectRequest.objects.get(pk=second.pk), covered.handler, at=cast.on("2026-03-05")
            ),
            covered.handler,
            at=cast.on("2026-03-05"),
        ).pk,
        actor=covered.second_officer,
        at=cast.on("2026-03-05"),
        seen=None,
    )
    with pytest.raises(Unmet, match="has not agreed to it"):
        answer.send_answer(
            approved.pk, actor=covered.handler, at=cast.on("2026-03-20"), seen=approved.version
        )


def test_a_year_and_a_day_later_it_is_free_again(covered: Desk) -> None:
    given(covered, asked(covered, "indigomed", "accounting", "US", on="2025-03-01"), "2025-03-01")
    second = asked(covered, "indigomed", "accounting", "US", on="2026-03-02")
    with pytest.raises(BadInput):
        announce(covered, second, "within_twelve_months", on="2026-03-02", labour=TEN)


def test_the_memory_of_a_free_copy_outlives_the_key_of_its_request(desk: Desk) -> None:
    """GDPR Art. 15(3); nobody can be read from what is kept."""
    first = given(desk, asked(desk, "img", "access", "PT"), "2026-03-05")
    destroy(first.safe, KeyPurpose, cast.on("2026-03-06"))
    again = asked(desk, "img", "access", "PT", on="2026-04-02")
    assert fees.was_free(again) == date(2026, 3, 5)
    announce(desk, again, "further_copy", on="2026-04-03", administration=TEN)
    kept = FreeCopy.objects.get()
    assert "quill" not in f"{kept.person} {kept.scope}".lower()
    assert len(kept.person) == 64


def test_somebody_else_of_the_same_name_is_not_charged(desk: Desk) -> None:
    given(desk, asked(desk, "img", "access", "PT"), "2026-03-05")
    from dsr.requests.submission.given import PersonGiven

    other = cast.ask(
        desk.right("img", "access"),
        at=cast.on("2026-04-02"),
        country="PT",
        who=PersonGiven("Zoé Canary-Quill", email="another.zoe@example.org"),
    )
    assert fees.was_free(other) is None


def test_who_asks_for_less_pays_nothing_and_no_clock_waits(desk: Desk) -> None:
    it = asked(desk, "img", "access", "GB")
    announce(desk, it, "excessive", administration=TEN)
    assert it.deadlines.get(code="uk-gdpr:respond").status == "paused"
    fee.answer_fee(
        it.pk,
        said="narrower",
        text="The last year is enough.",
        actor=desk.clerk,
        at=cast.on("2026-03-05"),
        seen=None,
    )
    ended = it.fees.get()
    assert (ended.said, ended.waived, ended.ended_on) == ("narrower", True, date(2026, 3, 5))
    assert it.deadlines.get(code="uk-gdpr:respond").status == "running"


@pytest.mark.parametrize(
    ("said", "text", "field"), [("maybe", "", "said"), ("narrower", " ", "text")]
)
def test_an_answer_that_says_nothing_is_refused(
    desk: Desk, said: str, text: str, field: str
) -> None:
    it = asked(desk, "img", "access", "PT")
    announce(desk, it, "excessive", administration=TEN)
    with pytest.raises(BadInput) as refused:
        fee.answer_fee(
            it.pk, said=said, text=text, actor=desk.clerk, at=cast.on("2026-03-05"), seen=None
        )
    assert field in refused.value.fields
    assert it.fees.get().said == ""


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal(100000)])
def test_an_amount_that_makes_no_sense_is_refused(desk: Desk, amount: Decimal) -> None:
    it = asked(desk, "img", "access", "PT")
    with pytest.raises(BadInput):
        announce(desk, it, "excessive", administration=amount)
    assert not Fee.objects.exists()
