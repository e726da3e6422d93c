"""Lists of the administration that may have millions of rows: by key, and counted to a bound."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest

from .paging import AFTER, BEFORE, MOST_COUNTED, Order, Page, counts, page_of


class KeyedList(ChangeList):
    """As Django's, which counts every row and goes from page to page by number."""

    page: Page

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        # No filters, nor anything that a search or another filter would keep.
        for name in (AFTER, BEFORE):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        self.page = page_of(self.queryset, self._order(), self.list_per_page, request.GET)
        [self.result_count] = counts([self.queryset])
        self.result_list = self.page.rows
        self.show_full_result_count = self.show_admin_actions = False
        self.full_result_count = None
        # What Django asks before it shows its own numbers.
        self.can_show_all, self.multi_page, self.show_all = True, False, False

    def _order(self) -> Order:
        """By the column that was chosen; rows that are alike in it, by their ids."""
        [chosen, *_rest] = self.queryset.query.order_by or ("-pk",)
        name = str(chosen).lstrip("-")
        keys = {} if name in ("pk", "id") else {"place_chosen": F(name)}
        return Order({**keys, "place_id": F("pk")}, descending=str(chosen).startswith("-"))

    @property
    def many(self) -> int:
        """The bound of the count where it was reached, else zero."""
        return MOST_COUNTED if self.result_count > MOST_COUNTED else 0

    def beside(self, **place: str) -> str:
        return str(self.get_query_string(place))

    @property
    def links(self) -> dict[str, str]:
        """The pages that can be gone to, by what they are from here."""
        page = self.page
        return {
            "first": self.beside() if page.previous else "",
            "previous": self.beside(before=page.previous) if page.previous else "",
            "next": self.beside(after=page.next) if page.next else "",
            "last": self.beside(before=page.last) if page.next else "",
        }


class LongList(ModelAdmin[Any]):
    """For pages of such lists; ``sorted_by`` are columns that are never empty and have an index."""

    list_per_page = 50
    show_facets = ShowFacets.NEVER
    sorted_by: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeyedList

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        """Of the columns that are shown: a day stands there as what says it."""
        return [
            each
            for each in self.get_list_display(request)
            if getattr(each, "admin_order_field", each) in self.sorted_by
        ]
