"""An organisation without staff takes no requests, promises no date, and somebody hears of it."""

from __future__ import annotations

import pytest
from django.test import Client

from dsr.accounts.models import Membership, User
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.requests.models import SubjectRequest
from dsr.requests.services import staffing
from tests import cast
from tests.cast import MORNING, Desk
from tests.portal.conftest import FULL, Visitor

ACCOUNTING = "/indigomed/accounting/"


def leave(desk: Desk, how: str) -> None:
    people = User.objects.filter(memberships__organisation__slug="indigomed")
    if how == "deactivated":
        people.update(is_active=False)
    elif how == "invited and never come":
        people.update(password="!never")
    elif how == "only auditors":
        Membership.objects.filter(organisation__slug="indigomed").update(role="auditor")
    else:
        Membership.objects.filter(organisation__slug="indigomed").delete()


@pytest.mark.parametrize(
    "how", ["deactivated", "invited and never come", "only auditors", "no member at all"]
)
def test_the_form_is_closed_and_says_how_else_to_ask(
    visitor: Visitor, desk: Desk, how: str
) -> None:
    Organisation.objects.filter(slug="indigomed").update(
        postal_address="1 rue de Paris\n75001 Paris", phone="+33 1 00 00 00 00"
    )
    leave(desk, how)
    page = visitor.client.get(ACCOUNTING)
    said = page.content.decode()
    assert page.status_code == 503
    assert "takes no requests on this site now" in said
    assert "1 rue de Paris" in said
    assert "+33 1 00 00 00 00" in said
    assert "You can expect an answer" not in said


def test_what_was_typed_meanwhile_is_not_lost(visitor: Visitor, desk: Desk) -> None:
    token = visitor.token(ACCOUNTING)
    leave(desk, "deactivated")
    sent = visitor.client.post(ACCOUNTING, {"form_token": token, **FULL})
    assert sent.status_code == 503
    assert "Zoé Canary-Quill" in sent.content.decode()
    assert not SubjectRequest.objects.exists()


def test_it_opens_by_itself_when_somebody_is_there(visitor: Visitor, desk: Desk) -> None:
    people = User.objects.filter(memberships__organisation__slug="indigomed")
    people.update(is_active=False)
    assert visitor.client.get(ACCOUNTING).status_code == 503
    people.update(is_active=True)
    assert visitor.client.get(ACCOUNTING).status_code == 200


def test_health_names_it_and_administrators_hear_of_it_once(desk: Desk) -> None:
    cast.ask(desk.right("indigomed", "accounting"))
    User.objects.create_superuser("root@example.org", "Root", "a-long-password-1")
    assert staffing.problems() == []
    leave(desk, "no member at all")
    (problem,) = staffing.problems()
    assert problem.code == "unstaffed:indigomed"
    assert str(problem.text) == (
        "INDIGOMED: nobody is there who could work on requests; its forms are closed"
    )
    assert problem.number == 1
    for _again in range(3):
        staffing.sweep(at=MORNING)
    owed = OutboxMessage.objects.get(kind="unstaffed")
    assert "time limits run on meanwhile: 1." in " ".join(str(owed.unseal("body")).split())
    assert "INDIGOMED" in str(owed.unseal("subject"))


def test_other_organisations_go_on(visitor: Visitor, desk: Desk) -> None:
    leave(desk, "no member at all")
    assert Client().get("/img/access/").status_code == 200
