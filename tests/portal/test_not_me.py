"""The page of the contact on record: looking stops nothing, the button does."""

from __future__ import annotations

import re

from django.test import Client

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import held_contact
from dsr.requests.models import SubjectRequest
from tests import cast
from tests.cast import MORNING, Desk
from tests.portal.conftest import Visitor


def sent_link(desk: Desk) -> str:
    it = cast.ask(desk.right("img", "access"), may_use_contact_held=True)
    given = held_contact.Held(email="zoe.before@example.org", source="patient file")
    held_contact.record_held_contact(it.pk, given, actor=desk.handler, at=MORNING)
    mail = OutboxMessage.objects.get(kind="contact_held")
    found = re.search(r"/s/not-me/[\w-]+/", str(mail.unseal("body")))
    assert found
    return found[0]


def test_looking_stops_nothing_and_the_button_stops_everything(
    desk: Desk, visitor: Visitor
) -> None:
    page = sent_link(desk)
    stranger = Client()
    for method in (stranger.get, stranger.head):
        assert method(page).status_code == 200
    it = SubjectRequest.objects.get()
    assert it.status == "received"
    shown = visitor.open(page)
    assert "This was not me" in shown
    # It says nothing of the request: who holds the link may be anybody.
    assert it.reference not in shown
    assert "Canary" not in shown
    assert "It is stopped" in stranger.post(page).content.decode()
    assert SubjectRequest.objects.get().status == "frozen"
    # Pressed again it is the same page and nothing more.
    assert "It is stopped" in stranger.post(page).content.decode()
    assert SubjectRequest.objects.get().disputes.count() == 1
    assert "It is stopped" in visitor.open(page)


def test_a_wrong_link_is_the_same_404_and_is_throttled(desk: Desk, visitor: Visitor) -> None:
    page = sent_link(desk)
    stranger = Client()
    for _each in range(30):
        assert stranger.post(f"/s/not-me/{'x' * 43}/").status_code == 404
    # Right or wrong, from there no link answers now.
    assert stranger.get(page).status_code == 404
    assert SubjectRequest.objects.get().status == "received"
