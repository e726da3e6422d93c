"""What is done to accounts. Every deed is one transaction and one line in the site's history."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dsr.accounts.approving import agree, give, may_say, object_to
from dsr.accounts.invitations import accept, invite, invite_again, withdraw
from dsr.accounts.memberships import organisations_of, remove_membership, set_role
from dsr.accounts.models import User
from dsr.accounts.reporting import AccountsError, moment, page, record, tell

__all__ = [
    "AccountsError",
    "accept",
    "activate",
    "agree",
    "deactivate",
    "end_sessions",
    "has_second_factor",
    "invite",
    "invite_again",
    "may_say",
    "object_to",
    "organisations_of",
    "remove_membership",
    "rename",
    "reset_second_factor",
    "set_administrator",
    "set_role",
    "withdraw",
]

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they only exist beside one."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists())


def reset_second_factor(user: User, by: User, at: datetime) -> None:
    """For somebody who lost it: the next log-in sets up a new one. The user is told by mail."""
    _as_administrator(by, of=user)
    with transaction.atomic():
        # Recovery codes go too: who stole the list could else still come in.
        removed, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
        # A session that showed the lost factor must not go on without one.
        end_sessions(user)
        record("second_factor_reset", actor=by, at=at, user=user.pk, removed=removed)
        tell(user, "second_factor_reset", at=at, when=moment(at, user), link=page("account_login"))


def rename(user: User, *, name: str, language: str, by: User, at: datetime) -> None:
    """What somebody is called, and in which language they are written to."""
    if not (by.is_active and by.is_superuser):
        raise AccountsError(_("Only an administrator may do this."))
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=user.pk)
        given = {"name": name, "language": language}
        changed = [field for field, value in given.items() if getattr(before, field) != value]
        if changed:
            User.objects.filter(pk=user.pk).update(**given)
            # Which and not what: a name has no place in the history.
            record("renamed", actor=by, at=at, user=user.pk, fields=changed)


def deactivate(user: User, by: User, at: datetime) -> None:
    """Closes the account at once, in every session, and takes back its invitations."""
    _as_administrator(by, of=user)
    with transaction.atomic():
        # Of two who close it at once one does it: one line in the history, one mail.
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            return
        end_sessions(user)
        # An invitation is a way to a password, so it closes with the account.
        withdraw(user, at)
        record("deactivated", actor=by, at=at, user=user.pk)
        tell(user, "account_closed", at=at, when=moment(at, user))


def activate(user: User, by: User, at: datetime) -> None:
    """Opens a closed account again; its old sessions stay dead."""
    _as_administrator(by, of=user)
    with transaction.atomic():
        # No epoch is raised: it was when the account was closed.
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            record("activated", actor=by, at=at, user=user.pk)
            # As if it were given anew: else a closed account would be a second person in reserve.
            for membership in user.memberships.exclude(approves_from=None):
                give(membership, by=by, at=at, declared=True)


def set_administrator(user: User, is_administrator: bool, *, by: User, at: datetime) -> None:
    """Opens or closes the admin pages to somebody; nobody does so for themselves."""
    _as_administrator(by, of=user)
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk).exclude(
            is_staff=is_administrator, is_superuser=is_administrator
        )
        if changed.update(is_staff=is_administrator, is_superuser=is_administrator):
            # More power, or less, begins with a log-in of its own.
            end_sessions(user)
            code = "administrator_made" if is_administrator else "administrator_unmade"
            record(code, actor=by, at=at, user=user.pk)


def end_sessions(user: User) -> None:
    """Whoever is logged in as this user is logged out with the next click."""
    # Counted by the database: of two that raise it at once neither is lost.
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)


def _as_administrator(by: User, *, of: User) -> None:
    if not (by.is_active and by.is_superuser):
        raise AccountsError(_("Only an administrator may do this."))
    # No account raises itself, and the last administrator cannot leave by mistake.
    if by.pk == of.pk:
        raise AccountsError(_("Nobody does this for their own account. Ask another administrator."))
