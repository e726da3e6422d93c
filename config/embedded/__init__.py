"""PostgreSQL and Valkey for the trial mode: started in `var/`, never used in production."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from config.embedded import places, postgres, valkey

SERVERS = ("PostgreSQL", "Valkey")


def missing_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Which of the servers do not run."""
    running = {
        "PostgreSQL": postgres.is_running(postgres.cluster_in(var)),
        "Valkey": valkey.is_running(valkey.store_in(var)),
    }
    return [name for name in names if not running[name]]


def start_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Start those that do not run; running ones are left alone. Returns what was started."""
    if not missing_servers(var, names):
        return []
    with places.only_one(var):
        started = missing_servers(var, names)
        if "PostgreSQL" in started:
            postgres.start(postgres.cluster_in(var))
        if "Valkey" in started:
            valkey.start(valkey.store_in(var))
        return started


def stop_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Stop those that run; returns what was stopped."""
    stopped = []
    with places.only_one(var):
        if "Valkey" in names and valkey.stop(valkey.store_in(var)):
            stopped.append("Valkey")
        if "PostgreSQL" in names and postgres.stop(postgres.cluster_in(var)):
            stopped.append("PostgreSQL")
    return stopped
