"""Whoever gets no mail comes back with a receipt: the reference and a code, shown once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import correction, ending
from dsr.requests.models import StatusLink, SubjectRequest
from dsr.requests.services import links
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import ACCOUNTING, FULL, Visitor
from tests.portal.steps import SECRET, answered

CODE = re.compile(r"(?:[2-9A-HJ-NP-TV-Z]{4}-){3}[2-9A-HJ-NP-TV-Z]{4}")
NOT_FOUND = "No request opens with this reference and this code."
BY_PHONE = {**FULL, "email": "", "phone": "+33 1 23 45 67 89"}
BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
ON_PAPER = {**FULL, "email": "", "postal_address": "12 Canary Lane\n75001 Paris"}


def code_on(page: str) -> str:
    (found,) = CODE.findall(page)
    return str(found)


def find(code: str, reference: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post("/find/", {"reference": reference, "code": code})


@pytest.fixture
def by_phone(visitor: Visitor) -> SubjectRequest:
    return visitor.ask(ACCOUNTING, **BY_PHONE)


def receipt(visitor: Visitor, **typed: str) -> str:
    return str(visitor.client.post(visitor.at("new-link/"), typed).content.decode())


def test_without_an_address_keeping_the_receipt_is_the_first_thing_on_the_page(
    visitor: Visitor, by_phone: SubjectRequest
) -> None:
    sent = visitor.open(visitor.at("sent/"))
    assert "Keep your receipt now" in sent
    assert sent.index("Print the receipt") < sent.index("By when you get an answer")
    assert "use the link in the receipt" not in sent
    assert "We tell you when it is there." not in sent
    assert "To come back later, use the link or the code above." in sent
    # What is shown at once works as well, is the same when the page is read again, and ends.
    code = code_on(sent)
    assert code_on(visitor.open(visitor.at("sent/"))) == code
    assert find(code, by_phone.reference).status_code == 302
    # Whoever goes on to the private page is told there, until there is a way back.
    page = visitor.status()
    assert "Keep your receipt now" in page
    assert '<input type="hidden" name="keep_others" value="yes">' in page
    page = receipt(visitor)
    assert "Print the receipt" in page
    assert "/find/" in page
    assert re.search(r"/s/[\w-]{43}/", page)
    assert "Keep your receipt now" not in visitor.status()
    assert NOT_FOUND in find(code, by_phone.reference).content.decode()
    again = visitor.client.post(visitor.at("new-link/"))
    assert again.context["kept"].until == date(2026, 10, 28)


def test_who_gets_mail_has_the_link_in_it(visitor: Visitor) -> None:
    visitor.ask()
    assert "Keep your receipt now" not in visitor.open(visitor.at("sent/"))
    assert "Keep your receipt now" not in visitor.status()


def test_reference_and_code_open_the_page_however_they_are_typed(
    visitor: Visitor, by_phone: SubjectRequest
) -> None:
    code = code_on(receipt(visitor))
    browser = Client()
    typed = f" {code.lower().replace('-', ' ')} "
    answer = find(typed, by_phone.reference.lower().replace("-", ""), browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, visitor.at())
    assert by_phone.reference in browser.get(visitor.at()).content.decode()
    # The address says nothing, and only a hash is kept.
    kept = [each.token_hash for each in StatusLink.objects.all()]
    assert code not in f"{kept}"
    assert code.replace("-", "") not in f"{kept}"
    assert code not in visitor.status()


def test_whatever_does_not_fit_gets_the_same_sentence(
    visitor: Visitor, by_phone: SubjectRequest
) -> None:
    code = code_on(receipt(visitor))
    other = "2222-3333-4444-5555"
    for wrong in (
        find(other, by_phone.reference),
        find(code, "ZZZZ-2222"),
        find(code, "no reference at all"),
    ):
        assert wrong.status_code == 200
        assert NOT_FOUND in wrong.content.decode()
        assert "session" not in wrong.cookies
    # What opens here is no link, and a link is no code.
    token = links.issue(by_phone, at=timezone.now())
    assert NOT_FOUND in find(token, by_phone.reference).content.decode()
    assert Client().get(f"/s/{code}/").status_code == 404


def test_after_many_wrong_tries_not_even_the_right_code_opens_for_a_while(
    visitor: Visitor, by_phone: SubjectRequest
) -> None:
    code = code_on(receipt(visitor))
    for _number in range(30):
        find("2222-3333-4444-5555", by_phone.reference)
    assert NOT_FOUND in find(code, by_phone.reference).content.decode()
    visitor.time.shift(timedelta(minutes=11))
    assert find(code, by_phone.reference).status_code == 302


def test_a_code_follows_and_does_not_read(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    code = code_on(receipt(visitor))
    answered(sent, desk)
    browser = Client()
    find(code, sent.reference, browser)
    page = browser.get(visitor.at()).content.decode()
    assert "Your answer is here" in page
    assert SECRET not in page


def test_a_code_ends_as_a_link_does(visitor: Visitor, desk: Desk, by_phone: SubjectRequest) -> None:
    first = code_on(receipt(visitor))
    second = code_on(receipt(visitor, keep_others="yes"))
    assert find(first, by_phone.reference).status_code == 302
    third = code_on(receipt(visitor))
    assert NOT_FOUND in find(first, by_phone.reference).content.decode()
    assert NOT_FOUND in find(second, by_phone.reference).content.decode()
    ending.freeze(by_phone.pk, reason="Not me.", actor=desk.officer, at=timezone.now())
    assert NOT_FOUND in find(third, by_phone.reference).content.decode()


def test_a_code_is_good_for_half_a_year(visitor: Visitor, by_phone: SubjectRequest) -> None:
    code = code_on(receipt(visitor))
    visitor.time.shift(timedelta(days=179))
    assert find(code, by_phone.reference).status_code == 302
    visitor.time.shift(timedelta(days=2))
    assert NOT_FOUND in find(code, by_phone.reference).content.decode()


def letters(kind: str) -> list[str]:
    found = OutboxMessage.objects.filter(kind=kind, medium="letter").order_by("pk")
    return [str(each.unseal("body")) for each in found]


def test_the_receipt_on_paper_has_reference_code_and_the_address_to_type_and_no_link(
    visitor: Visitor,
) -> None:
    sent = visitor.ask(ACCOUNTING, **ON_PAPER)
    (letter,) = letters("acknowledgement")
    assert "\n- localhost:8000/find/\n" in letter
    assert f"Receipt code: {code_on(letter)}" in letter
    assert sent.reference in letter
    assert "http" not in letter
    assert find(code_on(letter), sent.reference).status_code == 302
    assert "Keep your receipt now" in visitor.open(visitor.at("sent/"))


def test_a_letter_that_staff_entered_is_answered_with_a_code_too(
    visitor: Visitor, desk: Desk
) -> None:
    asked = cast.ask(desk.right("img", "access"), at=timezone.now(), who=BY_POST)
    (letter,) = letters("acknowledgement")
    assert find(code_on(letter), asked.reference).status_code == 302


def test_a_new_address_on_paper_gets_a_new_code_and_the_old_one_ends(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask(ACCOUNTING, **ON_PAPER)
    correction.edit_contact(
        sent.pk,
        email="",
        phone="",
        postal_address="9 Other Street\n75002 Paris",
        actor=desk.clerk,
        at=timezone.now(),
    )
    (old,), (new,) = letters("acknowledgement"), letters("fresh_link")
    assert "Here is a new receipt code for request" in new
    assert NOT_FOUND in find(code_on(old), sent.reference).content.decode()
    assert find(code_on(new), sent.reference).status_code == 302


def test_the_door_shows_the_form_again_after_a_page_that_was_open_too_long() -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post("/find/", {"reference": "K7QX-3MPD", "code": "2222-3333-4444-5555"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert 'value="K7QX-3MPD"' in page
    assert "This page was open for too long" in page


def test_the_receipt_of_somebody_in_danger_does_not_name_the_right(visitor: Visitor) -> None:
    typed = {"role": "subject", "name": "Zoé Canary-Quill", "may_write": "none", "anyway": "1"}
    visitor.ask("/indigomed/confidential-communications/", **typed)
    assert "Keep your receipt now" in visitor.open(visitor.at("sent/"))
    page = receipt(visitor)
    assert code_on(page)
    assert "onfidential" not in page
