"""The form of every page: what it refuses names the field in plain words and says what to do.

Django's own sentences ("Ensure this value has at most 4000 characters") stand in a summary at the
top of a page, away from their field. A sentence that a field brings along is never replaced.

Nor does a browser ever cut what is pasted: a field says how long it may be (``data-most``, which a
script counts), and what is longer comes back whole.
"""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Words = str | Promise

# By the kind of field, the nearest kind first; "" holds for all others.
REQUIRED: list[tuple[type[forms.Field], Words]] = [
    (forms.FileField, _("Choose a file for “%(what)s”.")),
    (forms.BooleanField, _("Tick “%(what)s” to go on.")),
    (forms.ChoiceField, _("Choose an answer for “%(what)s”.")),
    (forms.Field, _("Fill in “%(what)s”.")),
]
NOT_OFFERED = _("“%(what)s”: this is not one of the answers offered. Choose one of those.")
EMPTY_FILE = _("“%(what)s”: the file is empty or did not arrive. Choose it again.")
INVALID: list[tuple[type[forms.Field], Words]] = [
    (forms.FileField, EMPTY_FILE),
    (forms.FloatField, _("“%(what)s”: write a number in figures.")),
    (forms.DecimalField, _("“%(what)s”: write a number in figures.")),
    (forms.IntegerField, _("“%(what)s”: write a whole number in figures.")),
    (forms.DateTimeField, _("“%(what)s”: enter a day and a time that exist.")),
    (forms.DateField, _("“%(what)s”: enter a day that exists, for example 2026-05-31.")),
    (forms.TimeField, _("“%(what)s”: enter a time that exists, for example 14:30.")),
    (forms.ChoiceField, NOT_OFFERED),
    (forms.Field, _("“%(what)s” is not written as it is expected here. Correct it.")),
]
FIGURES = _("“%(what)s”: this number has too many figures. Make it shorter.")
BY_CODE: dict[str, Words] = {
    "invalid_choice": NOT_OFFERED,
    "invalid_list": NOT_OFFERED,
    "invalid_pk_value": NOT_OFFERED,
    "max_length": _(
        "“%(what)s” is too long: it has %(show_value)d characters, and at most %(limit_value)d "
        "are possible. Make it shorter; all that you typed is still here."
    ),
    "min_length": _(
        "“%(what)s” is too short: it has %(show_value)d characters, and at least %(limit_value)d "
        "are needed. Write more."
    ),
    "max_value": _("“%(what)s”: enter %(limit_value)s or less."),
    "min_value": _("“%(what)s”: enter %(limit_value)s or more."),
    "null_characters_not_allowed": _(
        "“%(what)s” holds an invisible character that cannot be kept. Delete it and type it anew."
    ),
    "max_digits": FIGURES,
    "max_decimal_places": FIGURES,
    "max_whole_digits": FIGURES,
    "empty": EMPTY_FILE,
    "missing": EMPTY_FILE,
}
LONG_NAME = _("“%(what)s”: the name of the file is too long. Give the file a shorter name.")


class Sentence:
    """About a field by its label; what is counted is filled in by whoever raises it."""

    def __init__(self, words: Words, what: Words) -> None:
        self.words, self.what = words, what

    def __mod__(self, counted: dict[str, Any]) -> str:
        return str(self.words) % {**counted, "what": str(self.what).rstrip(":")}

    def __str__(self) -> str:
        return self % {}


class PlainForm(forms.Form):
    """Derive every form of a page from it (``tests/house/test_forms.py``)."""

    def __getitem__(self, name: str) -> forms.BoundField:
        attrs = self.fields[name].widget.attrs if name in self.fields else {}
        if "maxlength" in attrs:
            attrs["data-most"] = attrs.pop("maxlength")
            attrs["data-left"], attrs["data-over"] = _("Characters left:"), _("Too many:")
        return super().__getitem__(name)

    def full_clean(self) -> None:
        # Nothing is said of what nobody has sent.
        if not self.is_bound:
            super().full_clean()
            return
        for name, field in self.fields.items():
            speak_plainly(field, field.label or capfirst(name.replace("_", " ")))
        super().full_clean()

    def not_judged(self) -> Self:
        """The form as it was typed so far; nobody has asked yet whether it is complete."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        return self


def speak_plainly(field: forms.Field, what: Words) -> None:
    """Put our sentences in the place of those that come from Django."""
    theirs = _of_django(type(field))
    ours = {"required": _kind(REQUIRED, field), "invalid": _kind(INVALID, field), **BY_CODE}
    if isinstance(field, forms.FileField):
        ours["max_length"] = LONG_NAME
    for code, words in ours.items():
        if field.error_messages.get(code) is theirs.get(code):
            field.error_messages[code] = Sentence(words, what)  # type: ignore[assignment]


def _kind(table: list[tuple[type[forms.Field], Words]], field: forms.Field) -> Words:
    return next(words for kind, words in table if isinstance(field, kind))


def _of_django(kind: type[forms.Field]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.startswith("django."):
            found |= vars(each).get("default_error_messages", {})
    return found
