"""The currency in which an organisation of a country says what something costs."""

from typing import Final

_EURO: Final = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
_OTHERS: Final = {
    "CH": "CHF",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "HU": "HUF",
    "IS": "ISK",
    "LI": "CHF",
    "NO": "NOK",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "US": "USD",
}
CURRENCIES: Final = dict.fromkeys(_EURO.split(), "EUR") | _OTHERS


def currency_of(country: str) -> str:
    """Three letters (ISO 4217) for two (ISO 3166); "" for a country of which none is known here."""
    return CURRENCIES.get(country, "")
