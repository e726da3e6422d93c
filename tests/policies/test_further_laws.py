"""Laws of the end of 2026 beside the first five: whom they bind, their days, when they start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from dsr.deadlines import Extension, Facts, Period, WorkingCalendar, compute
from dsr.policies.models import Organisation, Right
from dsr.policies.regimes import Duty, all_regimes
from dsr.policies.services import duties_for, place_claimed, rights_offered

US: Mapping[str, object] = {"organisation_country": "US"}
DOCTOR = ("health_professional",)


def duties(
    regime: str, kind: str, place: str, on: str, facts: Mapping[str, object] = US
) -> list[Duty]:
    return all_regimes()[regime].rules_for(kind, place, date.fromisoformat(on), facts)


def due(duty: Duty, received: str, *events: Extension) -> date | None:
    engine = WorkingCalendar(codes=duty.calendar if duty.calendar is not None else ("CH",))
    facts = Facts(date.fromisoformat(received), "America/Chicago", events)
    return compute(duty.rule, facts, engine).due_on


@pytest.mark.parametrize(
    ("regime", "kind", "place", "received", "expected"),
    [
        pytest.param(
            "us-can-spam", "marketing_opt_out", "US", "2026-03-02", "2026-03-16", id="a Monday"
        ),
        pytest.param(
            "us-can-spam",
            "marketing_opt_out",
            "US-IL",
            "2026-05-15",
            "2026-06-01",
            id="over Memorial Day",
        ),
        pytest.param("us-tcpa", "phone_opt_out", "US", "2026-03-02", "2026-03-16", id="calls"),
        pytest.param("us-wa-mhmda", "access", "US-WA", "2026-03-02", "2026-04-16", id="Washington"),
        pytest.param("us-wa-mhmda", "appeal", "US-WA", "2026-03-02", "2026-04-16", id="an appeal"),
        pytest.param("ccpa", "inform", "US-CA", "2026-03-02", "2026-04-16", id="categories"),
        pytest.param("ccpa", "appeal", "US-CA", "2027-01-01", "2027-02-15", id="California 2027"),
        pytest.param(
            "ccpa", "explain_decision", "US-CA", "2027-01-01", "2027-02-15", id="access to ADMT"
        ),
    ],
)
def test_the_day_of_a_law(regime: str, kind: str, place: str, received: str, expected: str) -> None:
    found = [
        each
        for each in duties(regime, kind, place, received)
        if each.code in ("respond", "opt_out")
    ]
    assert [due(each, received) for each in found] == [date.fromisoformat(expected)]


def test_an_opt_out_of_automated_decisions_in_fifteen_business_days_over_a_holiday() -> None:
    """Cal. Code Regs. tit. 11, 7221: 18 January 2027 is Martin Luther King Day."""
    [duty] = duties("ccpa", "automated_opt_out", "US-CA", "2027-01-04")
    assert due(duty, "2027-01-04") == date(2027, 1, 26)


def test_a_texan_record_in_fifteen_business_days() -> None:
    """Texas Health and Safety Code 181.102."""
    facts = {**US, "organisation_flags": ("texas_covered_entity",)}
    [duty] = duties("us-tx-health", "copy", "US-TX", "2026-03-02", facts)
    assert due(duty, "2026-03-02") == date(2026, 3, 23)
    assert duties("us-tx-health", "copy", "US-TX", "2026-03-02") == []


def test_switzerland_has_thirty_days() -> None:
    """FADP Art. 25(7)."""
    [duty] = duties("ch-fadp", "access", "CH", "2026-03-02")
    assert due(duty, "2026-03-02") == date(2026, 4, 1)
    assert duties("ch-fadp", "access", "FR", "2026-03-02") == []


def test_germany_says_without_undue_delay_and_no_number() -> None:
    facts = {"organisation_country": "DE", "organisation_flags": DOCTOR}
    [duty] = duties("de-health", "copy", "DE", "2026-03-02", facts)
    assert duty.rule.period is None


def test_washington_gives_more_time_only_where_its_fact_is_stated() -> None:
    respond = duties("us-wa-mhmda", "erase", "US-WA", "2026-03-02")[0]
    assert respond.extension is not None
    assert respond.extension.needs == ("reasonably_necessary",)
    longer = Extension(Period(45, "day"), date(2026, 4, 1))
    assert due(respond, "2026-03-02", longer) == date(2026, 5, 31)
    assert not any(each.admitted_for("erase") for each in respond.pauses)


@pytest.mark.parametrize(
    ("regime", "kind", "place", "facts", "before", "first"),
    [
        ("us-tcpa", "phone_opt_out", "US", US, "2025-04-10", "2025-04-11"),
        ("us-wa-mhmda", "access", "US-WA", US, "2024-03-30", "2024-03-31"),
        ("ccpa", "explain_decision", "US-CA", US, "2026-12-31", "2027-01-01"),
        ("ccpa", "automated_opt_out", "US-CA", US, "2026-12-31", "2027-01-01"),
        ("ccpa", "appeal", "US-CA", US, "2026-12-31", "2027-01-01"),
        ("ch-fadp", "access", "CH", US, "2023-08-31", "2023-09-01"),
        (
            "ehds",
            "access",
            "FR",
            {"organisation_country": "FR", "organisation_flags": DOCTOR},
            "2029-03-25",
            "2029-03-26",
        ),
        (
            "ehds",
            "portability",
            "FR",
            {"organisation_country": "FR", "organisation_flags": DOCTOR},
            "2031-03-25",
            "2031-03-26",
        ),
    ],
)
def test_nothing_is_computed_before_a_law_starts(
    regime: str, kind: str, place: str, facts: Mapping[str, object], before: str, first: str
) -> None:
    assert duties(regime, kind, place, before, facts) == []
    assert duties(regime, kind, place, first, facts) != []


def test_what_was_not_confirmed_is_shown_and_not_computed() -> None:
    """Portugal, Law 26/2016 Art. 15: the consolidated text was not seen."""
    facts = {"organisation_country": "PT", "organisation_flags": ("public_health_body",)}
    assert all_regimes()["pt-public-health"].duties
    assert duties("pt-public-health", "access", "PT", "2026-03-02", facts) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("slug", ["marketing-opt-out", "phone-consent-withdrawal", "minor-opt-out"])
def test_the_opt_outs_of_imo_have_ten_business_days_in_the_united_states(slug: str) -> None:
    imo = Organisation.objects.get(slug="imo")
    right = Right.objects.get(
        slug=slug, reading__version__policy__organisation=imo, reading__number=1
    )
    found = duties_for(imo, right.kind, "US-IL", date(2026, 3, 2), {})
    assert [(duty.code, due(duty, "2026-03-02")) for _law, duty in found] == [
        ("opt_out", date(2026, 3, 16))
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
def test_rights_that_start_later_are_offered_from_their_day() -> None:
    imo = Organisation.objects.get(slug="imo")
    later = {"ccpa-explain-decision", "ccpa-automated-opt-out", "ccpa-appeal-decision"}
    on_the_eve = {each.slug for each in rights_offered(imo, date(2026, 12, 31))}
    on_the_day = {each.slug for each in rights_offered(imo, date(2027, 1, 1))}
    assert later & on_the_eve == set()
    assert on_the_day - on_the_eve == later


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
def test_an_appeal_in_washington_is_a_right_of_its_own() -> None:
    imo = Organisation.objects.get(slug="imo")
    right = Right.objects.get(
        slug="washington-appeal", reading__version__policy__organisation=imo, reading__number=1
    )
    assert (right.kind, right.audience_code) == ("appeal", "washington_resident")
    assert place_claimed(right) == "US-WA"


@pytest.mark.django_db
@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("organisation", "slug", "who"),
    [
        ("indigomed", "copy", {"heir", "doctor"}),
        ("indigomed", "inspect", {"heir", "doctor"}),
        ("img", "access", {"heir"}),
        ("img", "erase", {"heir"}),
    ],
)
def test_heirs_and_doctors_may_ask_where_their_law_lets_them(
    organisation: str, slug: str, who: set[str]
) -> None:
    """Portugal, Law 58/2019 Art. 17; France, LIL Art. 85 and R1111-1."""
    right = Right.objects.get(
        slug=slug, reading__version__policy__organisation__slug=organisation, reading__number=1
    )
    assert who <= set(right.who_may_ask)
