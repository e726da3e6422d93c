"""System checks: the audit keys are well formed, and the newest entry was made with one of them."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connection

from dsr.vault.checks import KEYS
from dsr.vault.errors import KeyRingInvalid
from dsr.vault.keyring import key_ring

from .chain import entry_hash
from .models import Entry

SETTING = "DSR_AUDIT_KEYS"
TRIGGERS = ("audit_entry_append_only", "audit_head_moves_on", "audit_head_stays")


@register(Tags.security, KEYS)
def check_key_ring(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        key_ring(SETTING)
    except KeyRingInvalid as error:
        return [Error(str(error), id="audit.E001")]
    return []


@register(Tags.database, KEYS)
def check_keys_fit(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    # Where the keys are wrong the other check has said so, and nothing can be compared.
    if "default" not in (databases or ()) or check_key_ring(app_configs):
        return []
    # Before the first migration there is no history.
    if Entry._meta.db_table not in connection.introspection.table_names():
        return []
    # One entry is enough to know a wrong key at the start; `verify_audit` reads them all.
    newest = Entry.objects.order_by("-pk").first()
    if newest is None:
        return []
    key = key_ring(SETTING).get(newest.key_id)
    if key is None:
        return [Error(f"The audit key “{newest.key_id}” is not configured.", id="audit.E002")]
    if entry_hash(newest, key) != bytes(newest.hash):
        line = f"The audit key “{newest.key_id}” is not the one that history was signed with."
        line = f"{line} If it is, the newest entry was altered: run verify_audit."
        return [Error(line, id="audit.E002")]
    return []


@register(Tags.database)
def check_append_only(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The triggers that keep the history stand, and the program's role may only add to it."""
    table = Entry._meta.db_table
    if "default" not in (databases or ()) or table not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        # A trigger that was switched off is still there by name; `O` and `A` are those that fire.
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        present = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
        may_change = cursor.fetchone() == (True,)
    found: list[CheckMessage] = [
        Error(
            f"The trigger {name} is missing or switched off: history could be rewritten.",
            id="audit.E003",
        )
        for name in TRIGGERS
        if name not in present
    ]
    # The owner's role, which migrates, has to be able to.
    if may_change and settings.DSR_DATABASE_ROLE == "app":
        line = f"The program's database role may change {table}: see `manage.py grant_app_role`."
        found.append(Caution(line, id="audit.W001"))
    return found
