"""What requests rest on does not change: a reading is locked by the first request that uses it.

Until then the version can be edited, with every clause still in its place.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.audit.services import SITE, append
from dsr.policies.models import InformationItem, Policy, PolicyVersion, Reading, Right


def mark_used(right: Right, at: datetime) -> None:
    """A request rests on this right from now on: the database locks its reading and text.

    Call it in the transaction that opens the request.
    """
    reading = right.reading
    if reading.used_at is None:
        # The instance may be older than the use: it comes with the right, from a page's query.
        reading.refresh_from_db(fields=["used_at"])
    if reading.used_at is not None:
        return  # once used, always used
    with transaction.atomic():
        # Whoever is editing the version has this lock: one of the two sees the other.
        PolicyVersion.objects.select_for_update().get(readings=reading)
        # Only where it is empty: of two first requests at once the earlier instant stays.
        Reading.objects.filter(pk=reading.pk, used_at__isnull=True).update(used_at=at)


def in_use(version: PolicyVersion) -> bool:
    return version.readings.filter(used_at__isnull=False).exists()


class VersionError(Exception):
    """Why a version is not changed, in words for people."""


@dataclass(frozen=True)
class VersionEdit:
    label: str
    effective_on: date | None
    in_force_from: date | None
    text: str


def edit_version(
    version_id: int, edit: VersionEdit, *, actor_id: int | None, at: datetime
) -> PolicyVersion:
    """Change a version nobody depends on. Every clause must still stand where it stood.

    Errors: VersionError for a version in use, a clause that would be lost, a day taken.
    """
    with transaction.atomic():
        version = PolicyVersion.objects.select_for_update().get(pk=version_id)
        # Asked again under the lock: the form asked before it, and a request may have come since.
        if reason := refusal(version, edit):
            raise VersionError(reason)
        version.label, version.text = edit.label, edit.text
        version.effective_on, version.in_force_from = edit.effective_on, edit.in_force_from
        version.text_sha256 = sha256(edit.text.encode()).hexdigest()
        # Cleared first: the new day may lie after the old end, which a CHECK forbids.
        version.superseded_on = None
        version.save()
        put_in_order(version.policy)
        by = "system" if actor_id is None else "staff"
        facts = {"version": version.pk, "text": version.text_sha256}
        append(SITE, "version_edited", at=at, actor_id=actor_id, by=by, facts=facts)
    return PolicyVersion.objects.get(pk=version_id)


def refusal(version: PolicyVersion, edit: VersionEdit) -> str:
    """Why an edit is not possible, as a sentence; "" where it is."""
    others = version.policy.versions.exclude(pk=version.pk)
    if in_use(version):
        return _("Requests depend on this version: it does not change any more.")
    if lost := lost_clause(version, edit.text):
        return _("The text would lose the clause “%(clause)s”.") % {"clause": lost}
    if others.filter(in_force_from=edit.in_force_from).exists():
        return _("Another version is in force from that day.")
    if others.filter(label=edit.label).exists():
        return _("Another version has that label.")
    return ""


def lost_clause(version: PolicyVersion, text: str) -> str:
    """The first clause of any reading that does not stand at its place in a text, or ""."""
    # All readings: the older ones stay, and each quotes the text at places of its own.
    rights = Right.objects.filter(reading__version=version).values_list("clauses", flat=True)
    items = InformationItem.objects.filter(reading__version=version)
    for clauses in [*rights, *items.values_list("clauses", flat=True)]:
        for clause in clauses:
            # By its place and not by a search: a quote that moved would be marked elsewhere.
            if text[clause["start"] : clause["end"]] != clause["text"]:
                return str(clause["text"])
    return ""


def put_in_order(policy: Policy) -> None:
    """Each version ends on the day on which the next begins."""
    # By their first days; an open beginning comes first, for it reaches back furthest.
    versions = list(policy.versions.all())
    for version, following in zip(versions, [*versions[1:], None], strict=True):
        ends_on = following.in_force_from if following else None
        if version.superseded_on != ends_on:
            PolicyVersion.objects.filter(pk=version.pk).update(superseded_on=ends_on)
