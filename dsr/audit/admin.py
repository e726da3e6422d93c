"""The history in the admin: to be read, never to be changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin[Entry]):
    list_display = ("at", "chain", "seq", "code", "from_state", "to_state", "by", "actor_id")
    list_filter = ("by",)
    # Exactly: a search inside of words would read the whole history.
    search_fields = ("=chain", "=code")
    search_help_text = _("A chain (site, request:12) or a code, exactly.")
    ordering = ("-id",)
    # Counting every line takes longer the longer the history is.
    show_full_result_count = False
    exclude = ("prev_hash", "hash")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
