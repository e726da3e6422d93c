"""Inviting people: a mail with a link that works once and for a week."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from dsr.accounts.memberships import may_change_roles, set_role
from dsr.accounts.models import Invitation, User
from dsr.accounts.reporting import AccountsError, moment, page, record, tell
from dsr.policies.models import Department, Organisation
from dsr.vault.addresses import AddressRefused

VALID_FOR = timedelta(days=7)
# 256 bits cannot be guessed, so a fast hash is enough; a password would need a slow one.
TOKEN_BYTES = 32


def invite(
    email: str,
    name: str,
    organisation: Organisation | None,
    role: str,
    *,
    by: User,
    at: datetime,
    department: Department | None = None,
    language: str = "en",
    declared: bool = False,
) -> User:
    """An account with a role in this organisation (none for an administrator's first visit).

    Whoever has no password yet gets an invitation by mail; who has one gets the role at once.
    ``declared``: see ``approving.give``.
    """
    if organisation is not None:
        may_change_roles(
            by, organisation, of=None, department=department.pk if department else None
        )
    elif not (by.is_active and by.is_superuser):
        raise AccountsError(_("Only an administrator may do this."))
    # Together: a mail about a role that was not given would be untrue.
    with transaction.atomic():
        user = _account(email, name, language, by=by, at=at)
        if organisation is not None:
            set_role(
                user, organisation, role, by=by, at=at, department=department, declared=declared
            )
        if not user.has_usable_password():
            _send(user, by=by, at=at)
    return user


def invite_again(user: User, *, by: User, at: datetime) -> Invitation:
    """A new link; the ones before it stop working."""
    if not (by.is_active and by.is_superuser):
        raise AccountsError(_("Only an administrator may do this."))
    if user.has_usable_password() or not user.is_active:
        raise AccountsError(_("This person has a password already, or a closed account."))
    with transaction.atomic():
        return _send(user, by=by, at=at)


def withdraw(user: User, at: datetime) -> int:
    """Open invitations of this person stop working."""
    return Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(
        withdrawn_at=at
    )


def open_invitation(token: str, at: datetime) -> Invitation | None:
    """The invitation behind a link, while it works."""
    # By its hash: whoever reads the table holds no link.
    found = Invitation.objects.select_related("user").filter(token_hash=_hash(token)).first()
    return found if found and found.is_open(at) and found.user.is_active else None


def accept(token: str, password: str, at: datetime) -> User:
    """Sets the first password. Raises AccountsError for a dead link, ValidationError for a weak
    password; a link can be used once, also by two clicks at the same instant.
    """
    with transaction.atomic():
        # Of two clicks at once the second waits here and then finds the invitation used.
        locked = Invitation.objects.select_for_update().filter(token_hash=_hash(token)).first()
        # Read after the lock, so that it sees what the first click wrote.
        invitation = open_invitation(token, at) if locked else None
        if invitation is None:
            raise AccountsError(_("This link does not work any more. Ask for a new invitation."))
        user = invitation.user
        # A weak one raises, all of this is undone, and the link stays open.
        validate_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        Invitation.objects.filter(pk=invitation.pk).update(used_at=at)
        record("invitation_accepted", actor=user, at=at, user=user.pk)
    return user


def _account(email: str, name: str, language: str, *, by: User, at: datetime) -> User:
    # Who has an account keeps its name and language: inviting renames nobody.
    user = User.objects.with_address(email)
    if user is None:
        user = _made(email, name, language)
        record("made", actor=by, at=at, user=user.pk)
    elif not user.is_active:
        raise AccountsError(_("This account is closed. An administrator can open it again."))
    return user


def _made(email: str, name: str, language: str) -> User:
    try:
        return User.objects.create_user(email, name, language=language)
    except AddressRefused as refusal:
        raise AccountsError(str(refusal)) from None


def _send(user: User, *, by: User, at: datetime) -> Invitation:
    token = _new_token(user, by, at)
    invitation = Invitation.objects.get(token_hash=_hash(token))
    tell(
        user,
        "invitation",
        at=at,
        key=f"invitation:{invitation.pk}",
        # A link that is dead is not mailed any more.
        useful_until=invitation.expires_at,
        link=page("account_invitation", token),
        expires=moment(invitation.expires_at, user),
    )
    return invitation


def _new_token(user: User, by: User | None, at: datetime) -> str:
    """The token itself is kept nowhere; the links before it stop working."""
    withdraw(user, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        user=user,
        token_hash=_hash(token),
        invited_by=by,
        created_at=at,
        expires_at=at + VALID_FOR,
    )
    record("invited", actor=by, at=at, user=user.pk, invitation=invitation.pk)
    return token


def _hash(token: str) -> bytes:
    # The address of a page may hold half a character, which cannot be encoded.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def invite_first_administrator(email: str, name: str, at: datetime) -> str:
    """The link for the first administrator of a new site; refused once there is one."""
    with transaction.atomic():
        # An administrator who never chose a password cannot invite anybody: a new one may come.
        if any(user.has_usable_password() for user in User.objects.filter(is_superuser=True)):
            raise AccountsError(_("There is an administrator already; ask for an invitation."))
        user = User.objects.with_address(email)
        if user is None or not user.is_superuser:
            user = User.objects.create_superuser(email, name)
            record("made", actor=None, at=at, user=user.pk)
        return page("account_invitation", _new_token(user, None, at))
