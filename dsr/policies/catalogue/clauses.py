"""Clauses: quotes word for word, and where they stand in the text."""

from typing import Any

from dsr.policies.documents import Value


def find_clauses(value: Value, text: str) -> list[dict[str, Any]]:
    """Each quote with its code-point span. A quote that is not in the text is an error."""
    return [_clause(item, text) for item in value.items()]


def _clause(item: Value, text: str) -> dict[str, Any]:
    quote, wanted = _quote(item)
    places = _places(quote, text)
    if not places:
        item.fail(f"clause not in the text: “{_short(quote)}”{_hint(quote, text)}")
    if wanted is None and len(places) > 1:
        item.fail(f"clause stands {len(places)} times in the text: say which occurrence")
    if wanted is not None and not 1 <= wanted <= len(places):
        item.fail(f"clause stands {len(places)} times in the text, not {wanted}")
    start = places[(wanted or 1) - 1]
    return {"text": quote, "start": start, "end": start + len(quote)}


def _quote(item: Value) -> tuple[str, int | None]:
    if not item.is_mapping():
        return item.text(), None
    keys = item.mapping(["text", "occurrence"], [])
    return keys["text"].text(), keys["occurrence"].integer()


def _places(quote: str, text: str) -> list[int]:
    places, at = [], text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places


def _short(quote: str) -> str:
    return quote if len(quote) <= 60 else quote[:59] + "…"


def _hint(quote: str, text: str) -> str:
    """Up to where the text has it: the longest beginning of the quote that is there."""
    low, high = 0, len(quote)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if quote[:middle] in text else (low, middle - 1)
    return f" (it parts from the text after “{quote[max(0, low - 40) : low]}”)" if low > 10 else ""
