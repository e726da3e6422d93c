"""The site under fault, whole again before each test; and the table of figures at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Desk, open_desk
from tests.faults import figures as table
from tests.faults.seeding import LONG_AGO, find_desk, leave_one_deadline
from tests.faults.world import World


@pytest.fixture(scope="session")
def site(django_db_blocker: Any) -> Iterator[World]:
    """Started once, with the three policies and a desk full of people."""
    world = World.begin()
    try:
        world.prepare()
        with django_db_blocker.unblock(), world.inside():
            open_desk(LONG_AGO)
            leave_one_deadline()
        world.keep_as_ready()
        yield world
    finally:
        world.close()


@pytest.fixture
def world(site: World, django_db_blocker: Any) -> Iterator[World]:
    """Nobody runs, nothing is owed; within the test Django's queries go to this site."""
    site.begin_anew()
    site.mail.mode("take")
    site.mail.forget()
    with django_db_blocker.unblock(), site.inside():
        yield site
    for process in [each for each in site.processes if each is not site.mail.process]:
        process.kill()
        site.processes.remove(process)


@pytest.fixture
def desk(world: World) -> Desk:
    return find_desk()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> table.Figures:
    return request.config.stash.setdefault(table.KEPT, table.Figures())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    table.write_table(config.stash.get(table.KEPT, table.Figures()), terminalreporter)
