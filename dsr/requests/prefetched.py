"""Related rows that somebody has already: nobody asks the database for them again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.db.models import Model, QuerySet
from django.db.models.sql import Query


def keep_prefetched(instance: Model, **rows: Sequence[Model]) -> None:
    """As after ``prefetch_related`` of these relations, which would build a query for each row."""
    # Ask them by `.all()` only: a `.filter()` on them searches the whole table, of everybody.
    # `forget` them before a service is called, since services filter.
    known = instance.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in rows.items():
        related = _model(type(instance), name)
        # One empty query serves all: its rows are there, so it is never run.
        known[name] = QuerySet(model=related, query=_query(related))
        known[name]._result_cache = list(found)
        known[name]._prefetch_done = True


def forget(instance: Model) -> None:
    """From here on they are asked for again: somebody may have changed them."""
    instance.__dict__.pop("_prefetched_objects_cache", None)


@cache
def _model(model: type[Model], name: str) -> type[Model]:
    return model._meta.get_field(name).related_model  # type: ignore[return-value]


@cache
def _query(model: type[Model]) -> Query:
    return Query(model)
