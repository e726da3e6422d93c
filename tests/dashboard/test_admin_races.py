"""A refusal of the administration names its field; one that comes late loses nothing typed."""

from __future__ import annotations

from typing import Any

import pytest

from dsr.accounts.models import User
from dsr.policies.models import Department, Organisation, PolicyVersion
from dsr.policies.reading_locks import VersionError
from tests.cast import Desk
from tests.dashboard.conftest import Seat


@pytest.fixture
def ada(desk: Desk) -> Seat:
    return Seat(User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse"))


def test_what_somebody_else_saved_first_is_said_and_nothing_typed_is_lost(ada: Seat) -> None:
    kept = Department.objects.first()
    assert kept
    owner = kept.organisation
    address = f"/admin/policies/organisation/{owner.pk}/change/"
    typed: dict[str, Any] = {
        "slug": owner.slug,
        "name": owner.name,
        "legal_name": "Typed canary",
        "country": owner.country,
        "zone": owner.zone,
        "calendar": owner.calendar_id,
        "languages": owner.languages,
        "default_language": "en",
        "staff_idle_minutes": 30,
        "target_amount": 30,
        "target_unit": "day",
        "departments-TOTAL_FORMS": 1,
        "departments-INITIAL_FORMS": 0,
        "departments-0-slug": kept.slug,
        "departments-0-name": "The same again",
    }
    page = ada.client.post(address, typed).content.decode()
    assert "This was saved by somebody meanwhile, or twice at once. Look it over here." in page
    assert "Typed canary" in page
    assert "The same again" in page
    owner.refresh_from_db()
    assert owner.legal_name != "Typed canary"


def test_a_refusal_of_a_service_under_its_lock_is_a_sentence_on_the_page(
    ada: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any, **options: Any) -> None:
        raise VersionError("Requests depend on this version: it does not change any more.")

    monkeypatch.setattr("dsr.policies.admin.edit_version", late)
    version = PolicyVersion.objects.filter(policy__organisation__slug="img").get()
    typed = {"label": "late", "effective_on": "", "in_force_from": "", "text": version.text}
    page = ada.client.post(f"/admin/policies/policyversion/{version.pk}/change/", typed)
    assert "Requests depend on this version: it does not change any more." in page.content.decode()


def test_a_refusal_names_its_field_in_plain_words(ada: Seat) -> None:
    address = f"/admin/policies/organisation/{Organisation.objects.get(slug='img').pk}/change/"
    rows = {"departments-TOTAL_FORMS": 1, "departments-INITIAL_FORMS": 0}
    page = ada.client.post(address, rows | {"name": "x" * 121, "departments-0-slug": "y" * 51})
    form, (row,) = page.context["adminform"].form, page.context["inline_admin_formsets"]
    assert form.errors["name"] == [
        "“Name” is too long: it has 121 characters, and at most 120 are possible. "
        "Make it shorter; all that you typed is still here."
    ]
    assert form.errors["legal_name"] == ["Fill in “Legal name”."]
    assert row.formset.errors[0]["name"] == ["Fill in “Name”."]
