"""``date`` and ``time`` of the templates, pages and mails alike, say days and times in our words.

They stand in for Django's own, so that no template can say them otherwise by forgetting; formats
for machines (``Y-m-d``, ``c``) stay what they are.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import template
from django.template import defaultfilters

from .place import Place, standing_in
from .words import day_words, instant_words, time_words

register = template.Library()


@register.filter(name="date", expects_localtime=True, is_safe=False)
def say_date(value: Any, shape: str | None = None) -> str:
    if not isinstance(value, date):
        return str(defaultfilters.date(value, shape))
    match shape:
        case None | "" | "DATE_FORMAT" | "SHORT_DATE_FORMAT":
            return day_words(value)
        case "DATETIME_FORMAT" | "SHORT_DATETIME_FORMAT" if isinstance(value, datetime):
            return instant_words(value)
        case "TIME_FORMAT" if isinstance(value, datetime):
            return time_words(value)
    return str(defaultfilters.date(value, shape))


@register.filter(name="time", expects_localtime=True, is_safe=False)
def say_time(value: Any, shape: str | None = None) -> str:
    if shape in (None, "", "TIME_FORMAT") and isinstance(value, datetime | time):
        return time_words(value)
    return str(defaultfilters.time(value, shape))


class InPlace(template.Node):
    def __init__(self, whose: Any, body: template.NodeList) -> None:
        self.whose, self.body = whose, body

    def render(self, context: template.Context) -> str:
        place = self.whose.resolve(context)
        if not isinstance(place, Place):
            raise template.TemplateSyntaxError("in_place wants a place")
        with standing_in(place):
            return str(self.body.render(context))


@register.tag("in_place")
def in_place(parser: template.base.Parser, token: template.base.Token) -> InPlace:
    """``{% in_place organisation.place %}…{% endin_place %}``: where a page tells of several."""
    _name, whose = token.split_contents()
    body = parser.parse(("endin_place",))
    parser.delete_first_token()
    return InPlace(parser.compile_filter(whose), body)
