"""The page of each law says what its file says, and the committed pages are those of the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from dsr.policies import duty_words
from dsr.policies.law_pages import pages
from dsr.policies.regimes import all_regimes

DOCS = Path(settings.BASE_DIR) / "docs"


def test_the_committed_pages_are_what_the_command_writes() -> None:
    kept = {page.name: page.read_text(encoding="utf-8") for page in (DOCS / "laws").glob("*.md")}
    written = pages()
    assert sorted(kept) == sorted(written), "run manage.py law_pages"
    wrong = [name for name, text in written.items() if kept[name] != text]
    assert wrong == [], "run manage.py law_pages"


def test_every_law_has_a_page_that_the_index_and_the_documentation_lead_to() -> None:
    index = pages()["README.md"]
    assert [slug for slug in all_regimes() if f"]({slug}.md)" not in index] == []
    assert "(laws/README.md)" in (DOCS / "regimes.md").read_text(encoding="utf-8")


def test_a_page_names_every_source_with_its_address_and_how_far_it_was_checked() -> None:
    said = {
        "read": "the text was read",
        "secondary": "read in a report about it",
        "remembered": "from memory, not read again",
    }
    for slug, regime in all_regimes().items():
        page = pages()[f"{slug}.md"]
        assert f"sources: {regime.checked_on}" in page
        for source in regime.sources.values():
            assert f"[{source.title}]({source.url}) | {said[source.checked]} |" in page, slug


def test_a_page_has_a_part_for_every_duty_fact_and_hold() -> None:
    for slug, regime in all_regimes().items():
        page = pages()[f"{slug}.md"]
        assert page.count("\n### ") == len(regime.duties)
        named = [*regime.facts.values(), *regime.holds.values()]
        assert [each.label for each in named if f"“{each.label}”" not in page] == []


def test_the_european_rule_in_plain_words() -> None:
    page = pages()["gdpr.md"]
    assert (
        "- Limit: 1 month; to the same date as the day of receipt; a last day that is not worked "
        "moves to the next working day; it holds 2 working days at least; working days are those "
        "of the organisation\n"
        "- More time: 2 months; because: the request is complex or the number of requests\n"
    ) in page
    assert "- Limit: without delay: the text names no number\n- Source: GDPR Art. 21(2)" in page


def test_the_page_of_california_names_what_starts_later() -> None:
    page = pages()["ccpa.md"]
    assert "- any organisation, where the person who asks lives in: United States (CA)" in page
    assert "- From: 2027-01-01\n" in page


def test_two_texts_of_one_law_lead_to_each_other() -> None:
    assert "- Followed by [UK GDPR](uk-gdpr.md)" in pages()["uk-gdpr-2018.md"]
    assert "- Follows [UK GDPR until 2026](uk-gdpr-2018.md)" in pages()["uk-gdpr.md"]


@pytest.mark.parametrize(
    ("rule", "calendar", "said"),
    [
        pytest.param(
            {"unit": "day", "amount": 0},
            None,
            "on the same day; weekends and holidays move nothing",
            id="at once",
        ),
        pytest.param(
            {"unit": "hour", "amount": 48, "hour_start": "next_full_hour"},
            None,
            "48 hours; from the next full hour",
            id="hours",
        ),
        pytest.param(
            {"unit": "business_day", "amount": 1},
            [],
            "1 working day; the day of receipt is not counted; only weekends are days of rest",
            id="working days of a law without holidays",
        ),
        pytest.param(
            {"unit": "month", "amount": 1, "anchor": "day_before", "roll": "previous_working_day"},
            ["GB"],
            "1 month; to the eve of the same date; a last day that is not worked moves to the one "
            "before; working days are those of United Kingdom",
            id="every switch of a month",
        ),
        pytest.param(
            {"unit": "year", "amount": 6, "direction": "back"},
            None,
            "6 years back from the day of receipt",
            id="a window",
        ),
        pytest.param(
            {"unit": "day", "amount": 20, "start": "same_day", "cutoff": "17:00"},
            None,
            "20 days; the day of receipt is the first day; what arrives at 17:00 or later counts "
            "as of the next day; weekends and holidays move nothing",
            id="a late arrival",
        ),
    ],
)
def test_a_rule_is_one_line_that_says_every_switch(
    rule: dict[str, object], calendar: list[str] | None, said: str
) -> None:
    with translation.override("en"):
        assert duty_words.rule_in_words(rule, calendar) == said
