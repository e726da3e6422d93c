"""What a member of an organisation may do there: one table, and nothing beside it.

Being a superuser opens the admin pages and grants none of this.
"""

from enum import Enum, StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CLERK = "clerk", _("Clerk: records what comes in")
    HANDLER = "handler", _("Handler: works on requests")
    OFFICER = "officer", _("Privacy officer: approves and oversees")
    AUDITOR = "auditor", _("Auditor: sees and changes nothing")
    OUTSIDE = "outside", _("Outside second person: sees and approves")


class Anywhere(Enum):
    """Wherever in an organisation: the question whether somebody may at all, of no department."""

    ANYWHERE = "anywhere"


ANYWHERE: Final = Anywhere.ANYWHERE


class Permission(StrEnum):
    VIEW = "view"
    RECORD = "record"
    NOTE = "note"
    ASSIGN = "assign"
    WORK = "work"
    IDENTIFY = "identify"
    APPROVE = "approve"
    OVERSEE = "oversee"
    INVITE = "invite"


_P = Permission
# What answers for others or decides about them is a person's: no program can be given it.
OF_PERSONS = frozenset({_P.IDENTIFY, _P.APPROVE, _P.OVERSEE, _P.INVITE})
FOR_PROGRAMS = frozenset(Permission) - OF_PERSONS
_CLERK = frozenset({_P.VIEW, _P.RECORD, _P.NOTE})
_HANDLER = _CLERK | {_P.ASSIGN, _P.WORK, _P.IDENTIFY}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.CLERK: _CLERK,
    Role.HANDLER: _HANDLER,
    Role.OFFICER: frozenset(Permission),
    Role.AUDITOR: frozenset({_P.VIEW}),
    # An organisation with a single officer names somebody outside for the second look (promise A8).
    Role.OUTSIDE: frozenset({_P.VIEW, _P.NOTE, _P.APPROVE}),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Empty for a role that is unknown: closed by default."""
    return PERMISSIONS.get(role, frozenset())


def roles_with(permission: Permission) -> list[str]:
    return [str(role) for role, held in PERMISSIONS.items() if permission in held]
