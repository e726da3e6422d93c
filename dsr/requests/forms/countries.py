"""Where a requester may live, as far as it decides which law protects them.

Not every country of the world: what no law here asks for is not asked of anybody. Names come from
CLDR, so a country that a new law brings is one code more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from dsr.policies.regimes import PLACES
from dsr.policies.territories import sort_key, territory_name

ELSEWHERE = "ZZ"  # reserved by ISO 3166-1 for private use
# Said, and not left open: nobody is asked again who would rather not say.
UNSAID = "unsaid"
# States with laws of their own before the rest of their country: who reads "United States" first
# would stop there.
CODES = (*sorted(PLACES["EEA"]), "CH", "GB", "US-CA", "US-TX", "US-WA", "US")
COUNTRIES = frozenset((*CODES, ELSEWHERE))
_OWN_NAMES = {
    "US-CA": _("United States: California"),
    "US-TX": _("United States: Texas"),
    # The capital has the same name.
    "US-WA": _("United States: Washington (the state)"),
    "US": _("United States: another state"),
    ELSEWHERE: _("Another country"),
}


def place_name(code: str) -> str:
    """What a stored code is called, in the reader's language."""
    return str(_OWN_NAMES.get(code) or territory_name(code))


def choices_after(nothing: str | Promise) -> Callable[[], list[tuple[str, str | Promise]]]:
    """For a form field: asked anew for each page, in the language of whoever reads it."""
    return lambda: [("", nothing), *_choices(get_language() or "en")]


def asked_of_requesters() -> list[tuple[str, str | Promise]]:
    """Nothing is chosen beforehand: what nobody chose must not decide which laws protect them."""
    return [
        ("", _("Choose a country")),
        *_choices(get_language() or "en"),
        (UNSAID, _("I would rather not say")),
    ]


@lru_cache(maxsize=32)
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    with override(language):
        in_order = sorted(CODES, key=lambda code: sort_key(territory_name(code.split("-")[0])))
        return tuple((code, place_name(code)) for code in (*in_order, ELSEWHERE))
