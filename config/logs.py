"""Log lines that hold no personal data: no path with a token, no value of a statement, no body.

The text of an exception often repeats what somebody typed (`Key (email)=(...) already exists`). So
only its kind and the places in the code are written, with the database's own codes if it has any.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from types import TracebackType

from django.db import Error as DatabaseError

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFilter(logging.Filter):
    """Rewrites the lines of Django, gunicorn and Celery that repeat what came from outside."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None:
            record.msg, record.args = _about_request(record, request), ()
        elif record.name.startswith("gunicorn") and "request" in str(record.msg).lower():
            record.msg, record.args = "A request could not be answered.", ()
        elif isinstance(record.args, Mapping) and "exc" in record.args:
            record.args = {**record.args, "exc": "(its text is withheld)", "traceback": ""}
        return True


def _about_request(record: logging.LogRecord, request: object) -> str:
    """The route as it stands in the code, never the path as it was asked for: paths hold tokens."""
    match = getattr(request, "resolver_match", None)
    route = f"/{match.route}" if match else "(no page)"
    method = getattr(request, "method", None) or "?"
    status = getattr(record, "status_code", "")
    reference = getattr(request, "error_reference", "")
    return f"{method} {route} {status} {reference}".rstrip().replace("%", "%%")


class DiscreetFormatter(logging.Formatter):
    """One line per event; an exception as its kind and the places it passed."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802
        return "\n".join(_told(ei[1])) if ei[1] is not None else ""

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return ""


def _told(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None:
        lines.append(f"  {type(error).__module__}.{type(error).__qualname__}{_codes(error)}")
        lines += [
            f"    {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _codes(error: BaseException) -> str:
    """What the database says without values: its error code, the table and the constraint."""
    told = getattr(error.__cause__ if isinstance(error, DatabaseError) else error, "diag", None)
    names = ("sqlstate", "table_name", "constraint_name")
    codes = [str(getattr(told, name)) for name in names if getattr(told, name, None)]
    return f" ({', '.join(codes)})" if codes else ""
