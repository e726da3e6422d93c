"""A right that a text grants at some ages only is not taken for others, who are shown theirs."""

from __future__ import annotations

import pytest

from dsr.requests.models import SubjectRequest
from tests.portal.conftest import Visitor

URL = "/imo/minor-deactivate/"
WHO = {"name": "Zoé Canary-Quill", "email": "zoe.canary@example.org", "country": "US"}


@pytest.mark.parametrize(
    ("role", "born", "years"),
    [
        ("parent", "2015-03-01", 11),
        ("minor_13_17", "1980-03-01", 46),
        # Thirteen tomorrow, and eighteen today: the day of sending is 1 May 2026.
        ("parent", "2013-05-02", 12),
        ("minor_13_17", "2008-05-01", 18),
    ],
)
def test_another_age_is_shown_its_own_door(
    visitor: Visitor, role: str, born: str, years: int
) -> None:
    typed = WHO | {"role": role, "about_name": "Kid Canary", "born_on": born, "anyway": "1"}
    page = visitor.fill(URL, **typed).content.decode()
    assert f"somebody born on this day is {years} years old" in page
    assert 'href="/imo/delete/"' in page
    assert ('href="/imo/report-child/"' in page) is (years < 13)
    assert not SubjectRequest.objects.exists()


@pytest.mark.parametrize("born", ["2013-05-01", "2008-05-02", ""])
def test_the_ages_of_the_text_are_taken_and_an_open_day_as_well(
    visitor: Visitor, born: str
) -> None:
    assert visitor.ask(URL, **WHO, role="parent", about_name="Kid Canary", born_on=born)


def test_the_other_right_of_these_ages_asks_for_the_day_too(visitor: Visitor) -> None:
    typed = WHO | {"role": "minor_13_17", "born_on": "1980-03-01", "anyway": "1"}
    page = visitor.fill("/imo/minor-opt-out/", **typed).content.decode()
    assert "is 46 years old" in page
    assert 'href="/imo/marketing-opt-out/"' in page


def test_the_form_says_whose_home_is_asked(visitor: Visitor) -> None:
    assert "If you ask for somebody else: where that person lives." in visitor.open(URL)
