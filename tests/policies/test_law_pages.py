"""The pages in docs/laws say what the files of the laws say."""

from __future__ import annotations

from pathlib import Path

from dsr.policies.regimes import all_regimes
from dsr.policies.regimes.pages import pages

FOLDER = Path(__file__).parents[2] / "docs" / "laws"


def test_every_page_is_the_one_that_its_file_makes() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run manage.py law_pages"


def test_every_law_says_when_it_was_last_checked() -> None:
    assert [slug for slug, law in all_regimes().items() if law.checked_on is None] == []


def test_a_page_names_rules_sources_and_degrees() -> None:
    page = pages()["gdpr.md"]
    assert "last checked on 2026-11-25" in page
    assert "**respond**: 1 month" in page
    assert "**stop**: at once" in page
    assert "GDPR Art. 12(3): the text was read" in page
    assert "read in a report about it" in page
    assert "never computed" in pages()["pt-public-health.md"]
