"""Whether anybody is there who could answer: an organisation without staff takes no requests.

A form that promises a date when nobody will read it would let a time limit of the law pass in
silence. So it is closed honestly, health is red, and administrators hear of it once a month.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, roles_with
from dsr.notifications.services import Problem, Reader, owe_each
from dsr.policies.models import Organisation, Right
from dsr.policies.services import open_organisations
from dsr.requests.models import SubjectRequest
from dsr.requests.models.subject_request import SubjectRequestQuerySet
from dsr.vault.services import site_safe

# Invited and not come yet: such an account has no password that anybody could type.
NOT_COME = "!"


def staffed(right: Right) -> bool:
    """Whether somebody could work on a request by this right: of its department, or of all."""
    organisation = right.reading.version.policy.organisation
    able = User.objects.with_permission(
        Permission.WORK, organisation, department=right.department_id
    )
    return able.exclude(password__startswith=NOT_COME).exists()


def unstaffed() -> QuerySet[Organisation]:
    """Organisations that are open to requests, and where nobody could work on any."""
    there = Membership.objects.filter(
        organisation=OuterRef("pk"),
        role__in=roles_with(Permission.WORK),
        user__is_active=True,
    ).exclude(user__password__startswith=NOT_COME)
    return open_organisations().exclude(Exists(there))


def problems() -> list[Problem]:
    """For the page “Health” and the check: each by its name, with what is open there."""
    return [
        Problem(
            f"unstaffed:{each.slug}",
            _("%(name)s: nobody is there who could work on requests; its forms are closed")
            % {"name": each.name},
            _open(each).count(),
        )
        for each in unstaffed()
    ]


def sweep(*, at: datetime) -> int:
    """Tell the administrators of each organisation without staff, once a month; returns mails."""
    told = 0
    for organisation in unstaffed():
        readers = User.objects.filter(is_superuser=True, is_active=True)
        context: dict[str, Any] = {
            "organisation": organisation.name,
            "open_requests": _open(organisation).count(),
            "reference": "",
        }
        told += len(readers)
        owe_each(
            [Reader(user.pk, user.email, user.language) for user in readers],
            # By the month: owed once however often it is asked.
            key=f"unstaffed:{organisation.pk}:{at:%Y-%m}",
            kind="unstaffed",
            safe=site_safe(at),
            context=context,
            at=at,
        )
    return told


def _open(organisation: Organisation) -> SubjectRequestQuerySet:
    return SubjectRequest.objects.of_organisations([organisation.pk]).open()
