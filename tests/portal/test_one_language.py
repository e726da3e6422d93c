"""A page speaks its reader's language; what must stay in another is announced and marked."""

from __future__ import annotations

import re

import pytest

from tests.portal.conftest import FULL, Visitor

PLAIN = {key: FULL[key] for key in ("role", "name", "email")}
QUOTED = re.compile(r'<(blockquote|div|h1)[^>]* lang="en"[^>]*>.*?</\1>', re.DOTALL)


def in_french(visitor: Visitor, url: str) -> str:
    """The page without what is marked as English, and without addresses."""
    visitor.client.post("/language/", {"language": "fr", "next": "/"})
    return re.sub(r'\b(href|id|value)="[^"]*"', "", QUOTED.sub("", visitor.open(url)))


@pytest.mark.parametrize("url", ["/img/", "/imo/", "/indigomed/", "/indigomed/gdpr-access/"])
def test_french_pages_say_rgpd(visitor: Visitor, url: str) -> None:
    page = in_french(visitor, url)
    assert "GDPR" not in page


def test_the_private_page_names_the_law_in_french(visitor: Visitor) -> None:
    visitor.ask("/imo/eu-access/", **PLAIN, country="FR")
    english = visitor.status()
    assert "Set by law: GDPR" in english
    assert "RGPD" not in english
    french = in_french(visitor, visitor.at())
    assert "RGPD" in french
    assert "GDPR" not in french


def test_the_words_of_the_policy_are_announced_and_marked(visitor: Visitor) -> None:
    announced = "The policy’s words, in English."
    english = visitor.open("/imo/eu-access/")
    assert '<blockquote lang="en">' in english
    # Whoever reads English needs no word about it.
    assert announced not in english
    visitor.client.post("/language/", {"language": "fr", "next": "/"})
    french = visitor.open("/imo/eu-access/")
    assert '<blockquote lang="en">' in french
    said = re.search(r'<figure class="clause">\s*<p class="soft small">\s*([^<]+?)\s*</p>', french)
    assert said
    # Before the words themselves, for whoever hears the page.
    assert french.index(said[0]) < french.index('<blockquote lang="en">')
