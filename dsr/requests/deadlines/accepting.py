"""Accepting what ``coming`` showed: exactly that, or nothing. One organisation, one law, one
transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.audit.services import SITE, append
from dsr.policies.models import Organisation
from dsr.policies.regimes import all_regimes
from dsr.requests.chain import write_line, write_refusal
from dsr.requests.errors import NotAllowed, Overtaken
from dsr.requests.models import Notice, SubjectRequest

from .coming import Change, Foreseen, Preview, What, preview
from .lifecycle import begun, govern

# A closed code of the history: why a date moved, began or fell away.
CAUSE = "law_read_anew"


def accept(
    organisation: Organisation, slug: str, *, actor: User, at: datetime, seen: str
) -> Preview:
    """Do to the open requests what ``preview`` showed (``seen``), all of it in one transaction.

    Raises NotAllowed without the permission to oversee the whole organisation, Overtaken where
    anything would happen otherwise now; then nothing is done.
    """
    # By all departments: what is accepted holds for every request of the organisation.
    held = actor.permissions_in(organisation, at=at, department=None)
    if Permission.OVERSEE not in held:
        # What the address named may be no law: the history takes closed codes alone.
        law = slug if slug in all_regimes() else None
        facts = {"deed": "accept_law", "organisation": organisation.pk, "law": law}
        write_refusal(facts, actor=actor, at=at)
        raise NotAllowed
    with transaction.atomic():
        _lock(preview(organisation, slug, at=at))
        # Once more, under the lock: whatever moved meanwhile shows itself in the comparison.
        now = preview(organisation, slug, at=at)
        if not now.requests or now.seen != seen:
            raise Overtaken
        for foreseen in now.requests:
            _apply(foreseen, actor, at)
        # The site's chain last, as everywhere.
        facts = {"organisation": organisation.pk, "law": now.law.slug, "deadlines": now.number}
        facts |= {"requests": len(now.requests)}
        append(SITE, "law_accepted", at=at, actor_id=actor.pk, by="staff", facts=facts)
    return now


def _lock(shown: Preview) -> None:
    """The requests before their deadlines, in the order every deed takes them."""
    ids = [each.subject_request.pk for each in shown.requests]
    list(SubjectRequest.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _apply(foreseen: Foreseen, actor: User, at: datetime) -> None:
    """Write what was foreseen, and say each move in the history of the request."""
    asked = foreseen.subject_request
    ended = []
    for change in foreseen.changes:
        after = change.after
        after.save()
        which = {"deadline": after.pk, "code": after.code, "cause": CAUSE}
        for code, told in _lines(change):
            write_line(asked, code, actor=actor, at=at, facts=which | told)
        if change.what != What.ENDS and not after.is_live:
            ended.append(after.pk)
    if ended:
        # With the notice: should it come back after all, they run again.
        given = asked.notices.went_out().filter(what=Notice.What.RECEIPT).order_by("on", "pk")
        for first in given[:1]:
            first.ended = sorted({*first.ended, *ended})
            first.save(update_fields=["ended"])
    # Read anew: here its deadlines are those of the picture that was taken before.
    govern(SubjectRequest.objects.get(pk=asked.pk))


def _lines(change: Change) -> Iterator[tuple[str, dict[str, Any]]]:
    before, after = change.before, change.after
    if change.what == What.BEGINS:
        yield "deadline_began", {"due_on": begun(after)["due_on"]}
    if change.what == What.RUNS_AGAIN:
        day = after.subject_request.organisation.today(after.computed_at)
        yield "deadline_revived", {"on": day.isoformat()}
    if before and change.what != What.ENDS and before.due_on != after.due_on:
        moved = [each and each.isoformat() for each in (before.due_on, after.due_on)]
        yield "deadline_moved", {"from": moved[0], "to": moved[1]}
    elif change.what in (What.MOVES, What.OTHER_TERMS):
        yield "deadline_terms", {"terms": list(change.differs)}
    if not after.is_live and after.ended_on:
        yield f"deadline_{after.status}", {"on": after.ended_on.isoformat()}
