"""Who may do what: the table of the contract, cell by cell."""

import pytest
from django.db import IntegrityError, transaction

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, Role, permissions_of
from dsr.accounts.services import organisations_of
from dsr.policies.models import Organisation
from tests.accounts.conftest import NOON, member

TABLE = """
            view record note assign work identify approve oversee invite
clerk        yes  yes   yes   -      -     -        -      -      -
handler      yes  yes   yes   yes   yes   yes       -      -      -
officer      yes  yes   yes   yes   yes   yes      yes    yes    yes
auditor      yes   -     -     -     -     -        -      -      -
outside      yes   -    yes    -     -     -       yes     -      -
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    pytest.param(row[0], permission, cell == "yes", id=f"{row[0]}-{permission}")
    for row in ROWS
    for permission, cell in zip(HEAD, row[1:], strict=True)
]


def test_the_table_names_every_role_and_every_permission() -> None:
    assert [row[0] for row in ROWS] == list(Role.values)
    assert list(HEAD) == [permission.value for permission in Permission]


@pytest.mark.parametrize(("role", "permission", "held"), CELLS)
def test_a_role_holds_what_the_table_says(role: str, permission: str, held: bool) -> None:
    assert (Permission(permission) in permissions_of(role)) is held


def test_an_unknown_role_holds_nothing() -> None:
    assert permissions_of("king") == frozenset()


def test_a_role_counts_in_its_own_organisation_only(
    olga: User, img: Organisation, imo: Organisation
) -> None:
    assert olga.may(Permission.APPROVE, img, at=NOON)
    assert not olga.may(Permission.VIEW, imo)


def test_being_administrator_opens_no_request(ada: User, img: Organisation) -> None:
    assert not any(ada.may(permission, img, at=NOON) for permission in Permission)
    assert list(User.objects.with_permission(Permission.VIEW, img)) == []


def test_a_closed_account_may_nothing(olga: User, img: Organisation) -> None:
    olga.is_active = False
    olga.save()
    assert not olga.may(Permission.VIEW, img)
    assert list(User.objects.with_permission(Permission.VIEW, img)) == []
    assert organisations_of(olga) == []


def test_people_with_a_permission_are_found_by_name(
    olga: User, hugo: User, img: Organisation, imo: Organisation
) -> None:
    member("zoe@example.org", "Zoe", "officer", imo)
    assert list(User.objects.with_permission(Permission.WORK, img)) == [hugo, olga]
    assert list(User.objects.with_permission(Permission.APPROVE, img)) == [olga]


def test_organisations_of_a_person_come_by_name(
    olga: User, img: Organisation, imo: Organisation
) -> None:
    Membership.objects.create(user=olga, organisation=imo, role="auditor")
    assert organisations_of(olga) == [img, imo]


def test_one_person_has_one_role_in_an_organisation(olga: User, img: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=olga, organisation=img, role="clerk")


def test_the_database_refuses_a_role_that_is_not_in_the_table(
    hugo: User, imo: Organisation
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=hugo, organisation=imo, role="king")


@pytest.mark.django_db
def test_an_address_is_one_account_however_it_is_spelt() -> None:
    User.objects.create_user("  Anna@Example.ORG ", "Anna")
    assert User.objects.get_by_natural_key("ANNA@example.org").email == "anna@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("anna@EXAMPLE.org", "Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(email="anna@example.org").update(email="Anna@example.org")


@pytest.mark.django_db
def test_nobody_logs_in_before_a_password_was_chosen() -> None:
    assert not User.objects.create_user("anna@example.org", "Anna").has_usable_password()
