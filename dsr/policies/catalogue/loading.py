"""Bringing catalogue documents into the database: all of them or none, twice is once."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from dsr.audit.services import SITE, append
from dsr.policies.catalogue.reading import (
    CALENDARS,
    PolicyDocument,
    read_calendars,
    read_policies,
)
from dsr.policies.catalogue.shapes import CalendarShape
from dsr.policies.models import (
    CalendarDay,
    Department,
    InformationItem,
    Organisation,
    Policy,
    PolicyVersion,
    Reading,
    Right,
    WorkingCalendar,
)
from dsr.policies.reading_locks import in_use, put_in_order

# Any number, the same everywhere: two loads at once wait for each other.
_LOADING = 0x_D5A_CA7


@dataclass
class Report:
    """What a load did, a sentence each."""

    loaded: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Load:
    """What every step of one load shares."""

    at: datetime
    actor_id: int | None
    report: Report

    def audit(self, code: str, **facts: Any) -> None:
        by = "system" if self.actor_id is None else "staff"
        append(SITE, code, at=self.at, actor_id=self.actor_id, by=by, facts=facts)


def load(paths: Iterable[Path], at: datetime, *, actor_id: int | None) -> Report:
    """Load catalogue files or folders. Errors: CatalogueError, and then nothing is loaded."""
    # All files are read before the first row is written, and in one transaction: a server that
    # shows half of a new policy promises what nobody keeps.
    calendars, documents = read_calendars(CALENDARS), read_policies(list(paths))
    loading = _Load(at, actor_id, Report())
    with transaction.atomic():
        _wait_for_other_loads()
        _seed_calendars(calendars, loading)
        for document in documents:
            _store_document(document, loading)
    return loading.report


def _wait_for_other_loads() -> None:
    with connection.cursor() as cursor:
        # Held until the transaction ends: a second load then finds the first one's rows.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADING])


def _seed_calendars(entries: list[CalendarShape], loading: _Load) -> None:
    """A seed: what is there already belongs to the people who correct it."""
    there = set(WorkingCalendar.objects.values_list("slug", flat=True))
    missing = [entry for entry in entries if entry.slug not in there]
    made = WorkingCalendar.objects.bulk_create(
        WorkingCalendar(
            slug=entry.slug,
            name=entry.name,
            codes=list(entry.codes),
            weekend=list(entry.weekend),
        )
        for entry in missing
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, **day.columns())
        for calendar, entry in zip(made, missing, strict=True)
        for day in entry.days
    )
    if made:
        loading.audit("calendars_added", calendars=len(made))


def _store_document(document: PolicyDocument, loading: _Load) -> None:
    organisation = _store_organisation(document, loading)
    policy = _store_policy(document, organisation)
    version = _store_version(document, policy)
    _store_reading(document, version, loading)
    put_in_order(policy)


def _store_organisation(document: PolicyDocument, loading: _Load) -> Organisation:
    """Made once; afterwards it belongs to the admin, and differences are only reported."""
    entry = document.said.organisation
    organisation = Organisation.objects.filter(slug=entry.slug).first()
    if organisation is None:
        organisation = _new_organisation(document)
        loading.audit("organisation_added", organisation=organisation.pk)
    elif different := [
        name for name, value in entry.columns().items() if getattr(organisation, name) != value
    ]:
        loading.report.kept.append(
            f"{entry.slug}: {', '.join(sorted(different))} as changed in the admin"
        )
    # Only added: a department that was renamed in the admin keeps its name, its rights hang on it.
    for department in entry.departments:
        Department.objects.get_or_create(
            organisation=organisation, slug=department.slug, defaults=department.model_dump()
        )
    return organisation


def _new_organisation(document: PolicyDocument) -> Organisation:
    entry, place = document.said.organisation, ("organisation",)
    calendar = WorkingCalendar.objects.filter(slug=entry.calendar).first()
    if calendar is None:
        reason = f"calendar: there is no working calendar “{entry.calendar}”"
        document.source.fail(place, reason)
    organisation = Organisation(slug=entry.slug, calendar=calendar, **entry.columns())
    try:
        # By the model's own rules, so that a file can make nothing that the admin would refuse.
        organisation.full_clean()
    except ValidationError as error:
        name, problems = next(iter(error.message_dict.items()))
        document.source.fail(place, f"organisation: {name}: {problems[0]}")
    organisation.save()
    return organisation


def _store_policy(document: PolicyDocument, organisation: Organisation) -> Policy:
    words = document.said.policy.model_dump(exclude={"slug"})
    policy, made = Policy.objects.get_or_create(
        slug=document.said.policy.slug, defaults={"organisation": organisation, **words}
    )
    if policy.organisation_id != organisation.pk:
        reason = f"policy “{policy.slug}” belongs to another organisation"
        document.source.fail(("version",), reason)
    # The words around a text may be corrected at any time: no request rests on them.
    if not made and any(getattr(policy, name) != word for name, word in words.items()):
        Policy.objects.filter(pk=policy.pk).update(**words)
    return policy


def _store_version(document: PolicyDocument, policy: Policy) -> PolicyVersion:
    entry = document.said.version
    version = PolicyVersion.objects.filter(policy=policy, label=entry.label).first()
    values = {
        "effective_on": entry.effective_on,
        "in_force_from": entry.begins_on,
        "text_sha256": entry.sha256,
    }
    if version and all(getattr(version, name) == value for name, value in values.items()):
        return version
    if version and in_use(version):
        document.source.fail(
            ("version",),
            f"version “{entry.label}” is in use and does not change:"
            " give the new text a label and a day of its own",
        )
    if version:
        _forget(version)
    # The database would refuse it too, but without a line of the file.
    _refuse_same_day(document, policy)
    # No end yet: `put_in_order` puts every version in its place once this one is there.
    return PolicyVersion.objects.create(policy=policy, label=entry.label, text=entry.text, **values)


# Nobody depends on it (the database would refuse), so a corrected text replaces it altogether.
def _forget(version: PolicyVersion) -> None:
    version.readings.all().delete()
    version.delete()


def _refuse_same_day(document: PolicyDocument, policy: Policy) -> None:
    other = policy.versions.filter(in_force_from=document.said.version.begins_on).first()
    if other:
        document.source.fail(
            ("version",),
            f"version “{other.label}” is in force from the same day:"
            " say from which day this one is (in_force_from)",
        )


def _store_reading(document: PolicyDocument, version: PolicyVersion, loading: _Load) -> None:
    content = _content_sha256(document)
    current = version.readings.order_by("-number").first()
    label = f"{document.said.policy.slug} {version.label}"
    if current and current.content_sha256 == content:
        loading.report.unchanged.append(f"{label}, reading {current.number}")
        return
    reading = Reading.objects.create(
        version=version,
        number=current.number + 1 if current else 1,
        file_sha256=document.file_sha256,
        content_sha256=content,
        loaded_at=loading.at,
    )
    _store_rights(document, reading)
    loading.report.loaded.append(
        f"{label}, reading {reading.number}: {len(document.rights)} rights"
    )
    loading.audit(
        "policy_loaded",
        policy=document.said.policy.slug,
        version=version.label,
        reading=reading.number,
        text=version.text_sha256,
    )


def _store_rights(document: PolicyDocument, reading: Reading) -> None:
    organisation = reading.version.policy.organisation
    departments = {row.slug: row for row in organisation.departments.all()}
    Right.objects.bulk_create(
        Right(
            reading=reading,
            position=position,
            slug=right.slug,
            department=departments.get(right.department),
            **right.columns,
        )
        for position, right in enumerate(document.rights, start=1)
    )
    InformationItem.objects.bulk_create(
        InformationItem(reading=reading, position=position, slug=entry.slug, **entry.columns)
        for position, entry in enumerate(document.information, start=1)
    )


def _content_sha256(document: PolicyDocument) -> str:
    """Of what the reading says: a comment or a moved line makes no new reading."""
    said = [
        [[right.slug, right.department, right.columns] for right in document.rights],
        [[entry.slug, entry.columns] for entry in document.information],
    ]
    # Sorted: the order of keys in a file says nothing.
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
