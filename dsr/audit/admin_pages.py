"""The three kinds of page that the administration may have; a system check knows no other.

A page either changes nothing, or writes a line for every change by itself, or is a door to services
that write theirs. What somebody changed without a line nobody could find again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import DateField, DateTimeField, Model, URLField
from django.forms import DateInput, ModelForm
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from dsr.days.bounds import DaysWithin
from dsr.days.place import NOWHERE, Place, stand_in
from dsr.days.words import day_words, instant_words
from dsr.vault.plain_forms import speak_plainly

from .recording import delete_recorded, save_recorded


class _SaidDays:
    """Days and times that are only shown are said as everywhere else, in their place's way."""

    model: type[Model]
    fields: ClassVar[Any]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = list(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        # Those that are named: Django finds the others by asking here.
        if self.fields and not self._may_change(request, obj):
            shown += self.fields
        return self._said(shown)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        shown = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return self._said(fields, set(shown) if self._may_change(request, obj) else None)

    def _may_change(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or self.has_change_permission(request, obj)  # type: ignore[attr-defined]

    def _said(self, names: Any, only: set[Any] | None = None) -> list[Any]:
        dated = {each.name for each in self.model._meta.fields if isinstance(each, DateField)}
        chosen = dated if only is None else dated & only
        return [_said(self.model, name) if name in chosen else name for name in names]


class Unchanged(_SaidDays):
    """Nothing can be added, changed or deleted here, by whomever. For pages and their inlines."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# Set on a request whose form was typed earlier and is only shown: nothing is saved by it.
REOPENED = "reopened"
# Set on a request that was refused while it was saved: the sentence.
REFUSED = "refused"


def _only_shown(form: type[ModelForm[Any]], said: str) -> type[ModelForm[Any]]:
    class OnlyShown(form):  # type: ignore[valid-type,misc]
        def full_clean(self) -> None:
            super().full_clean()
            self._errors = ErrorDict({NON_FIELD_ERRORS: self.error_class([said])})

    return OnlyShown


def bounded(column: Any, field: Any) -> Any:
    """The field of a column of days with the browser's own input, and its first and last day."""
    spans = [each for each in column.validators if isinstance(each, DaysWithin)]
    if field is None or not spans:
        return field
    first, last = spans[0].bounds()
    limits = {"type": "date", "min": first.isoformat(), "max": last.isoformat()}
    field.widget = DateInput(attrs=limits, format="%Y-%m-%d")
    # What is stored is shown as browsers read it, in whatever language.
    field.localize = False
    field.input_formats = ["%Y-%m-%d"]
    return field


def _speak(form: Any) -> None:
    for name, field in form.base_fields.items():
        speak_plainly(field, capfirst(field.label or name.replace("_", " ")))


class _OneByOne(_SaidDays, admin.ModelAdmin[Any]):
    # What its services raise, each with a sentence for people.
    refusals: tuple[type[Exception], ...] = ()
    # What Django 6 does by itself, and warns about until then.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Days and times as the organisation of each row has them."""
        columns = super().get_list_display(request)
        return self._said(columns)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        # From here on the page is one of its organisation.
        stand_in(_place_of(found))
        return found

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A day has the browser's own field, with the bounds that its model names."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return bounded(db_field, field)

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            _speak(formset.form)
            yield formset, inline

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What was saved meanwhile, or came twice in one form, is a sentence and saves nothing; all
        that was typed is shown again."""
        possible: tuple[type[Exception], ...] = (IntegrityError, *self.refusals)
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except possible as error:
            said = _("This was saved by somebody meanwhile, or twice at once. Look it over here.")
            refused = isinstance(error, self.refusals)
            setattr(request, REFUSED, str(error) if refused else said)
        return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        possible: tuple[type[Exception], ...] = (IntegrityError, *self.refusals)
        try:
            with transaction.atomic():
                return super().delete_view(request, *args, **kwargs)
        except possible as error:
            said = _("This was saved by somebody meanwhile, or twice at once. Look it over here.")
            refused = isinstance(error, self.refusals)
            self.message_user(request, str(error) if refused else said, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> Any:
        """What was chosen is a row's number, or the list is shown again with a sentence."""
        for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(chosen)
            except ValidationError:
                self.message_user(request, _("Choose rows of this list."), messages.WARNING)
                return None
        return super().response_action(request, queryset, *args)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        _speak(form)
        if getattr(request, REOPENED, None):
            said = _("Nothing was saved yet. Look it over, then press the button.")
            return _only_shown(form, said)
        refused = getattr(request, REFUSED, "")
        return _only_shown(form, refused) if refused else form

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time: deleting many at once would leave no line for each."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


# By which ways a row belongs to an organisation.
WAYS = ("organisation", "subject_request.organisation", "policy.organisation")


def _place_of(row: Any) -> Place:
    for way in WAYS:
        try:
            place = attrgetter(f"{way}.place")(row)
        except AttributeError:
            continue
        if isinstance(place, Place):
            return place
    return NOWHERE


# One function for each column: the lists of a page are compared with each other.
@cache
def _said(model: type[Model], name: str) -> Callable[[Any], str | None]:
    column: Any = model._meta.get_field(name)
    words = instant_words if isinstance(column, DateTimeField) else day_words

    @admin.display(description=column.verbose_name, ordering=column.name)
    def said(row: Any) -> str | None:
        value = getattr(row, column.name)
        return words(value, _place_of(row)) if value else None

    return said


class ReadOnlyPage(Unchanged, _OneByOne):
    """To be looked at. Its inlines are ``Unchanged`` as well."""


class RecordedPage(_OneByOne):
    """Whatever is saved or deleted here, also beside the object, is a line of history."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        save_recorded(obj, actor_id=request.user.pk, at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        delete_recorded(obj, actor_id=request.user.pk, at=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Only to learn what was changed: each row is written with its line.
        rows = formset.save(commit=False)
        for gone in formset.deleted_objects:
            delete_recorded(gone, actor_id=request.user.pk, at=timezone.now())
        for row in rows:
            save_recorded(row, actor_id=request.user.pk, at=timezone.now())
        formset.save_m2m()


class ServicePage(_OneByOne):
    """A door to services, each of which writes its line.

    It says itself what saving does and, where something can be deleted, what deleting does: what
    Django does by itself goes past the services.
    """


def ways_past_history(page: BaseModelAdmin[Any]) -> Iterator[str]:
    """How something could be changed on this page without a line, as sentences."""
    kind = type(page)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if not isinstance(page, ReadOnlyPage | RecordedPage | ServicePage):
        yield f"{name} is none of the pages that write history (dsr.audit.admin_pages)."
        return
    if getattr(page, "list_editable", ()):
        yield f"{name} changes rows in its list, past what it does when a page is saved."
    if isinstance(page, ReadOnlyPage):
        yield from _opened_again(page, name)
    if isinstance(page, ServicePage):
        yield from _left_to_django(page, name)


def _opened_again(page: ReadOnlyPage, name: str) -> Iterator[str]:
    for method in ("has_add_permission", "has_change_permission", "has_delete_permission"):
        if getattr(type(page), method) is not getattr(ReadOnlyPage, method):
            yield f"{name} is read-only and opens {method} again."
    for inline in page.inlines:
        if not issubclass(inline, Unchanged):
            yield f"{name} is read-only, but its rows in {inline.__name__} are not."


def _left_to_django(page: ServicePage, name: str) -> Iterator[str]:
    if not _says(page, "save_model"):
        yield f"{name} leaves saving to Django instead of a service."
    if not _says(page, "delete_model") and not _says(page, "has_delete_permission"):
        yield f"{name} leaves deleting to Django instead of a service."
    open_rows = [each for each in page.inlines if not issubclass(each, Unchanged)]
    if open_rows and not (_says(page, "save_formset") or _says(page, "save_related")):
        yield f"{name} leaves saving its rows to Django instead of a service."


def _says(page: ServicePage, method: str) -> bool:
    return getattr(type(page), method) is not getattr(ServicePage, method)
