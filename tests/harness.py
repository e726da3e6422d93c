"""Servers of one test run: a PostgreSQL and a Valkey of its own, gone when the run is over.

They start before Django reads its settings, so every test, and every process a test starts, sees
the same program with other addresses. Several runs in one checkout do not meet.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg

from config.trial.embedded import SERVERS, postgres, system, valkey
from config.trial.guardian import Guardian
from tests import prepared_cluster


class TestServers:
    """Starts both servers and names them in the environment."""

    __test__ = False

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="dsr-test-", dir=system.SHORT_FOLDER))
        self.var.chmod(0o711)
        self.guardian = Guardian(self.var, stop=SERVERS, remove=True)
        self.cluster = replace(postgres.cluster_in(self.var), options=prepared_cluster.FAST)
        self.store = valkey.store_in(self.var)
        prepared_cluster.copy_to(self.cluster)
        postgres.start(self.cluster)
        self._let_the_owner_do_everything()
        valkey.start(self.store)

    def _let_the_owner_do_everything(self) -> None:
        """Tests clean tables that nobody may clean."""
        with psycopg.connect(self.cluster.url("postgres", "postgres"), autocommit=True) as outside:
            outside.execute(f"ALTER ROLE {postgres.OWNER_ROLE} SUPERUSER")

    def environment(self) -> dict[str, str]:
        owner = self.cluster.url(postgres.OWNER_ROLE)
        return {
            "DSR_MODE": "trial",
            "DSR_VAR": str(self.var),
            "DSR_STATIC": "sources",
            "DATABASE_URL": owner,
            "DATABASE_OWNER_URL": owner,
            "REDIS_URL": self.store.url,
        }

    def close(self) -> None:
        self.guardian.release()


# Variables of the person's own shell that would change what the tests see.
NOT_OURS = (
    *("SECRET_KEY", "DSR_MASTER_KEYS", "DSR_INDEX_KEYS", "DSR_AUDIT_KEYS", "DSR_DEBUG"),
    *("ALLOWED_HOSTS", "BASE_URL", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "TRUSTED_PROXIES"),
    *("DSR_PORT", "DSR_DATABASE_ROLE", "DATABASE_POOL_SIZE", "LOG_LEVEL"),
)


def begin() -> TestServers:
    """Start the servers and point this process, and its children, at them."""
    for name in NOT_OURS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    servers = TestServers()
    os.environ.update(servers.environment())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    # Playwright's event loop runs in the tests' thread; Django would refuse every query there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return servers
