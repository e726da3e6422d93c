"""What the rooms above ask of this one."""

from collections.abc import Mapping
from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from dsr.policies.calendars import Correction, correct_day, drop_correction, on_calendar_change
from dsr.policies.models import (
    InformationItem,
    Organisation,
    Policy,
    PolicyVersion,
    Reading,
    Right,
)
from dsr.policies.regimes import Duty, Regime, all_regimes
from dsr.policies.use import in_use, mark_used, register_use_check

__all__ = [
    "Correction",
    "correct_day",
    "current_reading",
    "drop_correction",
    "duties_for",
    "in_use",
    "information_shown",
    "mark_used",
    "on_calendar_change",
    "open_organisations",
    "readings_in_force",
    "register_use_check",
    "rights_offered",
    "version_in_force",
]


def open_organisations() -> QuerySet[Organisation]:
    return Organisation.objects.filter(is_open=True)


def version_in_force(policy: Policy, on: date) -> PolicyVersion | None:
    """The version that judges a request received on a day."""
    return policy.versions.filter(_in_force("", on)).first()


def current_reading(policy: Policy, on: date) -> Reading | None:
    """The newest reading of the version in force on a day."""
    return readings_in_force(on).filter(version__policy=policy).first()


def readings_in_force(on: date) -> QuerySet[Reading]:
    """The newest reading of every version in force on a day."""
    newest = Reading.objects.filter(version=OuterRef("version")).order_by("-number")
    return Reading.objects.filter(_in_force("version__", on), pk=Subquery(newest.values("pk")[:1]))


def rights_offered(organisation: Organisation, on: date) -> QuerySet[Right]:
    """What can be asked of an organisation: the rights of its policies, then of the laws."""
    return (
        Right.objects.filter(
            reading__in=readings_in_force(on), reading__version__policy__organisation=organisation
        )
        .select_related("reading__version__policy", "department")
        .order_by(F("reading__version__policy"), "position")
    )


def information_shown(organisation: Organisation, on: date) -> QuerySet[InformationItem]:
    return InformationItem.objects.filter(
        reading__in=readings_in_force(on), reading__version__policy__organisation=organisation
    ).order_by("reading__version__policy", "position")


def duties_for(
    organisation: Organisation, kind: str, place: str, on: date, facts: Mapping[str, object]
) -> list[tuple[Regime, Duty]]:
    """What the laws that may apply to the organisation demand of one request.

    `place` is the requester's (FR, GB, US-CA; "" if unknown), `on` the day of receipt.
    """
    known = all_regimes()
    regimes = [known[slug] for slug in organisation.regimes if slug in known]
    home = {
        **facts,
        "organisation_country": organisation.country,
        "organisation_flags": tuple(organisation.flags),
    }
    return [
        (regime, duty) for regime in regimes for duty in regime.rules_for(kind, place, on, home)
    ]


def _in_force(prefix: str, on: date) -> Q:
    begun = Q(**{f"{prefix}in_force_from__isnull": True}) | Q(**{f"{prefix}in_force_from__lte": on})
    kept = Q(**{f"{prefix}superseded_on__isnull": True}) | Q(**{f"{prefix}superseded_on__gt": on})
    return begun & kept
