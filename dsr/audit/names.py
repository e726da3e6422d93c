"""Who stands behind the numbers in the history. It keeps numbers; pages show names.

The rooms above know people and programs, and say here how they are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _

from .models import By, Entry

Lookup = Callable[[set[int]], Mapping[int, str]]
_lookups: dict[str, Lookup] = {}
# Facts that hold the number of somebody of the staff, whoever did it.
PEOPLE = ("user", "to")


def name_with(by: By, lookup: Lookup) -> None:
    """How the names of those who act so are found, by their numbers."""
    _lookups[by.value] = lookup


class Names:
    """The names behind some entries, with one query for each kind of actor."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        wanted: dict[str, set[int]] = {by: set() for by in _lookups}
        for entry in entries:
            if entry.by in wanted and entry.actor_id is not None:
                wanted[entry.by].add(entry.actor_id)
            wanted.setdefault(By.STAFF, set()).update(_people_in(entry))
        self._found = {
            by: dict(_lookups[by](numbers)) if numbers and by in _lookups else {}
            for by, numbers in wanted.items()
        }

    def actor(self, entry: Entry) -> str:
        if entry.by == By.REQUESTER:
            return _("the requester")
        if entry.actor_id is None:
            return _("the program itself")
        return self._name(entry.by, entry.actor_id)

    def facts(self, entry: Entry) -> str:
        """The facts as they stand, with names where they number somebody of the staff."""
        people = {name: entry.facts[name] for name in PEOPLE if name in entry.facts}
        read = {
            name: self._name(By.STAFF, number)
            for name, number in people.items()
            if number in _people_in(entry)
        }
        return ", ".join(f"{name}: {value}" for name, value in {**entry.facts, **read}.items())

    def _name(self, by: str, number: int) -> str:
        # An account is never deleted; a number that names nobody was altered, or is from elsewhere.
        return self._found.get(by, {}).get(number) or _("unknown (%(n)d)") % {"n": number}


def _people_in(entry: Entry) -> set[int]:
    found = (entry.facts.get(name) for name in PEOPLE)
    return {each for each in found if isinstance(each, int) and not isinstance(each, bool)}
