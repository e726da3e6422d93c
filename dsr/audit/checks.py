"""System checks: the audit keys are well formed, and the newest entry was made with one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connection

from dsr.vault.checks import KEYS
from dsr.vault.errors import KeyRingInvalid
from dsr.vault.keyring import key_ring
from dsr.vault.rotation import distinct_values

from .chain import entry_hash
from .models import Entry

SETTING = "DSR_AUDIT_KEYS"
SAMPLES = 3
# The table that each is on, and the function that refuses.
TRIGGERS = {
    "audit_entry_append_only": ("audit_entry", "audit_refuse"),
    "audit_head_moves_on": ("audit_head", "audit_refuse"),
    "audit_head_stays": ("audit_head", "audit_refuse"),
}
# A trigger that was switched off, or is for replicas only, is still there by name; `O` and `A` are
# those that fire. One on another table, or with a function that refuses nothing, keeps nothing.
FIRING = """
SELECT t.tgname, c.relname, p.proname
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgname = ANY(%s) AND c.relnamespace = 'public'::regnamespace
  AND t.tgenabled IN ('O', 'A') AND p.prosrc LIKE '%%RAISE EXCEPTION%%'
  AND current_setting('session_replication_role') <> 'replica'
"""


def silenced(triggers: Mapping[str, tuple[str, str]]) -> list[str]:
    """Which of these triggers (name: table and function) would not refuse anything now."""
    with connection.cursor() as cursor:
        cursor.execute(FIRING, [list(triggers)])
        firing = {name: (table, function) for name, table, function in cursor.fetchall()}
    return [name for name, place in triggers.items() if firing.get(name) != place]


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
    found = map(_key_problem, distinct_values(Entry.objects.all(), "key_id"))
    return [Error(problem, id="audit.E002") for problem in found if problem]


def _key_problem(kid: str) -> str:
    """Every key that signed a line still in the history is needed to check that line."""
    key = key_ring(SETTING).get(kid)
    if key is None:
        return f"The audit key “{kid}” is not configured, but history is signed with it."
    # A few are enough to know a wrong key at the start, and one that fits suffices: an altered line
    # must not keep the program from starting. `verify_audit` reads them all.
    newest = Entry.objects.filter(key_id=kid).order_by("-pk")[:SAMPLES]
    if any(entry_hash(entry, key) == bytes(entry.hash) for entry in newest):
        return ""
    return (
        f"The audit key “{kid}” is not the one that history was signed with. "
        "If it is, the newest entries were altered: run verify_audit."
    )


@register(Tags.database)
def check_append_only(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The triggers that keep the history stand, and the program's role may only add to it."""
    table = Entry._meta.db_table
    if "default" not in (databases or ()) or table not in connection.introspection.table_names():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
        may_change = cursor.fetchone() == (True,)
    found: list[CheckMessage] = [
        Error(
            f"The trigger {name} is missing or switched off: history could be rewritten.",
            id="audit.E003",
        )
        for name in silenced(TRIGGERS)
    ]
    # The owner's role, which migrates, has to be able to.
    if may_change and settings.DSR_DATABASE_ROLE == "app":
        line = f"The program's database role may change {table}: see `manage.py grant_app_role`."
        found.append(Caution(line, id="audit.W001"))
    return found
