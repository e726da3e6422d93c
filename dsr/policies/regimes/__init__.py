"""Regimes: laws that add limits of their own to a right, as data with sources."""

from dsr.policies.regimes.duties import SEEN, Duty, ExtensionTerms, Fact, PauseEffect, Source
from dsr.policies.regimes.elements import ElementTerms
from dsr.policies.regimes.fees import PARTS, Charge, FeeTerms
from dsr.policies.regimes.findings import FindingTerms
from dsr.policies.regimes.grounds import OWNERS, GroundTerms
from dsr.policies.regimes.holds import HoldTerms
from dsr.policies.regimes.regime import (
    PLACES,
    Regime,
    all_regimes,
    known_flags,
    read_regime,
    regime_slugs,
    require_order,
    versions_of,
)

__all__ = [
    "OWNERS",
    "PARTS",
    "PLACES",
    "SEEN",
    "Charge",
    "Duty",
    "ElementTerms",
    "ExtensionTerms",
    "Fact",
    "FeeTerms",
    "FindingTerms",
    "GroundTerms",
    "HoldTerms",
    "PauseEffect",
    "Regime",
    "Source",
    "all_regimes",
    "known_flags",
    "read_regime",
    "regime_slugs",
    "require_order",
    "versions_of",
]
