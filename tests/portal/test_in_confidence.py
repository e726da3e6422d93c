"""Who may have somebody to hide it from is asked before anything is written, and believed."""

from __future__ import annotations

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.requests.people import answers_go_to, notices_go_to
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor

URL = "/indigomed/confidential-communications/"
TYPED = {
    "role": "subject",
    "name": "Zoé Canary-Quill",
    "email": "zoe.canary@example.org",
    "postal_address": "7 rue du Serin, 69000 Lyon",
    "contact_how_where": "Never by e-mail.",
    "anyway": "1",
}


def mails() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="acknowledgement"))


def test_it_is_asked_once_whether_writing_is_safe(visitor: Visitor) -> None:
    typed = {name: value for name, value in TYPED.items() if name != "anyway"}
    page = visitor.fill(URL, **typed).content.decode()
    assert "Say whether it is safe to write to you. If you leave it open, nothing is sent." in page


@pytest.mark.parametrize("said", ["none", ""])
def test_nothing_is_sent_to_an_address_that_nobody_called_safe(visitor: Visitor, said: str) -> None:
    sent = visitor.ask(URL, **TYPED, may_write=said)
    assert mails() == []
    assert notices_go_to(sent) == ("", "none")
    assert answers_go_to(sent) == ("", "email")
    assert "Nothing is sent to you." in visitor.open(visitor.at("sent/"))


def test_who_wants_nothing_written_need_not_give_an_address(visitor: Visitor) -> None:
    typed = TYPED | {"email": "", "postal_address": ""}
    assert visitor.ask(URL, **typed, may_write="none").may_write == "none"


def test_a_mail_names_neither_the_right_nor_of_whom_it_was_asked(visitor: Visitor) -> None:
    sent = visitor.ask(URL, **TYPED, may_write="email")
    [mail] = mails()
    said = f"{mail.unseal('subject')}\n{mail.unseal('body')}"
    assert said.startswith("A message for you\n")
    for word in ("onfidential", "INDIGOMED", "ealth", "right", sent.reference):
        assert word not in said


def test_a_letter_goes_only_where_it_was_asked_for(visitor: Visitor) -> None:
    visitor.ask(URL, **TYPED, may_write="post")
    [letter] = mails()
    assert letter.medium == "letter"


def test_of_several_requests_in_an_hour_none_is_named(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask(URL, **TYPED, may_write="email")
    cast.ask(sent.right, may_write="email", who=cast.ZOE)
    assert all("onfidential" not in str(each.unseal("body")) for each in mails())


@pytest.mark.parametrize("slug", ["restrict-family", "lost-contact-data"])
def test_its_brothers_ask_as_well(visitor: Visitor, slug: str) -> None:
    assert "Is it safe to write to you?" in visitor.open(f"/indigomed/{slug}/")


def test_others_are_not_asked(visitor: Visitor) -> None:
    assert "Is it safe to write to you?" not in visitor.open("/indigomed/copy/")
