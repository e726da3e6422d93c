"""Long lists a page at a time, by key: a page begins behind the row that the one before ended with.

Not by number: page nine of such a list reads all eight before it, and while rows arrive one is
shown twice and another never. Here every page costs the same, and a row that was there when
somebody began to turn pages is on one of them, and on one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value

AFTER, BEFORE = "after", "before"
# Of more nobody needs the number itself.
MOST_COUNTED = 1000
# In place of a row: behind the last one there is.
END = "end"
# No date and no number has it, nor a reference.
BETWEEN = "_"


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by: expressions by a name that no column has, none of them ever null.

    The last one tells any two rows apart. All go up, or all go down: then one comparison of rows
    finds the place, and one index has both the rows that are wanted and their order.
    """

    keys: Mapping[str, Any]
    descending: bool = False

    def of(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        sign = "-" if self.descending != backwards else ""
        names = [f"{sign}{name}" for name in self.keys]
        ordered: QuerySet[Any] = rows.annotate(**self.keys).order_by(*names)
        return ordered

    def beyond(
        self, rows: QuerySet[Any], place: Sequence[Any], *, backwards: bool
    ) -> QuerySet[Any]:
        """Those behind this place, or before it; of ``of``, with a value for each key."""
        comparison = " < " if self.descending != backwards else " > "
        fields = [rows.query.annotations[name].output_field for name in self.keys]
        values = [Value(each, field) for each, field in zip(place, fields, strict=True)]
        sides = [_row(*map(F, self.keys)), _row(*values)]
        return rows.filter(
            Func(
                *sides,
                template="%(expressions)s",
                arg_joiner=comparison,
                output_field=BooleanField(),
            )
        )


def _row(*parts: Any) -> Func:
    return Func(*parts, function="ROW", output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Naming:
    """How an address names a row, whose last key is its id; ``find`` has None for what is no name.

    Where people who see a part of the rows read the address, an id would tell how many there are.
    """

    name: Callable[[Any], str] = lambda row: str(row.pk)
    find: Callable[[str], int | None] = lambda name: int(name) if name.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order; what to ask for the pages beside it, each empty where there is none."""

    rows: list[Any]
    previous: str = ""
    next: str = ""

    @property
    def is_alone(self) -> bool:
        return not (self.previous or self.next)

    @property
    def last(self) -> str:
        return END if self.next else ""


def page_of(
    rows: QuerySet[Any],
    order: Order,
    size: int,
    asked: Mapping[str, str],
    naming: Naming | None = None,
) -> Page:
    """The page that an address asks for; the first one where it asks for none that makes sense."""
    naming = naming or Naming()
    before = asked.get(BEFORE, "")
    ordered = order.of(rows)
    if before:
        backwards = order.of(rows, backwards=True)
        place = None if before == END else _place(backwards, order, before, naming)
        if place or before == END:
            if place:
                backwards = order.beyond(backwards, place, backwards=True)
            found = list(backwards[: size + 1])
            # With less than a page before it, it is the first one, and a whole one.
            if len(found) > size or (before == END and found):
                shown = found[:size][::-1]
                return _page(shown, order, naming, more_before=len(found) > size, more=bool(place))
    elif place := _place(ordered, order, asked.get(AFTER, ""), naming):
        found = list(order.beyond(ordered, place, backwards=False)[: size + 1])
        if found:
            shown = found[:size]
            return _page(shown, order, naming, more_before=True, more=len(found) > size)
    found = list(ordered[: size + 1])
    return _page(found[:size], order, naming, more_before=False, more=len(found) > size)


def _page(shown: list[Any], order: Order, naming: Naming, *, more_before: bool, more: bool) -> Page:
    return Page(
        shown,
        previous=_spelt(shown[0], order, naming) if more_before else "",
        next=_spelt(shown[-1], order, naming) if more else "",
    )


def _spelt(row: Model, order: Order, naming: Naming) -> str:
    values = [str(getattr(row, name)) for name in order.keys]
    return BETWEEN.join([*values[:-1], naming.name(row)])


def _place(rows: QuerySet[Any], order: Order, text: str, naming: Naming) -> list[Any] | None:
    """The values of a row's keys, as an address has them; None for what makes no sense."""
    *given, name = text.split(BETWEEN)
    kinds = [rows.query.annotations[key].output_field for key in order.keys]
    if len(given) != len(kinds) - 1:
        return None
    try:
        values = [kind.to_python(each) for kind, each in zip(kinds[:-1], given, strict=True)]
    except (ValidationError, ValueError):
        return None
    found = naming.find(name)
    return None if found is None or None in values else [*values, found]


def counts(sets: Sequence[QuerySet[Any]], most: int = MOST_COUNTED) -> list[int]:
    """How many rows each of these sets has, in one statement; ``most`` + 1 stands for any more.

    Who reads “more than a thousand” knows as much as with the number, and a count of all of them
    would cost as much as there are rows.
    """
    asked: list[tuple[str, tuple[Any, ...]]] = []
    for each in sets:
        limited = each.order_by().values("pk")[: most + 1]
        try:
            asked.append(limited.query.sql_with_params())
        except EmptyResultSet:
            asked.append(("SELECT 1 WHERE false", ()))
    # What Django has compiled; the values go beside it.
    parts = ", ".join(f"(SELECT count(*) FROM ({sql}) AS found)" for sql, _ in asked)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [value for _sql, values in asked for value in values])
        return list(cursor.fetchone())
