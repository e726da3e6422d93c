"""The admin is a door: what is in use is read-only, and every change leaves a line."""

from typing import Any, cast

import pytest
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest
from django.test import RequestFactory

from dsr.accounts.models import User
from dsr.audit.models import Entry
from dsr.policies.admin import VersionForm
from dsr.policies.models import (
    InformationItem,
    Organisation,
    Policy,
    PolicyVersion,
    Reading,
    Right,
    WorkingCalendar,
)
from dsr.policies.reading_locks import mark_used
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


def test_a_changed_organisation_leaves_a_line(
    version: PolicyVersion, request_of_admin: HttpRequest
) -> None:
    organisation = Organisation.objects.get()
    door(Organisation).save_model(request_of_admin, organisation, form=None, change=True)
    entry = Entry.objects.get(code="organisation_changed")
    assert (entry.by, entry.facts) == ("staff", {"organisation": organisation.pk})


class Saved:
    """As much of a form or a set of forms as saving related rows asks for."""

    def __init__(self, changed: bool, instance: Any = None) -> None:
        self.changed, self.instance = changed, instance

    def has_changed(self) -> bool:
        return self.changed

    def save_m2m(self) -> None:
        """Nothing is related so."""

    def save(self, commit: bool = True) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("calendar_changed", "days_changed", "version_after"),
    [(False, False, 1), (True, False, 2), (False, True, 2), (True, True, 2)],
)
def test_a_calendar_gets_one_version_for_one_saving(
    version: PolicyVersion,
    request_of_admin: HttpRequest,
    calendar_changed: bool,
    days_changed: bool,
    version_after: int,
) -> None:
    calendar = WorkingCalendar.objects.get(slug="fr")
    form, days = Saved(calendar_changed, calendar), Saved(days_changed)
    door(WorkingCalendar).save_related(request_of_admin, form, [days], True)
    calendar.refresh_from_db()
    assert calendar.version == version_after


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
