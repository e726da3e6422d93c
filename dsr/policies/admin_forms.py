"""Forms of the administration: codes are chosen by their names, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsr.policies.duty_words import flags_in_words
from dsr.policies.law_words import law_in_words
from dsr.policies.models import InformationItem, Organisation, Policy, WorkingCalendar
from dsr.policies.regimes import all_regimes, known_flags
from dsr.policies.territories import calendar_places, countries, languages, zones

Choices = Callable[[], Iterable[Any]]

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


def laws() -> list[tuple[str, str]]:
    """Laws that ship, by their short names, each with the whole one."""
    return [
        (slug, f"{law_in_words(law.name)} · {law_in_words(law.full_name)}")
        for slug, law in sorted(all_regimes().items())
    ]


def flags() -> list[tuple[str, str]]:
    """What laws ask of an organisation besides its place, in words."""
    return [(code, capfirst(flags_in_words([code]))) for code in sorted(known_flags())]


class _Ticked(forms.MultipleChoiceField):
    """Several of a list, kept as a list of codes; whatever is stored already stays to be seen."""

    widget = forms.CheckboxSelectMultiple


class OrganisationForm(forms.ModelForm[Organisation]):
    country = forms.ChoiceField(label=_("country"), choices=lambda: [("", "---"), *countries()])
    zone = forms.ChoiceField(label=_("time zone"), choices=lambda: [("", "---"), *zones()])
    languages = _Ticked(label=_("languages"), choices=settings.LANGUAGES)
    default_language = forms.ChoiceField(
        label=_("default language"), choices=settings.LANGUAGES, initial="en"
    )
    regimes = _Ticked(label=_("laws that may apply"), choices=laws, required=False)
    flags = _Ticked(label=_("what the organisation is"), choices=flags, required=False)

    class Meta:
        model = Organisation
        fields = (
            *("name", "slug", "legal_name", "country", "zone", "calendar"),
            *("languages", "default_language", "contact_email", "postal_address", "phone"),
            "contact_title",
            *("neutral_name", "neutral_email", "regimes", "flags"),
            *("target_amount", "target_unit", "accepts_electronic_signatures", "sole_decisions"),
            *("staff_idle_minutes", "note", "is_open"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Imported with another spelling of a zone, or a law that ships no more: shown, never lost.
        for name in ("zone", "regimes", "flags"):
            _keep_what_is_there(self.fields[name], getattr(self.instance, name))


class PolicyForm(forms.ModelForm[Policy]):
    language = forms.ChoiceField(label=_("language"), choices=languages, initial="en")
    source_url = forms.URLField(
        label=_("published at"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Policy
        fields = ("organisation", "slug", "title", "source_url", "language")


class CalendarForm(forms.ModelForm[WorkingCalendar]):
    codes = forms.MultipleChoiceField(
        label=_("places"),
        choices=calendar_places,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("Countries and their parts. A day is free where it is in any of them."),
    )
    weekend = forms.TypedMultipleChoiceField(
        label=_("weekend"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Weekdays on which nobody works."),
    )

    class Meta:
        model = WorkingCalendar
        fields = ("slug", "name", "codes", "weekend")


# The catalogue is written in English, and what it says in other languages beside it.
OTHERS = [(code, name) for code, name in settings.LANGUAGES if code != "en"]


INFORMATION = {"title": _("title"), "text": _("text")}


class InformationForm(forms.ModelForm[InformationItem]):
    """The words of each language in fields of their own, never as the data that keeps them."""

    url = forms.URLField(label=_("address"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = InformationItem
        fields = ("title", "text", "url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in OTHERS:
            words = self.instance.translations.get(code, {})
            # In the order of the first language.
            for name, field in (
                ("title", forms.CharField(max_length=160, required=False)),
                ("text", forms.CharField(widget=forms.Textarea, required=False)),
            ):
                label = INFORMATION[name]
                field.label, field.initial = f"{label} ({gettext(language)})", words.get(name, "")
                self.fields[f"{name}_{code}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for code, _language in OTHERS:
            words = {name: cleaned.get(f"{name}_{code}") for name in ("title", "text")}
            kept = self.instance.translations.get(code, {}) | words
            self.instance.translations[code] = {name: said for name, said in kept.items() if said}
        return cleaned


def _keep_what_is_there(field: forms.Field, stored: Any) -> None:
    assert isinstance(field, forms.ChoiceField)
    listed: list[Any] = [*field.choices]  # type: ignore[misc]
    known = {code for code, _name in listed}
    values = stored if isinstance(stored, list) else [stored]
    field.choices = [*listed, *((each, each) for each in values if each and each not in known)]
