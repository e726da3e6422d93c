"""System check: what a request rests on is still kept by the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from dsr.audit.checks import silenced

from .models import Reading

TRIGGERS = {
    "policies_version_kept": ("policies_policyversion", "policies_version_kept"),
    "policies_reading_kept": ("policies_reading", "policies_reading_kept"),
    "policies_right_kept": ("policies_right", "policies_right_kept"),
}


@register(Tags.database)
def check_locks(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    table = Reading._meta.db_table
    if "default" not in (databases or ()) or table not in connection.introspection.table_names():
        return []
    return [
        Error(
            f"The trigger {name} is missing or switched off: policies in use could be rewritten.",
            id="policies.E001",
        )
        for name in silenced(TRIGGERS)
    ]
