"""What the pages that are opened most cost: CPU of this process and of the database, and queries.

Asked of the program in this process, through all of its middleware. Beside them stands a loop of
plain Python, by which figures of machines that are slower or busier can be compared.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import process_time

from tests.bench._cost import cost_of, statements_of
from tests.bench._site import say, site

TIMES = 40
WARM = 5


def loop() -> int:
    """The yardstick: 20 ms on the machine on which the limits were set."""
    return sum(each * each % 7 for each in range(300_000))


def main() -> None:
    with site():
        from django.conf import settings
        from django.core import signals
        from django.db import close_old_connections, connection
        from django.test import Client
        from django.utils import timezone

        from config.trial import demonstration
        from dsr.accounts.models import User
        from dsr.requests.models import SubjectRequest
        from dsr.requests.services import links
        from dsr.requests.states import Status

        settings.ALLOWED_HOSTS = ["*"]
        # One connection for all, as a pool gives it; a test client would open one for each page.
        signals.request_started.disconnect(close_old_connections)
        signals.request_finished.disconnect(close_old_connections)
        demonstration.fill(at=timezone.now())
        officer, requester, visitor = Client(), Client(), Client()
        officer.force_login(
            User.objects.get(email="officer@demo.example"),
            backend=settings.AUTHENTICATION_BACKENDS[0],
        )
        asked = SubjectRequest.objects.filter(status=Status.IN_REVIEW).latest("pk")
        requester.post(f"/s/{links.issue(asked, at=timezone.now())}/")
        pages = {
            "one request, in review": (officer, f"/staff/requests/{asked.reference}/", "35 ms"),
            "portal: start": (visitor, "/", "12 ms"),
            "portal: rights": (visitor, "/imo/", "12 ms"),
            "portal: form": (visitor, "/imo/eu-access/", "12 ms"),
            "portal: status": (requester, f"/status/{asked.reference}/", "12 ms"),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (database,) = cursor.fetchone()
        yardstick = statistics.median(_milliseconds(loop) for _ in range(15))
        say("loop of plain Python, for comparison", f"{yardstick:.1f} ms")
        for name, (browser, url, limit) in pages.items():

            def page(browser: Client = browser, url: str = url) -> None:
                assert browser.get(url).status_code == 200

            for _ in range(WARM):
                page()
            costs = [cost_of(page, 1, database) for _ in range(TIMES)]
            mine, theirs = (
                statistics.median(getattr(each, what) for each in costs)
                for what in ("process", "database")
            )
            say(f"{name}: CPU", f"{mine:.1f} ms, of the database {theirs:.1f} ms", limit)
            say(f"{name}: queries", f"{statements_of(page)}", "12")


def _milliseconds(deed: Callable[[], object]) -> float:
    begun = process_time()
    deed()
    return (process_time() - begun) * 1000


if __name__ == "__main__":
    main()
