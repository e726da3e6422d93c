"""What a submission costs, held against a bare commit of three rows on the same PostgreSQL."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter

import psycopg

from tests.bench._site import say, site

ROUNDS = 7
BARE_EACH, SUBMISSIONS_EACH = 200, 30


def seconds_each(deed: Callable[[], object], times: int) -> float:
    begun = perf_counter()
    for _ in range(times):
        deed()
    return (perf_counter() - begun) / times


def main() -> None:
    with site() as world:
        from tests import cast
        from tests.faults.seeding import days_ago, find_desk

        right, at = find_desk().right("img", "access"), days_ago(1)
        plain = psycopg.connect(world.url, autocommit=True)
        plain.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, word text, at timestamptz)")

        def bare() -> None:
            with plain.transaction():
                for word in ("request", "history", "mail"):
                    plain.execute("INSERT INTO bare (word, at) VALUES (%s, now())", [word])

        def submission() -> None:
            cast.ask(right, at=at)

        for deed in (bare, submission):
            seconds_each(deed, 20)
        # In turns, so that whatever disturbs the machine disturbs both.
        rounds = [
            (seconds_each(bare, BARE_EACH), seconds_each(submission, SUBMISSIONS_EACH))
            for _ in range(ROUNDS)
        ]
        plain.close()
    bare_each = statistics.median(first for first, _ in rounds)
    submission_each = statistics.median(second for _, second in rounds)
    say("bare commit of three rows", f"{bare_each * 1000:.2f} ms, {1 / bare_each:.0f} a second")
    say("submission", f"{submission_each * 1000:.1f} ms, {1 / submission_each:.1f} a second")
    say("submissions for each bare commit", f"{bare_each / submission_each:.3f}", "0.100 at least")


if __name__ == "__main__":
    main()
