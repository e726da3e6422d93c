"""A law has one name for a reader: RGPD in French, GDPR in English, never both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import translation

from dsr.policies.law_words import article_in_words, law_in_words
from dsr.policies.regimes import all_regimes

ROOT = Path(settings.BASE_DIR)
CATALOGUE = sorted((ROOT / "dsr" / "policies" / "catalogue").rglob("*.yaml"))
# Names that hold a word of the other language and stay: titles of works.
FRENCH = [each for each in CATALOGUE if each.name in {"policy.yaml", "gdpr.yaml", "ccpa.yaml"}]


@pytest.mark.parametrize(
    ("named", "english", "french"),
    [
        ("GDPR", "GDPR", "RGPD"),
        ("GDPR Art. 12(3)", "GDPR Art. 12(3)", "RGPD, art. 12(3)"),
        ("UK GDPR", "UK GDPR", "RGPD britannique"),
        ("UK GDPR Art. 12A", "UK GDPR Art. 12A", "RGPD britannique, art. 12A"),
        ("French health code", "French health code", "code de la santé publique"),
        ("HIPAA", "HIPAA", "HIPAA"),
        # What no law's file says stays as somebody wrote it.
        ("Order 12/2026 of the court", "Order 12/2026 of the court", "Order 12/2026 of the court"),
        ("", "", ""),
    ],
)
def test_a_law_is_named_in_the_language_of_the_reader(
    named: str, english: str, french: str
) -> None:
    with translation.override("en"):
        assert law_in_words(named) == english
    with translation.override("fr"):
        assert law_in_words(named) == french
    # A region of the language has its names.
    with translation.override("fr-ca"):
        assert law_in_words(named) == french


def test_the_article_of_a_law() -> None:
    with translation.override("en"):
        assert article_in_words("GDPR", "Art. 15") == "GDPR, Art. 15"
    with translation.override("fr"):
        assert article_in_words("GDPR", "Art. 15") == "RGPD, art. 15"
        assert article_in_words("CCPA", "s. 7021") == "CCPA, s. 7021"


def test_every_law_has_its_french_name() -> None:
    assert [each.slug for each in all_regimes().values() if "fr" not in each.translations] == []
    for each in all_regimes().values():
        said = each.translations["fr"].model_dump_json()
        assert "GDPR" not in said, each.slug
        # Each source that holds the name of the law in English has its French.
        untold = [
            source.title
            for slug, source in each.sources.items()
            if "GDPR" in source.title and slug not in each.translations["fr"].sources
        ]
        assert untold == []


def _french_and_other(node: object, *, french: bool = False) -> list[tuple[bool, str]]:
    if isinstance(node, dict):
        return [
            found
            for key, value in node.items()
            for found in _french_and_other(value, french=french or key == "fr")
        ]
    if isinstance(node, list):
        return [found for value in node for found in _french_and_other(value, french=french)]
    return [(french, node)] if isinstance(node, str) and "://" not in node else []


@pytest.mark.parametrize("file", FRENCH, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_file_mixes_the_names(file: Path) -> None:
    said = _french_and_other(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert [text for french, text in said if french and "GDPR" in text] == []
    assert [text for french, text in said if not french and "RGPD" in text] == []


def test_no_translation_mixes_the_names() -> None:
    po = (ROOT / "dsr" / "locale" / "fr" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    joined = re.sub(r'"\n"', "", po)
    assert re.findall(r"^msgstr.*GDPR.*$", joined, flags=re.MULTILINE) == []
    assert re.findall(r"^msgid.*RGPD.*$", joined, flags=re.MULTILINE) == []
