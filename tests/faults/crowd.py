"""A crowd of visitors who send their forms at once and do not give up."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dsr.requests.models import SubjectRequest
from tests.faults.snapshot import Snapshot, take
from tests.faults.visitor import Answer, Visitor
from tests.faults.world import Web, World

PATIENCE_SECONDS = 240


@dataclass
class Crowd:
    """Everybody has opened the form; `send` lets all of them press the button."""

    web: Web
    visitors: list[Visitor]
    refusals: list[Answer] = field(default_factory=list)
    acknowledged_at: list[float] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def gather(cls, web: Web, number: int) -> Crowd:
        crowd = cls(web, [Visitor(web.port) for _ in range(number)])
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Visitor.open_form, crowd.visitors))
        return crowd

    def send(self) -> None:
        for visitor in self.visitors:
            thread = threading.Thread(target=self._insist, args=[visitor], daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        unheard = [visitor.number for visitor in self.visitors if not visitor.told]
        assert unheard == [], f"some were never told their reference; refused: {self._refused()}"

    def _refused(self) -> dict[tuple[int, str], int]:
        """How often which status came with which sentence."""
        return Counter(
            (answer.status, "".join(re.findall(r"<(?:li|h1)>([^<]+)", answer.text)[-1:]).strip())
            for answer in self.refusals
        )

    def _insist(self, visitor: Visitor) -> None:
        """Sends the same form until it is acknowledged, then reads the reference."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not visitor.told and time.monotonic() < until:
            try:
                self._try(visitor)
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)

    def _try(self, visitor: Visitor) -> None:
        if not visitor.sent:
            answer = visitor.send()
            if not visitor.sent:
                self.refusals.append(answer)
                time.sleep(0.5)
                return
            self.acknowledged_at.append(time.monotonic())
        answer = visitor.read_reference()
        if not visitor.told:
            self.refusals.append(answer)
            time.sleep(0.5)


def shape_of_one(world: World, web: Web) -> Counter[str]:
    """How many rows of each table one whole request is; the very first makes the site's, too."""
    for _ in range(2):
        before = take(world.url)
        crowd = Crowd.gather(web, 1)
        crowd.send()
        crowd.wait()
    return take(world.url).more_than(before)


def half_saved(before: Snapshot, after: Snapshot, shape: Counter[str]) -> dict[str, int]:
    """Tables that hold other than whole requests, with the number of rows that do not fit."""
    more = after.more_than(before)
    number = more["requests_subjectrequest"]
    # A link of its own is made for the browser; one that was cut off may have left one more.
    tables = (set(shape) | set(more)) - {"requests_statuslink"}
    return {
        table: more[table] - number * shape[table]
        for table in sorted(tables)
        if more[table] != number * shape[table]
    }


def lost(crowd: Crowd) -> list[str]:
    """References that somebody was told and that stand in no row."""
    told = {visitor.told for visitor in crowd.visitors}
    return sorted(told - set(SubjectRequest.objects.values_list("reference", flat=True)))


def traces(crowd: Crowd) -> list[str]:
    """Refusals that are not a page for people."""
    return [
        answer.text[:500]
        for answer in crowd.refusals
        if "Traceback" in answer.text or "<h1" not in answer.text
    ]
