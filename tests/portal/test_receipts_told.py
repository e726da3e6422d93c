"""What the pages say of receipts and confirmations is what becomes of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import ending, release
from dsr.requests.deeds.answer import send_answer
from dsr.requests.services import digests
from tests.cast import Desk, history
from tests.portal.conftest import ACCOUNTING, FULL, Visitor
from tests.portal.steps import answered

ON_ITS_WAY = "A receipt is on its way to the e-mail address you gave."
LINK = re.compile(r"http://[^<\s]+/s/[0-9a-f]{64}/")


def confirmation(visitor: Visitor) -> str:
    return " ".join(visitor.open(visitor.at("sent/")).split())


def test_a_second_request_within_the_hour_says_when_its_mail_comes_and_shows_the_link(
    visitor: Visitor,
) -> None:
    visitor.ask()
    first = confirmation(visitor)
    assert ON_ITS_WAY in first
    assert not LINK.search(first)
    second = visitor.ask()
    page = confirmation(visitor)
    assert ON_ITS_WAY not in page
    # The first one was sent at 9:14, on the organisation's clock, and has its mail.
    assert "one mail about all requests since then comes at about" in page
    assert "10:14" in page
    found = LINK.search(page)
    assert found
    # A stranger's browser is let in by it, and a look at the page again shows the same one.
    other = Client()
    assert other.post(found[0]).status_code == 302
    assert other.get(f"/status/{second.reference}/").status_code == 200
    assert found[0] in confirmation(visitor)


def test_the_digest_comes_when_the_page_said_and_its_link_stands_beside_the_one_shown(
    visitor: Visitor,
) -> None:
    visitor.ask()
    visitor.ask()
    shown = LINK.search(confirmation(visitor))
    visitor.time.shift(timedelta(hours=1))
    assert digests.sweep(at=timezone.now()) == 1
    mailed = re.search(r"/s/\S+", str(OutboxMessage.objects.get(kind="digest").unseal("body")))
    assert shown
    assert mailed
    for each in (shown[0], mailed[0]):
        assert Client().get(each).status_code == 200


def test_another_browser_does_not_learn_that_the_address_asked_for_something_just_now(
    visitor: Visitor,
) -> None:
    visitor.ask()
    first = confirmation(visitor)
    visitor.client = Client()
    visitor.ask()
    second = confirmation(visitor)
    said = "one mail tells of all of them when that hour is over"
    for page in (first, second):
        assert ON_ITS_WAY in page
        assert said in page
        assert not LINK.search(page)


def test_without_any_address_the_link_is_shown(visitor: Visitor) -> None:
    visitor.ask(**FULL | {"email": "", "phone": "+33 4 77 00 00 00"})
    page = confirmation(visitor)
    assert "Nothing is sent to you." in page
    assert "use the link in the receipt" not in page
    assert LINK.search(page)


def test_a_receipt_that_did_not_arrive_is_told_on_both_pages(visitor: Visitor) -> None:
    visitor.ask()
    OutboxMessage.objects.filter(kind="acknowledgement").update(
        status="failed", last_error="refused"
    )
    assert "The receipt did not reach the address you gave." in confirmation(visitor)
    assert "The receipt did not reach the address you gave." in visitor.status()


def test_making_a_link_takes_back_no_mail_that_is_owed(visitor: Visitor) -> None:
    visitor.ask()
    visitor.client.post(visitor.at("new-link/"))
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    link = re.search(r"/s/\S+", str(mail.unseal("body")))
    assert mail.status == "owed"
    assert link
    assert Client().get(link[0]).status_code == 200


@pytest.mark.parametrize("nth", [1, 2])
def test_a_withdrawal_is_confirmed_and_the_page_says_how(visitor: Visitor, nth: int) -> None:
    for _each in range(nth):
        sent = visitor.ask()
    page = visitor.client.post(visitor.at("withdraw/"), follow=True).content.decode()
    assert "Your request is withdrawn. A confirmation is on its way to your e-mail address." in page
    mail = OutboxMessage.objects.get(kind="withdrawn", reference=sent.reference)
    assert mail.owed_at == timezone.now()


def test_who_can_be_written_to_in_no_way_is_not_promised_a_confirmation(visitor: Visitor) -> None:
    visitor.ask(**FULL | {"email": "", "phone": "+33 4 77 00 00 00"})
    page = visitor.client.post(visitor.at("withdraw/"), follow=True).content.decode()
    assert "No confirmation is sent to you. Print this page if you need one." in page


def test_a_form_sent_before_promises_no_mail_that_was_not_sent(visitor: Visitor) -> None:
    token = visitor.token(ACCOUNTING)
    visitor.client.post(ACCOUNTING, {"form_token": token, **FULL})
    page = Client().post(ACCOUNTING, {"form_token": token, **FULL}).content.decode()
    assert "from the mail that we sent" not in page


def test_staff_read_whether_a_new_link_goes_out(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    closed = release.close_links(sent.pk, actor=desk.officer, at=timezone.now())
    assert "and a new link is on its way." in str(release.close_links.done_for(closed))
    ending.freeze(sent.pk, reason="Who?", actor=desk.officer, at=timezone.now())
    closed = release.close_links(sent.pk, actor=desk.officer, at=timezone.now())
    assert "goes out when the request goes on." in str(release.close_links.done_for(closed))
    assert [line.facts["mailed"] for line in history(sent) if line.code == "close_links"] == [
        True,
        False,
    ]


def test_staff_read_that_an_answer_on_paper_waits_for_the_post(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask(**FULL | {"email": "", "postal_address": "7 rue du Serin\n69000 Lyon"})
    out = answered(sent, desk)
    assert str(send_answer.done_for(out)) == (
        "The letter waits to be printed and posted. It counts from its posting."
    )
