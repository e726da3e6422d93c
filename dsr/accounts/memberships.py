"""Who has which role where."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.accounts.approving import approves, give, tell_of_loss
from dsr.accounts.models import Membership, User
from dsr.accounts.reporting import AccountsError, record
from dsr.accounts.roles import Permission, Role
from dsr.policies.models import Department, Organisation


def organisations_of(user: User) -> list[Organisation]:
    """Where this person has a role, by name."""
    if not user.is_active:
        return []
    return list(Organisation.objects.filter(memberships__user=user).order_by("name"))


def set_role(
    user: User,
    organisation: Organisation,
    role: str,
    *,
    by: User,
    at: datetime,
    department: Department | None = None,
    declared: bool = False,
) -> Membership:
    """Gives somebody a role, or another one; nobody gives it to themselves.

    What it may approve counts later, and others hear of it: see ``approving.give``.
    """
    wanted = department.pk if department else None
    may_change_roles(by, organisation, of=user, department=wanted)
    if department is not None and department.organisation_id != organisation.pk:
        raise AccountsError(_("This department belongs to another organisation."))
    with transaction.atomic():
        # Two changes of one role are written one after the other, each with its true `before`.
        membership, made = Membership.objects.select_for_update().get_or_create(
            user=user,
            organisation=organisation,
            defaults={"role": Role(role), "department": department},
        )
        before, from_where = "" if made else membership.role, membership.department_id
        may_change_roles(by, organisation, of=user, department=from_where)
        # Saved again unchanged, it would leave a line of history that says nothing.
        if before == role and from_where == wanted:
            return membership
        membership.role, membership.department = Role(role), department
        lost = membership.approves_from is not None and not approves(role)
        if lost:
            membership.approves_from = None
        membership.save()
        facts = {"user": user.pk, "organisation": organisation.pk, "role": str(role)}
        record("role_set", actor=by, at=at, before=before or None, **facts)
        # To approve what was another department's is a power that nobody had given.
        elsewhere = from_where is not None and from_where != wanted
        if approves(role) and (not approves(before) or elsewhere):
            give(membership, by=by, at=at, declared=declared)
        elif lost:
            tell_of_loss(user, organisation, department=from_where, by=by, at=at)
    return membership


def remove_membership(user: User, organisation: Organisation, *, by: User, at: datetime) -> None:
    with transaction.atomic():
        own = Membership.objects.filter(user=user, organisation=organisation)
        # Locked: moved to another department meanwhile, it would be another's to remove.
        before = own.select_for_update().first()
        from_where = before.department_id if before else None
        may_change_roles(by, organisation, of=user, department=from_where)
        approved = before is not None and before.approves_from is not None
        gone, _by_model = own.delete()
        # Of two who remove it at once, one is recorded.
        if gone:
            record("role_removed", actor=by, at=at, user=user.pk, organisation=organisation.pk)
            if approved:
                tell_of_loss(user, organisation, department=from_where, by=by, at=at)


def may_change_roles(
    by: User, organisation: Organisation, *, of: User | None, department: int | None
) -> None:
    """An administrator, or whoever may invite in this department (None: for all of them); never for
    oneself."""
    if of is not None and by.pk == of.pk:
        raise AccountsError(_("Nobody changes their own role. Ask somebody else."))
    if by.is_active and by.is_superuser:
        return
    if by.may(Permission.INVITE, organisation, department=department):
        return
    if by.may(Permission.INVITE, organisation):
        raise AccountsError(
            _(
                "You may say who works in your own department. For another one, or for all, ask an "
                "administrator."
            )
        )
    raise AccountsError(_("You may not change who works for this organisation."))
