"""What is missing, in one line that says what to do: for the person at the terminal.

Light on purpose: what guards the embedded servers imports it, and Django would make it five times
as slow to start.
"""

from __future__ import annotations

# PostgreSQL's codes (its manual, appendix A). A connection that was never made has none.
NOT_THERE = {"3F000": "schema", "42P01": "table", "42703": "column"}
NOT_ALLOWED = "42501"
CONNECTION_LOST = ("08", "57P")


class FrontDoorError(Exception):
    """What went wrong and what to do about it, in one line for the person at the terminal."""


def missing(error: Exception) -> str | None:
    """The line for what somebody at the terminal can mend: a server, a file, a package, a table.

    None for every other error: that one is a defect, and its traceback is wanted.
    """
    from django.db import DatabaseError

    if isinstance(error, DatabaseError):
        return _missing_in_database(error)
    if isinstance(error, ModuleNotFoundError):
        ours = str(error.name).partition(".")[0] in ("config", "dsr")
        return None if ours else f"This needs the package {error.name}, which is not installed."
    if isinstance(error, OSError):
        # The commands' own files, and servers that are not the database.
        return f"This needs what is not there, or is not open to this user: {error}."
    return str(error) if isinstance(error, FrontDoorError) else None


def _missing_in_database(error: Exception) -> str | None:
    from django.db import OperationalError

    code = _sqlstate(error)
    said = str(error).strip().partition("\n")[0]
    if code in NOT_THERE:
        return (
            f"The database lacks a {NOT_THERE[code]} of this program ({said}): "
            "run `manage.py prepare` first."
        )
    if code == NOT_ALLOWED:
        return (
            f"The database does not let this role do that ({said}): `manage.py prepare` gives the "
            "role its rights, and with DSR_DATABASE_ROLE=owner a command works as the owner."
        )
    # A restart in the middle of a sentence is no defect either.
    if isinstance(error, OperationalError) and (not code or code.startswith(CONNECTION_LOST)):
        return f"The database does not answer ({said}): start it, or look at DATABASE_URL."
    return None


def _sqlstate(error: BaseException | None) -> str:
    """The code of the driver's error beneath; `migrate` puts an error of its own above."""
    while error is not None:
        if code := getattr(error, "sqlstate", None):
            return str(code)
        error = error.__cause__ or error.__context__
    return ""
