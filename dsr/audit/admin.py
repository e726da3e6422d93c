"""The history in the admin: to be read, never to be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .admin_lists import LongList
from .admin_pages import ReadOnlyPage
from .models import Entry
from .names import Names


@admin.register(Entry)
class EntryAdmin(LongList, ReadOnlyPage):
    list_display = ("at", "chain", "seq", "code", "from_state", "to_state", "by", "actor")
    list_filter = ("by",)
    # Exactly: a search inside of words would read the whole history.
    search_fields = ("=chain", "=code")
    search_help_text = _("A chain (site, request:12) or a code, exactly.")
    ordering = ("-id",)
    fields = (
        *("chain", "seq", "at", "by", "actor", "code", "from_state", "to_state", "told"),
        "key_id",
    )
    readonly_fields = ("actor", "told")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Names for the whole page at once: one query, however many lines it has."""
        page = super().get_changelist_instance(request)
        names = Names(page.result_list)
        for entry in page.result_list:
            entry.names = names
        return page

    @admin.display(description=_("who"))
    def actor(self, entry: Entry) -> str:
        return _names_of(entry).actor(entry)

    @admin.display(description=_("facts"))
    def told(self, entry: Entry) -> str:
        return _names_of(entry).facts(entry)


def _names_of(entry: Entry) -> Names:
    found: Names | None = getattr(entry, "names", None)
    return found or Names([entry])
