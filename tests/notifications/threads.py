"""Runs functions at the same time, each with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(functions: Sequence[Callable[[], T]]) -> list[T]:
    """Their results in order; the first error is raised."""
    with ThreadPoolExecutor(len(functions)) as pool:
        futures = [pool.submit(_alone, function) for function in functions]
        return [future.result(timeout=60) for future in futures]


def _alone(function: Callable[[], T]) -> T:
    try:
        return function()
    finally:
        connection.close()
