"""Where the admin would sign in and change passwords by itself, the account pages stand."""

from __future__ import annotations

import pytest
from django.test import Client

from dsr.accounts.models import User
from dsr.audit.models import Entry
from tests.accounts.test_admin import SignedIn

CHANGE = "/staff/account/password/change/"


@pytest.mark.parametrize("address", ["password_change", "password_change/done"])
def test_a_password_is_changed_on_the_account_page_alone(
    ada: User, signed_in: SignedIn, address: str
) -> None:
    browser = signed_in(ada)
    before, hashed = Entry.objects.count(), ada.password
    typed = {"old_password": "wrong", "new_password1": "a" * 20, "new_password2": "a" * 20}
    for _guess in range(15):
        for response in (
            browser.get(f"/admin/{address}/"),
            browser.post(f"/admin/{address}/", typed),
        ):
            assert response.headers["Location"] == CHANGE
    ada.refresh_from_db()
    assert (ada.password, Entry.objects.count()) == (hashed, before)


@pytest.mark.django_db
def test_signing_in_leads_to_the_page_with_the_brake() -> None:
    browser = Client()
    wanted = "/staff/account/login/?next=/admin/accounts/user/"
    asked = browser.get("/admin/login/?next=/admin/accounts/user/")
    assert asked.headers["Location"] == wanted
    guess = {"username": "ada@example.org", "password": "wrong"}
    posted = browser.post("/admin/login/", guess)
    assert posted.headers["Location"] == "/staff/account/login/?next=/admin/"


def test_whoever_is_signed_in_types_no_password_there(ada: User, signed_in: SignedIn) -> None:
    browser = signed_in(ada)
    guess = {"username": ada.email, "password": "wrong"}
    assert browser.post("/admin/login/", guess).headers["Location"] == "/admin/"


def test_leaving_is_the_same_as_elsewhere(ada: User, signed_in: SignedIn) -> None:
    browser = signed_in(ada)
    left = browser.post("/admin/logout/")
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert browser.get("/admin/").status_code == 302
    assert Entry.objects.latest("pk").code == "account.logged_out"


def test_another_name_for_somebody_leaves_a_line(
    ada: User, hugo: User, signed_in: SignedIn
) -> None:
    typed = {"name": "Hugo Renamed", "language": "fr", "email": "other@example.org"}
    forms = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    rows = {f"memberships-{name}": value for name, value in forms.items()}
    page = f"/admin/accounts/user/{hugo.pk}/change/"
    assert signed_in(ada).post(page, typed | rows).status_code == 302
    line = Entry.objects.latest("pk")
    assert (line.code, line.actor_id) == ("account.renamed", ada.pk)
    assert line.facts == {"user": hugo.pk, "fields": ["name", "language"]}
