"""A site to measure on: PostgreSQL as in production, with the policies and a desk of people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests import harness

if TYPE_CHECKING:
    from tests.faults.world import World

# How the runner tells a script where to write its figures, and to be quick.
FIGURES, QUICK = "BENCH_FIGURES", "BENCH_QUICK"


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


def say(what: str, figure: str, limit: str = "", kept: bool | None = None) -> None:
    """One figure; with a limit also whether it is within it. The runner makes a table of them."""
    print(f"{what}: {figure}" + (f" (limit {limit})" if limit else ""), flush=True)
    if file := os.environ.get(FIGURES):
        row = {"what": what, "figure": figure, "limit": limit, "kept": kept}
        with Path(file).open("a") as figures:
            figures.write(json.dumps(row) + "\n")


def is_quick() -> bool:
    """Whether only what is looked at most is measured, and less often."""
    return QUICK in os.environ


def note(words: str) -> None:
    """How far it is, beside the figures."""
    print(words, file=sys.stderr, flush=True)
