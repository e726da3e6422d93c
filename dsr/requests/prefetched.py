"""Related rows that somebody has already: nobody asks the database for them again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.sql import Query


class AtHand(QuerySet[Any]):
    """Rows that are there already; whatever is asked beyond ``all()`` is asked of the database.

    The query behind the rows is empty and never run: to build the right one for each relation
    would cost more than to read them. It is built where somebody goes on from here.
    """

    real: Any = None
    _prefetch_done = True

    def _chain(self) -> Any:
        return self.real().all()


def keep_prefetched(instance: Model, **rows: Sequence[Model]) -> None:
    """As after ``prefetch_related`` of these relations, which would build a query for each row.

    ``forget`` them before a service is called that changes them.
    """
    # By plain attributes: the user of a request is a lazy object that passes them on.
    known = getattr(instance, "_prefetched_objects_cache", None)
    if known is None:
        known = instance._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    for name, found in rows.items():
        related, field = _relation(instance.__class__, name)
        at_hand = _kind(related)(model=related, query=_query(related))
        at_hand.real = lambda related=related, field=field: related._default_manager.filter(
            **{field: instance}
        )
        at_hand._result_cache = list(found)
        known[name] = at_hand


def forget(instance: Model) -> None:
    """From here on they are asked for again: somebody may have changed them."""
    instance.__dict__.pop("_prefetched_objects_cache", None)
    instance.__dict__.pop("whole", None)


@cache
def _relation(model: type[Model], name: str) -> tuple[type[Model], str]:
    """The model at the other end, and its field that leads here."""
    relation: Any = model._meta.get_field(name)
    return relation.related_model, relation.field.name


@cache
def _kind(model: type[Model]) -> type[AtHand]:
    """With the named sets of the model’s own."""
    return type("AtHand", (AtHand, type(model._default_manager.all())), {})


@cache
def _query(model: type[Model]) -> Query:
    return Query(model)
