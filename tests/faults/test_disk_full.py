"""The disk of the database fills up: pages and not traces, nothing half-saved, recovery."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.trial.embedded import postgres
from dsr.audit.services import verify
from dsr.requests.models import SubjectRequest
from tests.cast import open_desk
from tests.faults.crowd import Crowd, half_saved, lost, shape_of_one, traces
from tests.faults.figures import Figures
from tests.faults.seeding import LONG_AGO, leave_one_deadline
from tests.faults.snapshot import take
from tests.faults.world import World

pytestmark = pytest.mark.faults
SIZE = "400m"
LEFT = 300 * 1024


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Iterator[Path]:
    """A disk of its own for the database: a file system in memory, which only root may mount."""
    folder = Path("/tmp/dsr-small-disk")
    folder.mkdir(mode=0o755, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "dsr", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        folder.rmdir()
        figures.add("disk full", "NOT RUN", "needs root, to mount a small disk")
        pytest.skip(f"no small disk could be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def cramped(small: Path, django_db_blocker: Any) -> Iterator[World]:
    world = World.begin(disk=small)
    try:
        world.prepare()
        with django_db_blocker.unblock(), world.inside():
            open_desk(LONG_AGO)
            leave_one_deadline()
            yield world
    finally:
        world.close()


def test_a_full_disk_shows_pages_keeps_what_was_acknowledged_and_recovers(
    cramped: World, small: Path, figures: Figures
) -> None:
    web = cramped.web()
    shape = shape_of_one(cramped, web)
    before = take(cramped.url)
    crowd = Crowd.gather(web, 40)
    ballast = _fill(small)
    crowd.send()
    _wait_for_refusals(crowd)
    refused = len(crowd.refusals)

    ballast.unlink()
    if not postgres.is_running(cramped.cluster):
        # It ends itself when it cannot write its log; `make run` starts it again as this does.
        cramped.start_database()
    back = time.monotonic()
    crowd.wait()
    after = [when for when in crowd.acknowledged_at if when > back]
    assert web.process.popen.poll() is None
    assert lost(crowd) == []
    assert traces(crowd) == []
    assert SubjectRequest.objects.count() == 42
    assert half_saved(before, take(cramped.url), shape) == {}
    assert verify() == []
    figures.add(f"disk full, {refused} refusals: traces shown instead of pages", 0, 0)
    figures.add("disk full: acknowledged and lost, half-saved", "0, 0", "0, 0")
    figures.add("disk full: until it takes requests again", f"{min(after) - back:.1f} s")


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        free = int(subprocess.check_output(["stat", "-f", "-c", "%a", str(disk)])) * 4096
        written = 0
        while written < free - LEFT:
            written += file.write(bytes(min(1024 * 1024, free - LEFT - written)))
    return ballast


def _wait_for_refusals(crowd: Crowd) -> None:
    until = time.monotonic() + 120
    while len(crowd.refusals) < 10:
        assert time.monotonic() < until, "nobody was ever refused"
        time.sleep(0.2)
