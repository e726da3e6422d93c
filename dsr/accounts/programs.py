"""Programs that act for an organisation: made, given a new credential, revoked, recognised.

Whoever decides who works for an organisation decides which programs do: an administrator, or who
may invite there. None of them can give a program what answers for others or decides about them:
that stays with persons (``roles.OF_PERSONS``).

There is one credential at a time, so that a leaked one is dead the moment it is replaced. Who has
to change it without a gap makes a second program, moves the other system, and revokes the first.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dsr.accounts.memberships import may_change_roles
from dsr.accounts.models import Program, User
from dsr.accounts.reporting import AccountsError, record
from dsr.accounts.roles import FOR_PROGRAMS
from dsr.policies.models import Organisation

TOKEN_BYTES: Final = 32
VALID_DAYS: Final = 365
# A credential that nobody has looked at for two years belongs to a system that nobody remembers.
LONGEST_DAYS: Final = 730
# So that a busy program does not write its row, and wait for it, with every call.
NOTED_EVERY: Final = timedelta(minutes=1)
# The first letters let scanners of code and of pasted texts recognise a leaked credential.
TOKEN: Final = re.compile(r"dsr_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NO_HASH: Final = bytes(32)


def make_program(
    organisation: Organisation,
    name: str,
    permissions: Iterable[str],
    *,
    by: User,
    at: datetime,
    days: int = VALID_DAYS,
) -> tuple[Program, str]:
    """A new program and its token, which is kept nowhere: it is shown this once.

    Raises AccountsError for who may not, a name that is taken, a permission that only persons hold,
    a validity outside of 1 to 730 days.
    """
    may_change_roles(by, organisation, of=None, department=None)
    held = sorted(str(each) for each in set(permissions))
    # A program that may do nothing would only be a credential to lose.
    if not held or not set(held) <= {each.value for each in FOR_PROGRAMS}:
        raise AccountsError(_("Choose what the program may do among what is open to programs."))
    if not name.strip():
        raise AccountsError(_("Give the program a name."))
    token, prefix = _new_token()
    with transaction.atomic():
        # Of two that are made under one name at once, one is told that the name is taken.
        program, made = Program.objects.get_or_create(
            organisation=organisation,
            name=name.strip(),
            defaults={
                "permissions": held,
                "prefix": prefix,
                "token_hash": _hash(token),
                "created_at": at,
                "created_by": by,
                "issued_at": at,
                "expires_at": _end(at, days),
            },
        )
        if not made:
            raise AccountsError(_("The organisation has a program of this name already."))
        facts = {"program": program.pk, "organisation": organisation.pk, "permissions": held}
        record("program_made", actor=by, at=at, **facts)
    return program, token


def rotate(program: Program, *, by: User, at: datetime, days: int = VALID_DAYS) -> str:
    """A new token; the one before opens nothing from now on. What was revoked stays revoked."""
    may_change_roles(by, program.organisation, of=None, department=None)
    token, prefix = _new_token()
    with transaction.atomic():
        # One statement: a program that is revoked at the same instant stays revoked.
        changed = Program.objects.filter(pk=program.pk, revoked_at=None).update(
            prefix=prefix, token_hash=_hash(token), issued_at=at, expires_at=_end(at, days)
        )
        if not changed:
            raise AccountsError(_("This program was revoked. Make a new one."))
        facts = {"program": program.pk, "organisation": program.organisation_id}
        record("program_rotated", actor=by, at=at, **facts)
    return token


def revoke(program: Program, *, by: User, at: datetime) -> None:
    """It does nothing more, for good; its row stays, because history names it."""
    may_change_roles(by, program.organisation, of=None, department=None)
    with transaction.atomic():
        # Of two who revoke it at once one is recorded.
        if Program.objects.filter(pk=program.pk, revoked_at=None).update(revoked_at=at):
            facts = {"program": program.pk, "organisation": program.organisation_id}
            record("program_revoked", actor=by, at=at, **facts)


def authenticate(token: str, *, at: datetime) -> Program | None:
    """The program whose credential this is, while it works; None for anything else.

    A wrong token of a known prefix takes as long as one of an unknown prefix.
    """
    shaped = TOKEN.fullmatch(token)
    found = Program.objects.filter(prefix=shaped[1]).first() if shaped else None
    expected = bytes(found.token_hash) if found else NO_HASH
    fits = hmac.compare_digest(_hash(token), expected)
    if found is None or not fits or found.revoked_at is not None or found.expires_at <= at:
        return None
    # Only for a credential that works: guesses touch no row.
    _note_use(found, at)
    return found


def _note_use(program: Program, at: datetime) -> None:
    # Asked in the statement itself: of many calls at once one writes.
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
    if Program.objects.filter(long_ago, pk=program.pk).update(last_used_at=at):
        program.last_used_at = at


def _new_token() -> tuple[str, str]:
    """The token, and the part of it by which its row is found and people recognise it."""
    prefix = secrets.token_hex(4)
    return f"dsr_{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}", prefix


def _end(at: datetime, days: int) -> datetime:
    if not 1 <= days <= LONGEST_DAYS:
        raise AccountsError(
            _("A credential is valid for 1 to %(most)s days.") % {"most": LONGEST_DAYS}
        )
    return at + timedelta(days=days)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
