"""What a submission costs, held against a bare commit of three rows on the same PostgreSQL.

And what it costs when its rows are saved table by table, in the way that Django offers: that way is
kept here and nowhere else, so that the reason for ours can be measured again.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg

from tests.bench._site import is_quick, say, site

# Many short turns: what disturbs the machine for a second then disturbs all of them alike.
ROUNDS = 15 if is_quick() else 70
TIMES = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one deed, in milliseconds: by the clock, CPU of this process, CPU of the database."""

    wall: float
    process: float
    database: float


def cost_of(deed: Callable[[], object], times: int, database: int) -> Cost:
    """Of one deed among so many; ``database`` is the process that serves this one."""
    begun = perf_counter(), process_time(), _cpu_of(database)
    for _ in range(times):
        deed()
    ended = perf_counter(), process_time(), _cpu_of(database)
    return Cost(*((b - a) / times * 1000 for a, b in zip(begun, ended, strict=True)))


def _cpu_of(pid: int) -> float:
    """Seconds that a process of one thread has run, which the kernel counts in nanoseconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def table_by_table(rows: Sequence[Any]) -> None:
    tables = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    for model, group in tables.items():
        model._base_manager.bulk_create(group)


def statements_of(deed: Callable[[], object]) -> int:
    from django.db import connection

    counted = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        deed()
    return len(counted)


def main() -> None:
    with site() as world:
        from django.contrib.sessions.models import Session
        from django.db import connection, transaction

        from dsr.requests.submission.given import PersonGiven
        from dsr.requests.submission.saving import NewRows
        from tests import cast
        from tests.faults.seeding import days_ago, find_desk

        right, at = find_desk().right("img", "access"), days_ago(1)
        plain = psycopg.connect(world.url, autocommit=True)
        plain.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, word text, at timestamptz)")

        def bare() -> None:
            with plain.transaction():
                for word in ("request", "history", "mail"):
                    plain.execute("INSERT INTO bare (word, at) VALUES (%s, now())", [word])

        def bare_django() -> None:
            with transaction.atomic():
                for _ in range(3):
                    Session.objects.create(
                        session_key=uuid4().hex, session_data="x", expire_date=at
                    )

        def submission() -> None:
            who = PersonGiven(name="Zoé Canary-Quill", email=f"{uuid4().hex}@example.org")
            cast.ask(right, at=at, who=who)

        def submission_table_by_table() -> None:
            with patch.object(NewRows, "save", table_by_table):
                submission()

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (django_pid,) = cursor.fetchone()
        pids = {bare: plain.info.backend_pid}
        deeds = {bare: 20, bare_django: 10, submission: TIMES, submission_table_by_table: TIMES}
        for deed in deeds:
            cost_of(deed, 20, django_pid)
        rounds = [
            [cost_of(deed, times, pids.get(deed, django_pid)) for deed, times in deeds.items()]
            for _ in range(ROUNDS)
        ]
        driver, django, whole, tables = (_middle(each) for each in zip(*rounds, strict=True))
        asked = [statements_of(deed) for deed in (submission, submission_table_by_table)]
        plain.close()
    say("bare commit of three rows, by the driver", f"{driver.wall:.2f} ms")
    say("bare commit of three rows, by Django", f"{django.wall:.2f} ms")
    say("submission", f"{whole.wall:.1f} ms, {1000 / whole.wall:.1f} a second")
    say(
        "rate of submissions to bare commits by Django",
        f"{django.wall / whole.wall:.3f}",
        "0.100 at least",
        django.wall >= 0.1 * whole.wall,
    )
    say("rate of submissions to bare commits by the driver", f"{driver.wall / whole.wall:.3f}")
    ways = ("in one statement", "table by table")
    for way, cost, number in zip(ways, (whole, tables), asked, strict=True):
        say(
            f"submission, rows saved {way}",
            f"CPU {cost.process:.1f} ms, of the database {cost.database:.1f} ms, "
            f"wall {cost.wall:.1f} ms, {number} statements",
        )
    say(
        "table by table to one statement: CPU, CPU of the database, wall",
        f"{tables.process / whole.process:.2f}, {tables.database / whole.database:.2f}, "
        f"{tables.wall / whole.wall:.2f}",
    )


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))


if __name__ == "__main__":
    main()
