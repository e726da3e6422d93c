"""A sweep sees to many things; one that fails keeps no other waiting."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

Thing = TypeVar("Thing")


def each_by_itself(see_to: Callable[[Thing], int | None], things: Iterable[Thing]) -> int:
    """The sum of what was done. Every thing is tried; then what failed is raised, as a group.

    Raised, so that the sweep counts as one that has not run and the health page says so. Each
    thing needs a transaction of its own. Without a database the first failure ends it.
    """
    done, failures = 0, []
    for thing in things:
        try:
            done += see_to(thing) or 0
        except (InterfaceError, OperationalError):
            raise
        except Exception as failed:  # noqa: BLE001 (raised below, when all the others had their turn)
            failures.append(failed)
    if failures:
        raise ExceptionGroup("a sweep", failures)
    return done
