"""Whom a page is for: the member of staff and the organisations they work for."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpRequest

from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Permission, roles_with
from dsr.policies.models import Organisation


def staff_of(request: HttpRequest) -> User:
    """The person behind a page that is closed to everybody else."""
    user = request.user
    assert isinstance(user, User)
    return user


def memberships_of(user: User) -> list[Membership]:
    """One query a page: everything a page asks about permissions is answered from these."""
    rows = user.memberships.select_related("organisation__calendar")
    return list(rows.order_by("organisation__name", "pk")) if user.is_active else []


def colleagues(organisations: Iterable[Organisation]) -> QuerySet[User]:
    """Who may work on requests of these organisations."""
    return (
        User.objects.filter(
            is_active=True,
            memberships__organisation__in=list(organisations),
            memberships__role__in=roles_with(Permission.WORK),
        )
        .distinct()
        .order_by("name", "pk")
    )
