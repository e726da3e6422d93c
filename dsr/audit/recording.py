"""Saving and deleting a row of the settings together with its line in the site's history.

The line names the row and the columns that changed. Of columns that decide (``DECIDES``: how much
proof is asked, who may decide alone, which law applies) it also says what was there before and what
is there now: those are closed codes, numbers and yes or no, never words of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Field, Model

from .chain import CODE
from .services import SITE, append

# By the label of the model; each room adds its own.
DECIDES: dict[str, frozenset[str]] = {}


def decides(label: str, *columns: str) -> None:
    """From now on the history says the values of these columns of a model, before and after."""
    DECIDES[label] = frozenset(columns)


def save_recorded(row: Model, *, actor_id: int | None, at: datetime) -> None:
    """Save the row and write what changed, in one transaction; without a change, no line."""
    model = type(row)
    with transaction.atomic():
        # Under a lock: of two who change one row each line says what it found.
        before = model._base_manager.select_for_update().filter(pk=row.pk).first()
        changed = [field for field in _columns(model) if _differs(field, before, row)]
        if before is not None and not changed:
            return
        row.save()
        _write(row, "added" if before is None else "changed", changed, before, actor_id, at)


def delete_recorded(row: Model, *, actor_id: int | None, at: datetime) -> None:
    with transaction.atomic():
        # Before it: afterwards the key is gone.
        _write(row, "deleted", [], None, actor_id, at)
        row.delete()


def _columns(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _differs(field: Field[Any, Any], before: Model | None, row: Model) -> bool:
    now = field.to_python(getattr(row, field.attname))
    return before is None or getattr(before, field.attname) != now


def _write(
    row: Model,
    what: str,
    changed: list[Field[Any, Any]],
    before: Model | None,
    actor_id: int | None,
    at: datetime,
) -> None:
    name = str(row._meta.model_name)
    facts: dict[str, Any] = {name: row.pk}
    if before is not None:
        facts["fields"] = [field.name for field in changed]
    facts |= dict(_values(row, changed, before))
    by = "system" if actor_id is None else "staff"
    append(SITE, f"{name}_{what}", at=at, actor_id=actor_id, by=by, facts=facts)


def _values(
    row: Model, changed: list[Field[Any, Any]], before: Model | None
) -> Iterator[tuple[str, Any]]:
    told = DECIDES.get(row._meta.label_lower, frozenset())
    for field in changed:
        if field.name in told:
            yield field.name, as_fact(getattr(row, field.attname))
            if before is not None:
                yield f"{field.name}.before", as_fact(getattr(before, field.attname))


def as_fact(value: Any) -> Any:
    """A value as the history takes it: numbers, days and codes as they are, anything else left out.

    Capitals and strokes are no code, so ``FR`` is told as ``fr`` and ``Europe/Paris`` as
    ``europe.paris``.
    """
    if isinstance(value, Mapping):
        return sorted(str(each) for each in value)[:100]
    if isinstance(value, list | tuple):
        return [as_fact(each) for each in value][:100]
    if value is None or isinstance(value, bool | int | date):
        return value
    code = str(value).lower().replace("/", ".").replace(" ", "_")
    return code if CODE.fullmatch(code) else None
