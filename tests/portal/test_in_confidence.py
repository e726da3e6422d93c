"""Who may have somebody to hide it from is asked before anything is written, and believed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.notifications.smtp import email_of
from dsr.policies.models import Organisation
from dsr.requests.models import SubjectRequest
from dsr.requests.people import answers_go_to, notices_go_to
from dsr.requests.services import digests
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import Visitor
from tests.portal.steps import answered

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
    cast.ask(desk.right("indigomed", "paper-copy"), who=cast.ZOE)
    assert digests.sweep(at=timezone.now() + timedelta(hours=1)) == 1
    mail = OutboxMessage.objects.get(kind="digest")
    said = f"{mail.unseal('subject')}\n{mail.unseal('body')}"
    assert said.startswith("Messages for you\n")
    assert "There are messages for you. You can read them here:" in said
    for word in ("onfidential", "INDIGOMED", "ealth", "right", "opy", sent.reference):
        assert word not in said


def test_a_code_says_neither_what_it_opens_nor_whose_it_is(visitor: Visitor, desk: Desk) -> None:
    # Asked of a right that lets data out, where staff was told that somebody else reads the mail.
    sent = visitor.ask()
    SubjectRequest.objects.filter(pk=sent.pk).update(may_write="email")
    answered(SubjectRequest.objects.get(pk=sent.pk), desk)
    visitor.client.post(visitor.at("code/"))
    mail = OutboxMessage.objects.get(kind="reading_code")
    said = f"{mail.unseal('subject')}\n{mail.unseal('body')}"
    assert said.startswith("A code for you\n")
    for word in ("ccounting", "INDIGOMED", "ealth", "right", "answer", sent.reference):
        assert word not in said


def test_neutral_mails_have_a_sender_of_their_own(visitor: Visitor, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "INDIGOMED privacy <privacy@demo.example>"
    visitor.ask(URL, **TYPED, may_write="email")
    [mail] = mails()
    # Until one was chosen: the address of all mails, without its name.
    assert email_of(mail).from_email == "privacy@demo.example"
    Organisation.objects.filter(slug="indigomed").update(
        neutral_name="Post room", neutral_email="post@room.example"
    )
    other = TYPED | {"email": "other.canary@example.org"}
    visitor.ask(URL, **other, may_write="email")
    mail = mails()[-1]
    assert email_of(mail).from_email == "Post room <post@room.example>"
    assert mail.message_id.endswith("@room.example>")


def test_every_other_mail_comes_from_the_program(visitor: Visitor) -> None:
    visitor.ask()
    [mail] = mails()
    assert email_of(mail).from_email == "privacy@demo.example"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("neutral_name", "Indigomed Post", "“INDIGOMED” tells whose mail it is."),
        ("neutral_name", "IMO", "“imo” tells whose mail it is."),
        ("neutral_name", "Post <room>", "Use letters, digits and blanks only."),
        ("neutral_email", "post@INDIGOMED.net", "tells whose mail it is."),
    ],
)
def test_a_neutral_sender_tells_nothing_of_the_organisation(
    desk: Desk, field: str, typed: str, sentence: str
) -> None:
    organisation = desk.organisation("imo" if typed == "IMO" else "indigomed")
    organisation.neutral_email = "post@room.example"
    setattr(organisation, field, typed)
    with pytest.raises(ValidationError) as refused:
        organisation.full_clean()
    assert sentence in " ".join(refused.value.message_dict[field])


@pytest.mark.parametrize("slug", ["restrict-family", "lost-contact-data"])
def test_its_brothers_ask_as_well(visitor: Visitor, slug: str) -> None:
    assert "Is it safe to write to you?" in visitor.open(f"/indigomed/{slug}/")


def test_others_are_not_asked(visitor: Visitor) -> None:
    assert "Is it safe to write to you?" not in visitor.open("/indigomed/copy/")
