"""What a `manage.py` command needs before Django runs it: a mode, a database role, servers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Commands that change tables work as their owner; all others as the application.
OWNER_COMMANDS = frozenset(
    {
        "migrate",
        "prepare",
        "grant_app_role",
        "createcachetable",
        "flush",
        "sqlmigrate",
        "squashmigrations",
    }
)
# Commands that touch neither the database nor the broker, or that start the servers themselves.
SERVERLESS_COMMANDS = frozenset(
    {
        *("help", "version", "--version", "--help", "-h", "check", "collectstatic", "findstatic"),
        *("compilemessages", "makemessages", "diffsettings", "draw_states", "due", "run", "stop"),
    }
)
# Left in the environment by `make`, which is for trying the program out. The environment of a site
# is installed by hand and has none.
TRIAL_MARK = "dsr-trial"
DEPLOYMENT_VARIABLES = ("DATABASE_URL", "SECRET_KEY", "DSR_MASTER_KEYS")


def prepare(arguments: Sequence[str]) -> None:
    """Set what the command needs, then start the embedded servers it needs."""
    command = arguments[1] if len(arguments) > 1 else "help"
    marked = _choose_mode(os.environ)
    if command in OWNER_COMMANDS:
        os.environ.setdefault("DSR_DATABASE_ROLE", "owner")
    if command in SERVERLESS_COMMANDS or {"--help", "-h"} & set(arguments):
        return
    start_embedded_servers(announce=marked)


def _choose_mode(environment: Mapping[str, str]) -> bool:
    """Take the trial mode from the mark in this Python's environment, when nothing else says so."""
    named = ("DSR_MODE", *DEPLOYMENT_VARIABLES, *(f"{name}_FILE" for name in DEPLOYMENT_VARIABLES))
    if any(environment.get(name) for name in named):
        return False
    if not (Path(sys.prefix) / TRIAL_MARK).exists():
        return False
    os.environ["DSR_MODE"] = "trial"
    return True


def embedded_servers() -> list[str]:
    """The servers that the program starts by itself: those the environment does not name."""
    from django.conf import settings

    given = {"PostgreSQL": settings.EMBEDDED_POSTGRES, "Valkey": settings.EMBEDDED_VALKEY}
    return [name for name, embedded in given.items() if embedded]


def start_embedded_servers(*, announce: bool = False) -> list[str]:
    """Start those embedded servers that do not run yet."""
    from django.conf import settings

    names = embedded_servers()
    if not names:
        return []
    from config.embedded import start_servers

    started = start_servers(settings.VAR_DIR, names)
    if started and announce:
        print(f"Trial mode: started {' and '.join(started)}; `make stop` ends.", file=sys.stderr)
    return started
