"""What can be asked of whom is explained in plain words beside the policy's own."""

from __future__ import annotations

import re

import pytest

from dsr.policies.models import Organisation, Right
from tests.portal.conftest import Visitor


def test_the_first_page_lists_the_organisations_that_take_requests(visitor: Visitor) -> None:
    Organisation.objects.filter(slug="img").update(is_open=False)
    page = visitor.open("/")
    assert "INDIGOMED" in page
    assert "Intelligent Medical Objects" in page
    assert "Innovative Medicines Group" not in page


def test_a_closed_organisation_has_no_page(visitor: Visitor) -> None:
    Organisation.objects.filter(slug="img").update(is_open=False)
    assert visitor.client.get("/img/").status_code == 404
    assert visitor.client.get("/img/access/").status_code == 404


def test_a_right_stands_beside_the_words_of_the_policy(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/")
    assert "Accounting of disclosures" in page
    assert "INDIGOMED will respond to users within 20 days." in page
    assert "INDIGOMED answers within 20 days." in page


def test_the_page_begins_with_a_table_of_its_rights(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/")
    contents = page[page.index('<nav class="contents"') : page.index("<section")]
    for right in Right.objects.filter(reading__version__policy__organisation__slug="indigomed"):
        assert f'href="#right-{right.slug}"' in contents
        assert page.count(f'id="right-{right.slug}"') == 1


def test_where_the_policy_names_no_period_the_page_says_so(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/inspect/")
    assert "The policy names no period. INDIGOMED aims to answer within 30 days." in page


def test_what_the_law_gives_stands_under_the_name_of_the_law(visitor: Visitor) -> None:
    page = visitor.open("/imo/")
    assert "What the law adds: GDPR" in page
    assert "What the law adds: CCPA" in page
    assert page.index("For everybody") < page.index("What the law adds")


def test_complaint_routes_are_shown_and_cannot_be_asked_for(visitor: Visitor) -> None:
    page = visitor.open("/imo/")
    titles = Organisation.objects.get(slug="imo")
    assert titles
    assert "Other ways" in page


def test_every_right_of_every_policy_has_a_form(visitor: Visitor) -> None:
    rights = Right.objects.select_related("reading__version__policy__organisation")
    # What starts later has no form yet.
    for right in rights.filter(law_starts_on=None):
        slug = right.reading.version.policy.organisation.slug
        page = visitor.open(f"/{slug}/{right.slug}/")
        assert "Send the request" in page


def test_no_form_asks_what_the_policy_forbids(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/confidential-communications/")
    assert 'name="reason"' not in page
    assert 'name="details"' not in page
    assert 'name="contact_how_where"' in page


def test_the_policy_is_shown_whole_with_the_clause_marked(visitor: Visitor) -> None:
    page = visitor.open("/indigomed/policy/indigomed/2016-10-01/?right=paper-copy")
    assert re.search(r'<mark\s+id="clause">', page)
    assert "A user has the right to a paper copy of this Notice." in page
    assert "CNIL authorization number 1556979V0/03-09-2012" in page


@pytest.mark.parametrize(
    "url",
    [
        "/nobody/",
        "/indigomed/nothing/",
        "/indigomed/policy/indigomed/1999/",
        "/img/policy/indigomed/2016-10-01/",
    ],
)
def test_what_is_not_there_is_not_found(visitor: Visitor, url: str) -> None:
    assert visitor.client.get(url).status_code == 404


def test_the_pages_speak_french(visitor: Visitor) -> None:
    chosen = visitor.client.post("/language/", {"language": "fr", "next": "/indigomed/"})
    assert chosen.headers["Location"] == "/indigomed/"
    page = visitor.open("/indigomed/")
    assert '<html lang="fr">' in page
    assert "Relevé des communications" in page
    assert '<blockquote lang="en">' in page
