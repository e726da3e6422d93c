"""Whoever lost the link gets a new one at the contact on file; nobody learns who is known."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import ending
from dsr.requests.models import LostLink
from dsr.requests.services import links, lost_links
from tests.cast import Desk
from tests.portal.conftest import Visitor


def ask(email: str, reference: str) -> tuple[int, str, int]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = Client().post("/lost/", {"email": email, "reference": reference})
    return answer.status_code, answer.headers.get("Location", ""), len(queries)


def fresh() -> list[str]:
    mails = OutboxMessage.objects.filter(kind="fresh_link").order_by("pk")
    return [str(each.unseal("to_address")) for each in mails]


def test_a_new_link_goes_to_the_contact_on_file(visitor: Visitor) -> None:
    sent = visitor.ask()
    ask("ZOE.canary@example.org", f" {sent.reference.lower().replace('-', ' ')} ")
    assert lost_links.sweep(at=timezone.now()) == 1
    assert fresh() == ["zoe.canary@example.org"]
    assert not LostLink.objects.exists()


def test_the_answer_and_the_work_are_the_same_whether_known_or_not(visitor: Visitor) -> None:
    sent = visitor.ask()
    ask("warm@example.org", "AAAA-AAAA")
    known = ask("zoe.canary@example.org", sent.reference)
    unknown = [
        ask("zoe.canary@example.org", "ZZZZ-2222"),
        ask("mallory@example.org", sent.reference),
        ask("mallory@example.org", "no reference at all"),
    ]
    assert known[:2] == (302, "/lost/sent/")
    assert unknown == [known] * 3
    assert lost_links.sweep(at=timezone.now()) == 1
    assert fresh() == ["zoe.canary@example.org"]


def test_the_old_links_close_when_the_new_one_is_opened_and_not_before(visitor: Visitor) -> None:
    sent = visitor.ask()
    old = f"/s/{links.issue(sent, at=timezone.now())}/"
    ask("zoe.canary@example.org", sent.reference)
    lost_links.sweep(at=timezone.now())
    assert Client().get(old).status_code == 200
    body = str(OutboxMessage.objects.get(kind="fresh_link").unseal("body"))
    new = next(line for line in body.splitlines() if "/s/" in line).partition("8000")[2]
    browser = Client()
    assert browser.post(new).status_code == 302
    assert Client().get(old).status_code == 404
    assert browser.get(f"/status/{sent.reference}/").status_code == 200
    assert visitor.client.get(f"/status/{sent.reference}/").status_code == 403


def test_of_a_frozen_request_no_link_goes_out(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    ending.freeze(sent.pk, reason="Not me.", actor=desk.officer, at=timezone.now())
    ask("zoe.canary@example.org", sent.reference)
    assert lost_links.sweep(at=timezone.now()) == 0
    assert fresh() == []


def test_one_address_is_asked_for_three_times_an_hour(visitor: Visitor) -> None:
    sent = visitor.ask()
    codes = [ask("zoe.canary@example.org", sent.reference)[0] for _number in range(4)]
    assert codes == [302, 302, 302, 429]


@pytest.mark.parametrize(
    ("email", "reference", "sentence"),
    [
        ("", "K7QX-3MPD", "Type the address you gave with your request."),
        ("zoe.canary@example.org", "", "Type the reference of your request."),
    ],
)
def test_what_is_missing_is_named_and_what_was_typed_stays(
    visitor: Visitor, email: str, reference: str, sentence: str
) -> None:
    said = visitor.client.post("/lost/", {"email": email, "reference": reference})
    page = said.content.decode()
    assert sentence in page
    assert (email or reference) in page
