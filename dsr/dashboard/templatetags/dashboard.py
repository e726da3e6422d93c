"""What the staff templates cannot say by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from dsr.policies.law_words import article_in_words
from dsr.policies.models import Right

register = template.Library()


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """The value of a mapping at a key, or nothing."""
    return found.get(key)


@register.filter
def here(right: Right, field: str) -> str:
    """A text of a right in the language of the page."""
    return right.here(field)


@register.filter
def article(right: Right) -> str:
    """Where a law gives a right, as readers of the page call that law."""
    return article_in_words(right.law, right.law_article)
