"""Regimes: laws that add limits of their own to a right, as data with sources."""

from dsr.policies.regimes.duties import Duty, ExtensionTerms, PauseEffect
from dsr.policies.regimes.regime import (
    PLACES,
    Regime,
    all_regimes,
    known_flags,
    read_regime,
    regime_slugs,
)

__all__ = [
    "PLACES",
    "Duty",
    "ExtensionTerms",
    "PauseEffect",
    "Regime",
    "all_regimes",
    "known_flags",
    "read_regime",
    "regime_slugs",
]
