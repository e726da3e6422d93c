"""The embedded server's log prints no value of any statement, also of one that failed."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from config.trial.embedded import postgres

FAILING = [
    ("SELECT %s::int", ["canary-in-a-cast"]),
    ("INSERT INTO cache_entry VALUES (%s, 'v', now()), (%s, 'v', now())", ["canary-key"] * 2),
    ("DO $$ BEGIN RAISE WARNING 'canary-in-a-warning'; END $$", []),
    ("SELECT 'canary-in-a-statement' FROM no_such_table", []),
]


@pytest.mark.django_db(transaction=True)
def test_what_failed_is_not_repeated_in_the_log() -> None:
    log = postgres.cluster_in(settings.VAR_DIR).log
    for statement, values in FAILING:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except DatabaseError:
            pass
    text = log.read_text(encoding="utf-8")
    assert "canary" not in text
    # What an operator needs is there.
    assert "ready to accept connections" in text
