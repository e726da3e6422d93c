"""New rows of many tables, saved in one round trip: a submission makes some twenty at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model
from psycopg import sql
from psycopg.adapt import Transformer


class NewRows(list[Model]):
    """Rows that are not saved yet, whatever their tables; ``save`` inserts all of them or none.

    Why not ``bulk_create``, table by table, which everybody knows: it was measured. A submission
    fills eleven tables. With their INSERTs compiled by the ORM, each in a round trip of its own,
    the whole submission takes 1.3 times the CPU of this process, some 5 ms more, and 1.2 times
    that of the database, in 16 statements instead of 6 (``tests/bench/bench_submission.py``
    compares the two in one run). Where one or two tables are written, ``bulk_create`` is plainer
    and as quick.
    """

    def reserve_ids(self, rows: Sequence[Model]) -> None:
        """Give these rows the ids they will have, so that others can name them before they are
        saved."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(_next_id(type(row)) for row in rows)}")
            # From the tables' own sequences: an id that is never saved leaves a gap, no more.
            ids = cursor.fetchone()
        for row, pk in zip(rows, ids, strict=True):
            row.pk = pk

    def save(self) -> None:
        """Insert the rows in one statement. Which comes first does not matter: foreign keys are
        checked at the commit.

        Rows without an id get one in the database, and stay without it here. No signal is sent and
        no ``save`` of a model is called.
        """
        tables = defaultdict(list)
        for row in self:
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
        # Else the next ``save`` of one of them would insert it once more.
        for row in self:
            row._state.adding, row._state.db = False, connection.alias


def _insert(model: type[Model], rows: Sequence[Model], real: Any, literals: Any) -> bytes:
    # A column that nobody fills is left to the database, and so is an id.
    fields = [
        field
        for field in _fields(model)
        if any(getattr(row, field.attname) is not None for row in rows)
    ]
    start = _start(model, tuple(field.column for field in fields))
    columns = [(field, field.attname, _is_plain(field)) for field in fields]
    values = [
        b", ".join(
            _literal(field, getattr(row, attname) if plain else None, row, real, literals)
            for field, attname, plain in columns
        )
        for row in rows
    ]
    return start + b"), (".join(values) + b")"


def _literal(field: Field[Any, Any], plain: Any, row: Model, real: Any, literals: Any) -> bytes:
    """One value as the driver, not we, writes it: ``plain`` as it is, where it has a value."""
    if type(plain) in AS_THEY_ARE:
        return bytes(literals.as_literal(plain))
    # Through the field's own preparing, as in Django: it is there that a sealed column refuses what
    # is not sealed.
    return bytes(literals.as_literal(field.get_db_prep_save(field.pre_save(row, True), real)))


# Four hundred values come here for a submission, most of them such: their fields prepare nothing.
PLAIN = frozenset(
    {
        *(models.CharField, models.TextField, models.BooleanField, models.DateField),
        *(models.DateTimeField, models.UUIDField, models.ForeignKey, models.BigAutoField),
        *(models.PositiveIntegerField, models.PositiveSmallIntegerField, models.BigIntegerField),
    }
)
AS_THEY_ARE = frozenset({str, int, bool, date, datetime, UUID})


@cache
def _is_plain(field: Field[Any, Any]) -> bool:
    makes_its_own = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return type(field) in PLAIN and not makes_its_own


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
