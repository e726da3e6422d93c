"""Whoever administers the site reads the history there, and that is all."""

from django.contrib import admin

from dsr.audit.models import Entry, Head


def test_the_history_is_read_only_in_the_admin(rf):
    shown = admin.site.get_model_admin(Entry)
    request = rf.get("/")
    assert not shown.has_add_permission(request)
    assert not shown.has_change_permission(request)
    assert not shown.has_delete_permission(request)
    assert not admin.site.is_registered(Head)
