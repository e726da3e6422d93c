"""The cast: Ada administers, Olga is officer at IMG, Hugo handles requests there."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from config.trial.second_factor import enrol_for_trial, trial_code
from dsr.accounts.models import Membership, User
from dsr.notifications import bell
from dsr.policies.models import Organisation, WorkingCalendar

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough pass phrase"


@pytest.fixture(autouse=True)
def quiet(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this room's addresses, and no worker to ring for."""
    settings.ROOT_URLCONF = "tests.accounts.urls"
    monkeypatch.setattr(bell, "wake", lambda: None)


@pytest.fixture(autouse=True)
def no_counted_failures(db: None) -> None:
    cache.clear()


def organisation(slug: str) -> Organisation:
    calendar, _made = WorkingCalendar.objects.get_or_create(slug="fr", defaults={"name": "France"})
    return Organisation.objects.create(
        slug=slug,
        name=slug.upper(),
        legal_name=slug.upper(),
        country="FR",
        zone="Europe/Paris",
        calendar=calendar,
    )


@pytest.fixture
def img(db: None) -> Organisation:
    return organisation("img")


@pytest.fixture
def imo(db: None) -> Organisation:
    return organisation("imo")


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada@example.org", "Ada Admin", PASSWORD)


@pytest.fixture
def olga(img: Organisation) -> User:
    return member("olga@example.org", "Olga Officer", "officer", img)


@pytest.fixture
def hugo(img: Organisation) -> User:
    return member("hugo.canary@example.org", "Hugo Handler", "handler", img)


def member(email: str, name: str, role: str, where: Organisation) -> User:
    user = User.objects.create_user(email, name, PASSWORD)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    Membership.objects.create(user=user, organisation=where, role=role, approves_from=since)
    return user


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A visitor in which this person has shown password and second factor."""

    def sign_in(user: User) -> Client:
        enrol_for_trial(user)
        visitor = Client()
        password_step(visitor, user)
        code = {"code": trial_code(user)}
        assert visitor.post("/staff/account/2fa/authenticate/", code).status_code == 302
        return visitor

    return sign_in


def password_step(visitor: Client, user: User, password: str = PASSWORD) -> Any:
    return visitor.post("/staff/account/login/", {"login": user.email, "password": password})
