"""CPU of a deed: of this process, and of the database process that serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one deed, in milliseconds: by the clock, CPU of this process, CPU of the database."""

    wall: float
    process: float
    database: float


def cost_of(deed: Callable[[], object], times: int, database: int) -> Cost:
    """Of one deed among so many; ``database`` is the process that serves this one."""
    begun = perf_counter(), process_time(), cpu_of(database)
    for _ in range(times):
        deed()
    ended = perf_counter(), process_time(), cpu_of(database)
    return Cost(*((b - a) / times * 1000 for a, b in zip(begun, ended, strict=True)))


def cpu_of(pid: int) -> float:
    """Seconds that a process of one thread has run, which the kernel counts in nanoseconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cpu_of_all(pid: int) -> float:
    """Seconds that all threads of a process have run."""
    return sum(
        int((thread / "schedstat").read_text().split()[0]) / 1e9
        for thread in Path(f"/proc/{pid}/task").iterdir()
    )


def statements_of(deed: Callable[[], object]) -> int:
    from django.db import connection

    counted = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        deed()
    return len(counted)
