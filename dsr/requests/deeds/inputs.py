"""The fields of a deed's input: what a person is asked for, once for page, form and program.

A deed's input is a frozen dataclass. ``typed`` gives one of its fields the form field that asks for
it; the doors build their forms from that, and nobody writes a form class for a deed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.requests.deadlines import law_facts
from dsr.requests.models import SubjectRequest

LONG = 8000  # characters of a message, a reason, a note
ONE_FILE = "PDF, JPEG, PNG or HEIC, at most 10 MB."
KEY = "asked"


@dataclass(frozen=True, slots=True)
class Opening:
    """A page as it is opened: the request, its legal day, what stands behind the question mark."""

    subject_request: SubjectRequest
    today: date
    query: Mapping[str, Any]


Make = Callable[[SubjectRequest, User], dict[str, forms.Field]]
Begin = Callable[[Opening], Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of an input. ``make`` gives the form fields that ask for it, by name: mostly one,
    none where this request does not need it. ``collect`` makes the value of what was typed.

    ``from_address`` marks what stands in the address of the page, and is not asked; ``optional``
    what has a default where this request does not ask for it.
    """

    name: str
    make: Make
    collect: Callable[[SubjectRequest, forms.Form], Any]
    begin: Begin | None = None
    from_address: bool = False
    optional: bool = False


def typed(
    make: Callable[..., forms.Field],
    *args: Any,
    initial: Begin | None = None,
    default: Any = MISSING,
    **options: Any,
) -> Any:
    """A value that a person types into ``make(*args, **options)``."""
    # Made anew for each page: a form changes its fields, and two people must not share one.
    made = partial(make, *args, **options)
    return typed_for(lambda subject_request, user: made(), initial=initial, default=default)


def typed_for(
    make: Callable[[SubjectRequest, User], forms.Field | None],
    *,
    initial: Begin | None = None,
    default: Any = MISSING,
    named: bool = False,
) -> Any:
    """As ``typed``, where the form field depends on the request; None where it is not asked.

    ``named``: what has a default may then stand before what has none, where the form wants it so.
    """
    return _field({"one": make, "begin": initial}, default, named=named)


def typed_together(
    make: Make, collect: Callable[[SubjectRequest, forms.Form], Any], *, default: Any = MISSING
) -> Any:
    """A value that several form fields ask for together."""
    return _field({"make": make, "collect": collect}, default)


def from_address() -> Any:
    """A value that stands in the address of the page."""
    return _field({"make": lambda subject_request, user: {}, "from_address": True}, MISSING)


def facts_field(asked: str) -> Callable[[SubjectRequest, User], forms.Field | None]:
    """Facts that a law names for an occasion, to tick; not asked where no law names one."""

    def make(subject_request: SubjectRequest, user: User) -> forms.Field | None:
        offered = law_facts.offered(subject_request, asked)
        if not offered:
            return None
        return forms.MultipleChoiceField(
            label=gettext_lazy("What you state"),
            required=False,
            choices=offered,
            widget=forms.CheckboxSelectMultiple,
            help_text=gettext_lazy(
                "A clock stops or moves only where what its law names is so. Your name is kept "
                "with it. Leave it empty where it is not so."
            ),
        )

    return make


def time_field(**options: Any) -> forms.TimeField:
    """A time of day that may be left out, as a browser asks for one."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=gettext_lazy("Time"), required=False, widget=widget, **options)


def today(opening: Opening) -> date:
    return opening.today


def asked_of(field: dataclasses.Field[Any]) -> Asked:
    """What a field of an input says about itself."""
    # A copy, as what follows takes it apart: the class keeps its own for the next form.
    said = dict(field.metadata[KEY])
    # What several fields ask for together is always asked, and has a default for programs alone.
    optional = "one" in said and field.default is not MISSING
    if (one := said.pop("one", None)) is not None:
        said["make"] = partial(_only, field.name, one)
    said.setdefault("collect", partial(_cleaned, field.name))
    return Asked(name=field.name, optional=optional, **said)


def _field(said: dict[str, Any], default: Any, *, named: bool = False) -> Any:
    # No default is not the default None: without one the input cannot be made, and that is meant.
    given = {} if default is MISSING else {"default": default}
    # Else the class says it for all of its fields.
    return dataclasses.field(metadata={KEY: said}, kw_only=True if named else MISSING, **given)


def _only(
    name: str,
    make: Callable[[SubjectRequest, User], forms.Field | None],
    subject_request: SubjectRequest,
    user: User,
) -> dict[str, forms.Field]:
    made = make(subject_request, user)
    return {} if made is None else {name: made}


def _cleaned(name: str, subject_request: SubjectRequest, form: forms.Form) -> Any:
    return form.cleaned_data[name]
