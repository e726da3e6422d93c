"""Laws, and duties of laws, that start or end within the next two years, and what they bring to
which rights of an organisation. Nothing here is saved, and no request is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from dsr.deadlines.periods import add_months
from dsr.policies import duty_words
from dsr.policies.models import Organisation, Right
from dsr.policies.regimes import Duty, Regime, all_regimes, versions_of
from dsr.policies.services import place_claimed, rights_offered

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Bring:
    """One duty and the rights that it concerns; ``before`` is its limit under the text that the law
    follows, empty where that has no such duty; ``falls_away`` where only that one has it."""

    duty: Duty
    rights: list[Right]
    before: str = ""
    falls_away: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """What happens to a law on a day.

    ``is_named``: the organisation names it among the laws that may apply; ``lacks``: what the
    organisation would have to be and does not say (flags).
    """

    regime: Regime
    on: date
    is_named: bool
    lacks: frozenset[str]
    brings: list[Bring]
    ends: bool = False

    @property
    def is_part(self) -> bool:
        """The law is in force already; some of its duties begin on the day."""
        return not self.ends and self.on != self.regime.starts_on


def coming_laws(organisation: Organisation, today: date) -> list[Coming]:
    """Whatever starts or ends after today and within two years, the nearest first."""
    last = add_months(today, MONTHS)

    @cache
    def offered_on(day: date) -> list[Right]:
        return rights_offered(organisation, day)

    def open_to(regime: Regime, day: date) -> list[Right]:
        """The rights that somebody may ask for whom the law protects."""
        home = organisation.country
        rights = offered_on(day)
        return [each for each in rights if regime.may_protect(place_claimed(each), home)]

    found = []
    for regime, on, duties in _starting(today, last):
        offered = open_to(regime, on)
        brings = list(_brings(regime, duties, offered))
        if on == regime.starts_on:
            brings += _falling_away(regime, offered)
        found.append(_coming(organisation, regime, on, brings))
    for regime in all_regimes().values():
        # What is followed by another text is told with that one.
        if regime.ends_on and today < regime.ends_on <= last and not _is_followed(regime):
            on = regime.ends_on
            offered = open_to(regime, on)
            found.append(_coming(organisation, regime, on, _ending(regime, offered), ends=True))
    return sorted(found, key=lambda each: (each.on, each.regime.name))


def not_computed(organisation: Organisation) -> list[tuple[Regime, Duty]]:
    """What is only proposed, or was not confirmed, under the laws that the organisation names."""
    known = all_regimes()
    named = dict.fromkeys(text for slug in organisation.regimes for text in _texts(slug))
    laws = [known[text] for text in named if text in known]
    return [(law, duty) for law in laws for duty in law.duties if duty.status == "proposed"]


def _starting(today: date, last: date) -> Iterator[tuple[Regime, date, list[Duty]]]:
    """Each law with the duties that start on one day; a proposed one is no law."""
    for regime in all_regimes().values():
        days: dict[date, list[Duty]] = {}
        for duty in regime.duties:
            starts = [day for day in (regime.starts_on, duty.starts_on) if day]
            if starts and duty.status != "proposed" and today < max(starts) <= last:
                days.setdefault(max(starts), []).append(duty)
        yield from ((regime, day, duties) for day, duties in days.items())


def _coming(
    organisation: Organisation, regime: Regime, on: date, brings: list[Bring], *, ends: bool = False
) -> Coming:
    named = {text for slug in organisation.regimes for text in _texts(slug)}
    lacks = regime.binds.flags - set(organisation.flags)
    return Coming(regime, on, regime.slug in named, lacks, brings, ends)


def _texts(slug: str) -> tuple[str, ...]:
    return versions_of(slug) if slug in all_regimes() else (slug,)


def _brings(regime: Regime, duties: list[Duty], offered: list[Right]) -> Iterator[Bring]:
    """What is new or otherwise; what the text before has alike brings nothing."""
    earlier = all_regimes()[regime.follows].duties if regime.follows else ()
    for duty in duties:
        same = [each for each in earlier if each.code == duty.code and each.when == duty.when]
        rights = [
            right
            for right in _concerned(duty, offered)
            if not any(right.kind in each.kinds and _alike(duty, each) for each in same)
        ]
        kinds = {right.kind for right in rights}
        limits = [duty_words.limit_in_words(each) for each in same if kinds & set(each.kinds)]
        if rights:
            yield Bring(duty, rights, limits[0] if limits else "")


def _falling_away(regime: Regime, offered: list[Right]) -> Iterator[Bring]:
    """What only the text before has."""
    for duty in all_regimes()[regime.follows].duties if regime.follows else ():
        kept = {kind for each in regime.duties if each.code == duty.code for kind in each.kinds}
        rights = [right for right in _concerned(duty, offered) if right.kind not in kept]
        if rights:
            yield Bring(duty, rights, falls_away=True)


def _ending(regime: Regime, offered: list[Right]) -> list[Bring]:
    every = [Bring(each, _concerned(each, offered), falls_away=True) for each in regime.duties]
    return [each for each in every if each.rights]


def _alike(duty: Duty, other: Duty) -> bool:
    return _told(duty) == _told(other)


def _told(duty: Duty) -> tuple[object, ...]:
    more = duty.extension
    return (
        duty_words.limit_in_words(duty),
        more and (more.period, more.most, more.admitted_reasons, more.needs),
        [(each.reason, each.effect, each.counting, each.needs) for each in duty.pauses],
    )


def _concerned(duty: Duty, offered: list[Right]) -> list[Right]:
    return [right for right in offered if right.kind in duty.kinds]


def _is_followed(regime: Regime) -> bool:
    return any(each.follows == regime.slug for each in all_regimes().values())
