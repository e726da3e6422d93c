"""Regimes: laws that add limits of their own to a right, as data with sources."""

from dsr.policies.regimes.loading import all_regimes, read_regime, regime_slugs
from dsr.policies.regimes.shapes import (
    Duty,
    ExtensionTerms,
    PauseEffect,
    Regime,
    Source,
)

__all__ = [
    "Duty",
    "ExtensionTerms",
    "PauseEffect",
    "Regime",
    "Source",
    "all_regimes",
    "read_regime",
    "regime_slugs",
]
