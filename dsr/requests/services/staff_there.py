"""Who works where: of each organisation with something to answer, who is there and can sign in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, permissions_of
from dsr.policies.models import Organisation
from dsr.requests.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class StaffThere:
    """The members of an organisation who can sign in."""

    organisation: Organisation
    people: list[Membership] = field(default_factory=list)

    def departments(self) -> set[int | None]:
        """In which somebody works; None where somebody works for all of them."""
        return {each.department_id for each in self.people if _may(each, Permission.WORK)}

    def able(self, permission: Permission, department: int | None) -> set[int]:
        """Who may do this with what belongs to the department, or to none."""
        return {
            each.user_id
            for each in self.people
            if _may(each, permission) and each.reaches(department)
        }


def _may(member: Membership, permission: Permission) -> bool:
    # As `with_permission`: also whose power to approve is given and begins later.
    if permission == Permission.APPROVE and member.approves_from is None:
        return False
    return permission in permissions_of(member.role)


def concerned() -> list[StaffThere]:
    """Of every organisation that takes requests, or has some that are open still."""
    running = SubjectRequest.objects.open().order_by().values("organisation")
    return staff_of(Organisation.objects.filter(Q(is_open=True) | Q(pk__in=running)))


def staff_of(organisations: Iterable[Organisation]) -> list[StaffThere]:
    """In two queries, however many organisations."""
    found = {each.pk: StaffThere(each) for each in organisations}
    members = Membership.objects.filter(
        organisation__in=found, user__in=User.objects.who_can_sign_in()
    )
    for each in members:
        found[each.organisation_id].people.append(each)
    return list(found.values())
