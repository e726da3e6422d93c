"""Whether anybody is there who could be the second of two people.

Health data goes out, and records are erased, when somebody else than who prepared it agrees
(promise A 8). Where nobody could, work goes on and no answer would ever leave: health says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from dsr.accounts.roles import Permission
from dsr.notifications.services import Problem
from dsr.policies.models import Department, Organisation
from dsr.policies.services import rights_offered
from dsr.requests.models import SubjectRequest

from .staff_there import StaffThere

CODE = "no_second_person"


def problems(places: Iterable[StaffThere], at: datetime) -> list[Problem]:
    """For the page “Health” and the check, with the open requests that need two people."""
    return [each for there in places for each in _of_one(there, at)]


def _of_one(there: StaffThere, at: datetime) -> list[Problem]:
    organisation = there.organisation
    # Who has declared sole decisions needs nobody; two who work for all are two everywhere.
    if organisation.sole_decisions or not _is_missing(there, None):
        return []
    running = SubjectRequest.objects.of_organisations([organisation.pk]).open()
    running = running.filter(two_people=True)
    needed: set[int | None] = set(running.order_by().values_list("department_id", flat=True))
    if organisation.is_open:
        offered = rights_offered(organisation, organisation.today(at))
        needed |= {each.department_id for each in offered if each.two_people}
    names = {each.pk: each for each in Department.objects.filter(organisation=organisation)}
    # Where nobody works at all the gap itself is told.
    missing = {pk for pk in needed if there.able(Permission.WORK, pk) and _is_missing(there, pk)}
    if missing == needed:
        return [_everywhere(organisation, running.count())] if needed else []
    return [
        _in_one(organisation, names[pk] if pk else None, running.filter(department=pk).count())
        for pk in sorted(missing, key=lambda pk: pk or 0)
    ]


def _is_missing(there: StaffThere, department: int | None) -> bool:
    """Nobody could approve what somebody else has prepared."""
    work = there.able(Permission.WORK, department)
    approve = there.able(Permission.APPROVE, department)
    return not (work and approve) or len(work | approve) < 2


def _everywhere(organisation: Organisation, number: int) -> Problem:
    text = _(
        "%(name)s: nobody is there who could approve as a second person; what needs two people "
        "cannot be answered"
    )
    return Problem(f"{CODE}:{organisation.slug}", text % {"name": organisation.name}, number)


def _in_one(organisation: Organisation, department: Department | None, number: int) -> Problem:
    text = _(
        "%(name)s, %(department)s: nobody is there who could approve as a second person; what "
        "needs two people cannot be answered"
    )
    said = {"name": organisation.name, "department": department or _("of no department")}
    part = department.slug if department else "-"
    return Problem(f"{CODE}:{organisation.slug}:{part}", text % said, number)
