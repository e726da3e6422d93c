"""Names of countries in the reader's language, from CLDR (the data that ICU and Babel ship)."""

import re
import unicodedata
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language


def territory_name(code: str) -> str:
    """`PT` is Portugal; a part of a country keeps its letters: `US-FL` is United States (FL).

    What is no ISO 3166 code comes back as it is.
    """
    country, _hyphen, part = code.partition("-")
    name = _names(get_language() or "en").get(country, "")
    if not name:
        return code
    # The part is kept as letters: CLDR names countries, not their provinces.
    return f"{name} ({part})" if part else name


@lru_cache(maxsize=32)
def _names(language: str) -> dict[str, str]:
    # A copy of the two-letter codes: CLDR has continents and unions by number besides.
    territories = _locale(language).territories
    return {code: name for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code)}


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        # A language without data is no reason to show no country.
        return Locale("en")


def sort_key(name: str) -> str:
    """Without accents and capitals: États-Unis stands between Estonie and Finlande."""
    apart = unicodedata.normalize("NFKD", name)
    # Without this, readers of French would look for États-Unis behind the letter Z.
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()
