"""Requests in the administration pages: to be looked at, never changed, and nothing unsealed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dsr.requests.forms.countries import place_name
from dsr.requests.models import Deadline, IdentityRule, SubjectRequest


class _ReadOnly:
    """Requests change through their services only; the administrator is no exception."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Deleting rows would take the record along; erasing is destroying keys (promise H).
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeadlineInline(_ReadOnly, admin.TabularInline[Deadline, SubjectRequest]):
    model = Deadline
    fields = ("purpose", "set_by", "source", "due_on", "status", "governing")
    extra = 0


@admin.register(SubjectRequest)
class SubjectRequestAdmin(_ReadOnly, admin.ModelAdmin[SubjectRequest]):
    list_display = ("reference", "organisation", "kind", "status", "received_on", "due_on")
    list_filter = ("organisation", "status", "kind")
    # Not by person: names are sealed, and their index answers on the staff pages alone.
    search_fields = ("reference",)
    list_select_related = ("organisation",)
    list_per_page = 50
    # Else every search would also count the whole table.
    show_full_result_count = False
    # What is in clear, named one by one: a sealed column that is added later stays out.
    fields = (
        *("reference", "organisation", "department", "right", "kind", "status", "outcome"),
        *("ground", "channel", "role", "language", "lives_in", "missing", "required_level"),
        *("two_people", "received_on", "due_on", "answered_on", "ended_at", "assignee"),
        *("version", "demo", "created_at"),
    )
    readonly_fields = ("lives_in",)
    inlines = (DeadlineInline,)

    @admin.display(description=_("country"))
    def lives_in(self, subject_request: SubjectRequest) -> str:
        return place_name(subject_request.country)


@admin.register(IdentityRule)
class IdentityRuleAdmin(admin.ModelAdmin[IdentityRule]):
    """How much proof: data, edited here within the bounds of the code."""

    list_display = ("organisation", "kind", "channel", "regime", "level", "why")
    list_filter = ("organisation",)
    list_select_related = ("organisation",)
