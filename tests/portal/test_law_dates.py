"""The law's day is the headline everywhere, and no country left open takes it away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests.deadlines.explain import expectation
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor

WHO = {"role": "subject", "name": "Zoé Canary-Quill", "email": "zoe.canary@example.org"}
# Received on 1 May 2026: one month by the GDPR, 45 days in California, the aim of 30 days.
EUROPE = (
    "By law you must have an answer by June 1, 2026. "
    "The organisation aims to answer by May 31, 2026."
)
CALIFORNIA = (
    "By law you must have an answer by June 15, 2026. "
    "The organisation aims to answer by May 31, 2026."
)
NO_LAW = "The policy names no date. The organisation’s own aim is to answer by May 31, 2026."
WHERE = "Choose where you live: it decides whether a law says by when you must have an answer."


def law_dates(sent: SubjectRequest) -> dict[str, date | None]:
    return {
        each.regime: each.due_on
        for each in sent.deadlines.duties()
        if each.set_by == "law" and each.purpose == "respond"
    }


@pytest.mark.parametrize("country", ["", "unsaid"])
@pytest.mark.parametrize(
    ("slug", "law", "sentence"),
    [
        pytest.param("eu-access", {"gdpr": date(2026, 6, 1)}, EUROPE, id="Access (EU)"),
        pytest.param("eu-delete", {"gdpr": date(2026, 6, 1)}, EUROPE, id="Deletion (EU)"),
        pytest.param("ccpa-know", {"ccpa": date(2026, 6, 15)}, CALIFORNIA, id="know (California)"),
        pytest.param("ccpa-delete", {"ccpa": date(2026, 6, 15)}, CALIFORNIA, id="delete (CA)"),
    ],
)
def test_the_choice_of_a_right_engages_its_law_where_the_country_is_left_open(
    visitor: Visitor, slug: str, law: dict[str, date], sentence: str, country: str
) -> None:
    typed: dict[str, Any] = {**WHO, "country": country}
    form = visitor.open(f"/imo/{slug}/")
    sent = visitor.ask(f"/imo/{slug}/", **typed)
    assert law_dates(sent) == law
    # The form, the confirmation, the private page and the mail say the same.
    mail = OutboxMessage.objects.get(kind="acknowledgement").unseal("body")
    for said in (form, visitor.open(visitor.at("sent/")), visitor.status(), mail):
        assert sentence in said.replace("\n", " ")


def test_no_country_is_chosen_beforehand(visitor: Visitor) -> None:
    page = visitor.open("/imo/eu-access/")
    assert '<option value="" selected>Choose a country</option>' in page
    assert '<option value="unsaid">I would rather not say</option>' in page


@pytest.mark.parametrize("slug", ["delete", "update"])
def test_where_the_country_decides_and_is_left_open_it_is_asked_once(
    visitor: Visitor, slug: str
) -> None:
    asked = visitor.fill(f"/imo/{slug}/", **WHO)
    assert WHERE in asked.content.decode()
    assert not SubjectRequest.objects.exists()
    sent = visitor.ask(f"/imo/{slug}/", **WHO, anyway="1")
    assert law_dates(sent) == {}
    assert expectation(sent, sent.received_on) == NO_LAW


def test_who_would_rather_not_say_is_not_asked_again(visitor: Visitor) -> None:
    sent = visitor.ask("/imo/delete/", **WHO, country="unsaid")
    assert sent.country == ""


def test_the_country_that_was_chosen_sets_the_day(visitor: Visitor) -> None:
    sent = visitor.ask("/imo/delete/", **WHO, country="DE")
    assert law_dates(sent) == {"gdpr": date(2026, 6, 1)}
    assert expectation(sent, sent.received_on) == EUROPE


@pytest.mark.parametrize("country", ["US", "ZZ", "US-CA"])
def test_a_right_of_another_place_is_asked_about_once(visitor: Visitor, country: str) -> None:
    asked = visitor.fill("/imo/eu-access/", **WHO, country=country).content.decode()
    if country == "US-CA":
        # California has a law of its own for the same need.
        assert law_dates(SubjectRequest.objects.get()) == {"ccpa": date(2026, 6, 15)}
        return
    assert "This right is for residents of the European Union, and you chose" in asked
    sent = visitor.ask("/imo/eu-access/", **WHO, country=country, anyway="1")
    assert law_dates(sent) == {}
    assert NO_LAW in visitor.open(visitor.at("sent/"))


def test_where_the_organisation_is_at_home_in_the_law_nobody_is_asked(visitor: Visitor) -> None:
    sent = visitor.ask("/img/access/", **WHO)
    assert law_dates(sent) == {"gdpr": date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("eu-access", "By law you must have an answer within 1 month."),
        ("ccpa-know", "By law you must have an answer within 45 days."),
        ("ccpa-opt-out", "By law it must be done within 15 working days."),
        ("delete", "Where you live, a law may set a day besides: the form asks you."),
    ],
)
def test_the_list_says_what_the_law_gives_before_the_aim(
    visitor: Visitor, slug: str, sentence: str
) -> None:
    page = visitor.open("/imo/")
    card = page[page.index(f'id="right-{slug}"') :]
    assert sentence in card[: card.index("</article>")]


def test_a_promise_that_is_nearer_than_the_law_stands_second(desk: Desk) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"), at=cast.on("2026-05-01"), country="FR")
    assert expectation(asked, date(2026, 5, 1)) == "By law you must have an answer by 1 June 2026."
    # Sixty days are promised and come after the law's month: they help nobody.
    assert asked.deadlines.get(code="policy").due_on == date(2026, 6, 30)


def test_a_missed_day_of_the_law_is_said_as_what_it_is(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"), at=cast.on("2026-05-01"))
    assert expectation(asked, date(2026, 6, 2)) == (
        "By law you had to have an answer by 1 June 2026, and it has not been sent yet. "
        "The organisation aimed to answer by 31 May 2026."
    )
