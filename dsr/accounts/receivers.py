"""The site's history of log-ins and second factors, told by allauth's own signals."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from dsr.accounts.models import User
from dsr.accounts.reporting import record, refused
from dsr.accounts.services import SECOND_FACTORS, end_sessions


# Signals here alone: the log-in is allauth's, and these tell of it; our own services are called.
@receiver(account_signals.user_logged_in)
def logged_in(user: User, **kwargs: Any) -> None:
    record("logged_in", actor=user, at=timezone.now(), user=user.pk)


@receiver(user_logged_out)
def logged_out(user: User | None, **kwargs: Any) -> None:
    # Django signals the end of a session in which nobody was logged in, too.
    if user is not None:
        record("logged_out", actor=user, at=timezone.now(), user=user.pk)


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def password_changed(user: User, **kwargs: Any) -> None:
    record("password_changed", actor=user, at=timezone.now(), user=user.pk)


@receiver(account_signals.password_reset)
def password_reset(user: User, **kwargs: Any) -> None:
    record("password_reset", actor=user, at=timezone.now(), user=user.pk)


@receiver(mfa_signals.authenticator_added)
def second_factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """With a first second factor every other session, which showed none, ends."""
    record("second_factor_added", actor=user, at=timezone.now(), **_about(user, authenticator))
    if authenticator.type in SECOND_FACTORS:
        end_sessions(user)
        # The epoch was raised in the database, past this instance; the session in hand, which has
        # just shown the factor, is bound to the new one and goes on.
        user.refresh_from_db(fields=["session_epoch"])
        update_session_auth_hash(request, user)


@receiver(mfa_signals.authenticator_removed)
def second_factor_removed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record("second_factor_removed", actor=user, at=timezone.now(), **_about(user, authenticator))


@receiver(mfa_signals.authenticator_reset)
def recovery_codes_made(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record("recovery_codes_made", actor=user, at=timezone.now(), **_about(user, authenticator))


@receiver(mfa_signals.authentication_failed)
def second_factor_refused(user: User, **kwargs: Any) -> None:
    # Without an actor: a right password does not say who typed the wrong code.
    refused("second_factor_refused", actor_id=None, at=timezone.now(), user=user.pk)


def _about(user: User, authenticator: Authenticator) -> dict[str, Any]:
    # The kind alone: what a factor holds is sealed and has no place in the history.
    return {"user": user.pk, "kind": str(authenticator.type)}
