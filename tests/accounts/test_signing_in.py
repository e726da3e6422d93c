"""Signing in: password, second factor, nothing before; refusals on record; sessions that end."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client

from config.trial.second_factor import enrol_for_trial, trial_code
from dsr.accounts.models import User
from dsr.accounts.services import (
    AccountsError,
    activate,
    deactivate,
    end_sessions,
    reset_second_factor,
    set_administrator,
)
from dsr.audit.models import Entry
from dsr.audit.services import verify
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from dsr.vault.addresses import AddressRefused
from tests.accounts.conftest import NOON, PASSWORD, member, password_step

SignedIn = Callable[[User], Client]
ENROL = "/staff/account/2fa/totp/activate/"
LOGIN = "/staff/account/login/"


def entries(code: str) -> list[dict[str, Any]]:
    return list(
        Entry.objects.filter(code=f"account.{code}").values("actor_id", "facts").order_by("pk")
    )


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_stranger_is_sent_to_the_log_in_page(db: None) -> None:
    answer = Client().get("/staff/")
    assert answer["Location"] == f"{LOGIN}?next=/staff/"
    assert Client().get(LOGIN).status_code == 200


def test_password_then_code_opens_the_desk(hugo: User, signed_in: SignedIn) -> None:
    assert signed_in(hugo).get("/staff/").content == b"the desk"
    assert entries("logged_in") == [{"actor_id": hugo.pk, "facts": {"user": hugo.pk}}]


def test_a_password_alone_does_not_log_in_somebody_with_a_second_factor(hugo: User) -> None:
    enrol_for_trial(hugo)
    visitor = Client()
    answer = password_step(visitor, hugo)
    assert answer["Location"] == "/staff/account/2fa/authenticate/"
    assert "authenticator app" in text_of(visitor.get(answer["Location"]))
    assert visitor.get("/staff/")["Location"] == f"{LOGIN}?next=/staff/"


def test_a_code_opens_once(hugo: User) -> None:
    enrol_for_trial(hugo)
    code = {"code": trial_code(hugo)}
    first, second = Client(), Client()
    for visitor in (first, second):
        password_step(visitor, hugo)
    assert first.post("/staff/account/2fa/authenticate/", code).status_code == 302
    assert second.post("/staff/account/2fa/authenticate/", code).status_code == 200


@pytest.mark.parametrize(("typed_at", "answer"), [("12:00:31", 302), ("12:01:01", 200)])
def test_a_code_read_at_its_end_still_counts_and_an_older_one_does_not(
    hugo: User, typed_at: str, answer: int
) -> None:
    with time_machine.travel("2026-01-06T12:00:29Z", tick=False) as clock:
        enrol_for_trial(hugo)
        code = {"code": trial_code(hugo)}
        clock.move_to(f"2026-01-06T{typed_at}Z")
        visitor = Client()
        password_step(visitor, hugo)
        assert visitor.post("/staff/account/2fa/authenticate/", code).status_code == answer


def test_nobody_signs_up(db: None) -> None:
    for path in ("signup/", "email/", "social/connections/", "login/code/"):
        assert Client().get(f"/staff/account/{path}").status_code in (302, 404)
        assert Client().post(f"/staff/account/{path}").status_code in (302, 404)
    assert not User.objects.exists()


def test_a_refused_log_in_is_on_record_by_id_and_without_what_was_typed(hugo: User) -> None:
    assert "not correct" in text_of(password_step(Client(), hugo, "wrong pass phrase canary"))
    Client().post(LOGIN, {"login": "nobody.canary@example.org", "password": "x"})
    assert entries("log_in_refused") == [
        {"actor_id": None, "facts": {"user": hugo.pk}},
        {"actor_id": None, "facts": {}},
    ]
    assert "canary" not in str(list(Entry.objects.values())).lower()


def test_known_and_unknown_addresses_get_the_same_answer(hugo: User) -> None:
    def told(email: str) -> str:
        answer = Client().post(LOGIN, {"login": email, "password": "wrong"})
        kept = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', "", text_of(answer))
        return kept.replace(email, "")

    assert told(hugo.email) == told("nobody@example.org")


def test_five_wrong_passwords_lock_the_account_also_against_the_right_one(hugo: User) -> None:
    for _ in range(5):
        password_step(Client(), hugo, "wrong")
    assert "Too many failed login attempts" in text_of(password_step(Client(), hugo))
    assert entries("log_in_locked") == [{"actor_id": None, "facts": {"user": hugo.pk}}]


def test_a_refused_code_is_on_record(hugo: User) -> None:
    enrol_for_trial(hugo)
    visitor = Client()
    password_step(visitor, hugo)
    visitor.post("/staff/account/2fa/authenticate/", {"code": "000000"})
    assert entries("second_factor_refused") == [{"actor_id": None, "facts": {"user": hugo.pk}}]


def test_the_admin_log_in_is_the_one_with_lock_and_second_factor(db: None) -> None:
    answer = Client().get("/admin/login/")
    assert answer["Location"].startswith(LOGIN)
    assert Client().post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_a_page_that_is_refused_is_on_record(hugo: User, signed_in: SignedIn) -> None:
    visitor = signed_in(hugo)
    assert visitor.get("/staff/forbidden/").status_code == 403
    assert visitor.get("/admin/").status_code == 302  # Django's admin sends to its log-in,
    assert visitor.get("/admin/login/").status_code == 403  # which refuses whoever is no admin
    assert entries("access_denied") == [
        {"actor_id": hugo.pk, "facts": {"page": "forbidden"}},
        {"actor_id": hugo.pk, "facts": {"page": "admin:login"}},
    ]


def test_a_lost_second_factor_is_reset_by_an_administrator(
    ada: User, hugo: User, signed_in: SignedIn
) -> None:
    visitor = signed_in(hugo)
    reset_second_factor(hugo, ada, NOON)
    assert visitor.get("/staff/")["Location"] == f"{LOGIN}?next=/staff/"
    assert not Authenticator.objects.filter(user=hugo).exists()
    again = Client()
    password_step(again, hugo)
    assert again.get("/staff/")["Location"] == ENROL
    assert entries("second_factor_reset") == [
        {"actor_id": ada.pk, "facts": {"user": hugo.pk, "removed": 2}}
    ]
    mail = OutboxMessage.objects.select_related("safe").get(kind="second_factor_reset")
    assert mail.unseal("to_address") == hugo.email
    assert "Hugo" not in mail.unseal("subject")


def test_only_another_administrator_resets_a_second_factor(
    ada: User, olga: User, hugo: User
) -> None:
    for user, by in ((hugo, olga), (ada, ada)):
        with pytest.raises(AccountsError):
            reset_second_factor(user, by, NOON)


def test_a_closed_account_is_out_at_once_and_stays_out(
    ada: User, hugo: User, signed_in: SignedIn
) -> None:
    visitor = signed_in(hugo)
    deactivate(hugo, ada, NOON)
    assert visitor.get("/staff/").status_code == 302
    password_step(Client(), hugo)
    assert entries("log_in_closed") == [{"actor_id": None, "facts": {"user": hugo.pk}}]
    activate(hugo, ada, NOON)
    assert visitor.get("/staff/").status_code == 302  # the old session is not revived
    assert [len(entries(code)) for code in ("deactivated", "activated")] == [1, 1]


def test_ending_sessions_ends_all_of_one_person_and_nobody_elses(
    olga: User, hugo: User, signed_in: SignedIn
) -> None:
    his, hers = signed_in(hugo), signed_in(olga)
    end_sessions(hugo)
    assert his.get("/staff/").status_code == 302
    assert hers.get("/staff/").status_code == 200


def test_a_changed_password_ends_every_session_and_is_told_by_mail(
    hugo: User, signed_in: SignedIn
) -> None:
    visitor, other = signed_in(hugo), Client()
    other.force_login(hugo)
    new = "another long pass phrase"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    visitor.post("/staff/account/password/change/", form)
    for session in (visitor, other):
        assert session.get("/staff/").status_code == 302
    mail = OutboxMessage.objects.select_related("safe").get(kind="security_notice")
    assert "The password of your account has been changed." in mail.unseal("body")
    assert len(entries("password_changed")) == 1


def test_a_forgotten_password_is_chosen_anew_by_a_link_on_our_own_address(hugo: User) -> None:
    visitor = Client(headers={"host": "localhost"})
    visitor.post("/staff/account/password/reset/", {"email": "Hugo.Canary@example.org"})
    body = OutboxMessage.objects.select_related("safe").get(kind="password_reset").unseal("body")
    found = re.search(r"http://localhost:8000(/staff/account/password/reset/key/\S+)", body)
    assert found is not None
    form = visitor.get(found[1])
    new = "another long pass phrase"
    visitor.post(form["Location"], {"password1": new, "password2": new})
    hugo.refresh_from_db()
    assert hugo.check_password(new)
    assert len(entries("password_reset")) == 1


LOOK_ALIKES = [
    pytest.param("hugo.canary@example.org\u0131", id="dotless i"),
    pytest.param("hugo.\u0441anary@example.org", id="a Cyrillic letter"),
    pytest.param("\u210dugo.canary@example.org", id="double-struck H"),
    pytest.param("hugo.canary@fass.example", id="ss for a sharp s"),
]


@pytest.mark.parametrize("typed", LOOK_ALIKES)
def test_a_look_alike_opens_nothing_and_is_mailed_nothing(hugo: User, typed: str) -> None:
    member("hugo.canary@faß.example", "Hugo Sharp", "handler", Organisation.objects.get())
    Client().post("/staff/account/password/reset/", {"email": typed})
    answer = Client().post(LOGIN, {"login": typed, "password": PASSWORD})
    assert answer.status_code == 200
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "typed", ["Hugo.Canary@FAß.example", "hugo.canary@xn--fa-hia.example\u200f"]
)
def test_an_account_is_found_by_every_spelling_and_mailed_at_the_address_on_file(
    img: Organisation, typed: str
) -> None:
    member("hugo.canary@faß.example", "Hugo Sharp", "handler", img)
    Client().post("/staff/account/password/reset/", {"email": typed})
    mail = OutboxMessage.objects.select_related("safe").get(kind="password_reset")
    assert mail.unseal("to_address") == "hugo.canary@xn--fa-hia.example"
    answer = Client().post(LOGIN, {"login": typed, "password": PASSWORD})
    assert answer.status_code == 302


def test_no_account_is_stored_under_another_form_than_that_by_which_it_is_found(
    hugo: User,
) -> None:
    for address in ("Hugo@example.org", "hugo@faß.example", "hugo@example.org\u200f", "h@x@y.org"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=hugo.pk).update(email=address)
    for address in ("hugo", "hugo@[127.0.0.1]", "hugo@exam\u200bple.org"):
        with pytest.raises(AddressRefused):
            User.objects.create_user(address, "Hugo Again")


def test_an_unknown_address_gets_the_same_page_and_no_mail(hugo: User) -> None:
    pages = []
    for email in ("nobody@example.org", hugo.email):
        answer = Client().post("/staff/account/password/reset/", {"email": email})
        pages.append((answer.status_code, answer["Location"]))
    assert pages[0] == pages[1]
    assert OutboxMessage.objects.count() == 1


def test_being_made_administrator_is_on_record_and_asks_for_a_new_log_in(
    ada: User, hugo: User, signed_in: SignedIn
) -> None:
    visitor = signed_in(hugo)
    set_administrator(hugo, True, by=ada, at=NOON)
    assert visitor.get("/staff/").status_code == 302
    assert len(entries("administrator_made")) == 1
    with pytest.raises(AccountsError):
        set_administrator(hugo, False, by=hugo, at=NOON)


def test_no_log_holds_an_address_a_password_or_a_code(
    hugo: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = enrol_for_trial(hugo)
    visitor = Client()
    password_step(visitor, hugo, "wrong canary phrase")
    password_step(visitor, hugo)
    visitor.post("/staff/account/2fa/authenticate/", {"code": trial_code(hugo)})
    visitor.post("/staff/account/password/reset/", {"email": hugo.email})
    # Statements are logged by Django only when asked for in the settings, which never ask.
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert not re.search(f"canary|{secret}|{PASSWORD}", " ".join(ours), re.IGNORECASE)


def test_the_history_of_the_site_stays_whole(ada: User, hugo: User, signed_in: SignedIn) -> None:
    signed_in(hugo).post("/staff/account/logout/")
    reset_second_factor(hugo, ada, NOON)
    assert verify() == []
    assert len(entries("logged_out")) == 1
