"""PostgreSQL and Valkey for the trial mode: started in `var/`, never used in production."""

from __future__ import annotations

from pathlib import Path

from config.embedded import places, postgres, valkey
from config.embedded.postgres import Cluster


def start_servers(var: Path, *, with_postgres: bool = True, with_valkey: bool = True) -> list[str]:
    """Start what is not running and return the names of what this call started."""
    started = []
    with places.only_one(var):
        if with_postgres and postgres.start(postgres.cluster_in(var)):
            started.append("PostgreSQL")
        if with_valkey and valkey.start(valkey.store_in(var)):
            started.append("Valkey")
    return started


def stop_servers(var: Path) -> list[str]:
    """Stop what is running and return the names of what was stopped."""
    stopped = []
    with places.only_one(var):
        if valkey.stop(valkey.store_in(var)):
            stopped.append("Valkey")
        if postgres.stop(postgres.cluster_in(var)):
            stopped.append("PostgreSQL")
    return stopped


__all__ = ["Cluster", "start_servers", "stop_servers"]
