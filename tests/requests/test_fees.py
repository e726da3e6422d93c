"""What an answer may cost, by whom it is decided, and who was given one free of charge before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.policies.currencies import currency_of
from dsr.policies.models import Organisation
from dsr.policies.regimes import PARTS, all_regimes, read_regime
from dsr.policies.strict_yaml import CatalogueError
from dsr.requests import elements, fees
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import answer, ending, facts, fee, post, review
from dsr.requests.deeds.fee import FeeLine
from dsr.requests.errors import BadInput, NotNow, Unmet
from dsr.requests.models import FreeAnswer, RequestMessage, SubjectRequest
from dsr.requests.services import free_answers
from dsr.requests.states import FeeGround, FeePart
from dsr.requests.submission.given import PersonGiven
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import MORNING, ZOE, Desk
from tests.post_office import mail_goes_out

TEN = (FeeLine("copying", Decimal("6.50")), FeeLine("postage", Decimal("3.20"), 2))


@pytest.fixture
def hospital(desk: Desk) -> Organisation:
    """INDIGOMED as if it were a covered entity in the United States, under HIPAA alone."""
    house = desk.organisation("indigomed")
    house.country, house.regimes, house.flags = "US", ["hipaa"], ["hipaa_covered_entity"]
    house.save()
    return house


def announce(
    it: SubjectRequest,
    desk: Desk,
    ground: str = "at_cost",
    lines: Sequence[FeeLine] = TEN,
    at: object = MORNING,
) -> SubjectRequest:
    return fee.ask_fee(
        it.pk,
        ground=ground,
        lines=lines,
        text="By bank transfer.",
        actor=desk.handler,
        at=at,
        seen=it.version,
    )


def refused(it: SubjectRequest, desk: Desk, ground: str, *parts: str) -> dict[str, str]:
    """What stands against these parts, beside the field of each."""
    lines = [FeeLine(part, Decimal(2), row) for row, part in enumerate(parts, start=1)]
    with pytest.raises(BadInput) as caught:
        announce(it, desk, ground, lines)
    return {name: str(sentence) for name, sentence in caught.value.fields.items()}


def answered(desk: Desk, slug: str, day: str, who: PersonGiven = ZOE) -> SubjectRequest:
    """A request to INDIGOMED that was asked, granted and answered on this day."""
    at = cast.on(day, 16)
    it = cast.ask(desk.right("indigomed", slug), at=at, who=who)
    it = cast.begin(it, desk.handler, at=at)
    it = cast.propose(it, desk.handler, at=at)
    it = review.approve(it.pk, actor=desk.second_officer, at=at, seen=it.version)
    return answer.send_answer(it.pk, actor=desk.handler, at=at, seen=it.version)


def second_accounting(desk: Desk, day: str = "2026-05-04") -> SubjectRequest:
    answered(desk, "accounting", "2026-03-02")
    return cast.ask(desk.right("indigomed", "accounting"), at=cast.on(day, 16))


# What each law lets be charged.


def test_every_duty_to_answer_in_a_law_of_the_union_says_what_it_may_cost() -> None:
    for slug in ("gdpr", "uk-gdpr"):
        law = all_regimes()[slug]
        kinds = {kind for duty in law.duties for kind in duty.kinds} - {"complaint"}
        assert {kind for kind in kinds if law.fees_for(kind) is None} == set()


@pytest.mark.parametrize("slug", sorted(all_regimes()))
def test_no_law_lets_anybody_pay_for_the_search(slug: str) -> None:
    terms = all_regimes()[slug].fees.values()
    assert all("search" not in charge.parts for each in terms for charge in each.charges)


# Of fees these say nothing that was read: then nothing is charged under them.
SILENT = {"pt-public-health", "us-tcpa", "us-tx-health"}


@pytest.mark.parametrize("slug", sorted(set(all_regimes()) - SILENT))
def test_what_a_law_says_of_fees_is_said_in_french_too_and_was_not_remembered(slug: str) -> None:
    law = all_regimes()[slug]
    assert law.fees
    for name, terms in law.fees.items():
        assert law.label_of("fees", name, "fr") != terms.label
        assert terms.source.checked in ("read", "secondary")


def test_the_parts_and_grounds_of_laws_have_words() -> None:
    assert set(PARTS) == set(FeePart.values)
    law = all_regimes()["hipaa"]
    assert law.fees["copies"].charges[0].parts == ("copying", "supplies", "postage", "summary")


LAW = """\
name: Test law
full_name: A test law
applies: {organisation: [FR]}
sources:
  one: {title: Article 1, checked: read}
fees:
  all: {kinds: [access], label: Dear, source: one, charges: [{parts: [postage], source: one}]}
duties: []
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[postage]", "[gold]", "unknown parts “gold” (known: copying, "),
        ("[postage]", "[]", "parts: a charge names what it is for"),
        ("[postage]", "[postage], grounds: [greed]", "unknown grounds “greed”"),
        ("[postage]", "[postage], first_free_months: 0", "first_free_months: a month or longer"),
        ("[access]", "[gossip]", "unknown kinds “gossip”"),
        ("label: Dear, ", "", "all: “label” is missing"),
        ("source: one, charges", "source: two, charges", "unknown source “two” (known: one)"),
        (
            "duties: []",
            "duties: []\ntranslations: {fr: {name: L, full_name: Loi, fees: {some: Cher}}}",
            "“some” (known: all)",
        ),
        (
            "duties: []",
            "  more: {kinds: [access], label: Dear, source: one}\nduties: []",
            "“access” is given twice",
        ),
    ],
)
def test_a_fee_section_that_is_wrong_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    path = tmp_path / "test-law.yaml"
    path.write_text(LAW)
    assert read_regime(path).fees["all"].label == "Dear"
    path.write_text(LAW.replace(old, new))
    with pytest.raises(CatalogueError) as caught:
        read_regime(path)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("country", "currency"),
    [("FR", "EUR"), ("PT", "EUR"), ("BG", "EUR"), ("US", "USD"), ("GB", "GBP"), ("XX", "")],
)
def test_the_currency_is_that_of_the_organisations_country(country: str, currency: str) -> None:
    assert currency_of(country) == currency


# What cannot be entered.


def test_under_hipaa_search_and_retrieval_cannot_be_entered(
    desk: Desk, hospital: Organisation
) -> None:
    it = cast.ask(desk.right("indigomed", "copy"))
    against = refused(it, desk, "at_cost", "copying", "search", "preparing")
    assert list(against) == ["part_2", "part_3"]
    assert against["part_2"].startswith(
        "“Search and retrieval” cannot be charged: 45 CFR 164.524(c)(4)."
    )
    assert not it.fee_offers.exists()
    assert announce(it, desk).fee_offers.get().currency == "USD"


def test_looking_at_a_record_costs_nothing_under_hipaa(desk: Desk, hospital: Organisation) -> None:
    it = cast.ask(desk.right("indigomed", "inspect"))
    with pytest.raises(Unmet) as caught:
        announce(it, desk)
    assert "Nothing may be charged. Looking at the record costs nothing" in str(caught.value)
    assert "(45 CFR 164.524(c)(4))" in str(caught.value)


@pytest.mark.parametrize(
    ("ground", "article"),
    [("at_cost", "(GDPR Art. 15(3))"), ("further_copy", "(GDPR Art. 15(3))")],
)
def test_a_first_copy_is_free_in_the_union(desk: Desk, ground: str, article: str) -> None:
    it = cast.ask(desk.right("indigomed", "copy"), country="FR")
    against = refused(it, desk, ground, "postage")
    assert against["ground"].startswith("A first copy is free.")
    assert article in against["ground"]


def test_a_policy_is_no_ground_where_a_law_applies(desk: Desk) -> None:
    """INDIGOMED’s “may charge a fee” is capped at nothing for a first copy (C-307/22)."""
    it = cast.ask(desk.right("indigomed", "copy"), country="FR")
    against = refused(it, desk, "policy", "postage")
    assert against["ground"].startswith("A policy can charge only where no law applies.")


def test_a_policy_alone_can_charge_where_no_law_applies(desk: Desk) -> None:
    house = desk.organisation("indigomed")
    house.regimes = []
    house.save()
    it = cast.ask(desk.right("indigomed", "copy"))
    assert "at_cost" not in fees.Fees(it).grounds
    assert fees.Fees(announce(it, desk, "policy")).grounds == ["policy"]


def test_where_neither_a_law_nor_the_policy_names_a_fee_none_is_asked(desk: Desk) -> None:
    house = desk.organisation("indigomed")
    house.regimes = []
    house.save()
    it = cast.ask(desk.right("indigomed", "amend"))
    with pytest.raises(Unmet, match="neither a law nor the policy names a fee"):
        announce(it, desk, "policy")


def test_the_french_health_record_costs_nothing_on_whatever_ground(desk: Desk) -> None:
    house = desk.organisation("indigomed")
    house.flags = ["health_professional"]
    house.save()
    it = cast.ask(desk.right("indigomed", "copy"), country="FR")
    with pytest.raises(Unmet) as caught:
        announce(it, desk, "excessive")
    assert "The health record costs nothing" in str(caught.value)
    assert "law of 2 August 2021" in str(caught.value)


def test_the_narrowest_of_two_laws_counts(desk: Desk, hospital: Organisation) -> None:
    """HIPAA lets a copy cost something; for a person in the EU the first one is still free."""
    hospital.regimes = ["hipaa", "gdpr"]
    hospital.save()
    it = cast.ask(desk.right("indigomed", "copy"), country="DE")
    found = fees.Fees(it)
    assert found.parts(FeeGround.AT_COST) == frozenset()
    assert found.parts(FeeGround.EXCESSIVE) == {"copying", "supplies", "postage"}
    assert "(GDPR Art. 15(3))" in refused(it, desk, "at_cost", "copying")["ground"]
    assert "45 CFR 164.524(c)(4)" in refused(it, desk, "excessive", "preparing")["part_1"]


def test_california_charges_only_what_is_unfounded_or_excessive(desk: Desk) -> None:
    it = cast.ask(desk.right("imo", "eu-access"), country="US-CA")
    assert it.kind == "access"
    assert fees.Fees(it).grounds == ["manifestly_unfounded", "excessive"]
    assert "1798.145(h)(3)" in refused(it, desk, "at_cost", "preparing")["ground"]


def test_an_opt_out_costs_nothing(desk: Desk) -> None:
    it = cast.ask(desk.right("img", "withdraw-consent"), country="FR")
    with pytest.raises(Unmet) as caught:
        announce(it, desk, "excessive")
    assert "Withdrawing costs nothing" in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "field", "sentence"),
    [
        ((), "part_1", "Say for what the fee is, and how much."),
        ((FeeLine("", Decimal(1)),), "part_1", "Say for what this amount is."),
        ((FeeLine("gold", Decimal(1)),), "part_1", "Say for what this amount is."),
        ((FeeLine("postage", None),), "amount_1", "Enter the amount, with at most two decimals."),
        ((FeeLine("postage", Decimal(0)),), "amount_1", "Enter the amount"),
        ((FeeLine("postage", Decimal("1.005")),), "amount_1", "Enter the amount"),
        ((FeeLine("postage", Decimal("NaN")),), "amount_1", "Enter the amount"),
        ((FeeLine("postage", Decimal("1E+30")),), "amount_1", "Enter the amount"),
        ((TEN[1], FeeLine("postage", Decimal(1), 3)), "part_3", "This part is named twice."),
    ],
)
def test_a_line_that_says_too_little_is_refused_beside_its_field(
    desk: Desk,
    hospital: Organisation,
    lines: tuple[FeeLine, ...],
    field: str,
    sentence: str,
) -> None:
    it = cast.ask(desk.right("indigomed", "copy"))
    with pytest.raises(BadInput) as caught:
        announce(it, desk, "at_cost", lines)
    assert str(caught.value.fields[field]).startswith(sentence)
    assert not it.pauses.exists()


# The offer, and what is answered.


def test_second_accounting_within_twelve_months_is_offered_with_three_buttons_and_silence_is_no_yes(
    desk: Desk, hospital: Organisation
) -> None:
    """Acceptance case 13; 45 CFR 164.528(c)(2)."""
    it = second_accounting(desk)
    law = it.deadlines.get(regime="hipaa", purpose="respond")
    assert law.due_on == date(2026, 7, 3)
    it = announce(it, desk, at=cast.on("2026-05-05", 16))
    message = it.messages.get(kind=RequestMessage.Kind.QUESTION)
    assert message.unseal("body") == (
        "By bank transfer.\n\n"
        "Labour of copying: 6.50 USD\n"
        "Postage: 3.20 USD\n"
        "Total: 9.70 USD\n\n"
        "You can say yes, ask for less so that it costs less or nothing, or withdraw the request. "
        "Nothing is charged, and nothing that costs is sent, unless you say yes."
    )
    # Forty days of silence: no clock has stopped, nothing is owed, and nothing goes out.
    assert it.deadlines.get(pk=law.pk).status == "running"
    late = cast.on("2026-06-14", 16)
    it = cast.begin(it, desk.handler, at=late)
    it = cast.propose(it, desk.handler, at=late)
    with pytest.raises(Unmet) as caught:
        review.approve(it.pk, actor=desk.second_officer, at=late, seen=it.version)
    assert "silence is no consent" in str(caught.value)
    assert it.fee_offers.get().status == "offered"
    assert it.deadlines.get(pk=law.pk).due_on == date(2026, 7, 3)
    it = fee.answer_fee(it.pk, answer="yes", actor=REQUESTER, at=late)
    it = review.approve(it.pk, actor=desk.second_officer, at=late, seen=it.version)
    it = answer.send_answer(it.pk, actor=desk.handler, at=late, seen=it.version)
    it = fee.settle_fee(
        it.pk, how="paid", on=late.date(), actor=desk.clerk, at=late, seen=it.version
    )
    assert it.fee_offers.get().status == "paid"
    # What was charged was no free one: twelve months still count from the first.
    assert set(FreeAnswer.objects.values_list("given_on", flat=True)) == {date(2026, 3, 2)}


def test_a_refusal_needs_no_answer_to_the_fee_and_ends_it(desk: Desk) -> None:
    it = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    it = announce(it, desk, "excessive")
    it = cast.propose(it, desk.handler, outcome="refused", ground="excessive", answer="Too often.")
    it = review.approve(it.pk, actor=desk.second_officer, at=MORNING, seen=it.version)
    it = answer.send_answer(it.pk, actor=desk.handler, at=MORNING, seen=it.version)
    assert it.fee_offers.get().status == "waived"


def test_the_wish_for_less_ends_the_offer_and_another_may_follow(
    desk: Desk, hospital: Organisation
) -> None:
    it = announce(second_accounting(desk), desk, at=cast.on("2026-05-05", 16))
    it = fee.answer_fee(
        it.pk,
        answer="narrow",
        text="Only April.",
        actor=REQUESTER,
        at=cast.on("2026-05-06", 16),
    )
    assert it.fee_offers.get().status == "narrowed"
    assert it.unread_since is not None
    assert it.messages.last().unseal("body") == "Only April."
    again = announce(it, desk, lines=[FeeLine("postage", Decimal(1))], at=cast.on("2026-05-07", 16))
    assert [each.status for each in again.fee_offers.all()] == ["narrowed", "offered"]


def test_less_without_words_and_an_unknown_answer_are_refused(
    desk: Desk, hospital: Organisation
) -> None:
    it = announce(second_accounting(desk), desk, at=cast.on("2026-05-05", 16))
    for given, field in (({"answer": "narrow", "text": " "}, "text"), ({"answer": "no"}, "answer")):
        with pytest.raises(BadInput) as caught:
            fee.answer_fee(it.pk, actor=REQUESTER, at=cast.on("2026-05-06", 16), **given)
        assert list(caught.value.fields) == [field]


def test_staff_record_what_somebody_on_paper_answered_with_its_day(
    desk: Desk, hospital: Organisation
) -> None:
    it = announce(second_accounting(desk), desk, at=cast.on("2026-05-05", 16))
    for on in (date(2026, 5, 4), date(2026, 5, 12)):
        with pytest.raises(BadInput, match="Enter a day from the announcement"):
            fee.answer_fee(
                it.pk, answer="yes", on=on, actor=desk.clerk, at=cast.on("2026-05-11", 16)
            )
    it = fee.answer_fee(
        it.pk,
        answer="yes",
        on=date(2026, 5, 8),
        actor=desk.clerk,
        at=cast.on("2026-05-11", 16),
        seen=it.version,
    )
    offer = it.fee_offers.get()
    assert (offer.status, offer.settled_on) == ("accepted", date(2026, 5, 8))


def test_who_withdraws_ends_the_fee_with_the_request(desk: Desk, hospital: Organisation) -> None:
    it = announce(second_accounting(desk), desk, at=cast.on("2026-05-05", 16))
    it = ending.withdraw(it.pk, actor=REQUESTER, at=cast.on("2026-05-06", 16))
    assert it.fee_offers.get().status == "withdrawn"
    with pytest.raises(NotNow):
        fee.answer_fee(it.pk, answer="yes", actor=REQUESTER, at=cast.on("2026-05-07", 16))


def test_a_letter_carries_the_whole_offer(desk: Desk, hospital: Organisation) -> None:
    on_paper = PersonGiven(name=ZOE.name, postal_address=ZOE.postal_address)
    answered(desk, "accounting", "2026-03-02")
    it = cast.ask(
        desk.right("indigomed", "accounting"), who=on_paper, channel="post", actor=desk.clerk
    )
    announce(it, desk)
    letter = OutboxMessage.objects.get(kind="fee")
    assert letter.medium == "letter"
    assert "Total: 9.70 USD" in str(letter.unseal("body"))
    assert "withdraw the request" in str(letter.unseal("body"))


def test_no_mail_and_no_history_says_how_much(desk: Desk, hospital: Organisation) -> None:
    it = announce(second_accounting(desk), desk, at=cast.on("2026-05-05", 16))
    mail = OutboxMessage.objects.get(kind="fee")
    assert mail.medium == "email"
    assert "9.70" not in str(mail.unseal("body"))
    line = next(each for each in cast.history(it) if each.code == "ask_fee")
    assert line.facts == {"ground": "at_cost", "fee": it.fee_offers.get().pk}


def british(desk: Desk) -> SubjectRequest:
    it = cast.ask(desk.right("imo", "eu-access"), at=cast.on("2026-03-02", 16), country="GB")
    ten = [FeeLine("preparing", Decimal(10))]
    return announce(it, desk, "excessive", ten, at=cast.on("2026-03-04", 16))


@pytest.mark.parametrize("how", ["waived", "narrow"])
def test_a_fee_that_is_given_up_begins_no_month_anew(desk: Desk, how: str) -> None:
    """UK GDPR Art. 12A(2): the month begins when the fee is paid, and this one never is."""
    it = british(desk)
    clock = it.deadlines.get(regime="uk-gdpr", purpose="respond")
    assert (clock.status, clock.due_on) == ("paused", None)
    at = cast.on("2026-03-16", 16)
    if how == "narrow":
        fee.answer_fee(it.pk, answer="narrow", text="Less.", actor=REQUESTER, at=at)
    else:
        fee.settle_fee(it.pk, how=how, on=at.date(), actor=desk.clerk, at=at, seen=it.version)
    clock = it.deadlines.get(pk=clock.pk)
    assert (clock.status, clock.due_on) == ("running", date(2026, 4, 2))


def test_a_yes_alone_does_not_start_the_british_month_but_the_payment(desk: Desk) -> None:
    it = british(desk)
    it = fee.answer_fee(it.pk, answer="yes", actor=REQUESTER, at=cast.on("2026-03-05", 16))
    clock = it.deadlines.get(regime="uk-gdpr", purpose="respond")
    assert clock.status == "paused"
    fee.settle_fee(
        it.pk,
        how="paid",
        on=date(2026, 3, 16),
        actor=desk.clerk,
        at=cast.on("2026-03-17", 16),
        seen=it.version,
    )
    assert it.deadlines.get(pk=clock.pk).due_on == date(2026, 4, 16)


def test_the_letter_says_each_part_of_what_was_agreed_to(
    desk: Desk, hospital: Organisation
) -> None:
    """45 CFR 164.528(c)(2)."""
    it = second_accounting(desk)
    it = announce(it, desk, at=cast.on("2026-05-05", 16))
    assert elements.in_letter(it, "granted")[-1].text == "This answer costs you nothing."
    it = fee.answer_fee(it.pk, answer="yes", actor=REQUESTER, at=cast.on("2026-05-06", 16))
    assert elements.in_letter(it, "granted")[-1] == elements.Written(
        "What it costs",
        "You said yes to this fee beforehand:\n"
        "Labour of copying: 6.50 USD\n"
        "Postage: 3.20 USD\n"
        "Total: 9.70 USD",
    )


# Who was given one free of charge.


@pytest.mark.parametrize(
    ("first", "asked", "may_cost"),
    [
        pytest.param("2025-05-05", "2026-05-04", True, id="a day short of twelve months"),
        pytest.param("2025-05-05", "2026-05-05", False, id="twelve months to the day"),
        pytest.param("2024-02-29", "2025-02-28", True, id="the last day after a leap day"),
        pytest.param("2024-02-29", "2025-03-01", False, id="twelve months after a leap day"),
        pytest.param("2026-03-02", "2026-03-03", True, id="the day after"),
    ],
)
def test_one_accounting_in_any_twelve_months_is_free(
    desk: Desk, hospital: Organisation, first: str, asked: str, may_cost: bool
) -> None:
    answered(desk, "accounting", first)
    it = cast.ask(desk.right("indigomed", "accounting"), at=cast.on(asked, 16))
    assert bool(fees.Fees(it).parts(FeeGround.AT_COST)) is may_cost
    if not may_cost:
        with pytest.raises(Unmet) as caught:
            announce(it, desk, at=cast.on(asked, 17))
        assert "(45 CFR 164.528(c)(2))" in str(caught.value)


def test_the_memory_outlives_the_keys_and_holds_nobody_in_clear(
    desk: Desk, hospital: Organisation
) -> None:
    first = answered(desk, "accounting", "2026-03-02")
    for purpose in KeyPurpose:
        destroy(first.safe, [purpose], cast.on("2026-04-01"))
    rows = list(FreeAnswer.objects.values_list("person", "kind", "given_on"))
    # Known by mailbox and by home; no birth date was given.
    assert [row[1:] for row in rows] == [("accounting", date(2026, 3, 2))] * 2
    assert all(len(person) == 64 and set(person) <= set("0123456789abcdef") for person, *_ in rows)
    it = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-04", 16))
    assert fees.Fees(it).parts(FeeGround.AT_COST) == {
        "copying",
        "supplies",
        "postage",
        "preparing",
    }


@pytest.mark.parametrize(
    ("who", "known"),
    [
        pytest.param(
            PersonGiven("CANARY-QUILL Zoe", email="ZOE.CANARY@example.org"),
            True,
            id="in another order",
        ),
        pytest.param(
            PersonGiven(ZOE.name, postal_address="Zoé Canary-Quill\n7 rue du Serin, 69000 Lyon"),
            False,
            id="an address written in another way",
        ),
        pytest.param(
            PersonGiven(ZOE.name, email="new@example.org", postal_address=ZOE.postal_address),
            True,
            id="at home, with another mailbox",
        ),
        pytest.param(PersonGiven("Gus Quill", email=ZOE.email), False, id="of the same mailbox"),
        pytest.param(PersonGiven(ZOE.name, email="a@example.org"), False, id="of the same name"),
    ],
)
def test_a_person_is_known_again_by_name_and_contact_together(
    desk: Desk, hospital: Organisation, who: PersonGiven, known: bool
) -> None:
    answered(desk, "accounting", "2026-03-02")
    it = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-04", 16), who=who)
    assert free_answers.is_first(it, 12) is not known


def test_what_was_given_counts_for_its_kind_and_its_organisation_alone(
    desk: Desk, hospital: Organisation
) -> None:
    answered(desk, "accounting", "2026-03-02")
    other_kind = cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-05-04", 16))
    assert free_answers.is_first(other_kind, 12)
    elsewhere = cast.ask(desk.right("img", "access"), at=cast.on("2026-05-04", 16))
    assert free_answers.is_first(elsewhere, 12)


def test_a_further_copy_in_the_union_may_cost_its_administrative_costs(desk: Desk) -> None:
    answered(desk, "copy", "2026-03-02")
    it = cast.ask(desk.right("indigomed", "copy"), at=cast.on("2026-05-04", 16), country="FR")
    found = fees.Fees(it)
    assert found.parts(FeeGround.FURTHER_COPY) == {"copying", "supplies", "postage", "preparing"}
    # That it is a further copy is stated by somebody; on no other ground does it cost anything.
    assert found.parts(FeeGround.AT_COST) == frozenset()
    assert "Art. 15(3)" in refused(it, desk, "further_copy", "search")["part_1"]


@pytest.mark.mail_waits
def test_an_answer_that_came_back_was_no_free_one(desk: Desk, hospital: Organisation) -> None:
    it = answered(desk, "accounting", "2026-03-02")
    assert not FreeAnswer.objects.exists()
    mail_goes_out(cast.on("2026-03-02", 17))
    mail = OutboxMessage.objects.get(kind="answer_ready")
    at = cast.on("2026-03-03", 16)
    assert FreeAnswer.objects.count() == 2
    post.mail_bounced(it.pk, message_id=mail.pk, actor=desk.clerk, at=at, seen=None)
    assert not FreeAnswer.objects.exists()


def test_what_no_law_asks_for_any_more_is_forgotten(desk: Desk, hospital: Organisation) -> None:
    answered(desk, "accounting", "2025-05-05")
    assert free_answers.longest_memory() == 12
    # Two years, as what was asked within the first may still be open in the second.
    assert free_answers.sweep(at=cast.on("2027-05-05")) == 0
    assert free_answers.sweep(at=cast.on("2027-05-06")) == 2
    assert free_answers.sweep(at=cast.on("2027-05-07")) == 0


def test_a_fee_that_a_law_found_later_does_not_allow_has_to_be_waived(
    desk: Desk, hospital: Organisation
) -> None:
    """A first copy at cost under HIPAA; then it turns out that the person lives in Germany."""
    hospital.regimes = ["hipaa", "gdpr"]
    hospital.save()
    it = announce(cast.ask(desk.right("indigomed", "copy")), desk)
    it = fee.answer_fee(it.pk, answer="yes", actor=REQUESTER, at=MORNING)
    it = facts.state_facts(
        it.pk, country="DE", record_age="", actor=desk.handler, at=MORNING, seen=it.version
    )
    it = cast.propose(cast.begin(it, desk.handler), desk.handler)
    with pytest.raises(Unmet) as caught:
        review.approve(it.pk, actor=desk.second_officer, at=MORNING, seen=it.version)
    assert str(caught.value).startswith("The fee that was announced cannot be charged; waive it.")
    assert "(GDPR Art. 15(3))" in str(caught.value)
    it = fee.settle_fee(
        it.pk, how="waived", on=MORNING.date(), actor=desk.clerk, at=MORNING, seen=it.version
    )
    it = review.approve(it.pk, actor=desk.second_officer, at=MORNING, seen=it.version)
    assert it.status == "decided"


def test_the_offer_is_in_the_language_of_who_asked(desk: Desk, hospital: Organisation) -> None:
    it = cast.ask(desk.right("indigomed", "copy"), language="fr")
    message = announce(it, desk).messages.get(kind=RequestMessage.Kind.QUESTION)
    said = str(message.unseal("body"))
    assert "Affranchissement : 3,20 USD" in said
    assert "Total : 9,70 USD" in said
    assert "sans votre accord" in said


def test_a_person_is_known_again_after_the_index_key_changed(
    desk: Desk, hospital: Organisation, settings: Any
) -> None:
    answered(desk, "accounting", "2026-03-02")
    it = cast.ask(desk.right("indigomed", "accounting"), at=cast.on("2026-05-04", 16))
    old = settings.DSR_INDEX_KEYS
    settings.DSR_INDEX_KEYS = (("new", bytes(range(132, 164))), *old)
    assert not free_answers.is_first(it, 12)
    # Once the old key is gone nobody is known by it, and nobody pays for that.
    settings.DSR_INDEX_KEYS = (("new", bytes(range(132, 164))),)
    assert free_answers.is_first(it, 12)
