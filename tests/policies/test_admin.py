"""The admin is a door: what is in use is read-only, and every change leaves a line."""

from typing import Any, cast

import pytest
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.forms import inlineformset_factory
from django.http import HttpRequest
from django.test import RequestFactory

from dsr.accounts.models import User
from dsr.audit.models import Entry
from dsr.policies.admin import VersionForm
from dsr.policies.models import (
    Department,
    InformationItem,
    Organisation,
    Policy,
    PolicyVersion,
    Reading,
    Right,
    WorkingCalendar,
)
from dsr.policies.reading_locks import mark_used
from tests.dashboard.conftest import Seat
from tests.policies.conftest import MORNING, TEXT, Folder

pytestmark = pytest.mark.django_db

SITE: AdminSite = admin.site


@pytest.fixture
def request_of_admin(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/")
    request.user = User.objects.create(
        email="admin@example.org", name="Ada", is_staff=True, is_superuser=True
    )
    return request


def door(model: Any) -> Any:
    return SITE._registry[model]


@pytest.fixture
def version(clinic: Folder) -> PolicyVersion:
    clinic.load()
    return PolicyVersion.objects.get()


def form_of(version: PolicyVersion, **changes: str) -> VersionForm:
    data = {"label": "v1", "effective_on": "2026-01-01", "in_force_from": "2026-01-01"}
    return VersionForm({**data, "text": TEXT, **changes}, instance=version)


def test_rights_and_readings_are_only_read(request_of_admin: HttpRequest) -> None:
    for model in (Right, Reading):
        assert door(model).has_view_permission(request_of_admin) is True
        assert door(model).has_add_permission(request_of_admin) is False
        assert door(model).has_change_permission(request_of_admin) is False
        assert door(model).has_delete_permission(request_of_admin) is False


def test_a_version_is_edited_until_it_is_in_use(
    version: PolicyVersion, request_of_admin: HttpRequest
) -> None:
    assert door(PolicyVersion).has_change_permission(request_of_admin, version) is True
    mark_used(Right.objects.get(), MORNING)
    assert door(PolicyVersion).has_change_permission(request_of_admin, version) is False
    assert door(PolicyVersion).has_delete_permission(request_of_admin, version) is False


def test_an_edited_text_keeps_its_characters_and_gets_its_hash(
    version: PolicyVersion, request_of_admin: HttpRequest
) -> None:
    form = form_of(version, text=TEXT.replace("\n", "\r\n") + "One more line.\r\n")
    assert form.is_valid(), form.errors
    door(PolicyVersion).save_model(request_of_admin, form.instance, form, True)
    stored = PolicyVersion.objects.get()
    assert stored.text == TEXT + "One more line.\n"
    assert stored.text_sha256 == (
        "67ff72432bdf4a3f364d8f0cb52c231da3caf43cb5435251858a3ef1be61fbc3"
    )
    assert (
        Entry.objects.get(code="version_edited").actor_id == cast("User", request_of_admin.user).pk
    )


def test_a_text_that_loses_a_clause_is_refused_in_a_sentence(version: PolicyVersion) -> None:
    form = form_of(version, text="Preface\n" + TEXT)
    assert form.non_field_errors() == [
        "The text would lose the clause “You may ask for a copy of your record.”."
    ]


def test_a_changed_organisation_leaves_a_line_that_says_what_decides_and_names_the_rest(
    version: PolicyVersion, request_of_admin: HttpRequest
) -> None:
    organisation = Organisation.objects.get()
    organisation.sole_decisions = True
    organisation.country = "BE"
    organisation.phone = "+32 canary"
    door(Organisation).save_model(request_of_admin, organisation, form=None, change=True)
    entry = Entry.objects.get(code="organisation_changed")
    assert (entry.by, entry.actor_id) == ("staff", request_of_admin.user.pk)
    assert entry.facts == {
        "organisation": organisation.pk,
        "fields": ["country", "phone", "sole_decisions"],
        "country": "be",
        "country.before": "fr",
        "sole_decisions": True,
        "sole_decisions.before": False,
    }
    # Saved again unchanged it says nothing.
    door(Organisation).save_model(request_of_admin, organisation, form=None, change=True)
    assert Entry.objects.filter(code="organisation_changed").count() == 1


@pytest.fixture
def ada(version: PolicyVersion) -> Seat:
    return Seat(User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse"))


def lines() -> list[tuple[str, Any]]:
    entries = Entry.objects.exclude(code__startswith="account.").order_by("pk")
    return list(entries.values_list("code", "facts"))


def test_a_calendar_is_saved_with_its_days_as_one_version_and_one_line(ada: Seat) -> None:
    calendar = WorkingCalendar.objects.get(slug="fr")
    address = f"/admin/policies/workingcalendar/{calendar.pk}/change/"
    rows = {"days-TOTAL_FORMS": "1", "days-INITIAL_FORMS": "0", "days-0-calendar": calendar.pk}
    day = {"days-0-on": "2026-05-15", "days-0-change": "add", "days-0-reason": "A bridge"}
    typed = {"slug": "fr", "name": calendar.name, "codes": ["FR"], "weekend": ["4", "5"]}
    before = lines()
    assert ada.client.post(address, typed | rows | day).status_code == 302
    calendar.refresh_from_db()
    assert (calendar.version, calendar.weekend) == (2, [4, 5])
    assert calendar.days.get().reason == "A bridge"
    assert lines()[len(before) :] == [
        (
            "calendar_changed",
            {
                "calendar": calendar.pk,
                "version": 2,
                "fields": ["weekend"],
                "weekend": [4, 5],
                "weekend.before": [5, 6],
                "days": ["2026-05-15"],
                "dropped": [],
            },
        )
    ]
    # The same page sent once more changes nothing, and no date is computed again.
    kept = {"days-TOTAL_FORMS": "1", "days-INITIAL_FORMS": "1", "days-0-id": calendar.days.get().pk}
    assert ada.client.post(address, typed | rows | day | kept).status_code == 302
    assert WorkingCalendar.objects.get(pk=calendar.pk).version == 2
    assert ada.client.post(address, typed | rows | day | kept | {"days-0-DELETE": "on"})
    assert lines()[-1][1]["dropped"] == ["2026-05-15"]


def test_a_calendar_is_added_and_taken_away_with_a_line_each(ada: Seat) -> None:
    rows = {"days-TOTAL_FORMS": "0", "days-INITIAL_FORMS": "0"}
    typed = {"slug": "no-one", "name": "Nobody’s", "codes": ["BE"], "weekend": ["5", "6"]}
    before = lines()
    assert ada.client.post("/admin/policies/workingcalendar/add/", typed | rows).status_code == 302
    made = WorkingCalendar.objects.get(slug="no-one")
    gone = ada.client.post(f"/admin/policies/workingcalendar/{made.pk}/delete/", {"post": "yes"})
    assert gone.status_code == 302
    assert lines()[len(before) :] == [
        ("workingcalendar_added", {"workingcalendar": made.pk}),
        ("workingcalendar_deleted", {"workingcalendar": made.pk}),
    ]


def test_departments_that_are_saved_beside_their_organisation_leave_a_line_each(
    version: PolicyVersion, request_of_admin: HttpRequest
) -> None:
    organisation = Organisation.objects.get()
    rows = inlineformset_factory(Organisation, Department, fields=["slug", "name"])
    before = lines()

    def save(**typed: Any) -> None:
        data = {f"departments-{name}": value for name, value in typed.items()}
        formset = rows(data, instance=organisation)
        assert formset.is_valid(), formset.errors
        door(Organisation).save_formset(request_of_admin, None, formset, True)

    one = {"TOTAL_FORMS": 1, "0-slug": "archive", "0-name": "Archive"}
    save(INITIAL_FORMS=0, **one)
    kept = organisation.departments.get(slug="archive")
    there = {"INITIAL_FORMS": 1, **one, "0-id": kept.pk}
    save(**there | {"0-name": "Archives"})
    save(**there, **{"0-DELETE": "on"})
    assert lines()[len(before) :] == [
        ("department_added", {"department": kept.pk}),
        ("department_changed", {"department": kept.pk, "fields": ["name"]}),
        ("department_deleted", {"department": kept.pk}),
    ]


def test_information_is_edited_until_its_reading_is_in_use(
    clinic: Folder, request_of_admin: HttpRequest
) -> None:
    clinic.edit("rights:\n", "information:\n  - {slug: a, title: A, text: B}\nrights:\n")
    clinic.load()
    item = InformationItem.objects.get()
    assert door(InformationItem).has_change_permission(request_of_admin, item) is True
    mark_used(Right.objects.get(), MORNING)
    item.refresh_from_db()
    assert door(InformationItem).has_change_permission(request_of_admin, item) is False


def test_policies_are_not_deleted_and_nothing_is_deleted_in_bulk(
    request_of_admin: HttpRequest,
) -> None:
    assert door(Policy).has_delete_permission(request_of_admin) is False
    assert "delete_selected" not in door(Organisation).get_actions(request_of_admin)


def test_a_department_and_a_policy_stay_with_their_organisation(
    ada: Seat, version: PolicyVersion
) -> None:
    owner = Organisation.objects.get()
    department = Department.objects.create(organisation=owner, slug="archive", name="Archive")
    Organisation.objects.filter(pk=owner.pk).update(slug="other")
    other = Organisation.objects.get(pk=owner.pk)
    other.pk, other.slug = None, "clinic"
    other.save()
    typed = {"organisation": other.pk, "slug": "moved", "name": "Moved", "title": "Moved"}
    for row in (department, version.policy):
        address = f"/admin/policies/{row._meta.model_name}/{row.pk}/change/"
        assert ada.client.post(address, typed | {"language": "en"}).status_code == 302
        row.refresh_from_db()
        assert (row.slug, row.organisation_id) == ("moved", owner.pk)
