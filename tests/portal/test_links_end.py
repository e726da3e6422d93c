"""Links and sessions end with what they rested on, at once and in every browser (promise B)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.deeds import correction, ending, release
from dsr.requests.models import PrivateSession
from dsr.requests.services import links
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import FULL, Visitor
from tests.portal.steps import by_link, change_contact

ENDINGS = {
    "contact corrected": change_contact,
    "mailbox stolen": lambda sent, desk: release.declare_stolen(
        sent.pk, reason="She called.", actor=desk.clerk, at=timezone.now()
    ),
    "frozen": lambda sent, desk: ending.freeze(
        sent.pk, reason="Not me.", actor=desk.officer, at=timezone.now()
    ),
    "closed by staff": lambda sent, desk: release.close_links(
        sent.pk, actor=desk.handler, at=timezone.now()
    ),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_links_and_sessions_end_at_once_in_every_browser(
    visitor: Visitor, desk: Desk, how: str
) -> None:
    sent = visitor.ask()
    kept = f"/s/{links.issue(sent, at=timezone.now())}/"
    browsers = [visitor.client, by_link(sent), by_link(sent)]
    ENDINGS[how](sent, desk)
    there = f"/status/{sent.reference}/"
    assert [each.get(there).status_code for each in browsers] == [403, 403, 403]
    assert Client().get(kept).status_code == 404
    assert Client().post(kept).status_code == 404
    assert "links_ended" in [line.code for line in cast.history(sent)]


def test_mail_to_the_old_contact_is_not_sent_and_the_new_one_gets_a_link(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask()
    change_contact(sent, desk)
    deliver(timezone.now())
    mails = OutboxMessage.objects.filter(reference=sent.reference, recipient_user_id=None)
    assert {(each.kind, str(each.unseal("to_address")), each.status) for each in mails} == {
        ("acknowledgement", "zoe.canary@example.org", "cancelled"),
        ("fresh_link", "zoe.new@example.org", "sent"),
    }


def test_a_mail_in_a_workers_hands_is_asked_again_before_it_is_sent(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask()
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    assert links.still_leads_there(mail.recheck_args, timezone.now())
    sent.links.update(ended_at=timezone.now())
    assert not links.still_leads_there(mail.recheck_args, timezone.now())


def test_who_gets_paper_has_links_by_mail_which_end_with_the_mailbox(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask(**FULL, postal_address="7 rue du Serin\n69000 Lyon", medium="paper")
    other = by_link(sent)
    correction.edit_contact(
        sent.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="7 rue du Serin\n69000 Lyon",
        actor=desk.clerk,
        at=timezone.now(),
    )
    assert other.get(f"/status/{sent.reference}/").status_code == 403


def test_correcting_the_telephone_number_alone_ends_no_link(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    correction.edit_contact(
        sent.pk,
        email=FULL["email"],
        phone="+33123456789",
        postal_address="",
        actor=desk.clerk,
        at=timezone.now(),
    )
    assert visitor.client.get(f"/status/{sent.reference}/").status_code == 200


def test_nothing_is_mailed_to_a_mailbox_in_wrong_hands(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    stolen = ENDINGS["mailbox stolen"](sent, desk)
    release.close_links(stolen.pk, actor=desk.handler, at=timezone.now())
    assert not OutboxMessage.objects.filter(kind="fresh_link").exists()
    change_contact(stolen, desk)
    assert OutboxMessage.objects.filter(kind="fresh_link").count() == 1


def test_a_new_link_closes_the_old_ones_unless_the_requester_says_otherwise(
    visitor: Visitor,
) -> None:
    sent = visitor.ask()
    other = by_link(sent)
    visitor.client.post(visitor.at("new-link/"), {"keep_others": "yes"})
    assert other.get(visitor.at()).status_code == 200
    visitor.client.post(visitor.at("new-link/"))
    assert other.get(visitor.at()).status_code == 403
    assert visitor.client.get(visitor.at()).status_code == 200


def test_the_requester_closes_every_other_link_and_session(visitor: Visitor) -> None:
    sent = visitor.ask()
    kept = f"/s/{links.issue(sent, at=timezone.now())}/"
    other = by_link(sent)
    visitor.client.post(visitor.at("close-others/"))
    assert other.get(visitor.at()).status_code == 403
    assert Client().get(kept).status_code == 404
    assert visitor.client.get(visitor.at()).status_code == 200


def test_a_page_left_alone_for_half_an_hour_closes(visitor: Visitor) -> None:
    visitor.ask()
    for _number in range(3):
        visitor.time.shift(timedelta(minutes=29))
        assert visitor.client.get(visitor.at()).status_code == 200
    visitor.time.shift(timedelta(minutes=30))
    assert visitor.client.get(visitor.at()).status_code == 403


def test_a_copy_of_the_cookie_opens_nothing_after_the_session_was_ended(visitor: Visitor) -> None:
    visitor.ask()
    copy = Client()
    copy.cookies = visitor.client.cookies.copy()
    ended = visitor.client.post("/status/end/")
    assert ended.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert copy.get(visitor.at()).status_code == 403
    assert PrivateSession.objects.get().ended_why == "requester"
