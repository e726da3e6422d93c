"""What every deed shares: lock, compare, check, move, save, write history, owe the mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from dsr.accounts.models import Program, User
from dsr.accounts.roles import Permission
from dsr.days.place import standing_in
from dsr.requests.actors import Actor, Requester
from dsr.requests.chain import write_line, write_refusal
from dsr.requests.errors import NeedsAPerson, NotAllowed, NotNow, Stale, Unmet
from dsr.requests.models import SubjectRequest
from dsr.requests.services.identity_documents import destroy_settled
from dsr.requests.states import ENDED, Status
from dsr.vault.altered import note
from dsr.vault.errors import KeyDestroyed, Tampered
from dsr.vault.models import KeyPurpose

from .declaration import Deed, unmet


@dataclass
class Doing:
    """A deed under way: the locked request, who, when, and what goes into the history line.

    ``afterwards`` is called when the request is saved and its line is written, still in the
    transaction: mails are owed there, so that their text knows the request as it has become.
    """

    subject_request: SubjectRequest
    deed: Deed[Any]
    actor: Actor
    at: datetime
    # Kept apart: a transition changes the row in memory, and history says from which state.
    before: str
    facts: dict[str, Any] = field(default_factory=dict)
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal day of the deed in the organisation's zone."""
        return self.subject_request.organisation.today(self.at)

    @property
    def held(self) -> frozenset[Permission]:
        """What this member of staff may do in the organisation of the request."""
        return held_by(self.user, self.subject_request, self.at)

    @property
    def user(self) -> User:
        """The member of staff who does a deed that only staff can do."""
        assert isinstance(self.actor, User)
        return self.actor

    def moment(self, on: date, at: time | None) -> datetime:
        """When something was done that somebody types; without a time the end of that day counts,
        of today now, since what is done was done by now."""
        if at is None and on == self.today:
            return self.at
        return self._on_its_clock(on, time.max if at is None else at)

    def moment_at_first(self, on: date, at: time | None) -> datetime:
        """As ``moment``, where a limit begins with it: without a time the day’s beginning."""
        return self._on_its_clock(on, at or time.min)

    def _on_its_clock(self, on: date, at: time) -> datetime:
        return datetime.combine(on, at, tzinfo=ZoneInfo(self.subject_request.organisation.zone))

    def line(self, code: str, /, **facts: Any) -> None:
        """A further line of history, beside the deed's own."""
        write_line(self.subject_request, code, actor=self.actor, at=self.at, facts=facts)


@contextmanager
def changing(
    request_id: int, deed: Deed[Any], *, actor: Actor, at: datetime, seen: int | None
) -> Iterator[Doing]:
    """Hold a request for one deed; whatever goes wrong inside, nothing of it stays.

    ``seen`` is the version number on the page the person acted from; ``None`` (the system and the
    requester's own pages) compares nothing. Refusals of permission are recorded after the rollback,
    because a line written inside would go with it.
    """
    try:
        with transaction.atomic():
            locked = _locked(request_id)
            # All that the deed says of days, in sentences, mails and letters.
            with standing_in(locked.organisation.place):
                doing = _begin(locked, deed, actor, at, seen)
                yield doing
                _finish(doing)
    # What a deed needs can be erased or altered whatever its state says; then nothing is done.
    except KeyDestroyed:
        raise Unmet(
            _("This cannot be done any more: information that it needs has been erased.")
        ) from None
    except Tampered as altered:
        # Once more: what was noted inside went back with the transaction.
        note(altered)
        raise Unmet(
            _(
                "This cannot be done: information that it needs was altered outside the program. "
                "Whoever runs the program has to restore it; the page “Health” says what it is."
            )
        ) from None
    except NotAllowed:
        # A commit of its own: inside of another transaction the record would vanish, so it raises.
        facts = {"deed": deed.code, "request": request_id}
        write_refusal(facts, actor=actor, at=at)
        raise


def _locked(request_id: int) -> SubjectRequest:
    # Only the request itself: with its organisation locked too, all deeds of one house would
    # stand in line.
    return (
        SubjectRequest.objects.select_for_update(of=("self",))
        .select_related("organisation__calendar", "right", "safe")
        .get(pk=request_id)
    )


def _begin(
    locked: SubjectRequest, deed: Deed[Any], actor: Actor, at: datetime, seen: int | None
) -> Doing:
    """Every question is asked of the locked row: what a page showed may be a minute old."""
    # First: whatever a stale page offered may be so no longer, and this is the answer to that.
    if seen is not None and deed.compares_version and locked.version != seen:
        raise Stale
    # State before permission: what cannot be done at all is no denied access to be recorded.
    if reason := not_now(locked, deed):
        raise NotNow(reason)
    _check_allowed(locked, deed, actor, at)
    # Last: these ask the database, and their sentences tell what is on record of the request.
    if sentence := unmet(locked, deed, actor):
        raise Unmet(sentence)
    return Doing(locked, deed, actor, at, before=locked.status)


def is_erased_for(subject_request: SubjectRequest, deed: Deed[Any]) -> bool:
    """Whether the deed needs content that is no longer there."""
    return not deed.after_erasure and subject_request.safe.is_erased(KeyPurpose.CONTENT)


def in_its_states(subject_request: SubjectRequest, deed: Deed[Any]) -> bool:
    """Whether the request is where the deed can begin."""
    if deed.states is None:
        # The state alone. `has_transition_perm` also says no where only the state is wrong.
        return bool(can_proceed(getattr(subject_request, deed.code)))
    return subject_request.status in deed.states


def not_now(subject_request: SubjectRequest, deed: Deed[Any]) -> str:
    """Why the state forbids the deed, as a sentence; empty where it does not."""
    if is_erased_for(subject_request, deed):
        return _("“%(deed)s” is not possible: the content of this request has been erased.") % {
            "deed": deed.label
        }
    if in_its_states(subject_request, deed):
        return ""
    return _("“%(deed)s” is not possible while the request is “%(status)s”.") % {
        "deed": deed.label,
        "status": Status(subject_request.status).label,
    }


def _check_allowed(
    subject_request: SubjectRequest, deed: Deed[Any], actor: Actor, at: datetime
) -> None:
    # Asked here and not by the transition: django-fsm-2 runs one whatever its permission says.
    if isinstance(actor, Program) and not deed.by_program:
        raise NeedsAPerson
    if not allowed(subject_request, deed, actor, at):
        raise NotAllowed


def held_by(user: User, subject_request: SubjectRequest, at: datetime) -> frozenset[Permission]:
    """What somebody of staff may do with this request, of this department."""
    return user.permissions_in(
        subject_request.organisation, at=at, department=subject_request.department_id
    )


def allowed(subject_request: SubjectRequest, deed: Deed[Any], actor: Actor, at: datetime) -> bool:
    """Whether this actor may do the deed at all; what it needs besides is asked apart."""
    if isinstance(actor, Program):
        held = actor.permissions_in(subject_request.organisation, at=at)
        return deed.by_program and deed.open_to(held)
    if isinstance(actor, Requester):
        return deed.by_requester
    if isinstance(actor, User):
        return deed.open_to(held_by(actor, subject_request, at))
    # The system does in the requester's name only what it passes on, such as a reply by mail.
    return deed.by_system or deed.by_requester


def _keep_unread(doing: Doing) -> None:
    """What came stays unread until somebody who works on the request has seen it."""
    moved, actor = doing.subject_request, doing.actor
    works_on_it = isinstance(actor, User) and Permission.WORK in doing.held
    if not works_on_it and doing.deed.brings_news:
        moved.unread_since = moved.unread_since or doing.at
    # Who carries it on has its page before them, with what was written.
    elif works_on_it and doing.deed.moves:
        moved.unread_since = None


def _finish(doing: Doing) -> None:
    moved, deed = doing.subject_request, doing.deed
    # Before the mails: the keys of what is owed end with this number, so each deed has its own.
    if deed.raises_version:
        moved.version += 1
    if deed.rests_on:
        moved.evidence_version += 1
    _keep_unread(doing)
    # Only at the end itself: a note on a closed request must not move the day on which it ended.
    if moved.status in ENDED and moved.ended_at is None:
        moved.ended_at = doing.at
    # A plain save: with `update_fields` the status that the machine has set would not be stored.
    moved.save()
    # In the same transaction: what cannot be recorded does not happen (promise G).
    write_line(
        moved,
        deed.code,
        actor=doing.actor,
        at=doing.at,
        facts=doing.facts,
        from_state=doing.before,
    )
    # Accepted or rejected, nobody has to look at a passport any more (promise A14).
    is_over = moved.status in (Status.DECIDED, *ENDED) and moved.status != doing.before
    if deed.settles_identity or is_over:
        destroy_settled(moved, actor=doing.actor, at=doing.at)
    # Still inside: a mail is a row that is owed here, and is paid after the commit.
    for act in doing.afterwards:
        act()
