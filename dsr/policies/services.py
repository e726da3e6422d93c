"""What the rooms above ask of this one."""

from collections.abc import Mapping
from datetime import date

from dsr.policies.calendars import Correction, correct_day, drop_correction
from dsr.policies.kept_copy import KeptCopy, kept_copy
from dsr.policies.kinds import Audience
from dsr.policies.models import Organisation, Right
from dsr.policies.regimes import Duty, Regime, all_regimes, versions_of

__all__ = [
    "Correction",
    "KeptCopy",
    "correct_day",
    "drop_correction",
    "duties_for",
    "kept_copy",
    "laws_that_apply",
    "open_organisations",
    "place_claimed",
    "rights_offered",
]


def open_organisations() -> list[Organisation]:
    return kept_copy().open_organisations()


def rights_offered(organisation: Organisation, on: date) -> list[Right]:
    """What can be asked of an organisation on a day: the rights of its policies, then of the laws
    that have started by then."""
    return kept_copy().rights_offered(organisation, on)


def duties_for(
    organisation: Organisation, kind: str, place: str, on: date, facts: Mapping[str, object]
) -> list[tuple[Regime, Duty]]:
    """What the laws that may apply to the organisation demand of one request.

    `place` is the requester's (FR, GB, US-CA; "" if unknown), `on` the day of receipt.
    """
    regimes = _laws_of(organisation)
    # The facts of the organisation last: no caller can state another country for it.
    home = {
        **facts,
        "organisation_country": organisation.country,
        "organisation_flags": tuple(organisation.flags),
    }
    return [
        (regime, duty) for regime in regimes for duty in regime.rules_for(kind, place, on, home)
    ]


def laws_that_apply(organisation: Organisation, place: str, on: date) -> list[Regime]:
    """The laws of the organisation that bind it for somebody at `place`, whatever is asked."""
    home = {
        "organisation_country": organisation.country,
        "organisation_flags": tuple(organisation.flags),
    }
    return [regime for regime in _laws_of(organisation) if regime.applies(place, on, home)]


def law_that_passes_on(organisation: Organisation, kind: str) -> Regime | None:
    """A law of the organisation by which a copy can go to somebody whom the requester names; asked
    before anybody has said where they live."""
    flags = frozenset(organisation.flags)
    for regime in _laws_of(organisation):
        found = regime.passing_on
        if found is not None and kind in found.kinds and regime.binds.flags <= flags:
            return regime
    return None


def _laws_of(organisation: Organisation) -> list[Regime]:
    """The laws that the organisation names, each in all its texts: the day says which one binds."""
    known = all_regimes()
    # A law that no longer ships is passed over: an organisation may still name it.
    named = [slug for slug in organisation.regimes if slug in known]
    return [known[each] for each in dict.fromkeys(v for slug in named for v in versions_of(slug))]


# Whoever asks for what is for the people of a place says with it that they are there.
_PLACES_OF = {
    Audience.EU_RESIDENT: "EEA",
    Audience.UK_RESIDENT: "GB",
    Audience.CALIFORNIA_RESIDENT: "US-CA",
    Audience.WASHINGTON_RESIDENT: "US-WA",
    Audience.US_RESIDENT: "US",
}


def place_claimed(right: Right) -> str:
    """The place that asking for this right claims ("EEA", "US-CA"); "" where it claims none."""
    return _PLACES_OF.get(Audience(right.audience_code), "")
