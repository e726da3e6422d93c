"""The smallest parts of pages: an icon, a tag, a day.

Each is one line with a value or two. In the templates they read as what they are, and a page does
without a file that is included, with a context of its own, for each of them.
"""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.timezone import localtime

from dsr.days.words import day_words, instant_words

register = template.Library()

# What stands beside a time limit, by its kind; a clock beside all others.
ICONS = {"over": "warning", "missed": "warning", "met": "check", "paused": "pause"}


@register.simple_tag
def icon(name: str) -> str:
    """One of ``icons.svg``; an ornament, so that no screen reader tells of it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def tag(kind: str, text: object) -> str:
    """A word on coloured ground: good, warn, bad, info, or plain."""
    return format_html('<span class="tag tag--{}">{}</span>', kind or "plain", text)


@register.simple_tag
def due(kind: str, text: object) -> str:
    """Where a time limit stands: its icon says in form what the colour says."""
    drawn = icon(ICONS.get(kind, "clock"))
    return format_html('<span class="due due--{}">{}{}</span>', kind, drawn, text)


@register.simple_tag
def day(on: date | None) -> str:
    """A day in words, and for machines; nothing for none. A moment is that of the page's clock."""
    if not on:
        return ""
    shown = localtime(on).date() if isinstance(on, datetime) else on
    return format_html('<time datetime="{}">{}</time>', shown.isoformat(), day_words(shown))


@register.simple_tag
def instant(at: datetime | None) -> str:
    """A moment in words, and for machines; nothing for none."""
    if not at:
        return ""
    local = localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), instant_words(local))
