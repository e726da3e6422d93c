"""Invitations: by mail, once, for a week; and nobody promotes themselves."""

import re
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from dsr.accounts.models import Invitation, Membership, User
from dsr.accounts.services import (
    AccountsError,
    accept,
    deactivate,
    invite,
    invite_again,
    remove_membership,
    set_role,
)
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Department, Organisation
from tests.accounts.conftest import NOON, PASSWORD
from tests.notifications.threads import at_once

DAY = timedelta(days=1)


def new_colleague(by: User, where: Organisation, role: str = "handler") -> User:
    return invite("Nina@Example.org", "Nina New", where, role, by=by, at=NOON)


def link() -> str:
    """The newest link as it stands in the mail, without the host."""
    mail = OutboxMessage.objects.filter(kind="invitation").select_related("safe").latest("pk")
    found = re.search(r"http://localhost:8000(/staff/account/invitation/\S+/)", mail.unseal("body"))
    assert found is not None
    return found[1]


def token() -> str:
    return link().rstrip("/").rpartition("/")[2]


def codes() -> list[str]:
    return list(Entry.objects.filter(chain="site").order_by("seq").values_list("code", flat=True))


def test_an_officer_invites_and_the_new_colleague_chooses_a_password(
    olga: User, img: Organisation
) -> None:
    nina = new_colleague(olga, img)
    assert not nina.has_usable_password()
    visitor = Client()
    with time_machine.travel(NOON + DAY, tick=False):
        page = visitor.get(link())
        assert "Welcome, Nina New" in page.content.decode()
        passwords = {"password": PASSWORD, "again": PASSWORD}
        answer = visitor.post(link(), passwords)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/account/login/")
    nina.refresh_from_db()
    assert nina.check_password(PASSWORD)
    assert codes() == [
        "account.made",
        "account.role_set",
        "account.invited",
        "account.invitation_accepted",
    ]


def test_looking_at_an_invitation_changes_nothing(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    with time_machine.travel(NOON + DAY, tick=False):
        before = list(Invitation.objects.values())
        for _ in range(3):
            assert Client().get(link()).status_code == 200
    assert list(Invitation.objects.values()) == before


def test_a_link_works_once(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    accept(token(), PASSWORD, NOON)
    with pytest.raises(AccountsError):
        accept(token(), "another long pass phrase", NOON)
    with time_machine.travel(NOON, tick=False):
        assert Client().get(link()).status_code == 404


@pytest.mark.parametrize(
    ("later", "status"),
    [
        pytest.param(timedelta(days=7) - timedelta(seconds=1), 200, id="last second"),
        pytest.param(timedelta(days=7), 404, id="after a week"),
    ],
)
def test_a_link_works_for_a_week(
    olga: User, img: Organisation, later: timedelta, status: int
) -> None:
    new_colleague(olga, img)
    with time_machine.travel(NOON + later, tick=False):
        assert Client().get(link()).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["x", "A" * 43, "%00", "a/../b"])
def test_a_wrong_link_is_a_constant_404(path: str) -> None:
    assert Client().get(f"/staff/account/invitation/{path}/").status_code == 404


def test_only_the_hash_of_a_link_is_kept(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    kept = bytes(Invitation.objects.get().token_hash)
    assert len(kept) == 32
    assert token().encode() not in kept


def test_a_new_link_ends_the_one_before(ada: User, olga: User, img: Organisation) -> None:
    nina = new_colleague(olga, img)
    old = token()
    invite_again(nina, by=ada, at=NOON)
    with pytest.raises(AccountsError):
        accept(old, PASSWORD, NOON)
    assert accept(token(), PASSWORD, NOON) == nina


def test_a_closed_account_has_no_way_in(ada: User, olga: User, img: Organisation) -> None:
    nina = new_colleague(olga, img)
    deactivate(nina, ada, NOON)
    with pytest.raises(AccountsError):
        accept(token(), PASSWORD, NOON)


@pytest.mark.parametrize("password", ["short", "password1234", "nina@example.org"])
def test_a_weak_password_is_refused_and_the_link_stays_open(
    olga: User, img: Organisation, password: str
) -> None:
    new_colleague(olga, img)
    with pytest.raises(ValidationError):
        accept(token(), password, NOON)
    with time_machine.travel(NOON, tick=False):
        answer = Client().post(link(), {"password": password, "again": password})
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    accept(token(), PASSWORD, NOON)


def test_two_different_passwords_are_refused(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    with time_machine.travel(NOON, tick=False):
        answer = Client().post(link(), {"password": PASSWORD, "again": PASSWORD + "!"})
    assert "The two passwords are not the same." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_the_same_instant_one_wins(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    key, start = token(), Barrier(2)

    def click(password: str) -> bool:
        start.wait(10)
        try:
            accept(key, password, NOON)
        except AccountsError:
            return False
        return True

    won = at_once([lambda: click("the first pass phrase"), lambda: click("the second phrase")])
    assert sorted(won) == [False, True]


def test_the_mail_tells_no_password_and_its_subject_no_name(olga: User, img: Organisation) -> None:
    new_colleague(olga, img)
    mail = OutboxMessage.objects.select_related("safe").get(kind="invitation")
    assert mail.unseal("subject") == "Your invitation to work on data requests"
    assert mail.unseal("to_address") == "nina@example.org"
    assert mail.useful_until == NOON + timedelta(days=7)
    assert "9 March 2026" in mail.unseal("body")


def test_somebody_who_has_a_password_gets_the_role_and_no_link(
    ada: User, hugo: User, imo: Organisation
) -> None:
    invite(hugo.email, "Another Name", imo, "clerk", by=ada, at=NOON)
    assert hugo.memberships.get(organisation=imo).role == "clerk"
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "handler", "auditor", "outside"])
def test_only_officers_and_administrators_invite(olga: User, img: Organisation, role: str) -> None:
    Membership.objects.filter(user=olga).update(role=role)
    with pytest.raises(AccountsError):
        new_colleague(olga, img)


def test_an_officer_invites_to_no_other_organisation(olga: User, imo: Organisation) -> None:
    with pytest.raises(AccountsError):
        new_colleague(olga, imo)
    assert not User.objects.filter(email="nina@example.org").exists()


def test_nobody_changes_their_own_role(ada: User, olga: User, img: Organisation) -> None:
    with pytest.raises(AccountsError):
        set_role(ada, img, "officer", by=ada, at=NOON)
    with pytest.raises(AccountsError):
        invite(ada.email, "Ada", img, "officer", by=ada, at=NOON)
    with pytest.raises(AccountsError):
        remove_membership(olga, img, by=olga, at=NOON)
    assert not ada.memberships.exists()


def test_a_change_of_role_is_recorded_by_ids_and_codes(
    ada: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=ada, at=NOON)
    set_role(hugo, img, "officer", by=ada, at=NOON)
    entry = Entry.objects.get(code="account.role_set")
    assert (entry.actor_id, entry.at) == (ada.pk, NOON)
    assert entry.facts == {
        "user": hugo.pk,
        "organisation": img.pk,
        "role": "officer",
        "before": "handler",
    }


def test_a_department_belongs_to_the_organisation(
    ada: User, hugo: User, img: Organisation, imo: Organisation
) -> None:
    elsewhere = Department.objects.create(organisation=imo, slug="records", name="Records")
    with pytest.raises(AccountsError):
        set_role(hugo, img, "handler", by=ada, at=NOON, department=elsewhere)
