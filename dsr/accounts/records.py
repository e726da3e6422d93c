"""What the site's history holds about accounts: ids and closed codes."""

from datetime import datetime
from typing import Any

from dsr.accounts.models import User
from dsr.audit.services import SITE, append, record_refusal


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
    known = {name: value for name, value in facts.items() if value is not None}
    record_refusal(f"account.{code}", at=at, actor_id=actor_id, facts=known)
