"""What stands in the database: number and fingerprint of the rows of every table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Self

import psycopg
from psycopg import sql

# What is no part of a deed: counters of attempts, sessions of browsers, the pulse of processes.
BESIDE = frozenset(
    {"cache_entry", "django_session", "notifications_heartbeat", "requests_limitcounter"}
)


@dataclass(frozen=True)
class Snapshot:
    """Two are equal when every table holds the same rows."""

    counts: dict[str, int]
    prints: dict[str, str]

    def more_than(self, before: Snapshot) -> Counter[str]:
        """Rows that came since, by table; fewer rows are a negative number."""
        return Counter(
            {
                table: number - before.counts.get(table, 0)
                for table, number in self.counts.items()
                if number != before.counts.get(table, 0)
            }
        )

    def differences(self, before: Snapshot) -> list[str]:
        return sorted(table for table in self.prints if self.prints[table] != before.prints[table])


class Camera:
    """Keeps its line to the database, on which many pictures cost little."""

    def __init__(self, url: str) -> None:
        self._line = psycopg.connect(url)
        self._line.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        tables = self._line.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        self._question = sql.SQL(" UNION ALL ").join(
            _about(table) for (table,) in tables if table not in BESIDE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def take(self) -> Snapshot:
        """The state as one transaction sees it."""
        rows = self._line.execute(self._question).fetchall()
        self._line.rollback()
        return Snapshot(
            counts={table: number for table, number, _ in rows},
            prints={table: fingerprint for table, _, fingerprint in rows},
        )


def take(url: str) -> Snapshot:
    with Camera(url) as camera:
        return camera.take()


def _about(table: str) -> sql.Composed:
    return sql.SQL(
        "SELECT {} AS name, count(*), coalesce(md5(string_agg(line, '' ORDER BY line)), '')"
        " FROM (SELECT md5(each::text) AS line FROM {} AS each) AS lines"
    ).format(sql.Literal(table), sql.Identifier(table))
