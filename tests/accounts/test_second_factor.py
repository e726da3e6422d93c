"""The second factor: nothing opens before it, sealed, never the last one removed."""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.audit.models import Entry
from tests.accounts.conftest import password_step

SignedIn = Callable[[User], Client]
ENROL = "/staff/account/2fa/totp/activate/"
LOGIN = "/staff/account/login/"


def entries(code: str) -> list[dict[str, Any]]:
    return list(Entry.objects.filter(code=f"account.{code}").values("actor_id", "facts"))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def secret_shown(answer: Any) -> str:
    found = re.search(r'id="authenticator_secret" value="([A-Z2-7]+)"', text_of(answer))
    assert found is not None
    return found[1]


def code_for(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


class TestWithoutASecondFactor:
    @pytest.fixture
    def visitor(self, hugo: User) -> Client:
        visitor = Client()
        password_step(visitor, hugo)
        return visitor

    @pytest.mark.parametrize(
        "path",
        [
            "/staff/",
            "/admin/",
            "/staff/account/password/change/",
            "/staff/account/2fa/recovery-codes/",
            "/staff/account/2fa/webauthn/",
        ],
    )
    def test_nothing_opens_but_the_way_to_one(self, visitor: Client, path: str) -> None:
        answer = visitor.get(path)
        assert (answer.status_code, answer["Location"]) == (302, ENROL)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/", 200),
            (ENROL, 200),
            ("/staff/account/2fa/", 200),
            ("/staff/account/2fa/webauthn/add/", 200),
            ("/staff/account/logout/", 200),
        ],
    )
    def test_what_stays_open(self, visitor: Client, path: str, status: int) -> None:
        assert visitor.get(path).status_code == status

    def test_a_post_opens_nothing_either(self, visitor: Client) -> None:
        assert visitor.post("/staff/")["Location"] == ENROL

    @pytest.mark.django_db(transaction=True)
    def test_enrolment_shows_the_recovery_codes_and_opens_the_desk(
        self, visitor: Client, hugo: User
    ) -> None:
        secret = secret_shown(visitor.get(ENROL))
        answer = visitor.post(ENROL, {"code": code_for(secret)})
        assert answer["Location"] == "/staff/account/2fa/recovery-codes/"
        shown = text_of(visitor.get(answer["Location"]))
        assert "10 of 10 codes are left." in shown
        assert len(re.findall(r"\b\d{8}\b", shown)) == 10
        assert visitor.get("/staff/").content == b"the desk"
        assert [entry["facts"]["kind"] for entry in entries("second_factor_added")] == [
            "totp",
            "recovery_codes",
        ]

    def test_a_wrong_code_enrols_nobody(self, visitor: Client, hugo: User) -> None:
        visitor.get(ENROL)
        answer = visitor.post(ENROL, {"code": "000000"})
        assert "There is a problem" in text_of(answer)
        assert not has_second_factor(hugo)

    @pytest.mark.django_db(transaction=True)
    def test_enrolling_ends_every_other_session(self, visitor: Client, hugo: User) -> None:
        """Somebody who knew only the password may sit in one of them."""
        intruder = Client()
        password_step(intruder, hugo)
        secret = secret_shown(visitor.get(ENROL))
        visitor.post(ENROL, {"code": code_for(secret)})
        assert visitor.get("/staff/").content == b"the desk"
        assert intruder.get("/staff/")["Location"] == f"{LOGIN}?next=/staff/"


def test_the_secrets_of_second_factors_are_sealed(hugo: User) -> None:
    secret = enrol_for_trial(hugo)
    app = Authenticator.objects.get(user=hugo, type="totp")
    assert secret not in str(app.data)
    assert secret.encode() not in base64.b64decode(app.data["secret"])
    seed = Authenticator.objects.get(user=hugo, type="recovery_codes").data["seed"]
    assert not re.fullmatch(r"[0-9a-f]{80}", seed)


def test_a_recovery_code_opens_once(hugo: User) -> None:
    enrol_for_trial(hugo)
    codes = Authenticator.objects.get(user=hugo, type="recovery_codes").wrap().get_unused_codes()
    answers = []
    for _ in range(2):
        visitor = Client()
        password_step(visitor, hugo)
        answers.append(visitor.post("/staff/account/2fa/authenticate/", {"code": codes[0]}))
    assert [answer.status_code for answer in answers] == [302, 200]


def test_the_last_second_factor_cannot_be_removed(hugo: User, signed_in: SignedIn) -> None:
    visitor = signed_in(hugo)
    answer = visitor.post("/staff/account/2fa/totp/deactivate/")
    assert "This is your only second factor." in text_of(answer)
    assert has_second_factor(hugo)


def test_a_session_row_holds_no_secret_of_a_finished_enrolment(hugo: User) -> None:
    visitor = Client()
    password_step(visitor, hugo)
    secret = secret_shown(visitor.get(ENROL))
    visitor.post(ENROL, {"code": code_for(secret)})
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert not any(secret in text for text in kept)
