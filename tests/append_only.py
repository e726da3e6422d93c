"""Rewriting what nobody may rewrite: for tests that play a database administrator gone bad.

Tests that commit (`transactional_db`) need nothing of this: the flush after them already silences
the triggers, see `tests/conftest.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def rewriting_history() -> Iterator[None]:
    """Within this block the owner's role may change and delete rows of append-only tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
