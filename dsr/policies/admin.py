"""Plain admin pages: doors to the services, no transitions, what is in use is read-only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsr.audit.admin_pages import ReadOnlyPage, RecordedPage, ServicePage, bounded
from dsr.policies.admin_forms import (
    OTHERS,
    CalendarForm,
    InformationForm,
    OrganisationForm,
    PolicyForm,
)
from dsr.policies.calendars import add_calendar, change_calendar, remove_calendar
from dsr.policies.models import (
    CalendarDay,
    Department,
    InformationItem,
    Organisation,
    Policy,
    PolicyVersion,
    Reading,
    Right,
    WorkingCalendar,
)
from dsr.policies.reading_locks import VersionEdit, VersionError, edit_version, in_use, refusal
from dsr.policies.territories import territory_name


class DepartmentInline(admin.TabularInline[Department, Organisation]):
    model = Department
    extra = 0


@admin.register(Organisation)
class OrganisationAdmin(RecordedPage):
    list_display = ("name", "in_country", "zone", "calendar", "is_open")
    list_filter = ("is_open",)
    form = OrganisationForm
    prepopulated_fields = {"slug": ("name",)}
    inlines = (DepartmentInline,)

    @admin.display(description=_("country"), ordering="country")
    def in_country(self, organisation: Organisation) -> str:
        return territory_name(organisation.country)


class StaysWhereItIs(RecordedPage):
    """People, requests and readings hang on the row as one of its organisation."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "organisation") if obj else fields


@admin.register(Department)
class DepartmentAdmin(StaysWhereItIs):
    list_display = ("name", "organisation", "email")
    list_filter = ("organisation",)


class CalendarDayInline(admin.TabularInline[CalendarDay, WorkingCalendar]):
    model = CalendarDay
    extra = 1

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return bounded(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(ServicePage):
    form = CalendarForm
    list_display = ("name", "slug", "version")
    search_fields = ("name", "slug")
    readonly_fields = ("version",)
    inlines = (CalendarDayInline,)

    def save_model(
        self, request: HttpRequest, obj: WorkingCalendar, form: Any, change: bool
    ) -> None:
        """A new one is made; one that is there waits for its days, to be saved with them."""
        if not change:
            add_calendar(obj, actor_id=request.user.pk, at=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Days are saved with the calendar: one change, one version, recomputed once."""
        days, gone = [], []
        for formset in formsets:
            # Only to learn what was changed: the service writes it.
            days += formset.save(commit=False)
            gone += formset.deleted_objects
        change_calendar(
            form.instance, days=days, gone=gone, actor_id=request.user.pk, at=timezone.now()
        )

    def delete_model(self, request: HttpRequest, obj: WorkingCalendar) -> None:
        remove_calendar(obj, actor_id=request.user.pk, at=timezone.now())


@admin.register(Policy)
class PolicyAdmin(StaysWhereItIs):
    form = PolicyForm
    list_display = ("title", "slug", "organisation")
    list_filter = ("organisation",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Versions, readings and requests hang on it.
        return False


class VersionForm(ModelForm[PolicyVersion]):
    # Not stripped: every character of the text counts, also the last line break.
    text = forms.CharField(widget=forms.Textarea, strip=False)

    class Meta:
        model = PolicyVersion
        fields = ("label", "effective_on", "in_force_from", "text")

    def clean_text(self) -> str:
        # A browser sends every line break as two characters; the text has one.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Asked here for the sentence beside the form; the service asks again under the lock.
        if not self.errors and (reason := refusal(self.instance, self.edit())):
            raise ValidationError(reason)
        return cleaned

    def edit(self) -> VersionEdit:
        return VersionEdit(**{name: self.cleaned_data[name] for name in self.Meta.fields})


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ServicePage):
    """New versions come by file, with their reading: without one, nothing could be asked."""

    form = VersionForm
    refusals = (VersionError,)
    list_display = ("policy", "label", "in_force_from", "superseded_on")
    list_filter = ("policy",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # For the page alone: the service asks again, and below it the database.
        free = obj is None or not in_use(obj)
        return free and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        # Not `obj.save()`: the service locks, asks again and writes the line.
        edit_version(obj.pk, form.edit(), actor_id=request.user.pk, at=timezone.now())


# Rights come from files alone: an edit here would part them from the text they quote.
@admin.register(Reading)
class ReadingAdmin(ReadOnlyPage):
    list_display = ("version", "number", "loaded_at", "used_at")


@admin.register(Right)
class RightAdmin(ReadOnlyPage):
    list_display = ("title", "kind", "reading", "law")
    list_filter = ("kind", "law", "reading__version__policy")
    search_fields = ("title", "slug")
    list_select_related = ("reading__version__policy",)


@admin.register(InformationItem)
class InformationItemAdmin(RecordedPage):
    form = InformationForm
    list_display = ("title", "reading")
    list_select_related = ("reading__version__policy",)

    def get_fields(self, request: HttpRequest, obj: InformationItem | None = None) -> Any:
        words = [f"{name}_{code}" for code, _name in OTHERS for name in ("title", "text")]
        shown = ["title", "text", "url"]
        # Only looked at there is no form, and so no fields of its own.
        return [*shown, *words] if self.has_change_permission(request, obj) else shown

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Those of the languages are made by the form itself.
        return super().get_form(request, *args, **kwargs | {"fields": ("title", "text", "url")})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Once a request rests on the reading, what it shows does not change any more.
        free = obj is None or obj.reading.used_at is None
        return free and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
