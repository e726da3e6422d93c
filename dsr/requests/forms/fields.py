"""Form fields that both doors use: what is typed, as it is kept, how a refusal stands beside it.

The fields of particulars never block sending by being empty: formality never keeps from asking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from dsr.policies.particulars import FieldSpec, Particular
from dsr.requests.errors import BadInput, RequestError
from dsr.vault.address_fields import AddressField
from dsr.vault.outgoing import check_outgoing
from dsr.vault.uploads import MAX_BYTES, UploadRefused, check_uploads

from .days import BORN, PERIOD, SIGNED, day_field

# The sentence that refuses more says the number in words: both change together.
MOST_FILES = 5
MOST_OUTGOING = 10


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A few files; ``clean`` gives the checked ones, safe to store."""

    widget = ManyFiles

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What is too much is said while it is chosen: sent, it would be refused unread, and what
        was typed beside it with it."""
        return super().widget_attrs(widget) | {
            "data-most-files": MOST_FILES,
            "data-most-bytes": MAX_BYTES,
            "data-too-much": _("Send at most five files of 10 MB each. Too large or too many:"),
        }

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, (list, tuple)) else [data]
        # What is no upload is nothing: an empty list, None, or the wish to clear the field.
        files = [file for file in given if isinstance(file, UploadedFile)]
        # Counted before one is opened: looking into files is work with a bound (promise C).
        if len(files) > MOST_FILES:
            raise ValidationError(_("Send at most five files at once."))
        if not files:
            return []
        try:
            return check_uploads(files)
        except UploadRefused as refusal:
            raise ValidationError(str(refusal)) from None


class OutgoingFilesField(forms.FileField):
    """Files that the organisation gives out; ``clean`` gives the checked ones."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [file for file in given if isinstance(file, UploadedFile)]
        if len(files) > MOST_OUTGOING:
            raise ValidationError(_("Add at most ten files at once, then the next ones."))
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        try:
            return check_outgoing(files)
        except UploadRefused as refusal:
            raise ValidationError(str(refusal)) from None


class FileField(FilesField):
    """One file or none; ``clean`` gives the checked one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.ClearableFileInput, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = super().clean(data, initial)
        # The field above took the place of Django's own check, so nobody else has asked for this.
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return files[0] if files else None


def text_field(
    rows: int = 0, length: int = 0, autocomplete: str = "", **options: Any
) -> forms.CharField:
    attrs: dict[str, Any] = {"autocomplete": autocomplete} if autocomplete else {}
    widget = forms.Textarea(attrs | {"rows": rows}) if rows else forms.TextInput(attrs)
    # Never without a limit: all that is typed is sealed, kept, and set into letters.
    return forms.CharField(widget=widget, max_length=length or 200, **options)


def email_field(**options: Any) -> AddressField:
    widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
    return AddressField(widget=widget, **options)


def phone_field(**options: Any) -> forms.CharField:
    wrong = _("Enter a telephone number in digits, for example +33 1 23 45 67 89.")
    # Wide on purpose: every country writes numbers its own way, some people have two of them or an
    # extension, and a refusal keeps from asking.
    return forms.CharField(
        max_length=100,
        validators=[RegexValidator(r"(\d\D*){4}")],
        error_messages={"invalid": wrong} | options.pop("error_messages", {}),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        **options,
    )


def choice_field(spec: FieldSpec, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=spec.choices, widget=forms.RadioSelect, **options)


def choices_field(spec: FieldSpec, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=spec.choices, widget=forms.CheckboxSelectMultiple, **options
    )


# What each day of a particular is; one that is missing here is an error of the catalogue.
SPANS = {
    "dated_on": SIGNED,
    "period_from": PERIOD,
    "period_to": PERIOD,
    "child_born_on": BORN,
}

MAKERS: dict[str, Callable[..., forms.Field]] = {
    "text": lambda spec, **options: text_field(length=spec.max_length, **options),
    "name": lambda spec, **options: text_field(length=spec.max_length, **options),
    "long_text": lambda spec, **options: text_field(4, spec.max_length, **options),
    "date": lambda spec, **options: day_field(SPANS[spec.name], asks=False, **options),
    "email": lambda spec, **options: email_field(**options),
    "phone": lambda spec, **options: phone_field(**options),
    "choice": choice_field,
    "choices": choices_field,
}


def field_of(spec: FieldSpec, help_text: Any = "", *, asked: bool = False) -> forms.Field:
    """The form field of one field of a particular, never required by the form itself.

    ``asked`` tells the page that the clause wants it, so that it is not called optional.
    """
    # A type that is not in the table is an error of the catalogue, and no text field in disguise.
    field = MAKERS[spec.type](
        spec, label=spec.label, help_text=spec.help or help_text, required=False
    )
    # Said apart from `required`, which would stop the form: what is missing is followed up (A16).
    field.asked = asked  # type: ignore[attr-defined]
    return field


def put_refusal(form: forms.Form, refused: RequestError) -> None:
    """Each sentence beside its field where the form has it, else above the form.

    The code goes along, so that a page can tell a limit that is reached from a slip.
    """
    if not isinstance(refused, BadInput):
        form.add_error(None, ValidationError(str(refused), code=refused.code))
        return
    for name, sentence in refused.fields.items():
        # Django raises an error for a field that this form leaves out.
        form.add_error(name if name in form.fields else None, str(sentence))


def said(asked: Iterable[Particular], typed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The particulars that were given, as JSON values: half a period is no period."""
    return {
        particular.code: {spec.name: as_json(typed.get(spec.name)) for spec in particular.fields}
        for particular in asked
        if particular.fields and particular.said(dict(typed))
    }


def as_json(value: Any) -> Any:
    """A cleaned value as it is sealed: days as ISO 8601, and nothing at all as ``""``."""
    return value.isoformat() if isinstance(value, date) else value or ""
