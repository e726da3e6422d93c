"""The requester's pages tell days and times as the organisation and the reader have them."""

from __future__ import annotations

import re

from tests.portal.conftest import FULL, Visitor

PLAIN = {key: FULL[key] for key in ("role", "name", "email")}


def french(visitor: Visitor) -> None:
    visitor.client.post("/language/", {"language": "fr", "next": "/"})


def test_the_private_page_of_a_european_organisation(visitor: Visitor) -> None:
    visitor.ask()
    page = visitor.status()
    assert "By law you must have an answer by 1 June 2026." in page
    assert re.search(r"1 May 2026, \d\d:\d\d, Paris time</time>", page)
    assert not re.search(r"(May|June) \d+, 2026", page)
    french(visitor)
    page = visitor.status()
    assert ">1er mai 2026" in page
    assert "21 mai 2026" in page


def test_the_private_page_of_an_american_organisation(visitor: Visitor) -> None:
    visitor.ask("/imo/eu-access/", **PLAIN, country="FR")
    page = visitor.status()
    assert "By law you must have an answer by June 1, 2026." in page
    assert re.search(r"May 1, 2026, \d\d:\d\d, Chicago time</time>", page)
    assert not re.search(r"\d+ (May|June) 2026", page)


def test_a_visitor_of_two_organisations_reads_each_in_its_way(visitor: Visitor) -> None:
    """The same thread serves both: nothing of the first is left on the second."""
    assert "June 1, 2026" in visitor.open("/imo/eu-access/")
    assert "31 May 2026" in visitor.open("/img/access/")
    assert "June 1, 2026" in visitor.open("/imo/eu-access/")


def test_what_is_wrong_with_a_day_is_said_in_the_same_words(visitor: Visitor) -> None:
    wrong = FULL | {"period_from": "2031-01-01"}
    page = visitor.fill("/indigomed/accounting/", **wrong).content.decode()
    assert re.search(r"\d{1,2} [A-Z][a-z]+ 20\d\d", page)
    assert not re.search(r"[A-Z][a-z]+\.? \d{1,2}, 20\d\d", page)


def test_a_form_sent_before_says_whose_time_it_is(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    form = {"form_token": token, **FULL}
    assert visitor.client.post("/indigomed/accounting/", form).status_code == 302
    visitor.client.cookies.clear()
    again = visitor.client.post("/indigomed/accounting/", form)
    assert again.status_code == 409
    assert re.search(
        r"This form arrived on 1 May 2026 at \d\d:\d\d, Paris time, and counts once\.",
        " ".join(again.content.decode().split()),
    )


def test_the_letter_to_be_signed_by_hand_has_days_in_words(visitor: Visitor) -> None:
    visitor.ask()
    page = visitor.open(visitor.at("paper/"))
    assert "1 May 2024" in page
    assert "30 April 2026" in page
    assert "2024-05-01" not in page
