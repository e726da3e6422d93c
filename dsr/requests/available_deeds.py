"""The deeds that are possible for a person now, and which of them comes next.

Read by the page of a request, and by whatever else asks what can be done: only what state,
permission and preconditions allow, each with the sentence that says what has to happen first.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dsr.accounts.models import User
from dsr.accounts.roles import Permission

from .deeds.declaration import DEEDS, Deed, Place, Words, unmet
from .deeds.doing import in_its_states, is_erased_for
from .models import SubjectRequest


@dataclass(frozen=True, slots=True)
class AvailableDeed:
    """A deed this person may do in this state; ``blocked`` says what has to happen first."""

    deed: Deed[Any]
    label: Words
    blocked: str

    @property
    def code(self) -> str:
        return self.deed.code


@dataclass(frozen=True, slots=True)
class AvailableDeeds:
    """The next step and why, what may stand beside it, the rest, what ends it, what must wait."""

    following: AvailableDeed | None
    hint: Words
    second: list[AvailableDeed]
    beside: list[AvailableDeed]
    endings: list[AvailableDeed]
    blocked: list[AvailableDeed]
    codes: frozenset[str]


def available_deeds(
    subject_request: SubjectRequest, user: User, held: AbstractSet[Permission], today: date
) -> AvailableDeeds:
    """``held``: what the person may do in the organisation of the request; ``today``: its day."""
    offered = [
        each
        for deed in DEEDS.values()
        # State and permission first: preconditions may ask the database.
        if deed.open_to(held)
        and in_its_states(subject_request, deed)
        and not is_erased_for(subject_request, deed)
        if (each := _offer(deed, subject_request, user, held, today))
    ]
    # An offer is no right: the deed asks everything once more, of the locked row.
    return _sorted(offered, _next(offered, subject_request, user), subject_request)


def _offer(
    deed: Deed[Any],
    subject_request: SubjectRequest,
    user: User,
    held: AbstractSet[Permission],
    today: date,
) -> AvailableDeed | None:
    blocked = unmet(subject_request, deed, user)
    # With nothing to act on, a sentence why not would only stand in the way of the others.
    if blocked and deed.hide_blocked(subject_request):
        return None
    plain = AvailableDeed(deed, deed.label, blocked)
    # Who decides alone, and under which name, depends on the person and the day.
    special = deed.offered_as and deed.offered_as(subject_request, user, held, today)
    if blocked or not special:
        return plain
    label, sentence = special
    if not label:
        return None
    return replace(plain, label=label, blocked=sentence)


def _next(
    offered: Iterable[AvailableDeed], subject_request: SubjectRequest, user: User
) -> AvailableDeed | None:
    """The first ready deed on the way to the end that makes sense now."""
    # What is blocked is never the next step: the sentence beside it says what comes before.
    ready = [each for each in offered if not each.blocked and each.deed.onward is not None]
    for each in sorted(ready, key=lambda ready: ready.deed.onward or 0):
        if each.deed.next_when(subject_request, user):
            return each
    return None


def _sorted(
    offered: list[AvailableDeed],
    following: AvailableDeed | None,
    subject_request: SubjectRequest,
) -> AvailableDeeds:
    ready = [each for each in offered if not each.blocked]
    listed = [each for each in offered if each.deed.place != Place.ELSEWHERE]
    rest = [each for each in listed if not each.blocked and each is not following]
    return AvailableDeeds(
        following=following,
        hint=following.deed.hint_for(subject_request) if following else "",
        second=[
            each for each in rest if following and _is_second(each, subject_request, following)
        ],
        beside=[each for each in rest if each.deed.place == Place.LIST],
        endings=[each for each in rest if each.deed.place == Place.ENDING],
        blocked=[each for each in listed if each.blocked],
        codes=frozenset(each.code for each in ready),
    )


def _is_second(
    each: AvailableDeed, subject_request: SubjectRequest, following: AvailableDeed | None
) -> bool:
    """Whether it stands as a second button beside the next step."""
    wanted = each.deed.second_to
    return bool(following and wanted and wanted(subject_request, following.code))
