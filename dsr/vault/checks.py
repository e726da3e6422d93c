"""System checks: the configured keys are well formed and open what is in the database.

Those that ask the database run with `check --database default`, with `migrate`, and at start-up.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from .blind import hash_term
from .errors import KeyRingInvalid, MasterKeyMissing, Tampered, VaultError
from .keyring import key_ring
from .models import BlindToken, SafeKey
from .rotation import index_kids_in_use, master_kids_in_use
from .startup import KEYS


@register(Tags.security, KEYS)
def check_key_rings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for setting in ("DSR_MASTER_KEYS", "DSR_INDEX_KEYS"):
        try:
            key_ring(setting)
        except KeyRingInvalid as error:
            errors.append(Error(str(error), id="vault.E001"))
    return errors


@register(Tags.database, KEYS)
def check_keys_open(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    if "default" not in (databases or ()) or check_key_rings(app_configs):
        return []
    present = set(connection.introspection.table_names())
    if not {SafeKey._meta.db_table, BlindToken._meta.db_table} <= present:
        return []  # Before the first migration nothing is sealed.
    problems = [
        *map(_master_problem, master_kids_in_use()),
        *map(_index_problem, index_kids_in_use()),
    ]
    return [Error(str(problem), id="vault.E002") for problem in problems if problem]


def _master_problem(kid: str) -> VaultError | None:
    """The newest key wrapped under this name is the canary."""
    canary = SafeKey.objects.filter(master_kid=kid, wrapped__isnull=False).order_by("-pk").first()
    try:
        if canary:
            canary.open()
    except VaultError as error:
        return error
    return None


def _index_problem(kid: str) -> VaultError | None:
    """The newest token under this name must be the token of the value sealed beside it."""
    key = key_ring("DSR_INDEX_KEYS").get(kid)
    if key is None:
        return KeyRingInvalid(f"The index key “{kid}” is not configured, but the index needs it.")
    token = BlindToken.objects.filter(key_id=kid).order_by("-pk").first()
    try:
        if token and hash_term(key, token.field, token.unseal("value")) != bytes(token.token):
            return KeyRingInvalid(f"The index key “{kid}” is not the one the index was made with.")
    except (MasterKeyMissing, Tampered):
        return None  # The master keys have their own line.
    return None
