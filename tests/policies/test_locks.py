"""What a request rests on does not change, whoever tries and however."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dsr.audit.models import Entry
from dsr.policies.models import Policy, PolicyVersion, Reading, Right
from dsr.policies.reading_locks import (
    VersionEdit,
    VersionError,
    edit_version,
    in_use,
    mark_used,
    refusal,
)
from tests.policies.conftest import MORNING, TEXT, Folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def right(clinic: Folder) -> Right:
    clinic.load()
    return Right.objects.get()


def edited(**changes: Any) -> VersionEdit:
    values = {"label": "v1", "effective_on": None, "in_force_from": None, "text": TEXT}
    return VersionEdit(**{**values, **changes})


def test_a_right_is_never_edited_in_place(right: Right) -> None:
    with pytest.raises(IntegrityError, match="rights are never changed"), transaction.atomic():
        Right.objects.update(title="Something else")


def test_a_reading_in_use_can_be_neither_deleted_nor_changed(right: Right) -> None:
    mark_used(right, MORNING)
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Right.objects.all().delete()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Reading.objects.update(number=7)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Reading.objects.update(used_at=None)


def test_the_text_of_a_version_in_use_does_not_change(right: Right) -> None:
    mark_used(right, MORNING)
    with pytest.raises(IntegrityError, match="is in use"), transaction.atomic():
        PolicyVersion.objects.update(text="Nothing is promised.")


def test_a_version_in_use_can_still_be_superseded(right: Right) -> None:
    mark_used(right, MORNING)
    PolicyVersion.objects.update(superseded_on=date(2027, 1, 1))


def test_marking_twice_keeps_the_first_time(right: Right) -> None:
    mark_used(right, MORNING)
    mark_used(right, MORNING.replace(hour=23))
    assert Reading.objects.get().used_at == MORNING


def test_a_version_that_a_request_rests_on_is_not_edited(right: Right) -> None:
    version = right.reading.version
    assert in_use(version) is False
    mark_used(right, MORNING)
    assert in_use(version) is True
    assert refusal(version, edited()) == (
        "Requests depend on this version: it does not change any more."
    )


def test_a_version_nobody_uses_can_be_edited(right: Right) -> None:
    version_id = right.reading.version_id
    edit = edited(in_force_from=date(2026, 2, 1), text=TEXT + "A new last line.\n")
    version = edit_version(version_id, edit, actor_id=None, at=MORNING)
    assert version.text == TEXT + "A new last line.\n"
    assert version.in_force_from == date(2026, 2, 1)
    assert Entry.objects.filter(code="version_edited").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"text": "Preface\n" + TEXT},
            "The text would lose the clause “You may ask for a copy of your record.”.",
        ),
        ({"in_force_from": date(2027, 1, 1)}, "Another version is in force from that day."),
        ({"label": "v2"}, "Another version has that label."),
    ],
)
def test_an_edit_that_breaks_something_is_refused(
    right: Right, changes: dict[str, Any], reason: str
) -> None:
    PolicyVersion.objects.create(
        policy=Policy.objects.get(),
        label="v2",
        in_force_from=date(2027, 1, 1),
        text="x",
        text_sha256="0" * 64,
    )
    with pytest.raises(VersionError) as caught:
        edit_version(right.reading.version_id, edited(**changes), actor_id=None, at=MORNING)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"kind": "gossip"}, "right_kind_known"),
        ({"identity_level": 0}, "right_never_without_a_check"),
        ({"kind": "paper_copy", "identity_level": 2}, "right_never_too_much_proof"),
        ({"two_people": False}, "right_four_eyes"),
        ({"period_amount": 3, "period_unit": ""}, "right_period"),
        ({"period_amount": None, "period_unit": "day"}, "right_period"),
        ({"look_back_amount": 0, "look_back_unit": "year"}, "right_look_back"),
        ({"clauses": []}, "right_rests_on_a_clause"),
        ({"law": "GDPR"}, "right_law_complete"),
        ({"identity_level": 4}, "right_level_known"),
        ({"audience_code": "martians"}, "right_audience_known"),
    ],
)
def test_the_database_refuses_what_no_catalogue_may_say(
    right: Right, values: dict[str, Any], constraint: str
) -> None:
    right.pk, right._state.adding, right.slug = None, True, "another"
    for name, value in values.items():
        setattr(right, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        right.save()
