"""The admin pages of accounts, and the commands."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client

from config.trial.second_factor import enrol_for_trial
from dsr.accounts.models import Invitation, Membership, User
from dsr.accounts.reporting import AccountsError
from dsr.accounts.services import has_second_factor
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Department, Organisation

SignedIn = Callable[[User], Client]
USERS = "/admin/accounts/user/"


@pytest.fixture
def desk(ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


def memberships(*rows: dict[str, Any], before: int = 0) -> dict[str, Any]:
    form: dict[str, Any] = {
        "memberships-TOTAL_FORMS": len(rows),
        "memberships-INITIAL_FORMS": before,
        "memberships-MIN_NUM_FORMS": 0,
        "memberships-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        form |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return form


def act(visitor: Client, action: str, *users: User) -> Any:
    chosen = {"action": action, "_selected_action": [user.pk for user in users]}
    return visitor.post(USERS, chosen, follow=True)


def codes() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("code", flat=True))


def test_a_new_account_gets_its_roles_and_an_invitation(desk: Client, img: Organisation) -> None:
    who = {"name": "Nina New", "email": "nina@example.org", "language": "fr"}
    roles = memberships({"organisation": img.pk, "role": "handler"})
    assert desk.post(f"{USERS}add/", who | roles).status_code == 302
    nina = User.objects.get(email="nina@example.org")
    assert (nina.language, nina.is_staff, nina.is_superuser) == ("fr", False, False)
    assert nina.memberships.get().role == "handler"
    assert not nina.has_usable_password()
    assert OutboxMessage.objects.get(kind="invitation").recipient_user_id == nina.pk
    assert codes()[-3:] == ["account.made", "account.role_set", "account.invited"]


def test_the_admin_refuses_what_is_no_address_too(desk: Client) -> None:
    who = {"name": "Nina New", "email": "nina@exam\u200bple.org", "language": "fr"}
    page = desk.post(f"{USERS}add/", who | memberships())
    assert "Type the address instead of pasting it." in page.content.decode()
    assert not User.objects.filter(name="Nina New").exists()


def test_a_form_cannot_slip_in_powers_or_an_address(desk: Client, hugo: User) -> None:
    slipped = {
        "name": "Hugo Renamed",
        "email": "eve@example.org",
        "language": "en",
        "is_superuser": "on",
        "is_staff": "on",
        "password": "x",
    }
    before = hugo.password
    kept = hugo.memberships.get()
    row = {"id": kept.pk, "user": hugo.pk, "organisation": kept.organisation_id, "role": "handler"}
    desk.post(f"{USERS}{hugo.pk}/change/", slipped | memberships(row, before=1))
    hugo.refresh_from_db()
    assert hugo.name == "Hugo Renamed"
    assert (hugo.email, hugo.is_superuser, hugo.is_staff, hugo.password) == (
        "hugo.canary@example.org",
        False,
        False,
        before,
    )


def test_no_password_hash_is_shown(desk: Client, hugo: User) -> None:
    shown = desk.get(f"{USERS}{hugo.pk}/change/").content.decode()
    assert hugo.password not in shown
    assert hugo.password[:12] not in shown
    assert 'name="password' not in shown


def test_a_change_of_role_goes_through_the_service_that_records_it(
    desk: Client, ada: User, hugo: User, img: Organisation, imo: Organisation
) -> None:
    kept = hugo.memberships.get()
    first = {"id": kept.pk, "user": hugo.pk, "organisation": img.pk, "role": "officer"}
    second = {"organisation": imo.pk, "role": "auditor", "user": hugo.pk}
    form = {"name": hugo.name, "language": "en"}
    desk.post(f"{USERS}{hugo.pk}/change/", form | memberships(first, second, before=1))
    assert set(hugo.memberships.values_list("organisation__slug", "role")) == {
        ("img", "officer"),
        ("imo", "auditor"),
    }
    facts = [entry.facts for entry in Entry.objects.filter(code="account.role_set")]
    assert {fact["role"] for fact in facts} == {"officer", "auditor"}
    gone = {**first, "DELETE": "on"}
    desk.post(f"{USERS}{hugo.pk}/change/", form | memberships(gone, before=1))
    assert list(hugo.memberships.values_list("organisation__slug", flat=True)) == ["imo"]
    assert codes()[-1] == "account.role_removed"


def test_an_administrator_gives_no_role_to_the_own_account(
    desk: Client, ada: User, img: Organisation
) -> None:
    row = {"organisation": img.pk, "role": "officer", "user": ada.pk}
    form = {"name": ada.name, "language": "en"}
    desk.post(f"{USERS}{ada.pk}/change/", form | memberships(row))
    assert not Membership.objects.filter(user=ada).exists()


def test_another_organisations_department_is_refused_at_its_field(
    desk: Client, hugo: User, img: Organisation, imo: Organisation
) -> None:
    elsewhere = Department.objects.create(organisation=imo, slug="far", name="Far away")
    kept = hugo.memberships.get()
    row = {"id": kept.pk, "user": hugo.pk, "organisation": img.pk, "role": "handler"}
    form = {"name": hugo.name, "language": "en"}
    page = desk.post(
        f"{USERS}{hugo.pk}/change/",
        form | memberships({**row, "department": elsewhere.pk}, before=1),
    )
    assert page.status_code == 200
    assert "This department belongs to another organisation." in page.content.decode()
    kept.refresh_from_db()
    assert kept.department_id is None


def test_a_role_that_the_service_refuses_is_a_sentence_and_no_server_error(
    desk: Client, hugo: User, img: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_named: Any) -> None:
        raise AccountsError("You may not change who works for this organisation.")

    monkeypatch.setattr("dsr.accounts.services.set_role", refuse)
    monkeypatch.setattr("dsr.accounts.services.remove_membership", refuse)
    kept = hugo.memberships.get()
    row = {"id": kept.pk, "user": hugo.pk, "organisation": img.pk, "role": "officer"}
    form = {"name": hugo.name, "language": "en"}
    for more in ({}, {"DELETE": "on"}):
        page = desk.post(
            f"{USERS}{hugo.pk}/change/", form | memberships(row | more, before=1), follow=True
        )
        assert page.status_code == 200
        assert "You may not change who works for this organisation." in page.content.decode()
    assert hugo.memberships.get().role == "handler"


def test_who_is_staff_but_no_administrator_sees_no_accounts(
    hugo: User, signed_in: SignedIn
) -> None:
    from django.contrib.auth.models import Permission as DjangoPermission

    User.objects.filter(pk=hugo.pk).update(is_staff=True)
    hugo.user_permissions.set(DjangoPermission.objects.all())
    visitor = signed_in(hugo)
    assert visitor.get(USERS).status_code == 403
    assert visitor.get(f"{USERS}{hugo.pk}/change/").status_code == 403


def test_the_actions_do_what_they_say(desk: Client, ada: User, hugo: User) -> None:
    enrol_for_trial(hugo)
    act(desk, "reset_second_factor", hugo)
    assert not has_second_factor(hugo)
    act(desk, "deactivate", hugo)
    assert not User.objects.get(pk=hugo.pk).is_active
    act(desk, "activate", hugo)
    assert User.objects.get(pk=hugo.pk).is_active
    act(desk, "make_administrator", hugo)
    assert User.objects.get(pk=hugo.pk).is_superuser
    act(desk, "unmake_administrator", hugo)
    assert not User.objects.get(pk=hugo.pk).is_staff


@pytest.mark.parametrize("action", ["reset_second_factor", "deactivate", "unmake_administrator"])
def test_no_action_touches_the_own_account(desk: Client, ada: User, action: str) -> None:
    answer = act(desk, action, ada)
    assert "Nobody does this for their own account." in answer.content.decode()
    ada.refresh_from_db()
    assert (ada.is_active, ada.is_superuser, has_second_factor(ada)) == (True, True, True)


def test_an_invitation_is_sent_again_to_whoever_has_no_password(desk: Client) -> None:
    nina = User.objects.create_user("nina@example.org", "Nina")
    act(desk, "send_invitation", nina)
    act(desk, "send_invitation", nina)
    assert Invitation.objects.filter(user=nina, withdrawn_at=None).count() == 1
    assert OutboxMessage.objects.filter(kind="invitation").count() == 2


def test_accounts_are_never_deleted(desk: Client, hugo: User) -> None:
    assert desk.post(f"{USERS}{hugo.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in desk.get(USERS).content.decode()


def test_no_other_admin_page_shows_or_changes_second_factors_or_groups() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    hidden = {
        "mfa.Authenticator",
        "account.EmailAddress",
        "auth.Group",
        "socialaccount.SocialAccount",
        "socialaccount.SocialApp",
        "socialaccount.SocialToken",
    }
    assert not shown & hidden


def test_the_list_of_accounts_can_be_searched(desk: Client, hugo: User, olga: User) -> None:
    shown = desk.get(f"{USERS}?q=hugo").content.decode()
    assert "Hugo Handler" in shown
    assert "Olga Officer" not in shown


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


@pytest.mark.django_db
def test_a_new_site_gets_its_first_administrator_by_a_link_and_no_second_one() -> None:
    link = run("first_administrator", "ada@example.org", "Ada Admin")
    path = link.removeprefix("http://localhost:8000")
    password = {"password": "a long enough pass phrase", "again": "a long enough pass phrase"}
    assert Client().post(path, password).status_code == 302
    ada = User.objects.get()
    assert (ada.is_superuser, ada.check_password("a long enough pass phrase")) == (True, True)
    with pytest.raises(CommandError):
        run("first_administrator", "eve@example.org", "Eve")


@pytest.mark.django_db
def test_an_unused_link_of_the_first_administrator_can_be_made_anew() -> None:
    first = run("first_administrator", "ada@example.org", "Ada Admin")
    second = run("first_administrator", "ada@example.org", "Ada Admin")
    assert Client().get(first.removeprefix("http://localhost:8000")).status_code == 404
    assert Client().get(second.removeprefix("http://localhost:8000")).status_code == 200


@pytest.mark.django_db
def test_a_first_administrator_needs_a_mail_address() -> None:
    with pytest.raises(CommandError):
        run("first_administrator", "not an address", "Ada")
