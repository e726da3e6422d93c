"""The administration pages show requests without their content, and change none."""

from __future__ import annotations

import re

import pytest

from dsr.accounts.models import User
from dsr.requests.models import IdentityRule
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat


@pytest.fixture
def admin(desk: Desk) -> Seat:
    return Seat(User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse"))


def test_an_administrator_sees_a_request_and_nothing_sealed(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(
        desk.right("indigomed", "amend"), particulars={"reason": {"reason": "Canary reason"}}
    )
    page = admin.open(f"/admin/requests/subjectrequest/{asked.pk}/change/")
    assert asked.reference in page
    assert not re.search("canary|serin|particulars|row.key", page, re.IGNORECASE)
    assert 'name="_save"' not in page


def test_a_country_is_shown_by_its_name(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(desk.right("img", "access"), country="PT")
    assert "Portugal" in admin.open(f"/admin/requests/subjectrequest/{asked.pk}/change/")
    assert "United States" in admin.open("/admin/policies/organisation/")


def test_an_administrator_changes_no_request(desk: Desk, admin: Seat) -> None:
    asked = cast.ask(desk.right("indigomed", "amend"))
    address = f"/admin/requests/subjectrequest/{asked.pk}/"
    for url in (f"{address}change/", f"{address}delete/", "/admin/requests/subjectrequest/add/"):
        assert admin.client.post(url, {"status": "closed", "post": "yes"}).status_code == 403
    asked_again = type(asked).objects.get(pk=asked.pk)
    assert asked_again.status == "received"


def test_rules_of_identity_are_edited(desk: Desk, admin: Seat) -> None:
    typed = {"kind": "access", "channel": "phone", "regime": "", "level": "3", "why": "By ear."}
    response = admin.client.post("/admin/requests/identityrule/add/", typed)
    assert response.status_code == 302, response.content.decode()
    assert IdentityRule.objects.get().level == 3
