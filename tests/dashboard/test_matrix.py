"""Who may open what: every address of the project, by every kind of person, as a table."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.cast import Desk
from tests.dashboard.matrix import METHODS, actors_for, addresses, build, expected


@pytest.fixture
def quiet() -> Iterator[None]:
    """A thousand refusals are expected here; telling each costs more than trying it."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    wanted = {(method, name) for name in addresses() for method in METHODS}
    table = expected()
    assert wanted - set(table) == set(), "addresses without an entry in matrix.txt"
    assert set(table) - wanted == set(), "entries of matrix.txt without an address"


def test_every_entry_says_what_each_kind_of_person_gets() -> None:
    for (_method, name), codes in expected().items():
        assert set(codes) == set(actors_for(name)), name


def test_every_address_answers_each_kind_of_person_as_the_table_says(
    desk: Desk, quiet: None
) -> None:
    world, wanted = build(desk), addresses()
    wrong = []
    for (method, name), codes in expected().items():
        url = world.url(name, wanted[name])
        for actor, code in codes.items():
            if (found := world.try_it(method, url, actor)) != code:
                wrong.append(f"{method} {name} by {actor}: {found} instead of {code}")
    assert wrong == []


def test_no_staff_page_answers_a_stranger_with_more_than_the_log_in() -> None:
    """The table itself keeps what it is there to promise."""
    for (_method, name), codes in expected().items():
        if name.startswith("dashboard:"):
            assert codes["anonymous"] == 302, name
            assert codes["admin"] == 403, name


def test_what_belongs_to_a_foreign_request_does_not_exist() -> None:
    for (method, name), codes in expected().items():
        if name in OF_ONE_REQUEST and codes["officer"] != 405:
            assert codes["other"] == 404, f"{method} {name}"
        # Departments divide. Who works in the organisation is no secret among its people.
        of_one = {"reference", "message_id"} & addresses()[name]
        if name.startswith("dashboard:") and of_one and codes["officer"] != 405:
            assert codes["aside"] in (403, 404), f"{method} {name}"


OF_ONE_REQUEST = {
    name
    for name, wanted in addresses().items()
    if name.startswith("dashboard:") and {"reference", "message_id", "user_id"} & wanted
}
