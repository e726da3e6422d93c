"""How the sentences of the history say what stands in its facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def day(value: Any) -> str:
    """A day of the facts, written as ISO 8601, in the reader's language."""
    if not isinstance(value, str):
        return _("no date")
    return date_format(date.fromisoformat(value), "DATE_FORMAT")
