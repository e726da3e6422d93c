"""What a submission costs, held against a bare commit of three rows on the same PostgreSQL."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

import psycopg

from tests.bench._site import say, site

ROUNDS = 7


def seconds_each(deed: Callable[[], object], times: int) -> float:
    begun = perf_counter()
    for _ in range(times):
        deed()
    return (perf_counter() - begun) / times


def main() -> None:
    with site() as world:
        from django.contrib.sessions.models import Session
        from django.db import transaction

        from dsr.requests.services.intake import PersonGiven
        from tests import cast
        from tests.faults.seeding import days_ago, find_desk

        right, at = find_desk().right("img", "access"), days_ago(1)
        plain = psycopg.connect(world.url, autocommit=True)
        plain.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, word text, at timestamptz)")

        def bare() -> None:
            with plain.transaction():
                for word in ("request", "history", "mail"):
                    plain.execute("INSERT INTO bare (word, at) VALUES (%s, now())", [word])

        def bare_django() -> None:
            with transaction.atomic():
                for _ in range(3):
                    Session.objects.create(
                        session_key=uuid4().hex, session_data="x", expire_date=at
                    )

        def submission() -> None:
            who = PersonGiven(name="Zoé Canary-Quill", email=f"{uuid4().hex}@example.org")
            cast.ask(right, at=at, who=who)

        deeds = {bare: 200, bare_django: 100, submission: 30}
        for deed in deeds:
            seconds_each(deed, 20)
        # In turns, so that whatever disturbs the machine disturbs all.
        rounds = [
            [seconds_each(deed, times) for deed, times in deeds.items()] for _ in range(ROUNDS)
        ]
        plain.close()
    driver, django, whole = (statistics.median(each) for each in zip(*rounds, strict=True))
    say("bare commit of three rows, by the driver", f"{driver * 1000:.2f} ms")
    say("bare commit of three rows, by Django", f"{django * 1000:.2f} ms")
    say("submission", f"{whole * 1000:.1f} ms, {1 / whole:.1f} a second")
    say("rate of submissions to bare commits by Django", f"{django / whole:.3f}", "0.100 at least")
    say("rate of submissions to bare commits by the driver", f"{driver / whole:.3f}")


if __name__ == "__main__":
    main()
