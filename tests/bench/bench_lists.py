"""Every list of staff and of the administration with a million requests, against ten thousand.

In one run, by turns: a page with few rows, the same with many. BENCH_REQUESTS says how many they
are, if fewer than the promise is made for; they are kept from run to run (``_filled``).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench._filled import COMMON_FORENAME, filled, inside, is_kept
from tests.bench._site import is_quick, note, say

if TYPE_CHECKING:
    from django.test import Client

    from tests.faults.world import World

FEW = 10_000
MANY = int(os.environ.get("BENCH_REQUESTS", "1000000"))
# What hardly anybody has to wait longer for; the queue is opened a hundred times a day.
MOST_MS, MOST_GROWTH = 100, 1.5
QUEUE_MS, QUEUE_GROWTH = 25, 1.2
ROUNDS, TIMES = (2, 3) if is_quick() else (3, 5)
OFFICER, HOUSE, DEPARTMENT, ADMIN = (
    *("officer@example.org", "one.house@example.org"),
    *("one.department@example.org", "admin@example.org"),
)
REQUESTS, HISTORY = "/admin/requests/subjectrequest/", "/admin/audit/entry/"
QUEUE = "the queue"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a page, or searches."""

    what: str
    path: str
    by: str = OFFICER
    search: str = ""
    # The page behind a link of this one.
    follow: str = ""


VISITS = (
    Visit(QUEUE, "/staff/"),
    Visit("the queue, second page", "/staff/", follow="next"),
    Visit("the queue, last page", "/staff/?before=end"),
    Visit("the queue of one organisation", "/staff/", HOUSE),
    Visit("the queue of one department", "/staff/", DEPARTMENT),
    *(
        Visit(f"the queue, {query}", f"/staff/?{query}")
        for query in (
            *("organisation=img", "kind=erase", "kind=appeal", "status=waiting", "status=frozen"),
            *("assignee=mine", "assignee=nobody", "due=overdue", "due=week", "due=month"),
            *("due=none", "check=True", "post=new", "post=lost", "post=kept", "post=letter"),
            *("status=every", "status=every&before=end", "status=closed", "status=forwarded"),
            *("status=closed&before=end", "status=every&kind=erase", "status=every&kind=appeal"),
            *("status=every&assignee=mine", "status=every&assignee=nobody"),
            *("status=every&organisation=imo&kind=confirm", "status=forwarded&kind=object"),
            *("status=closed&organisation=img&kind=access&assignee=nobody",),
            *("status=every&due=overdue", "status=lapsed&due=none", "status=every&check=True"),
            *("organisation=imo&kind=rectify&assignee=nobody&due=month",),
        )
    ),
    Visit("every status of one organisation", "/staff/?status=every", HOUSE),
    Visit("every status of one department", "/staff/?status=every", DEPARTMENT),
    Visit("search: a common forename", "/staff/search/", search=COMMON_FORENAME),
    Visit("search: the same in one organisation", "/staff/search/", HOUSE, COMMON_FORENAME),
    Visit("search: an address", "/staff/search/", search="person77@example.org"),
    Visit("search: nobody", "/staff/search/", search="Nemo Nobody"),
    *(
        Visit(path.strip("/").partition("/")[2], path)
        for path in ("/staff/letters/", "/staff/health/", "/staff/team/", "/staff/coming/")
    ),
    Visit("letters, last page", "/staff/letters/?before=end"),
    *(
        Visit(f"administration: requests {query}".rstrip(), f"{REQUESTS}{query}", ADMIN)
        for query in (
            *("", "?before=end", "?status__exact=closed", "?status__exact=frozen", "?kind=erase"),
            *("?kind=appeal", "?organisation__id__exact=1", "?o=1", "?o=-5", "?q=R3B2-44QD"),
            *("?status__exact=forwarded&kind=object&organisation__id__exact=1",),
        )
    ),
    Visit("administration: requests, second page", REQUESTS, ADMIN, follow="next"),
    *(
        Visit(f"administration: history {query}".rstrip(), f"{HISTORY}{query}", ADMIN)
        for query in ("", "?before=end", "?by=staff", "?q=request:77", "?q=submit", "?q=nothing")
    ),
)


class Desk:
    """The people before their pages, on one of the two sites."""

    def __init__(self) -> None:
        self.clients = {email: _signed_in(email) for email in (OFFICER, HOUSE, DEPARTMENT, ADMIN)}

    def milliseconds(self, visit: Visit) -> float:
        client, path = self.clients[visit.by], visit.path
        if visit.follow:
            path += _behind(visit.follow, client.get(path).content.decode())
        begun = perf_counter()
        typed = {"text": visit.search}
        answer = client.post(path, typed) if visit.search else client.get(path)
        taken = perf_counter() - begun
        assert answer.status_code == 200, (visit, answer.status_code)
        return taken * 1000


def _behind(rel: str, page: str) -> str:
    """The address of a link; none on a site so small that there is one page."""
    from html import unescape

    _before, _rel, rest = page.partition(f'rel="{rel}" href="')
    return unescape(rest.partition('"')[0])


def _signed_in(email: str) -> Client:
    from django.conf import settings
    from django.test import Client

    from config.trial.second_factor import enrol_for_trial
    from dsr.accounts.models import User
    from dsr.accounts.services import has_second_factor

    user = User.objects.get(email=email)
    if not has_second_factor(user):
        enrol_for_trial(user)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@contextmanager
def plain_list() -> Iterator[Visit]:
    """Within it the site is the yardstick."""
    from django.test import override_settings

    with override_settings(ROOT_URLCONF="tests.bench._yardstick"):
        yield Visit("a plain list of Django with 50 rows", "/")


def measured(world: World, numbers: tuple[int, ...]) -> dict[tuple[str, int], float]:
    """For each page and number of requests the time of the least disturbed visit."""
    best: dict[tuple[str, int], float] = defaultdict(lambda: float("inf"))
    for turn in range(ROUNDS):
        for number in numbers:
            note(f"turn {turn + 1} of {ROUNDS}: {number} requests")
            with inside(world, number):
                desk = Desk()
                with plain_list() as plain:
                    _measure(desk, plain, number, best)
                for visit in VISITS:
                    _measure(desk, visit, number, best)
    return best


def _measure(desk: Desk, visit: Visit, number: int, best: dict[tuple[str, int], float]) -> None:
    # The first is not counted: what a process does once is not the page's.
    desk.milliseconds(visit)
    for _ in range(TIMES):
        best[visit.what, number] = min(best[visit.what, number], desk.milliseconds(visit))


def main() -> None:
    many = MANY if not is_quick() or is_kept(MANY) else 10 * FEW
    with filled(FEW, many) as world:
        best = measured(world, (FEW, many))
    plain = best["a plain list of Django with 50 rows", many]
    say("a plain list of Django with 50 rows", f"{plain:.1f} ms")
    for visit in VISITS:
        few_ms, many_ms = best[visit.what, FEW], best[visit.what, many]
        at_queue = visit.what == QUEUE
        most, growth = (QUEUE_MS, QUEUE_GROWTH) if at_queue else (MOST_MS, MOST_GROWTH)
        say(
            f"{visit.what}, {many} requests",
            f"{many_ms:.1f} ms, {many_ms / few_ms:.2f}x its own with {FEW}",
            f"{most} ms, {growth}x",
            many_ms <= most and many_ms <= growth * few_ms,
        )


if __name__ == "__main__":
    main()
