"""What ships: every right of the three policies, clause by clause."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command

from dsr.policies.catalogue.export import exported
from dsr.policies.kinds import FOUR_EYES, LIGHT, PROVEN
from dsr.policies.models import InformationItem, Organisation, PolicyVersion, Right
from dsr.policies.services import kept_copy, rights_offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]

WRITTEN_SIGNED_DATED = ["written", "signed", "dated"]


def right(policy: str, slug: str) -> Right:
    return Right.objects.get(reading__version__policy__slug=policy, slug=slug)


def slugs(policy: str, *, by_law: bool = False) -> list[str]:
    rights = Right.objects.filter(reading__version__policy__slug=policy).order_by("position")
    return [each.slug for each in rights if bool(each.law) is by_law]


@pytest.mark.parametrize(
    ("policy", "label", "effective_on", "sha", "length"),
    [
        pytest.param(
            "imo",
            "2020-11",
            None,
            "2a5f5bcb962f6267b2bc1ac35f687bf099469e7266b7d1f5495e8fed34f18166",
            24824,
            id="IMO prints a month and no day",
        ),
        pytest.param(
            "img",
            "undated",
            None,
            "bb87264384feb444b0c5e4e68cc3f5c2517a87b4e646e0060f57af168476ee6f",
            11024,
            id="IMG prints no date",
        ),
        pytest.param(
            "indigomed",
            "2016-10-01",
            date(2016, 10, 1),
            "656ccbdb62456236751792a9613e37269f8581125163e9eab5478ad7a84d9d02",
            16710,
            id="INDIGOMED prints a day",
        ),
    ],
)
def test_the_text_is_kept_byte_for_byte(
    policy: str, label: str, effective_on: date | None, sha: str, length: int
) -> None:
    version = PolicyVersion.objects.get(policy__slug=policy)
    assert (version.label, version.effective_on) == (label, effective_on)
    assert len(version.text) == length
    assert version.text_sha256 == sha == sha256(version.text.encode()).hexdigest()


def test_imo_grants_seventeen_rights_and_the_laws_fourteen_more() -> None:
    assert slugs("imo") == [
        "eu-inform",
        "eu-access",
        "eu-correct",
        "eu-delete",
        "eu-portability",
        "eu-restrict",
        "eu-object",
        "eu-automated-decision",
        "delete",
        "update",
        "marketing-opt-out",
        "phone-consent-withdrawal",
        "object-to-change",
        "complaint",
        "minor-deactivate",
        "minor-opt-out",
        "report-child",
    ]
    assert slugs("imo", by_law=True) == [
        "gdpr-withdraw-consent",
        "ccpa-know",
        "ccpa-know-categories",
        "ccpa-delete",
        "ccpa-correct",
        "ccpa-opt-out",
        "ccpa-limit",
        # From 1 January 2027.
        "ccpa-explain-decision",
        "ccpa-automated-opt-out",
        "ccpa-appeal-decision",
        "washington-access",
        "washington-withdraw-consent",
        "washington-delete",
        "washington-appeal",
    ]


def test_img_grants_eight_rights_and_the_law_three_more() -> None:
    assert slugs("img") == [
        "confirmation",
        "object",
        "rectify",
        "erase",
        "access",
        "withdraw-consent",
        "delete-account",
        "parental-consent",
    ]
    assert slugs("img", by_law=True) == [
        "gdpr-restrict",
        "gdpr-portability",
        "gdpr-automated-decision",
    ]


def test_indigomed_grants_eleven_rights_and_the_law_eight_more() -> None:
    assert slugs("indigomed") == [
        "accounting",
        "amend",
        "inspect",
        "copy",
        "restrict-operations",
        "restrict-family",
        "confidential-communications",
        "paper-copy",
        "revoke-authorisation",
        "lost-contact-data",
        "delete-child-data",
    ]
    assert slugs("indigomed", by_law=True) == [
        "gdpr-access",
        "gdpr-rectify",
        "gdpr-erase",
        "gdpr-restrict",
        "gdpr-portability",
        "gdpr-object",
        "gdpr-automated-decision",
        "gdpr-withdraw-consent",
    ]


def test_every_clause_stands_at_its_place_in_the_text() -> None:
    looked_at = 0
    for each in [*Right.objects.all(), *InformationItem.objects.all()]:
        text = each.reading.version.text
        for clause in each.clauses:
            assert text[clause["start"] : clause["end"]] == clause["text"], each
            looked_at += 1
    assert looked_at == 169


def test_every_right_of_a_policy_rests_on_a_clause_and_every_right_of_a_law_on_an_article() -> None:
    for each in Right.objects.all():
        assert bool(each.clauses) is not bool(each.law), each
        assert bool(each.law) == bool(each.law_article) == bool(each.law_checked), each


@pytest.mark.parametrize(
    ("policy", "slug", "must", "should", "never"),
    [
        ("indigomed", "accounting", [*WRITTEN_SIGNED_DATED, "time_period"], ["medium"], []),
        ("indigomed", "amend", [*WRITTEN_SIGNED_DATED, "records", "reason"], [], []),
        ("indigomed", "inspect", WRITTEN_SIGNED_DATED, [], []),
        ("indigomed", "copy", WRITTEN_SIGNED_DATED, [], []),
        (
            "indigomed",
            "restrict-operations",
            WRITTEN_SIGNED_DATED,
            ["information", "use_or_disclosure", "recipients"],
            [],
        ),
        (
            "indigomed",
            "restrict-family",
            WRITTEN_SIGNED_DATED,
            ["information", "use_or_disclosure", "recipients"],
            [],
        ),
        (
            "indigomed",
            "confidential-communications",
            [*WRITTEN_SIGNED_DATED, "contact_how_where"],
            [],
            ["reason"],
        ),
        ("indigomed", "paper-copy", [], [], []),
        ("indigomed", "revoke-authorisation", ["written"], [], []),
        ("indigomed", "lost-contact-data", [], [], []),
        ("indigomed", "delete-child-data", [], [], []),
        ("img", "access", [], [], []),
        ("img", "erase", [], [], []),
        ("img", "parental-consent", [], [], []),
        ("imo", "eu-portability", [], [], []),
        ("imo", "object-to-change", [], [], []),
        ("imo", "report-child", [], [], []),
    ],
)
def test_particulars_have_the_strength_of_the_text(
    policy: str, slug: str, must: list[str], should: list[str], never: list[str]
) -> None:
    found = right(policy, slug)
    assert (found.must, found.should, found.never) == (must, should, never)


def test_only_indigomed_states_periods_and_only_two() -> None:
    stated = {
        (each.reading.version.policy.slug, each.slug): each.period
        for each in Right.objects.all()
        if each.period
    }
    assert stated == {
        ("indigomed", "accounting"): {"amount": 20, "unit": "day"},
        ("indigomed", "amend"): {"amount": 60, "unit": "day"},
    }


def test_only_the_accounting_looks_back_and_two_years() -> None:
    stated = {each.slug: each.look_back for each in Right.objects.all() if each.look_back}
    assert stated == {"accounting": {"amount": 2, "unit": "year"}}


def test_a_parent_or_guardian_may_act_in_every_right_of_indigomed() -> None:
    clause = (
        "The parent or legal guardian of a minor child may, in compliance with the Terms of Use"
        " access or use the Sites or Services on behalf of such minor child."
    )
    rights = Right.objects.filter(reading__version__policy__slug="indigomed", law="")
    assert len(rights) == 11
    for each in rights:
        assert {"parent", "guardian"} <= set(each.who_may_ask)
        assert clause in [found["text"] for found in each.clauses]


def test_minors_of_13_to_17_ask_by_themselves_at_imo() -> None:
    for slug in ("minor-deactivate", "minor-opt-out"):
        assert right("imo", slug).who_may_ask == ["minor_13_17", "parent", "guardian"]
    assert "third_party" in right("imo", "report-child").who_may_ask


def test_harm_legal_proceedings_and_research_except_records_from_inspection() -> None:
    for slug in ("inspect", "copy"):
        codes = [each["code"] for each in right("indigomed", slug).exceptions]
        assert codes == ["harm", "legal-proceeding", "research", "not-completed"]
        assert right("indigomed", slug).fee == "May be charged; the text names no amount"


def test_the_broken_address_stays_as_the_text_has_it() -> None:
    channels = right("imo", "report-child").channels
    assert channels[0]["address"] == "Customer Support at\u00a0imohealth.com"
    assert "broken" in channels[0]["note"]
    assert channels[1] == {"kind": "email", "address": "customersupport@imohealth.com"}


def test_no_right_is_answered_with_too_little_or_too_much_proof() -> None:
    for each in Right.objects.all():
        assert not (each.kind in PROVEN and each.identity_level == 0), each
        assert not (each.kind in LIGHT and each.identity_level > 1), each
        assert not (each.kind in FOUR_EYES and not each.two_people), each


@pytest.mark.parametrize(
    ("policy", "slug", "level", "two_people"),
    [
        ("indigomed", "accounting", 3, True),
        ("indigomed", "copy", 3, True),
        ("indigomed", "amend", 2, True),
        ("indigomed", "confidential-communications", 1, False),
        ("indigomed", "paper-copy", 0, False),
        ("indigomed", "revoke-authorisation", 1, False),
        ("indigomed", "gdpr-access", 3, True),
        ("img", "access", 3, True),
        ("img", "withdraw-consent", 1, False),
        ("imo", "marketing-opt-out", 1, False),
        ("imo", "report-child", 0, False),
        ("imo", "eu-portability", 3, True),
    ],
)
def test_who_must_prove_what_and_who_decides(
    policy: str, slug: str, level: int, two_people: bool
) -> None:
    found = right(policy, slug)
    assert (found.identity_level, found.two_people) == (level, two_people)


def test_confidential_communications_are_promised() -> None:
    assert right("indigomed", "confidential-communications").must_grant is True
    assert right("indigomed", "restrict-operations").must_grant is False


def test_everything_has_french_words_of_its_own() -> None:
    for each in Right.objects.all():
        assert each.in_language("summary", "fr") != each.summary, each
        assert each.in_language("audience", "fr-CA") != each.audience, each
        for english, french in zip(each.exceptions, each.exceptions_in("fr"), strict=True):
            assert english["code"] == french["code"]
            assert english["text"] != french["text"], each
    for item in InformationItem.objects.all():
        assert item.in_language("text", "fr") != item.text, item
    assert right("img", "access").in_language("title", "de") == "Access"


@pytest.mark.parametrize(
    ("slug", "country", "zone", "calendar"),
    [
        ("imo", "US", "America/Chicago", ["US-IL"]),
        ("img", "PT", "Europe/Lisbon", ["PT"]),
        ("indigomed", "FR", "Europe/Paris", ["FR"]),
    ],
)
def test_each_organisation_counts_in_its_own_place(
    slug: str, country: str, zone: str, calendar: list[str]
) -> None:
    organisation = Organisation.objects.get(slug=slug)
    assert (organisation.country, organisation.zone) == (country, zone)
    assert organisation.calendar.codes == calendar
    assert (organisation.target_amount, organisation.target_unit) == (30, "day")


def test_rights_are_offered_by_the_version_of_the_day() -> None:
    indigomed = Organisation.objects.get(slug="indigomed")
    assert rights_offered(indigomed, date(2016, 9, 30)) == []
    assert len(rights_offered(indigomed, date(2016, 10, 1))) == 19
    shown = kept_copy().information_shown(indigomed, date(2026, 1, 1))
    assert [item.slug for item in shown] == [
        "complaint",
        "questions",
        "us-consents",
        "changes",
    ]


def test_the_catalogue_prints_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert printed == exported()
    assert [policy["slug"] for policy in printed["policies"]] == ["img", "imo", "indigomed"]
    indigomed: dict[str, Any] = printed["policies"][2]
    assert set(indigomed) == {
        "organisation",
        "slug",
        "version",
        "effective_on",
        "text_sha256",
        "rights",
        "law_rights",
        "information",
    }
    assert (indigomed["version"], indigomed["effective_on"]) == ("2016-10-01", "2016-10-01")
    assert printed["policies"][0]["effective_on"] is None
    paper_copy = next(each for each in indigomed["rights"] if each["slug"] == "paper-copy")
    assert set(paper_copy) == {
        "kind",
        "slug",
        "title",
        "clauses",
        "audience",
        "period",
        "must",
        "should",
        "may",
        "never",
        "channels",
        "fee",
        "cost",
        "ages",
        "look_back",
        "exceptions",
        "who_may_ask",
    }
    assert paper_copy["period"] is None
    assert paper_copy["look_back"] is None
    assert paper_copy["clauses"][1] == {
        "text": "A user has the right to a paper copy of this Notice.",
        "start": 8409,
        "end": 8461,
    }
    assert indigomed["law_rights"][0]["law"] == "GDPR"
    assert indigomed["law_rights"][0]["article"] == "Art. 15"


def test_the_catalogue_prints_as_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue")
    assert "  accounting: Accounting of disclosures (20 day)\n" in capsys.readouterr().out
