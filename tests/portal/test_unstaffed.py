"""An organisation without staff takes no requests, promises no date, and somebody hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from dsr.accounts.models import Membership, User
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Department, Organisation, Right
from dsr.requests.models import SubjectRequest
from dsr.requests.services import staffing
from tests import cast
from tests.cast import MORNING, Desk
from tests.portal.conftest import FULL, Visitor

ACCOUNTING = "/indigomed/accounting/"


def leave(desk: Desk, how: str) -> None:
    people = User.objects.filter(memberships__organisation__slug="indigomed")
    if how == "deactivated":
        people.update(is_active=False)
    elif how == "invited and never come":
        people.update(password="!never")
    elif how == "only auditors":
        Membership.objects.filter(organisation__slug="indigomed").update(role="auditor")
    else:
        Membership.objects.filter(organisation__slug="indigomed").delete()


@pytest.mark.parametrize(
    "how", ["deactivated", "invited and never come", "only auditors", "no member at all"]
)
def test_the_form_is_closed_and_says_how_else_to_ask(
    visitor: Visitor, desk: Desk, how: str
) -> None:
    Organisation.objects.filter(slug="indigomed").update(
        postal_address="1 rue de Paris\n75001 Paris", phone="+33 1 00 00 00 00"
    )
    leave(desk, how)
    page = visitor.client.get(ACCOUNTING)
    said = page.content.decode()
    assert page.status_code == 503
    assert "takes no requests on this site now" in said
    assert "1 rue de Paris" in said
    assert "+33 1 00 00 00 00" in said
    assert "You can expect an answer" not in said


def test_what_was_typed_meanwhile_is_not_lost(visitor: Visitor, desk: Desk) -> None:
    token = visitor.token(ACCOUNTING)
    leave(desk, "deactivated")
    sent = visitor.client.post(ACCOUNTING, {"form_token": token, **FULL})
    assert sent.status_code == 503
    assert "Zoé Canary-Quill" in sent.content.decode()
    assert not SubjectRequest.objects.exists()


def test_it_opens_by_itself_when_somebody_is_there(visitor: Visitor, desk: Desk) -> None:
    people = User.objects.filter(memberships__organisation__slug="indigomed")
    people.update(is_active=False)
    assert visitor.client.get(ACCOUNTING).status_code == 503
    people.update(is_active=True)
    assert visitor.client.get(ACCOUNTING).status_code == 200


def test_health_names_it_and_administrators_hear_of_it_once(desk: Desk) -> None:
    cast.ask(desk.right("indigomed", "accounting"))
    User.objects.create_superuser("root@example.org", "Root", "a-long-password-1")
    assert staffing.problems(MORNING) == []
    leave(desk, "no member at all")
    (problem,) = staffing.problems(MORNING)
    assert problem.code == "unstaffed:indigomed"
    assert str(problem.text) == (
        "INDIGOMED: nobody is there who could work on requests; its forms are closed"
    )
    assert problem.number == 1
    for _again in range(3):
        staffing.sweep(at=MORNING)
    owed = OutboxMessage.objects.get(kind="unstaffed")
    assert "time limits run on meanwhile: 1." in " ".join(str(owed.unseal("body")).split())
    assert "INDIGOMED" in str(owed.unseal("subject"))


def test_other_organisations_go_on(visitor: Visitor, desk: Desk) -> None:
    leave(desk, "no member at all")
    assert Client().get("/img/access/").status_code == 200


def only_legal(desk: Desk) -> None:
    """At IMO everybody is limited to one of its two departments."""
    legal = Department.objects.get(organisation__slug="imo", slug="legal")
    Membership.objects.filter(organisation__slug="imo").update(department=legal)


def test_a_department_without_people_is_closed_and_named_while_the_rest_goes_on(
    visitor: Visitor, desk: Desk
) -> None:
    cast.ask(desk.right("imo", "delete"))
    only_legal(desk)
    assert visitor.client.get("/imo/delete/").status_code == 503
    assert visitor.client.get("/imo/eu-access/").status_code == 200
    page = visitor.client.get("/imo/").content.decode()
    assert page.count("Not on this site at the moment: how else to ask") == 9
    assert page.count("Ask for this") == 19
    (problem,) = staffing.problems(MORNING)
    assert (problem.code, problem.number) == ("unstaffed:imo:customer-support", 1)
    assert str(problem.text) == (
        "IMO, Customer support: nobody is there who could work on its requests; their forms are "
        "closed"
    )


def test_who_may_name_staff_there_hears_of_it(desk: Desk) -> None:
    only_legal(desk)
    User.objects.create_superuser("root@example.org", "Root", "a-long-password-1")
    staffing.sweep(at=MORNING)
    # Officers of the other department may name nobody here.
    owed = OutboxMessage.objects.get(kind="unstaffed")
    assert owed.recipient_user_id == User.objects.get(name="Root").pk
    body = " ".join(str(owed.unseal("body")).split())
    assert "nobody is left who could work on requests of the department Customer support." in body


@pytest.mark.parametrize("how", ["none", "closed", "invited and never come"])
def test_without_an_administrator_people_of_the_other_department_hear_of_it(
    desk: Desk, how: str
) -> None:
    only_legal(desk)
    if how != "none":
        root = User.objects.create_superuser("root@example.org", "Root", "a-long-password-1")
        closed = {"is_active": False} if how == "closed" else {"password": "!never"}
        User.objects.filter(pk=root.pk).update(**closed)
    staffing.sweep(at=MORNING)
    told = OutboxMessage.objects.filter(kind="unstaffed")
    assert {each.recipient_user_id for each in told} == {desk.officer.pk, desk.second_officer.pk}


def test_each_occasion_is_told_once_and_again_after_thirty_days(desk: Desk) -> None:
    User.objects.create_superuser("root@example.org", "Root", "a-long-password-1")
    members = Membership.objects.filter(organisation__slug="indigomed")
    told = OutboxMessage.objects.filter(kind="unstaffed")
    for day, role, mails in (
        (0, "auditor", 1),
        (1, "auditor", 1),
        # Somebody is there, and the next day nobody: another occasion in the same month.
        (2, "handler", 1),
        (3, "auditor", 2),
        (32, "auditor", 2),
        (33, "auditor", 3),
    ):
        members.update(role=role)
        staffing.sweep(at=MORNING + timedelta(days=day))
        assert told.count() == mails, day


def test_the_pages_that_lead_to_the_form_say_that_it_is_closed(
    visitor: Visitor, desk: Desk
) -> None:
    leave(desk, "no member at all")
    assert "Takes no requests on this site now" in visitor.client.get("/").content.decode()
    page = visitor.client.get("/indigomed/").content.decode()
    assert "Ask for this" not in page
    assert "Not on this site at the moment: how else to ask" in page
    assert "INDIGOMED takes no requests on this site now" in page
    assert "How to reach them" in page


def test_a_closed_form_names_its_right_the_other_ways_and_the_open_door_to_the_same(
    visitor: Visitor, desk: Desk
) -> None:
    token = visitor.token("/imo/delete/")
    only_legal(desk)
    said = " ".join(visitor.client.get("/imo/delete/").content.decode().split())
    assert "IMO takes no requests for “Deletion” on this site now" in said
    assert "On the organisation’s website: www.imohealth.com, “Contact Us” tab" in said
    assert "By e-mail: customersupport@imohealth.com" not in said
    assert '<a class="button button--secondary" href="/imo/eu-delete/">' in said
    typed = {"form_token": token, "name": "Zoé Canary-Quill"}
    sent = visitor.client.post("/imo/delete/", typed)
    assert sent.status_code == 503
    again = sent.content.decode()
    assert "Nothing was sent. What you typed is below." in again
    assert 'formaction="/imo/eu-delete/"' in again
    came = visitor.client.post("/imo/eu-delete/", typed)
    assert "What you typed came along." in came.content.decode()


def gdpr_access(organisation: Organisation, rights: list[Right]) -> set[int]:
    return {each.pk for each in rights if each.slug == "gdpr-access"}


def test_no_page_recommends_a_closed_form(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as the better door, on the page of rights or on a form that is open."""
    better, door = "There is a better door to the same.", 'href="/indigomed/gdpr-access/">Access'
    for url in ("/indigomed/", "/indigomed/copy/"):
        page = visitor.open(url)
        assert better in page
        assert door in page
    for room in ("portal.views.rights", "requests.services.staffing"):
        monkeypatch.setattr(f"dsr.{room}.closed_at", gdpr_access)
    for url in ("/indigomed/", "/indigomed/copy/"):
        assert better not in visitor.open(url)
    assert door not in visitor.open("/indigomed/copy/")
    assert visitor.client.get("/indigomed/gdpr-access/").status_code == 503


def test_a_form_that_was_not_sent_is_not_shown_again_where_nobody_is_there(
    visitor: Visitor, desk: Desk
) -> None:
    only_legal(desk)
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/imo/delete/", {"name": "Zoé Canary-Quill"})
    assert refused.status_code == 503
    assert "Zoé Canary-Quill" in refused.content.decode()


def test_the_doors_for_a_child_say_which_are_closed(visitor: Visitor, desk: Desk) -> None:
    leave(desk, "no member at all")
    page = visitor.client.get("/indigomed/").content.decode()
    section = page.partition('id="for-your-child"')[2].partition("</section>")[0]
    doors = section.count("<li>")
    assert doors > 0
    assert section.count("Not on this site at the moment") == doors


def test_who_cannot_sign_in_does_not_count_and_who_sets_up_a_second_factor_first_does(
    desk: Desk,
) -> None:
    """A second factor is set up at the next log-in; a first password needs the invitation."""
    right = desk.right("indigomed", "accounting")
    assert not Authenticator.objects.exists()
    assert staffing.staffed(right)
    for how in ("invited and never come", "deactivated"):
        leave(desk, how)
        assert not staffing.staffed(right), how


def test_a_closed_organisation_with_open_requests_is_named_too(desk: Desk) -> None:
    """It takes nothing new, and what it took has its time limits."""
    Organisation.objects.filter(slug="indigomed").update(is_open=False)
    leave(desk, "no member at all")
    assert staffing.problems(MORNING) == []
    cast.ask(desk.right("indigomed", "accounting"))
    (problem,) = staffing.problems(MORNING)
    assert (problem.code, problem.number) == ("unstaffed:indigomed", 1)


def test_health_names_where_nobody_could_be_the_second_of_two_people(desk: Desk) -> None:
    """Health data goes out when two agree; of one person alone nothing would ever leave."""
    cast.ask(desk.right("indigomed", "copy"))
    members = Membership.objects.filter(organisation__slug="indigomed")
    others = members.exclude(user=desk.officer)
    others.update(role="clerk", approves_from=None)
    (problem,) = staffing.problems(MORNING)
    assert (problem.code, problem.number) == ("no_second_person:indigomed", 1)
    assert str(problem.text) == (
        "INDIGOMED: nobody is there who could approve as a second person; what needs two people "
        "cannot be answered"
    )
    # Somebody else who prepares it; or the declaration that there is one person only.
    others.filter(user=desk.clerk).update(role="handler")
    assert staffing.problems(MORNING) == []
    others.update(role="clerk")
    Organisation.objects.filter(slug="indigomed").update(sole_decisions=True)
    assert staffing.problems(MORNING) == []


def test_a_second_person_of_another_department_is_none_here(desk: Desk) -> None:
    cast.ask(desk.right("imo", "delete"))
    only_legal(desk)
    support = Department.objects.get(organisation__slug="imo", slug="customer-support")
    Membership.objects.filter(organisation__slug="imo", user=desk.handler).update(
        department=support
    )
    (problem,) = staffing.problems(MORNING)
    assert (problem.code, problem.number) == ("no_second_person:imo:customer-support", 1)
