"""Nobody makes a second person alone: the power to approve is announced, and waits."""

from datetime import UTC, datetime

import pytest

from dsr.accounts.models import Membership, User
from dsr.accounts.programs import make_program
from dsr.accounts.roles import Permission
from dsr.accounts.services import (
    AccountsError,
    activate,
    agree,
    deactivate,
    invite,
    object_to,
    remove_membership,
    set_role,
)
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Organisation
from tests.accounts.conftest import NOON, PASSWORD, member

# Given at noon on Monday 2 March 2026; Tuesday and Wednesday pass; midnight in Paris is 23:00 UTC.
BEGINS = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 4, 22, 59, tzinfo=UTC)


@pytest.fixture
def omar(img: Organisation) -> User:
    return member("omar@example.org", "Omar Officer", "officer", img)


def come(user: User) -> User:
    """As who accepted the invitation."""
    user.set_password(PASSWORD)
    user.save()
    return user


def membership(user: User) -> Membership:
    return user.memberships.get()


def told(kind: str) -> set[str]:
    rows = OutboxMessage.objects.filter(kind=kind)
    users = User.objects.filter(pk__in=rows.values("recipient_user_id"))
    return set(users.values_list("name", flat=True))


def approves(user: User, organisation: Organisation, at: datetime) -> bool:
    held = user.may(Permission.APPROVE, organisation, at=at)
    listed = User.objects.with_permission(Permission.APPROVE, organisation, at=at)
    assert held is (user in listed)
    return held


def test_a_new_approver_is_announced_to_all_and_waits_two_working_days(
    olga: User, omar: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=olga, at=NOON)
    assert told("approver_named") == {"Olga Officer", "Omar Officer"}
    assert not approves(hugo, img, BEFORE)
    assert approves(hugo, img, BEGINS)
    # Everything else of the role is theirs at once.
    assert hugo.may(Permission.OVERSEE, img, at=NOON)
    entry = Entry.objects.get(code="account.power_given")
    assert (entry.actor_id, entry.facts["counts_from"]) == (olga.pk, "2026-03-04T23:00:00+00:00")


def test_a_holiday_is_no_working_day(olga: User, omar: User, hugo: User, img: Organisation) -> None:
    img.calendar.codes = ["FR"]
    img.calendar.save()
    # Thursday 30 April 2026; Friday is a holiday, so Monday and Tuesday pass.
    set_role(hugo, img, "outside", by=olga, at=datetime(2026, 4, 30, 8, tzinfo=UTC))
    assert membership(hugo).approves_from == datetime(2026, 5, 5, 22, 0, tzinfo=UTC)


def test_a_second_person_agrees_and_it_counts_at_once(
    olga: User, omar: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=olga, at=NOON)
    for somebody in (olga, hugo):
        with pytest.raises(AccountsError, match="Only somebody else who may approve"):
            agree(membership(hugo), by=somebody, at=NOON)
    agree(membership(hugo), by=omar, at=NOON)
    assert approves(hugo, img, NOON)
    assert membership(hugo).agreed_by == omar


def test_an_objection_keeps_it_from_beginning_until_somebody_agrees(
    olga: User, omar: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=olga, at=NOON)
    object_to(membership(hugo), by=omar, at=NOON)
    assert told("approver_objected") == {"Olga Officer"}
    assert not approves(hugo, img, datetime(2027, 1, 1, tzinfo=UTC))
    # Saved again unchanged, it does not begin by the back door.
    set_role(hugo, img, "officer", by=olga, at=BEGINS)
    assert not approves(hugo, img, datetime(2027, 1, 1, tzinfo=UTC))
    agree(membership(hugo), by=omar, at=BEGINS)
    assert approves(hugo, img, BEGINS)


def test_what_counts_already_is_not_objected_to(
    olga: User, omar: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=olga, at=NOON)
    with pytest.raises(AccountsError, match="does not wait any more"):
        object_to(membership(hugo), by=omar, at=BEGINS)


def test_who_is_named_alone_can_name_no_third_one_to_agree(
    olga: User, hugo: User, img: Organisation
) -> None:
    with pytest.raises(AccountsError, match="Declare that"):
        invite("sock@example.org", "Sock", img, "officer", by=olga, at=NOON)
    made = invite("sock@example.org", "Sock", img, "officer", by=olga, at=NOON, declared=True)
    sock = come(made)
    set_role(hugo, img, "officer", by=sock, at=NOON)
    with pytest.raises(AccountsError):
        agree(membership(hugo), by=sock, at=NOON)
    assert not approves(sock, img, NOON)
    assert not approves(hugo, img, NOON)


def test_a_single_officer_declares_it_and_administrators_hear(
    ada: User, olga: User, img: Organisation
) -> None:
    outside = come(
        invite("uma@example.org", "Uma", img, "outside", by=olga, at=NOON, declared=True)
    )
    assert told("approver_named") == {"Olga Officer", "Ada Admin"}
    assert membership(outside).given_alone is True
    assert Entry.objects.get(code="account.power_given").facts["alone"] is True
    assert approves(outside, img, BEGINS)


def test_an_administrator_is_not_exempt(
    ada: User, olga: User, hugo: User, img: Organisation
) -> None:
    set_role(hugo, img, "officer", by=ada, at=NOON)
    assert told("approver_named") == {"Olga Officer"}
    assert not approves(hugo, img, BEFORE)


def test_the_first_one_approves_at_once_and_the_second_waits(ada: User, imo: Organisation) -> None:
    first = come(invite("one@example.org", "One", imo, "officer", by=ada, at=NOON))
    second = come(invite("two@example.org", "Two", imo, "officer", by=ada, at=NOON))
    assert approves(first, imo, NOON)
    assert not approves(second, imo, BEFORE)


def test_who_takes_the_place_of_the_only_one_waits_and_administrators_hear(
    ada: User, imo: Organisation
) -> None:
    first = come(invite("one@example.org", "One", imo, "officer", by=ada, at=NOON))
    remove_membership(first, imo, by=ada, at=NOON)
    second = come(invite("two@example.org", "Two", imo, "officer", by=ada, at=NOON))
    third = come(invite("three@example.org", "Three", imo, "officer", by=ada, at=NOON))
    assert told("approver_named") == {"Ada Admin"}
    with pytest.raises(AccountsError):
        agree(membership(third), by=second, at=NOON)
    assert not approves(second, imo, BEFORE)
    assert approves(second, imo, BEGINS)


def test_an_account_that_is_opened_again_waits_again(
    ada: User, olga: User, omar: User, img: Organisation
) -> None:
    deactivate(omar, by=ada, at=NOON)
    activate(omar, by=ada, at=NOON)
    omar.refresh_from_db()
    assert not approves(omar, img, BEFORE)
    assert told("approver_named") == {"Olga Officer"}


def test_who_loses_the_power_hears_of_it_and_so_do_the_others(
    ada: User, olga: User, omar: User, img: Organisation
) -> None:
    remove_membership(omar, img, by=olga, at=NOON)
    assert told("approver_removed") == {"Olga Officer", "Omar Officer"}
    set_role(olga, img, "handler", by=ada, at=NOON)
    assert not approves(olga, img, NOON)


def test_a_role_that_came_past_the_service_approves_nothing(hugo: User, img: Organisation) -> None:
    Membership.objects.filter(user=hugo).delete()
    Membership.objects.create(user=hugo, organisation=img, role="officer")
    assert not approves(hugo, img, datetime(2027, 1, 1, tzinfo=UTC))


def test_no_program_can_be_given_it(olga: User, img: Organisation) -> None:
    with pytest.raises(AccountsError):
        make_program(img, "Robot", ["view", "approve"], by=olga, at=NOON)
