"""A right that a text grants at some ages only is not taken for others, who are shown theirs."""

from __future__ import annotations

import pytest

from dsr.requests import history
from dsr.requests.errors import BadInput
from dsr.requests.forms import RequestForm
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor


def received(sent: SubjectRequest) -> str:
    return next(line.text for line in history.timeline(sent) if line.text.startswith("Received"))


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


@pytest.mark.parametrize(
    ("role", "born", "sentence"),
    [
        (
            "parent",
            "1980-03-01",
            "A parent is said to ask for a child, and somebody born on this day is 46 years old.",
        ),
        (
            "subject",
            "2015-03-01",
            "The person is said to ask alone, and somebody born on this day is 11 years old.",
        ),
    ],
)
def test_a_day_that_does_not_fit_who_asks_is_asked_back_once_and_then_taken(
    visitor: Visitor, role: str, born: str, sentence: str
) -> None:
    typed = WHO | {"role": role, "about_name": "Kid Canary", "born_on": born}
    page = visitor.fill("/imo/delete/", **typed).content.decode()
    assert sentence in page
    assert 'value="1980-03-01"' in page or 'value="2015-03-01"' in page
    sent = visitor.ask("/imo/delete/", **typed, anyway="1")
    assert received(sent).endswith(
        "(Form on this site); the day of birth does not fit who asks, or the ages of the right; it "
        "was asked about, and is meant"
    )


@pytest.mark.parametrize("slug", ["marketing-opt-out", "delete"])
def test_who_says_to_be_a_minor_is_asked_back_for_every_right(desk: Desk, slug: str) -> None:
    right = desk.right("imo", slug)
    # No right of ours has this role and no ages; somebody's policy may.
    right.who_may_ask = ["subject", "minor_13_17"]
    form = RequestForm(right, WHO | {"role": "minor_13_17", "born_on": "1980-03-01"})
    assert form.errors["born_on"] == [
        "Who asks is said to be between 13 and 17, and somebody born on this day is 46 years old. "
        "Correct who asks, or the day."
    ]


def test_a_day_that_fits_leaves_no_word(visitor: Visitor) -> None:
    typed = WHO | {"role": "parent", "about_name": "Kid Canary", "born_on": "2015-03-01"}
    sent = visitor.ask("/imo/delete/", **typed, anyway="1")
    assert received(sent).endswith("(Form on this site)")


def test_the_service_takes_no_other_age_whatever_door_it_comes_by(desk: Desk) -> None:
    right, old = desk.right("imo", "minor-deactivate"), PersonGiven("Kid Canary", "1980-03-01")
    with pytest.raises(BadInput) as refused:
        cast.ask(right, who=old, role="parent", requester=cast.ZOE, age_confirmed=True)
    assert str(refused.value.fields["born_on"]).startswith(
        "“Deactivation for minors of 13 to 17” is for other ages: somebody born on this day is 46 "
        "years old."
    )
    with pytest.raises(BadInput):
        cast.ask(desk.right("imo", "delete"), who=old, role="parent", requester=cast.ZOE)


def test_parents_find_every_door_for_their_child_in_one_place(visitor: Visitor) -> None:
    page = visitor.open("/imo/")
    part = page.partition('<section class="stack" aria-labelledby="for-your-child">')[2]
    part = part.partition("</section>")[0]
    for slug in ("minor-deactivate", "minor-opt-out", "report-child", "delete", "eu-delete"):
        assert f'href="/imo/{slug}/"' in part, slug
    assert part.index("/imo/minor-deactivate/") < part.index("/imo/delete/")
    assert "For children from 13 to 17 years: a parent, a guardian or the child." in part
    assert "For children up to 12 years: a parent, a guardian or the child." in part
    assert "For children of any age: a parent, a guardian or the child." in part
    assert "no age is named from which a child asks alone" in part


def test_the_form_says_at_each_field_whose_it_is(visitor: Visitor) -> None:
    page = visitor.open(URL)
    for sentence in (
        "If you ask for somebody else: where that person lives.",
        "Yours, also if you ask for a child or for somebody else.",
        "Yours, also if you ask for somebody else: what we write goes there.",
        "It need not be the home of the person the data is about.",
        "the child’s or that person’s, not yours.",
        "The account of the person the data is about",
        "this is about that person, not about you.",
    ):
        assert sentence in page, sentence
