"""What hardly ever changes, kept in the process: organisations, calendars, policies, rights.

Every page asks for it. Read from the database and built anew each time it was a third of what the
page of an organisation's rights took. PostgreSQL stays the truth: its triggers give the tables
another mark with every change, whoever makes it and by whatever way (``Edition``), and the mark is
read whenever a copy is taken. So a change counts from the commit on in every process, at once in
the transaction that makes it, and one that is rolled back has never been seen.

A deed that must not rest on what a page knew a moment ago locks and reads the row itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.base import ModelState

from dsr.policies.models import (
    InformationItem,
    Organisation,
    PolicyVersion,
    Reading,
    Right,
)

M = TypeVar("M", bound=Model)
T = TypeVar("T")

# Bounds, not sizes: a site has some dozens of each. Days are those that pages asked about.
MOST_RIGHTS, MOST_READINGS, MOST_DAYS, MOST_DERIVED = 5000, 500, 500, 500


def kept_copy() -> KeptCopy:
    """What holds now, as the transaction of the caller sees it. Costs one small query."""
    mark = _mark()
    # Nothing was ever written, or all was emptied at once: then there is nothing worth keeping.
    return KeptCopy() if mark is None else _under(mark)


# One alone: what was before does not come again.
@lru_cache(maxsize=1)
def _under(mark: UUID) -> KeptCopy:
    return KeptCopy()


def _mark() -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM policies_edition")
        row = cursor.fetchone()
    return row[0] if row else None


class KeptCopy:
    """All of it under one mark, read when it is first asked for. Take it anew after a change.

    Whoever asks gets instances of their own, so that what one thread changes no other one sees;
    the values of their columns are shared and not to be changed in place.
    """

    def __init__(self) -> None:
        self._by_id = {
            each.pk: each
            for each in Organisation.objects.select_related("calendar").prefetch_related(
                "calendar__days"
            )
        }
        self._reading = lru_cache(MOST_READINGS)(_reading)
        self._right = lru_cache(MOST_RIGHTS)(self._found_right)
        self._offered = lru_cache(MOST_DAYS)(self._found_offered)
        self._information = lru_cache(MOST_DAYS)(_information)
        self._versions = lru_cache(MOST_DAYS)(_versions)
        self._derived = lru_cache(MOST_DERIVED)(_slot)

    def organisation(self, pk: int) -> Organisation:
        """Raises KeyError for one that does not exist."""
        found = self._by_id[pk]
        return _own(found, calendar=_own(found.calendar))

    def open_organisations(self) -> list[Organisation]:
        return [self.organisation(pk) for pk, each in self._by_id.items() if each.is_open]

    def right(self, pk: int) -> Right:
        """With its reading, version, policy, organisation and department.

        Raises Right.DoesNotExist.
        """
        return self._with_all([self._right(pk)])[0]

    def rights_offered(self, organisation: Organisation, on: date) -> list[Right]:
        """What can be asked of an organisation on a day: the rights of its policies, then of the
        laws that have started by then. They share one organisation, the one given."""
        return self._with_all(self._offered(organisation.pk, on), organisation)

    def information_shown(self, organisation: Organisation, on: date) -> list[InformationItem]:
        return [_own(each) for each in self._information(organisation.pk, on)]

    def versions_in_force(self, organisation: Organisation, on: date) -> list[PolicyVersion]:
        """With their policy. Several at once: one policy for patients, one for the site."""
        return [
            _own(each, policy=_own(each.policy, organisation=organisation))
            for each in self._versions(organisation.pk, on)
        ]

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """What follows from this copy and the key alone, made once; never to be changed."""
        slot = self._derived(key)
        if "it" not in slot:
            slot["it"] = make()
        made: T = slot["it"]
        return made

    def _with_all(
        self, rights: list[Right], organisation: Organisation | None = None
    ) -> list[Right]:
        """Own copies, in which one reading is one instance, as in one request."""
        readings: dict[int, Reading] = {}
        for each in rights:
            if each.reading_id not in readings:
                readings[each.reading_id] = self._own_reading(each.reading, organisation)
        return [_own(each, reading=readings[each.reading_id]) for each in rights]

    def _own_reading(self, reading: Reading, organisation: Organisation | None) -> Reading:
        version = reading.version
        owner = organisation or self.organisation(version.policy.organisation_id)
        policy = _own(version.policy, organisation=owner)
        return _own(reading, version=_own(version, policy=policy))

    def _found_right(self, pk: int) -> Right:
        return self._shared(Right.objects.select_related("department").get(pk=pk))

    def _found_offered(self, organisation_id: int, on: date) -> list[Right]:
        return [self._shared(each) for each in _offered(organisation_id, on)]

    def _shared(self, right: Right) -> Right:
        # The text of a version is long: one of it serves all the rights that it grants.
        right.reading = self._reading(right.reading_id)
        return right


def _own(kept: M, **related: Model) -> M:
    """A copy of the instance; ``related`` in place of what it would share with others."""
    # Not `copy.copy`, which goes through pickling and takes ten times as long.
    made = type(kept).__new__(type(kept))
    made.__dict__.update(kept.__dict__)
    made._state = ModelState()
    made._state.adding, made._state.db = False, kept._state.db
    made._state.fields_cache = {**kept._state.fields_cache, **related}
    return made


def _slot(key: Hashable) -> dict[str, Any]:
    return {}


def readings_in_force(on: date) -> QuerySet[Reading]:
    """The newest reading of every version in force on a day."""
    # No first day: as far back as we know. The last day is the one on which the next begins.
    begun = Q(version__in_force_from=None) | Q(version__in_force_from__lte=on)
    kept = Q(version__superseded_on=None) | Q(version__superseded_on__gt=on)
    newest = Reading.objects.filter(version=OuterRef("version")).order_by("-number")
    return Reading.objects.filter(begun, kept, pk=Subquery(newest.values("pk")[:1]))


def _offered(organisation_id: int, on: date) -> QuerySet[Right]:
    # The newest reading alone: a request keeps the one under which it was opened by its own key.
    return (
        Right.objects.filter(
            Q(law_starts_on=None) | Q(law_starts_on__lte=on),
            reading__in=readings_in_force(on),
            reading__version__policy__organisation=organisation_id,
        )
        .select_related("department")
        .order_by(F("reading__version__policy"), "position")
    )


def _reading(pk: int) -> Reading:
    return Reading.objects.select_related("version__policy").get(pk=pk)


def _information(organisation_id: int, on: date) -> list[InformationItem]:
    found = InformationItem.objects.filter(
        reading__in=readings_in_force(on), reading__version__policy__organisation=organisation_id
    )
    return list(found.order_by("reading__version__policy", "position"))


def _versions(organisation_id: int, on: date) -> list[PolicyVersion]:
    found = PolicyVersion.objects.filter(
        readings__in=readings_in_force(on), policy__organisation=organisation_id
    )
    return list(found.select_related("policy"))
