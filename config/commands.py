"""Runs one `manage.py` command: in which mode, as which role, and what it says when it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.problems import FrontDoorError, missing

# Commands that change tables work as their owner; all others as the application.
OWNER_COMMANDS = frozenset(
    {
        *("migrate", "prepare", "prepare_trial", "grant_app_role", "createcachetable", "flush"),
        *("sqlmigrate", "squashmigrations"),
    }
)
# Left in the environment by `make`, which is for trying the program out. The environment of a site
# is installed by hand and has none.
TRIAL_MARK = "dsr-trial"
DEPLOYMENT_VARIABLES = ("DATABASE_URL", "SECRET_KEY", "DSR_MASTER_KEYS")


def run(arguments: Sequence[str]) -> None:
    """Run the command; what it lacks ends it with one line and exit status 1.

    Who asks for the traceback, with `--traceback` as Django's own commands allow, gets it.
    """
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        _prepare(arguments)
        execute_from_command_line(list(arguments))
    except BrokenPipeError:
        # Whoever reads has enough, as in `| head`; Python must not try again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (FrontDoorError, DatabaseError, OSError, ModuleNotFoundError) as error:
        line = missing(error)
        if line is None or "--traceback" in arguments:
            raise
        sys.exit(line)


def _prepare(arguments: Sequence[str]) -> None:
    command = arguments[1] if len(arguments) > 1 else "help"
    marked = _choose_mode(os.environ)
    if command in OWNER_COMMANDS:
        os.environ.setdefault("DSR_DATABASE_ROLE", "owner")
    from django.conf import settings

    if settings.DSR_TRIAL:
        from config.trial.embedded import start_for

        start_for(command, arguments, announce=marked)


def _choose_mode(environment: Mapping[str, str]) -> bool:
    """Take the trial mode from the mark in this Python's environment, when nothing else says so."""
    named = ("DSR_MODE", *DEPLOYMENT_VARIABLES, *(f"{name}_FILE" for name in DEPLOYMENT_VARIABLES))
    if any(environment.get(name) for name in named):
        return False
    if not (Path(sys.prefix) / TRIAL_MARK).exists():
        return False
    os.environ["DSR_MODE"] = "trial"
    return True
