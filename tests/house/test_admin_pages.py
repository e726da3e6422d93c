"""The administration has no page on which something changes without a line of history."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin, TabularInline
from django.core.checks import Tags, run_checks

from config.checks import check_admin_pages
from dsr.audit.admin_pages import ReadOnlyPage, RecordedPage, ServicePage
from dsr.policies.models import CalendarDay, WorkingCalendar
from dsr.requests.models import Note


class Days(TabularInline):  # type: ignore[type-arg]
    model = CalendarDay


class Plain(ModelAdmin):  # type: ignore[type-arg]
    pass


class InItsList(RecordedPage):
    list_display = ("slug", "name")
    list_editable = ("name",)


class OpenedAgain(ReadOnlyPage):
    inlines = (Days,)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return True


class LeftToDjango(ServicePage):
    inlines = (Days,)


class Recorded(RecordedPage):
    inlines = (Days,)


HERE = "tests.house.test_admin_pages"
SENTENCES = {
    Plain: [f"{HERE}.Plain is none of the pages that write history (dsr.audit.admin_pages)."],
    InItsList: [
        f"{HERE}.InItsList changes rows in its list, past what it does when a page is saved."
    ],
    OpenedAgain: [
        f"{HERE}.OpenedAgain is read-only and opens has_change_permission again.",
        f"{HERE}.OpenedAgain is read-only, but its rows in Days are not.",
    ],
    LeftToDjango: [
        f"{HERE}.LeftToDjango leaves saving to Django instead of a service.",
        f"{HERE}.LeftToDjango leaves deleting to Django instead of a service.",
        f"{HERE}.LeftToDjango leaves saving its rows to Django instead of a service.",
    ],
    Recorded: [],
}


@pytest.fixture
def registry() -> Iterator[dict[Any, Any]]:
    # The addresses are made once, of the pages that are there by then: not of these.
    import_module("config.urls")
    pages = admin.site._registry
    before = dict(pages)
    yield pages
    pages.clear()
    pages.update(before)


def test_every_page_that_is_there_writes_or_changes_nothing() -> None:
    assert check_admin_pages(None) == []


@pytest.mark.parametrize("page", SENTENCES, ids=lambda page: page.__name__)
def test_a_page_that_would_change_something_without_a_line_is_named(
    registry: dict[Any, Any], page: Any
) -> None:
    registry[Note if page is Plain else WorkingCalendar] = page(WorkingCalendar, admin.site)
    assert [each.msg for each in check_admin_pages(None)] == SENTENCES[page]


def test_it_is_among_what_keeps_the_program_from_serving(registry: dict[Any, Any]) -> None:
    registry[WorkingCalendar] = Plain(WorkingCalendar, admin.site)
    assert "dsr.E014" in [each.id for each in run_checks(tags=[Tags.security])]
