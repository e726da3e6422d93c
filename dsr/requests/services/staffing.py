"""Whether anybody is there who could answer: where nobody is, no requests are taken.

A form that promises a date when nobody will read it would let a time limit of the law pass in
silence. So it is closed honestly, health is red, and who may name staff hears of it. Departments
divide: somebody of another department is nobody here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.notifications.services import Problem, Reader, owe_each
from dsr.policies.models import Department, Organisation, Right
from dsr.policies.services import rights_offered
from dsr.requests.models import StaffingGap, SubjectRequest
from dsr.requests.models.subject_request import SubjectRequestQuerySet
from dsr.vault.services import site_safe

from . import second_person
from .staff_there import StaffThere, concerned, staff_of

TOLD_AGAIN_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Gap:
    """Where nobody is. ``whole``: nobody at all; else nobody of this department, or of none."""

    organisation: Organisation
    department: Department | None
    whole: bool

    @property
    def code(self) -> str:
        part = "" if self.whole else f":{self.department.slug if self.department else '-'}"
        return f"unstaffed:{self.organisation.slug}{part}"

    @property
    def text(self) -> Any:
        names = {"name": self.organisation.name, "department": self.department}
        if self.whole:
            return (
                _("%(name)s: nobody is there who could work on requests; its forms are closed")
                % names
            )
        if self.department:
            return (
                _(
                    "%(name)s, %(department)s: nobody is there who could work on its requests; "
                    "their forms are closed"
                )
                % names
            )
        return (
            _(
                "%(name)s: nobody is there who could work on requests of no department; their "
                "forms are closed"
            )
            % names
        )

    def open_requests(self) -> SubjectRequestQuerySet:
        found = SubjectRequest.objects.of_organisations([self.organisation.pk]).open()
        return found if self.whole else found.filter(department=self.department)


def staffed(right: Right) -> bool:
    """Whether somebody could work on a request by this right: of its department, or of all."""
    return not closed_at(right.reading.version.policy.organisation, [right])


def closed_at(organisation: Organisation, rights: Sequence[Right]) -> set[int]:
    """Of these rights of one organisation, by their ids, those that nobody could work on."""
    return closed_among([(organisation, rights)])


def closed_among(offered: Sequence[tuple[Organisation, Sequence[Right]]]) -> set[int]:
    """As ``closed_at``, of several organisations with their rights: one query for all of them."""
    closed: set[int] = set()
    for there, (_organisation, rights) in zip(
        staff_of(organisation for organisation, _rights in offered), offered, strict=True
    ):
        reached = there.departments()
        if None not in reached:
            closed |= {each.pk for each in rights if each.department_id not in reached}
    return closed


def gaps(at: datetime) -> list[Gap]:
    """Wherever requests are taken, or are open still, and nobody could work on some or all."""
    return _among(concerned(), at)


def _among(places: Iterable[StaffThere], at: datetime) -> list[Gap]:
    return [gap for each in places for gap in _gaps_of(each, at)]


def _gaps_of(there: StaffThere, at: datetime) -> list[Gap]:
    organisation, reached = there.organisation, there.departments()
    if None in reached:
        return []
    if not reached:
        return [Gap(organisation, None, whole=True)]
    running = SubjectRequest.objects.of_organisations([organisation.pk]).open()
    needed: set[int | None] = set(running.order_by().values_list("department_id", flat=True))
    if organisation.is_open:
        offered = rights_offered(organisation, organisation.today(at))
        needed |= {each.department_id for each in offered}
    names = {each.pk: each for each in Department.objects.filter(organisation=organisation)}
    missing = sorted(needed - reached, key=lambda pk: pk or 0)
    return [Gap(organisation, names[pk] if pk else None, whole=False) for pk in missing]


def problems(at: datetime) -> list[Problem]:
    """For the page “Health” and the check: each by its name, with what is open there."""
    places = concerned()
    found = [Problem(gap.code, gap.text, gap.open_requests().count()) for gap in _among(places, at)]
    return [*found, *second_person.problems(places, at)]


def sweep(*, at: datetime) -> int:
    """Keep the occasions, and tell whoever may name staff there, once for each and again for every
    thirty days that it lasts; returns how many such places there are."""
    found = gaps(at)
    with transaction.atomic():
        standing = {
            (each.organisation_id, each.department_id): each
            for each in StaffingGap.objects.select_for_update().filter(ended_at=None)
        }
        for gap in found:
            place = (gap.organisation.pk, gap.department.pk if gap.department else None)
            occasion = standing.pop(place, None) or StaffingGap.objects.create(
                organisation=gap.organisation, department=gap.department, since=at
            )
            _tell(gap, occasion, at)
        for over in standing.values():
            over.ended_at = at
            over.save(update_fields=["ended_at"])
    return len(found)


def _tell(gap: Gap, occasion: StaffingGap, at: datetime) -> None:
    context: dict[str, Any] = {
        "organisation": gap.organisation.name,
        "department": gap.department.name if gap.department else "",
        "whole": gap.whole,
        "open_requests": gap.open_requests().count(),
        "reference": "",
    }
    times = (at - occasion.since) // TOLD_AGAIN_AFTER
    owe_each(
        [Reader(user.pk, user.email, user.language) for user in _who_may_name(gap)],
        # By the occasion: owed once however often it is asked.
        key=f"unstaffed:{occasion.pk}:{times}",
        kind="unstaffed",
        safe=site_safe(at),
        context=context,
        at=at,
    )


def _who_may_name(gap: Gap) -> list[User]:
    """Administrators, and who may say there who works.

    Where none of them can sign in, whoever says so for another department: somebody has to hear.
    """
    department = gap.department.pk if gap.department else None
    named = partial(User.objects.with_permission, Permission.INVITE, gap.organisation)
    able = User.objects.who_can_sign_in()
    found = able.filter(Q(pk__in=named(department=department).values("pk")) | Q(is_superuser=True))
    return list(found.order_by("pk")) or list(named())
