"""How a deed on an account is told: refused in words, written into the history, mailed.

The site's history holds ids and closed codes about accounts; mail goes through the outbox like
every other mail.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from dsr.accounts.models import User
from dsr.audit.services import SITE, append, record_refusal
from dsr.days.words import instant_words
from dsr.notifications.services import owe
from dsr.vault.services import site_safe


class AccountsError(Exception):
    """What a person is told when something is refused: translated, and safe to show."""


def record(code: str, *, actor: User | None, at: datetime, **facts: Any) -> None:
    """In the caller's transaction: what cannot be recorded does not happen."""
    append(
        SITE,
        f"account.{code}",
        at=at,
        actor_id=actor.pk if actor else None,
        by="staff" if actor else "system",
        facts=facts,
    )


def refused(code: str, *, actor_id: int | None, at: datetime, **facts: Any) -> None:
    """A refusal, in a transaction of its own."""
    # A log-in with an unknown address has no account to name.
    known = {name: value for name, value in facts.items() if value is not None}
    record_refusal(f"account.{code}", at=at, actor_id=actor_id, facts=known)


def tell(
    user: User,
    kind: str,
    *,
    at: datetime,
    key: str = "",
    useful_until: datetime | None = None,
    **context: Any,
) -> None:
    """Owes the user a mail; without a key of its own it is owed each time."""
    owe(
        # A second reset of a password is a second debt, so the key is new each time.
        key=key or f"account:{kind}:{uuid4().hex}",
        kind=kind,
        safe=site_safe(at),
        to=user.email,
        language=user.language,
        context={"name": user.name, "place": user.place, **context},
        at=at,
        useful_until=useful_until,
        recipient_user_id=user.pk,
    )


def moment(at: datetime, user: User) -> str:
    """An instant as this person reads it: in their language, by the clock where they work."""
    # The page in hand may be an administrator's, in another language.
    with translation.override(user.language):
        return instant_words(at, user.place)


def page(name: str, *args: str) -> str:
    # Never from the Host header, which whoever sends a request chooses.
    return urljoin(settings.BASE_URL + "/", reverse(name, args=args))
