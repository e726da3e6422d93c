"""PostgreSQL and Valkey for the trial mode: started in `var/`, never used in production."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from config.env import Environment
from config.trial.embedded import postgres, system, valkey

# Each server, and the variable by which somebody names one of their own instead.
VARIABLES = {"PostgreSQL": "DATABASE_URL", "Valkey": "REDIS_URL"}
SERVERS = tuple(VARIABLES)
# Commands that touch neither the database nor the broker, or that start the servers themselves.
SERVERLESS_COMMANDS = frozenset(
    {
        *("help", "version", "--version", "--help", "-h", "check", "collectstatic", "findstatic"),
        *(
            "compilemessages",
            "makemessages",
            "diffsettings",
            "draw_states",
            "due",
            "law_pages",
            "run",
            "stop",
        ),
    }
)


def start_for(command: str, arguments: Sequence[str], *, announce: bool = False) -> None:
    """Start the embedded servers that a command of `manage.py` needs and that do not run yet."""
    from django.conf import settings

    if command in SERVERLESS_COMMANDS or {"--help", "-h"} & set(arguments):
        return
    started = start_servers(settings.VAR_DIR, embedded_servers())
    if started and announce:
        print(f"Trial mode: started {' and '.join(started)}; `make stop` ends.", file=sys.stderr)


def embedded_servers() -> list[str]:
    """The servers that the program starts by itself: those the environment does not name."""
    environment = Environment(os.environ)
    return [name for name, variable in VARIABLES.items() if not environment.has(variable)]


def missing_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Which of the servers do not run."""
    running = {
        "PostgreSQL": postgres.is_running(postgres.cluster_in(var)),
        "Valkey": valkey.is_running(valkey.store_in(var)),
    }
    return [name for name in names if not running[name]]


def start_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Start those that do not run; running ones are left alone. Returns what was started."""
    # Nearly always they run, and then nobody waits for a lock.
    if not missing_servers(var, names):
        return []
    with system.only_one(var):
        # Asked again: another command may have started them while this one waited.
        started = missing_servers(var, names)
        if "PostgreSQL" in started:
            postgres.start(postgres.cluster_in(var))
        if "Valkey" in started:
            valkey.start(valkey.store_in(var))
        return started


def stop_servers(var: Path, names: Collection[str] = SERVERS) -> list[str]:
    """Stop those that run; returns what was stopped."""
    stopped = []
    with system.only_one(var):
        if "Valkey" in names and valkey.stop(valkey.store_in(var)):
            stopped.append("Valkey")
        if "PostgreSQL" in names and postgres.stop(postgres.cluster_in(var)):
            stopped.append("PostgreSQL")
    return stopped
