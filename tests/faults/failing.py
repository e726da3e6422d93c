"""A database that fails at one statement, chosen by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


class InjectedError(OperationalError):
    """What the driver raises when the server or the line to it is gone."""


class Failing:
    """Fails at the `at`-th statement; with `for_good` at all that follow, too.

    Number 0 fails at the commit itself. `fired` says whether the number was reached.
    """

    def __init__(self, at: int, *, for_good: bool = False) -> None:
        self.at, self.for_good = at, for_good
        self.seen = 0
        self.fired = False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.seen += 1
        if self.at and (self.seen == self.at or (self.for_good and self.seen > self.at)):
            self.fired = True
            raise InjectedError("the line to the database is gone")
        return execute(sql, params, many, context)

    def commit(self) -> None:
        self.fired = True
        raise InjectedError("the line to the database is gone")


@contextmanager
def failing(at: int, *, for_good: bool = False) -> Iterator[Failing]:
    fault = Failing(at, for_good=for_good)
    with connection.execute_wrapper(fault):
        if at == 0:
            connection._commit = fault.commit  # type: ignore[method-assign]
        try:
            yield fault
        finally:
            if at == 0:
                del connection._commit
