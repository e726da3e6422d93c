"""The power to approve: given before the eyes of those who have it, and never by one person alone.

Two people are two people only while nobody can make a second one alone. Whoever is given the power
waits two working days, of which everybody hears who has it; another of them may agree, and it
counts at once, or object, and it never does. Administrators are not exempt, and programs cannot
hold it (promise A 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dsr.accounts.models import Membership, User
from dsr.accounts.reporting import AccountsError, record, tell
from dsr.accounts.roles import Permission, permissions_of
from dsr.audit.models import Entry
from dsr.audit.services import SITE
from dsr.policies.models import Organisation

WAITING_WORKING_DAYS: Final = 2


def approves(role: str) -> bool:
    """Whether a role has this power once it counts."""
    return Permission.APPROVE in permissions_of(role)


def holders(organisation: Organisation, at: datetime, *, department: int | None) -> QuerySet[User]:
    """Whose power to approve counts there at this instant: for what belongs to this department, or
    to all of them (None). Who is limited to another one is no second person here."""
    return User.objects.with_permission(
        Permission.APPROVE, organisation, at=at, department=department
    )


def give(membership: Membership, *, by: User, at: datetime, declared: bool = False) -> None:
    """Give the power with a role that has it, in the transaction of that deed.

    The first person that an organisation ever has holds it at once: alone, nobody approves what is
    their own. Who takes the place of the only one waits, and administrators hear of it.
    ``declared``: the giver says to be the only one who has it, and that this is another person.
    """
    organisation = membership.organisation
    # Of two who are named at one instant the second finds the first.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    user, department = membership.user, membership.department_id
    # In whatever department: one who is invited and has not come was named all the same.
    named = organisation.memberships.exclude(approves_from=None).exclude(user=user)
    first = not named.exists() and not _had_approvers(organisation)
    others = holders(organisation, at, department=department).exclude(pk=user.pk)
    alone = list(others) == [by]
    if alone and not declared:
        raise AccountsError(
            _(
                "You are the only one who may approve here. Declare that, and that the person you "
                "name is somebody else than you; every record will show it."
            )
        )
    begins = organisation.after_working_days(at, WAITING_WORKING_DAYS)
    membership.approves_from = at if first else begins
    membership.given_by, membership.agreed_by, membership.objected_by = by, None, None
    membership.given_alone = alone
    membership.save()
    facts = {"user": user.pk, "organisation": organisation.pk, "alone": alone}
    record("power_given", actor=by, at=at, counts_from=membership.approves_from, **facts)
    if not first:
        _announce(membership, others, by=by, at=at)


def _had_approvers(organisation: Organisation) -> bool:
    """Else whoever removes all of them could put two people of their own in their place at once."""
    given = Entry.objects.filter(chain=SITE, code="account.power_given")
    return given.filter(facts__organisation=organisation.pk).exists()


def _announce(membership: Membership, holders: Iterable[User], *, by: User, at: datetime) -> None:
    told = {user.pk: user for user in holders}
    # Where nobody else could object, whoever runs the site hears of it.
    if not set(told) - {by.pk}:
        told |= {user.pk: user for user in User.objects.filter(is_superuser=True, is_active=True)}
    assert membership.approves_from is not None
    for user in told.values():
        tell(
            user,
            "approver_named",
            at=at,
            who=membership.user.name,
            giver=by.name,
            organisation=membership.organisation.name,
            place=membership.organisation.place,
            counts_from=membership.organisation.today(membership.approves_from),
        )


def tell_of_loss(
    user: User, organisation: Organisation, *, department: int | None, by: User, at: datetime
) -> None:
    """Who may not approve any more hears of it, and so do those who still may.

    Else whoever wants to be the only one could see to it quietly.
    """
    told = {each.pk: each for each in holders(organisation, at, department=department)} | {
        user.pk: user
    }
    for each in told.values():
        tell(
            each,
            "approver_removed",
            at=at,
            who=user.name,
            taker=by.name,
            organisation=organisation.name,
        )


def agree(membership: Membership, *, by: User, at: datetime) -> None:
    """A second person with the power agrees: it counts at once. Also where one had objected."""
    with transaction.atomic():
        locked = _second(membership, by=by, at=at)
        if locked.approves_from is not None and locked.approves_from <= at:
            raise AccountsError(_("This power counts already."))
        locked.approves_from, locked.agreed_by, locked.objected_by = at, by, None
        locked.save()
        record("power_agreed", actor=by, at=at, **_about(locked))


def object_to(membership: Membership, *, by: User, at: datetime) -> None:
    """A second person with the power objects: it does not begin, and the giver hears of it."""
    with transaction.atomic():
        locked = _second(membership, by=by, at=at)
        if locked.approves_from is None or locked.approves_from <= at:
            raise AccountsError(
                _("This power does not wait any more. Ask an administrator to change the role.")
            )
        locked.approves_from, locked.objected_by = None, by
        locked.save()
        record("power_objected", actor=by, at=at, **_about(locked))
        if locked.given_by is not None:
            tell(
                locked.given_by,
                "approver_objected",
                at=at,
                who=locked.user.name,
                objector=by.name,
                organisation=locked.organisation.name,
            )


def may_say(membership: Membership, by: User, at: datetime) -> bool:
    """Whether this person is a second one: has the power, and neither gave it nor gets it."""
    if not approves(membership.role) or by.pk in (membership.user_id, membership.given_by_id):
        return False
    return by.may(
        Permission.APPROVE, membership.organisation, at=at, department=membership.department_id
    )


def _second(membership: Membership, *, by: User, at: datetime) -> Membership:
    locked = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organisation", "user", "given_by")
        .get(pk=membership.pk)
    )
    if not may_say(locked, by, at):
        raise AccountsError(
            _("Only somebody else who may approve here can agree or object to this.")
        )
    return locked


def _about(membership: Membership) -> dict[str, int]:
    return {"user": membership.user_id, "organisation": membership.organisation_id}
