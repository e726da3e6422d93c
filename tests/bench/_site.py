"""A site to measure on: PostgreSQL as in production, with the policies and a desk of people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import django

from tests import harness

if TYPE_CHECKING:
    from tests.faults.world import World


@contextmanager
def site() -> Iterator[World]:
    """Within it, Django's queries of this process go there."""
    servers = harness.begin()
    try:
        django.setup()
        from tests.cast import open_desk
        from tests.faults.seeding import LONG_AGO, leave_one_deadline
        from tests.faults.world import World

        world = World.begin()
        try:
            world.prepare()
            with world.inside():
                open_desk(LONG_AGO)
                leave_one_deadline()
                yield world
        finally:
            world.close()
    finally:
        servers.close()


def say(what: str, figure: str, limit: str = "") -> None:
    print(f"{what}: {figure}" + (f" (limit {limit})" if limit else ""), flush=True)


def note(words: str) -> None:
    """How far it is, beside the figures."""
    print(words, file=sys.stderr, flush=True)
