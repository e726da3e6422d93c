"""What is asked before the first request or task is taken: is the program safe as it is set up, and
do the keys open what is stored?
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.checks import ERROR, Tags, run_checks
from django.db import OperationalError, connection

from config.database_roles import too_mighty
from dsr.vault.services import refuse_wrong_keys

# A database that is just being restarted is waited for.
PATIENCE_SECONDS = 15.0


def refuse_to_serve_wrongly() -> None:
    """Ends the process with one line for each thing that is wrong.

    A thread asks, and closes its connection: what is forked afterwards must inherit none.
    """
    unsafe = [each for each in run_checks(tags=[Tags.security]) if each.level >= ERROR]
    if unsafe:
        sys.exit("\n".join(str(each.msg) for each in unsafe))
    with ThreadPoolExecutor(1) as alone:
        alone.submit(_ask).result()


def _ask() -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not _asked():
        if time.monotonic() > until:
            sys.exit("The database does not answer, so the keys cannot be tried: start it first.")
        time.sleep(1)


def _refuse_mighty_role() -> None:
    # A trial may bring a server of its own with one role for everything.
    if not settings.DSR_TRIAL and (problem := too_mighty()):
        sys.exit(problem)


def _asked() -> bool:
    """Whether the database answered; wrong keys and a wrong role end the process."""
    try:
        refuse_wrong_keys()
        _refuse_mighty_role()
    except OperationalError:
        return False
    finally:
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]
    return True
