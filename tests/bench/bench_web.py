"""The web server: how soon the first page comes, how much memory it takes, whether that grows.

BENCH_VISITS says how many pages are asked for, if fewer than the promise is made for.
"""

from __future__ import annotations

import http.client
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from tests.bench._site import note, say, site
from tests.faults.world import Web, children_of

VISITS = int(os.environ.get("BENCH_VISITS", "50000"))
PATHS = ("/", "/img/", "/img/access/", "/staff/", "/nowhere/at/all/", "/imo/")


def memory(web: Web) -> list[float]:
    """Megabytes of the main process and of each that answers."""
    return [_resident(pid) for pid in [web.process.popen.pid, *children_of(web.process.popen.pid)]]


def _resident(pid: int) -> float:
    told = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert told is not None
    return int(told.group(1)) / 1024


def visit(web: Web, times: int) -> None:
    """One browser: one line, many pages."""
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    for number in range(times):
        try:
            line.request("GET", PATHS[number % len(PATHS)], headers={"Host": "localhost"})
            line.getresponse().read()
        except (OSError, http.client.HTTPException):
            line.close()
    line.close()


def visits(web: Web, number: int) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: visit(web, number // 4), range(4)))


def main() -> None:
    with site() as world:
        begun = perf_counter()
        web = world.web()
        took = perf_counter() - begun
        say("from the start to the first page", f"{took:.1f} s", "1.5 s", took <= 1.5)
        visits(web, min(600, VISITS))
        first = memory(web)
        what = "memory, warm: the main process and each that answers"
        say(what, _told(first), "120 MB", max(first) <= 120)
        begun = perf_counter()
        for part in range(5):
            note(f"{part} of 5 parts of {VISITS} visits")
            visits(web, VISITS // 5)
        took, last = perf_counter() - begun, memory(web)
        say(f"memory after {VISITS} more pages", _told(last), "120 MB", max(last) <= 120)
        say(
            "most growth of one process",
            f"{max(b - a for a, b in zip(first, last, strict=True)):.1f} MB",
        )
        say("pages a second, 4 visitors at once", f"{VISITS / took:.0f}")


def _told(sizes: list[float]) -> str:
    return ", ".join(f"{size:.0f} MB" for size in sizes)


if __name__ == "__main__":
    main()
