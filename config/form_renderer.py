"""Form fields drawn without templates, as the library's own templates would draw them.

A list of countries is two hundred templates of one line each, and the fields were a fifth of the
queue's page and two thirds of a form. A test compares each with the library's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


class QuickTemplates(DjangoTemplates):
    """Draws the commonest widgets in Python, and leaves every other one to its template."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        draw = DRAWN.get(template_name)
        if draw is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308
        # Every value is escaped where it is put in.
        return mark_safe(draw(context["widget"]).strip())  # noqa: S308


def _attrs(widget: Widget) -> str:
    given = widget["attrs"].items()
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in given
        if value is not False
    )


def _text(value: object) -> str:
    # As the filter `stringformat` of the templates: what is marked as safe stays as it is.
    return str(conditional_escape(value if isinstance(value, str) else str(value)))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attrs(widget)}>'


def _textarea(widget: Widget) -> str:
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attrs(widget)}>\n{value}</textarea>'


def _select(widget: Widget) -> str:
    options = "".join(_options(widget))
    return f'<select name="{_text(widget["name"])}"{_attrs(widget)}>{options}\n</select>'


def _options(widget: Widget) -> Iterator[str]:
    for group, options, _place in widget["optgroups"]:
        if group:
            yield f'\n  <optgroup label="{_text(group)}">'
        for each in options:
            label = _text(each["label"])
            yield f'\n  <option value="{_text(each["value"])}"{_attrs(each)}>{label}</option>\n'
        if group:
            yield "\n  </optgroup>"


WIDGETS = "django/forms/widgets"
INPUTS = ("date", "email", "hidden", "input", "number", "password", "tel", "text", "time", "url")
DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"{WIDGETS}/{each}.html": _input for each in INPUTS},
    f"{WIDGETS}/textarea.html": _textarea,
    f"{WIDGETS}/select.html": _select,
}
