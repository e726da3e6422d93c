"""The team: members, invitations by mail, sent again and withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsr.accounts.models import Invitation, Membership, User
from dsr.notifications.models import OutboxMessage
from tests.cast import Desk
from tests.dashboard.conftest import Seat, text_of

SeatOf = Callable[[str], Seat]
NIA = {
    "organisation": "img",
    "name": "Nia Testing",
    "email": "nia@example.org",
    "role": "handler",
    "language": "en",
}


def test_an_officer_invites_somebody_by_mail(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    assert officer.client.post("/staff/team/invite/", NIA).status_code == 302
    member = Membership.objects.get(user__email="nia@example.org")
    assert (member.role, member.organisation.slug) == ("handler", "img")
    assert OutboxMessage.objects.filter(kind="invitation").count() == 1
    page = officer.open("/staff/team/")
    assert "Nia Testing" in page
    assert "Invited" in page


def test_a_wrong_address_comes_back_with_everything_typed(desk: Desk, seat: SeatOf) -> None:
    page = text_of(seat("officer").client.post("/staff/team/invite/", NIA | {"email": "nia"}))
    assert "Enter an e-mail address like name@example.org." in page
    assert 'value="Nia Testing"' in page


def test_an_account_has_the_one_form_of_its_address(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    officer.client.post("/staff/team/invite/", NIA | {"email": "Nia@faß.example\u200b"})
    assert User.objects.get(name="Nia Testing").email == "nia@xn--fa-hia.example"
    assert "nia@faß.example (nia@xn--fa-hia.example)" in officer.open("/staff/team/")


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nia@exam\u200bple.org", "Type the address instead of pasting it."),
        ("nia@[127.0.0.1]", "Mail is not sent to the number of a computer."),
        ("ñia@example.org", "Our mail program writes to addresses with the letters a to z"),
    ],
)
def test_nobody_is_invited_to_what_is_no_address_and_nothing_typed_is_lost(
    desk: Desk, seat: SeatOf, email: str, sentence: str
) -> None:
    page = text_of(seat("officer").client.post("/staff/team/invite/", NIA | {"email": email}))
    assert sentence in page
    assert f'value="{email}"' in page
    assert not User.objects.filter(name="Nia Testing").exists()


def test_only_own_organisations_can_be_invited_to(desk: Desk, seat: SeatOf) -> None:
    Membership.objects.filter(user=desk.officer).exclude(organisation__slug="imo").delete()
    page = text_of(seat("officer").client.post("/staff/team/invite/", NIA))
    assert "There is a problem" in page
    assert not User.objects.filter(email="nia@example.org").exists()


def test_an_invitation_is_sent_again_and_the_link_before_dies(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    officer.client.post("/staff/team/invite/", NIA)
    nia = User.objects.get(email="nia@example.org")
    officer.client.post(f"/staff/team/img/{nia.pk}/again/")
    states = Invitation.objects.order_by("pk").values_list("withdrawn_at", flat=True)
    assert [bool(each) for each in states] == [True, False]


def test_a_withdrawn_invitation_leaves_no_member(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    officer.client.post("/staff/team/invite/", NIA)
    nia = User.objects.get(email="nia@example.org")
    officer.client.post(f"/staff/team/img/{nia.pk}/withdraw/")
    assert not nia.memberships.exists()
    assert not Invitation.objects.filter(withdrawn_at=None).exists()


def test_who_has_come_already_is_not_withdrawn(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    officer.client.post(f"/staff/team/img/{desk.handler.pk}/withdraw/")
    assert desk.handler.memberships.filter(organisation__slug="img").exists()
    assert "This person has come already." in officer.open("/staff/team/")


def test_members_of_other_organisations_are_not_named(desk: Desk, seat: SeatOf) -> None:
    Membership.objects.filter(user=desk.auditor).exclude(organisation__slug="imo").delete()
    Membership.objects.filter(user=desk.clerk).exclude(organisation__slug="img").delete()
    assert "Auditor Testing" not in seat("clerk").open("/staff/team/")


def test_a_new_approver_is_agreed_to_on_the_page_of_the_team(desk: Desk, seat: SeatOf) -> None:
    seat("officer").client.post("/staff/team/invite/", NIA | {"role": "outside"})
    nia = User.objects.get(email="nia@example.org")
    assert f"/staff/team/img/{nia.pk}/agree/" not in seat("officer").open("/staff/team/")
    second = seat("second_officer")
    page = second.open("/staff/team/")
    assert "May approve from" in page
    assert f"/staff/team/img/{nia.pk}/object/" in page
    second.client.post(f"/staff/team/img/{nia.pk}/agree/")
    assert nia.memberships.get().agreed_by == desk.second_officer
    assert "May approve from" not in second.open("/staff/team/")


def test_who_is_alone_declares_it_and_nothing_typed_is_lost(desk: Desk, seat: SeatOf) -> None:
    Membership.objects.filter(role__in=["officer", "outside"]).exclude(user=desk.officer).delete()
    officer = seat("officer")
    page = text_of(officer.client.post("/staff/team/invite/", NIA | {"role": "outside"}))
    assert "You are the only one who may approve here." in page
    assert 'value="Nia Testing"' in page
    officer.client.post("/staff/team/invite/", NIA | {"role": "outside", "declared": "on"})
    assert "Named by Officer Testing, who alone could approve then" in officer.open("/staff/team/")
