"""New rows of many tables in one round trip: a submission makes some twenty at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model
from psycopg import sql
from psycopg.adapt import Transformer


def reserve_ids(rows: Sequence[Model]) -> None:
    """Give rows that are not saved yet the ids they will have, so that others can name them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_next_id(type(row)) for row in rows)}")
        ids = cursor.fetchone()
    for row, pk in zip(rows, ids, strict=True):
        row.pk = pk


def bulk_insert(rows: Iterable[Model]) -> None:
    """Insert these rows, whatever their tables, in one statement: all of them or none.

    Rows without an id get one in the database, and stay without it here. No signal is sent.
    """
    tables = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    # One for all of them, and not the proxy, which looks the connection up at every touch.
    real = connections[DEFAULT_DB_ALIAS]
    with real.cursor() as cursor:
        literals = Transformer(real.connection)
        parts = [
            b"w%d AS (%s)" % (number, _insert(model, group, real, literals))
            for number, (model, group) in enumerate(tables.items())
        ]
        cursor.execute((b"WITH %s SELECT" % b", ".join(parts)).decode())
    for group in tables.values():
        for row in group:
            row._state.adding, row._state.db = False, connection.alias


def _insert(model: type[Model], rows: Sequence[Model], real: Any, literals: Any) -> bytes:
    # A column that nobody fills is left to the database, and so is an id.
    fields = [
        field
        for field in _fields(model)
        if any(getattr(row, field.attname) is not None for row in rows)
    ]
    start = _start(model, tuple(field.column for field in fields))
    values = [
        b", ".join(
            literals.as_literal(field.get_db_prep_save(field.pre_save(row, True), real))
            for field in fields
        )
        for row in rows
    ]
    return start + b"), (".join(values) + b")"


@cache
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(model._meta.local_concrete_fields)


@cache
def _start(model: type[Model], columns: tuple[str, ...]) -> bytes:
    return (
        sql.SQL("INSERT INTO {table} ({columns}) VALUES (")
        .format(
            table=sql.Identifier(model._meta.db_table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        )
        .as_bytes()
    )


@cache
def _next_id(model: type[Model]) -> str:
    with connection.cursor() as cursor:
        names = [model._meta.db_table, model._meta.pk.column]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", names)
        (sequence,) = cursor.fetchone()
    return sql.SQL("nextval({})").format(sql.Literal(sequence)).as_string()
