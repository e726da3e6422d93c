"""Which process of a parallel run does what: whole files, the slow ones first."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# By their seconds. A slow file that begins last has one core work and the others look on.
SLOW_FIRST = (
    *("tests/faults/", "tests/front_door/test_run.py", "tests/browser/test_staff_pages.py"),
    *("tests/dashboard/test_matrix.py", "tests/browser/test_portal_pages.py"),
    *("tests/browser/test_walks.py", "tests/front_door/test_commands.py"),
    *("tests/house/test_startup.py", "tests/front_door/", "tests/house/", "tests/trial/"),
    *(
        "tests/portal/test_reading.py",
        "tests/vault/test_uploads.py",
        "tests/dashboard/test_altered.py",
    ),
    *("tests/requests/test_random_walks.py", "tests/notifications/", "tests/dashboard/"),
    *("tests/vault/", "tests/audit/"),
)
# All its files share one site, which takes as long to make as several of them.
TOGETHER = "tests/faults/"


def put_slow_first(items: list[pytest.Item]) -> None:
    """Within a file the order stays."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    found = (place for place, slow in enumerate(SLOW_FIRST) if nodeid.startswith(slow))
    return next(found, len(SLOW_FIRST))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """As `--dist loadfile`, which begins with the files of many tests; the slow ones have few."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid.partition("::")[0]
