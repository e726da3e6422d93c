"""Departments divide: who is limited to one sees and does nothing of what is another's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsr.accounts import approving
from dsr.accounts import services as accounts
from dsr.accounts.models import Membership, User
from dsr.accounts.reporting import AccountsError
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Department
from dsr.requests.decision_rules import approvers
from dsr.requests.deeds import assignment
from dsr.requests.errors import BadInput, NotAllowed
from dsr.requests.models import SubjectRequest
from dsr.requests.services.altered_values import Altered
from dsr.requests.services.notify import responsible, team
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat
from tests.dashboard.matrix import addresses, build

SeatOf = Callable[[str], Seat]


def limit(desk: Desk) -> Department:
    """Auditor and handler belong to a department of IMG that the request is not of."""
    img = desk.organisation("img")
    cellar = Department.objects.create(organisation=img, slug="cellar", name="Cellar")
    people = [desk.people["auditor"], desk.people["handler"]]
    Membership.objects.filter(organisation=img, user__in=people).update(department=cellar)
    return cellar


@pytest.fixture
def elsewhere(desk: Desk) -> Department:
    return limit(desk)


def test_an_auditor_of_another_department_opens_no_page_of_a_request(
    desk: Desk, seat: SeatOf
) -> None:
    world = build(desk)
    limit(desk)
    auditor = seat("auditor")
    reference = SubjectRequest.objects.filter(organisation__slug="img").latest("pk").reference
    of_one = {name: keys for name, keys in addresses().items() if "reference" in keys}
    of_staff = {name: keys for name, keys in of_one.items() if name.startswith("dashboard:")}
    assert len(of_staff) > 40
    for name, keys in of_staff.items():
        url = world.url(name, keys)
        for answer in (auditor.client.get(url), auditor.client.post(url)):
            assert answer.status_code in (403, 404, 405), name
            assert answer.status_code != 403 or reference not in answer.content.decode()
    page = auditor.open(f"/staff/requests/{reference}/", 404)
    assert "Zoé" not in page


def test_nothing_of_it_stands_in_queue_search_letters_or_tiles(
    desk: Desk, seat: SeatOf, elsewhere: Department
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    handler = seat("handler")
    for url in ("/staff/", "/staff/?status=every", "/staff/letters/", "/staff/health/"):
        assert asked.reference not in handler.open(url)
    found = handler.client.post("/staff/search/", {"text": asked.reference})
    assert asked.reference not in found.content.decode().replace(f'value="{asked.reference}"', "")
    assert asked.reference in seat("officer").open("/staff/")


def test_what_is_alike_or_was_asked_together_is_not_named_to_another_department(
    desk: Desk, seat: SeatOf, elsewhere: Department
) -> None:
    """The same person asks twice, and asks for something else in the same breath."""
    first, second, third = (
        cast.ask(desk.right("img", slug)) for slug in ("access", "access", "rectify")
    )
    SubjectRequest.objects.filter(pk=second.pk).update(department=elsewhere)
    together = SubjectRequest.objects.filter(pk__in=[second.pk, third.pk])
    together.update(group_key="6f1d3c52-7f0a-4c54-9a39-0d1b6c1f2a10")
    own = f"/staff/requests/{second.reference}/"
    page = seat("officer").open(own)
    assert first.reference in page
    assert third.reference in page
    page = seat("handler").open(own)
    assert first.reference not in page
    assert third.reference not in page


def test_a_value_that_was_altered_is_named_to_its_own_department_alone(
    desk: Desk, seat: SeatOf, elsewhere: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    found = [Altered(asked, "a name")]
    monkeypatch.setattr("dsr.dashboard.views.health.altered_values", lambda: found)
    assert asked.reference in seat("officer").open("/staff/health/")
    assert asked.reference not in seat("handler").open("/staff/health/")


def test_mail_about_an_account_is_shown_to_who_names_people_there(
    desk: Desk, seat: SeatOf, elsewhere: Department
) -> None:
    img, officer = desk.organisation("img"), desk.officer
    accounts.invite(
        *("nia@example.org", "Nia Invited", img, "clerk"),
        by=officer,
        at=MORNING,
        department=elsewhere,
    )
    OutboxMessage.objects.filter(kind="invitation").update(status="failed")
    assert "Nia Invited" in seat("officer").open("/staff/letters/")
    attic = Department.objects.create(organisation=img, slug="attic", name="Attic")
    Membership.objects.filter(user=officer).exclude(organisation=img).delete()
    Membership.objects.filter(user=officer).update(department=attic)
    assert "Nia Invited" not in seat("officer").open("/staff/letters/")


@pytest.mark.parametrize("how", ["a smaller role", "another department", "a closed account"])
def test_who_can_work_on_a_request_no_more_leaves_it_to_the_team_and_in_the_list_of_nobody(
    desk: Desk, seat: SeatOf, how: str
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    asked = assignment.assign(
        asked.pk, to=desk.handler, actor=desk.officer, at=MORNING, seen=asked.version
    )
    assert responsible(asked) == [desk.handler]
    officer, left = seat("officer"), "works on it no more"
    assert asked.reference not in officer.open("/staff/?assignee=nobody")
    assert left not in officer.open("/staff/")
    members = Membership.objects.filter(user=desk.handler)
    if how == "a smaller role":
        members.update(role="auditor")
    elif how == "another department":
        img = desk.organisation("img")
        attic = Department.objects.create(organisation=img, slug="attic", name="Attic")
        members.filter(organisation=img).update(department=attic)
    else:
        User.objects.filter(pk=desk.handler.pk).update(is_active=False)
    asked = SubjectRequest.objects.get(pk=asked.pk)
    assert desk.handler not in responsible(asked)
    assert desk.officer in responsible(asked)
    page = officer.open("/staff/?assignee=nobody")
    assert asked.reference in page
    assert left in page
    assert left in officer.open(f"/staff/requests/{asked.reference}/")


def test_nobody_of_another_department_does_reads_or_is_given_anything(
    desk: Desk, elsewhere: Department
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    with pytest.raises(NotAllowed):
        assignment.note(asked.pk, text="Seen.", actor=desk.handler, at=MORNING)
    with pytest.raises(BadInput):
        assignment.assign(
            asked.pk, to=desk.handler, actor=desk.officer, at=MORNING, seen=asked.version
        )
    assert desk.handler not in team(asked)
    Membership.objects.filter(user=desk.second_officer).update(department=elsewhere)
    assert desk.second_officer not in approvers(asked, desk.officer)


def test_who_belongs_to_its_department_sees_it(
    desk: Desk, seat: SeatOf, elsewhere: Department
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    SubjectRequest.objects.filter(pk=asked.pk).update(department=elsewhere)
    assert asked.reference in seat("handler").open("/staff/")
    assert desk.handler in team(SubjectRequest.objects.get(pk=asked.pk))


def test_only_rights_of_the_own_department_are_entered(
    desk: Desk, seat: SeatOf, elsewhere: Department
) -> None:
    handler = seat("handler")
    assert "/staff/new/img/access/" not in handler.open("/staff/new/")
    handler.open("/staff/new/img/access/", 404)


def test_an_approver_of_another_department_is_no_second_person_for_this_one(
    desk: Desk, elsewhere: Department
) -> None:
    """She neither counts as one who could object, nor may agree to a power outside her own."""
    img, officer = desk.organisation("img"), desk.officer
    Membership.objects.filter(organisation=img, role__in=("officer", "outside")).exclude(
        user=officer
    ).update(department=elsewhere)
    outside = desk.people["outside"]
    assert set(approving.holders(img, MORNING, department=None)) == {officer}
    assert outside in approving.holders(img, MORNING, department=elsewhere.pk)
    new = User.objects.create_user("nia@example.org", "Nia Testing", "correct horse")
    with pytest.raises(AccountsError, match="You are the only one who may approve here"):
        accounts.set_role(new, img, "officer", by=officer, at=MORNING)
    given = accounts.set_role(new, img, "officer", by=officer, at=MORNING, declared=True)
    with pytest.raises(AccountsError, match="Only somebody else who may approve here"):
        accounts.agree(given, by=outside, at=MORNING)


def test_who_is_limited_to_a_department_names_people_for_it_alone(
    desk: Desk, elsewhere: Department
) -> None:
    img = desk.organisation("img")
    Membership.objects.filter(organisation=img, user=desk.officer).update(department=elsewhere)
    new = User.objects.create_user("nia@example.org", "Nia Testing", "correct horse")
    refused = "You may say who works in your own department."
    with pytest.raises(AccountsError, match=refused):
        accounts.set_role(new, img, "clerk", by=desk.officer, at=MORNING)
    made = accounts.set_role(new, img, "clerk", by=desk.officer, at=MORNING, department=elsewhere)
    assert made.department == elsewhere
    clerk = desk.people["clerk"]
    with pytest.raises(AccountsError, match=refused):
        accounts.set_role(clerk, img, "clerk", by=desk.officer, at=MORNING, department=elsewhere)
    with pytest.raises(AccountsError, match=refused):
        accounts.remove_membership(clerk, img, by=desk.officer, at=MORNING)


def test_an_approver_who_moves_to_another_department_waits_there_like_a_new_one(
    desk: Desk, elsewhere: Department
) -> None:
    img, outside = desk.organisation("img"), desk.people["outside"]
    Membership.objects.filter(organisation=img, user=outside).update(department=elsewhere)
    moved = accounts.set_role(outside, img, "outside", by=desk.officer, at=MORNING, declared=True)
    assert moved.approves_from is not None
    assert moved.approves_from > MORNING


def test_who_was_invited_and_has_not_come_is_nobody_yet(desk: Desk) -> None:
    invited = accounts.invite(
        *("nia@example.org", "Nia Testing", desk.organisation("img"), "officer"),
        by=desk.officer,
        at=MORNING,
    )
    asked = cast.ask(desk.right("img", "access"))
    assert invited not in approvers(asked, desk.officer)
    assert invited not in team(asked)


def test_who_begins_work_takes_what_was_left_by_somebody_and_nothing_else(desk: Desk) -> None:
    def begun(demoted: bool) -> SubjectRequest:
        asked = cast.ask(desk.right("img", "access"))
        asked = assignment.assign(
            asked.pk, to=desk.handler, actor=desk.officer, at=MORNING, seen=asked.version
        )
        if demoted:
            Membership.objects.filter(user=desk.handler).update(role="auditor")
        return cast.begin(asked, desk.officer)

    assert begun(demoted=False).assignee == desk.handler
    assert begun(demoted=True).assignee == desk.officer
