"""System checks: the configured keys are well formed and open what is in the database.

A wrong or missing key is one clear line at start-up, never garbage later. Every room that has keys
registers a check under the tag `keys`; the processes that serve call `refuse_wrong_keys` before
they take their first request or task. Checks that ask the database also run with
`check --database default` and with `migrate`.
"""

import sys
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import ERROR, CheckMessage, Error, Tags, register, run_checks
from django.db import connection

from .blind_index import hash_term
from .errors import KeyRingInvalid, VaultError
from .keyring import Key, key_ring
from .models import BlindToken, SafeKey
from .rotation import index_kids_in_use, master_kids_in_use

KEYS = "keys"
# Of the newest and of the oldest that a key has made.
SAMPLES = 3


def key_problems() -> list[str]:
    """One line for each key that is missing, malformed or not the one data was sealed with."""
    found = run_checks(tags=[KEYS], databases=["default"])
    return [str(message.msg) for message in found if message.level >= ERROR]


def refuse_wrong_keys() -> None:
    """Ends the process with those lines, if there are any."""
    problems = key_problems()
    if problems:
        sys.exit("\n".join(problems))


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
    """A few keys wrapped under this name are tried for all of them; one that opens suffices."""
    # Not all, or a start would take minutes with a million requests; and not one, or a single
    # altered row would keep the program from starting. That row is refused when it is opened.
    wrapped = SafeKey.objects.filter(master_kid=kid, wrapped__isnull=False)
    refused: VaultError | None = None
    for sample in (*wrapped.order_by("-pk")[:SAMPLES], *wrapped.order_by("pk")[:SAMPLES]):
        try:
            sample.open()
        except VaultError as error:
            refused = error
        else:
            return None
    return refused


def _index_problem(kid: str) -> VaultError | None:
    """Of a few tokens under this name one must be the token of the value sealed beside it."""
    key = key_ring("DSR_INDEX_KEYS").get(kid)
    if key is None:
        return KeyRingInvalid(f"The index key “{kid}” is not configured, but the index needs it.")
    tokens = BlindToken.objects.filter(key_id=kid).select_related("safe")
    samples = [*tokens.order_by("-pk")[:SAMPLES], *tokens.order_by("pk")[:SAMPLES]]
    fits = [fit for each in samples if (fit := _fits(each, key)) is not None]
    if fits and not any(fits):
        return KeyRingInvalid(f"The index key “{kid}” is not the one the index was made with.")
    return None


def _fits(token: BlindToken, key: Key) -> bool | None:
    """None where the value does not open: the master keys have their own line."""
    try:
        return hash_term(key, token.field, token.unseal("value")) == bytes(token.token)
    except VaultError:
        return None
