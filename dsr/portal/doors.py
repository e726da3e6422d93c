"""Where one need has several doors: which is the better one, and what the difference is.

Nothing here names a policy: kinds say which rights serve the same need, their cost and what laws
demand say which serves it better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.policies.kinds import Audience, Cost, Kind, need_of
from dsr.policies.models import Organisation, Right
from dsr.policies.services import duties_for, place_claimed
from dsr.requests.deadlines.preview import law_answers
from dsr.requests.forms.countries import ELSEWHERE
from dsr.requests.words import length

# What somebody wants who could go through either door, by one kind of each need.
NEEDS: dict[str, str | Promise] = {
    Kind.ACCESS: gettext_lazy("To see or have what is held about you"),
    Kind.INFORM: gettext_lazy("To learn whether something is held about you"),
    Kind.RECTIFY: gettext_lazy("To have something corrected"),
    Kind.ERASE: gettext_lazy("To have something deleted"),
    Kind.WITHDRAW_CONSENT: gettext_lazy("To take back what you allowed"),
}

# Only to compare periods with each other; dates are counted by the engine alone.
_DAYS = {"hour": 1 / 24, "day": 1, "business_day": 1.4, "week": 7, "month": 30, "year": 365}

Length = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Door:
    """Another right for the same need, and how it differs from the one that it is shown beside."""

    right: Right
    title: str
    ask_url: str
    differences: list[str]
    condition: str
    # Better in one respect and worse in none: it is offered first.
    better: bool


@dataclass(frozen=True, slots=True)
class SeveralDoors:
    """One need on the page of rights: the door to take, and those that it is better than."""

    need: str
    door: Door
    instead_of: list[Right]


def other_doors(right: Right, offered: Iterable[Right], organisation: Organisation) -> list[Door]:
    """The rights that serve the need of this one and cost less or are answered sooner."""
    today = organisation.today(timezone.now())
    need = need_of(right.kind)
    found = [
        _compared(right, other, organisation, today)
        for other in offered
        if other.pk != right.pk and other.kind in need and _may_meet(right, other)
    ]
    doors = [each for each in found if each]
    return sorted(doors, key=lambda door: (not door.better, bool(door.condition)))


def several_doors(offered: Sequence[Right], organisation: Organisation) -> list[SeveralDoors]:
    """For each need with a better door: that one first, then the others by name."""
    found: dict[str, tuple[Door, list[Right]]] = {}
    for right in offered:
        for door in other_doors(right, offered, organisation)[:1]:
            # Who has to live somewhere for it is told beside the right itself.
            if door.better and not door.condition:
                found.setdefault(door.right.slug, (door, []))[1].append(right)
    return [SeveralDoors(_need(door.right), door, worse) for door, worse in found.values()]


def _need(right: Right) -> str:
    need = need_of(right.kind)
    return next((str(text) for kind, text in NEEDS.items() if kind in need), str(right))


def _may_meet(right: Right, other: Right) -> bool:
    """Whether one person could go through both doors."""
    # What is for children alone is no way for anybody else; ages are compared when they are typed.
    if any(each.ages or each.audience_code == Audience.MINORS for each in (right, other)):
        return False
    places = {place_claimed(right), place_claimed(other)} - {""}
    return len(places) < 2


def _compared(right: Right, other: Right, organisation: Organisation, today: date) -> Door | None:
    place = place_claimed(right) or place_claimed(other)
    mine, theirs = _by_law(right, place, today), _by_law(other, place, today)
    gains = [
        *_cheaper(right, other),
        *_sooner(mine or _promised(right), theirs or _promised(other), by_law=bool(theirs)),
    ]
    if not gains:
        return None
    losses = [
        *_dearer(right, other),
        *_later(mine or _promised(right), theirs or _promised(other)),
    ]
    signed = [_("It needs no signature.")] if _signed(right) and not _signed(other) else []
    return Door(
        right=other,
        title=other.here("title"),
        ask_url=reverse("portal:ask", args=[organisation.slug, other.slug]),
        differences=[*gains, *signed, *losses],
        condition=_condition(right, other, organisation, today),
        better=not losses,
    )


def _condition(right: Right, other: Right, organisation: Organisation, today: date) -> str:
    """For whom alone the other door is; "" where everybody may take it."""
    if not place_claimed(other) or place_claimed(right) == place_claimed(other):
        return ""
    # A law that binds the organisation where it is at home protects whoever asks.
    if other.law and _home_law(other, organisation, today):
        return ""
    return other.here("audience")


def _home_law(right: Right, organisation: Organisation, today: date) -> bool:
    everywhere = duties_for(organisation, right.kind, ELSEWHERE, today, {})
    return any(law.name == right.law for law, _duty in everywhere)


def _cheaper(right: Right, other: Right) -> Iterator[str]:
    if right.cost == Cost.MAY_COST and other.cost == Cost.FREE:
        yield _("It is free; “%(this)s” may cost.") % {"this": right.here("title")}


def _dearer(right: Right, other: Right) -> Iterator[str]:
    if right.cost == Cost.FREE and other.cost == Cost.MAY_COST:
        yield _("It may cost; “%(this)s” is free.") % {"this": right.here("title")}


def _sooner(mine: Length | None, theirs: Length | None, *, by_law: bool) -> Iterator[str]:
    if theirs is None or (mine is not None and _days(mine) <= _days(theirs)):
        return
    said = {"period": length(*theirs)}
    if mine is not None:
        said["other"] = length(*mine)
        yield _("The answer is due within %(period)s instead of %(other)s.") % said
    elif by_law:
        yield _("By law you must have an answer within %(period)s; here no period is named.") % said
    else:
        yield _("The answer is promised within %(period)s; here no period is named.") % said


def _later(mine: Length | None, theirs: Length | None) -> Iterator[str]:
    if mine is not None and (theirs is None or _days(theirs) > _days(mine)):
        if theirs is None:
            yield _("No period is named for it; here it is %(other)s.") % {"other": length(*mine)}
        else:
            yield _("The answer may take %(period)s; here it is due within %(other)s.") % {
                "period": length(*theirs),
                "other": length(*mine),
            }


def _signed(right: Right) -> bool:
    return "signed" in right.must


def _promised(right: Right) -> Length | None:
    return (right.period_amount, right.period_unit) if right.period_amount is not None else None


def _by_law(right: Right, place: str, today: date) -> Length | None:
    rules: list[dict[str, Any]] = [duty.rule_json for duty in law_answers(right, place, today)]
    found: list[Length] = [(rule["amount"], rule["unit"]) for rule in rules]
    return min(found, key=_days, default=None)


def _days(period: Length) -> float:
    amount, unit = period
    return amount * _DAYS[unit]


def shortest_by_law(right: Right, today: date) -> Length | None:
    """The shortest period in which a law demands an answer of whoever may ask for this right."""
    return _by_law(right, "", today)
