"""The tests' own servers are real ones, and theirs alone."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_a_temporary_postgresql_18() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    assert version.startswith("18.")
    assert fsync == "off"


def test_a_test_run_keeps_its_secrets_to_itself() -> None:
    assert settings.VAR_DIR.name.startswith("dsr-test-")
    assert (settings.VAR_DIR / "secrets" / "master_keys").stat().st_mode & 0o777 == 0o600
