"""Fields that are drawn without templates look as the library's own templates draw them."""

from __future__ import annotations

from datetime import date, time

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from config.form_renderer import DRAWN, QuickTemplates

WICKED = "<b> \"a\" 'b' & c\n{{ x }}"
CHOICES = [
    ("", "---"),
    ("a", WICKED),
    (WICKED, gettext_lazy("Answer")),
    (1234, 1234),
    ("Group <1>", [("x", "X"), ("y", mark_safe("<i>safe</i>"))]),
]
WIDGETS = [
    forms.TextInput(),
    forms.TextInput(attrs={"required": True, "disabled": False, "data-most": 300, "class": WICKED}),
    forms.EmailInput(),
    forms.NumberInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    forms.TimeInput(format="%H:%M"),
    forms.Textarea(attrs={"rows": 5}),
    forms.Select(choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.RadioSelect(choices=CHOICES),
    forms.CheckboxInput(),
]
VALUES = [None, "", "a", WICKED, mark_safe("<i>safe</i>"), 1234, date(2026, 5, 31), time(9, 5)]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda each: type(each).__name__)
def test_a_field_is_drawn_as_the_library_draws_it(widget: forms.Widget, value: object) -> None:
    given = [value] if isinstance(widget, forms.SelectMultiple) else value
    quick = widget.render("field<1>", given, {"id": "id_field"}, renderer=QuickTemplates())
    own = widget.render("field<1>", given, {"id": "id_field"}, renderer=DjangoTemplates())
    assert quick == own
    assert type(quick) is type(own)


def test_what_is_drawn_are_templates_that_the_library_has() -> None:
    library = DjangoTemplates()
    for name in DRAWN:
        assert library.get_template(name)


def test_every_form_is_drawn_so() -> None:
    assert isinstance(forms.Form().renderer, QuickTemplates)
