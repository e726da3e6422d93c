"""The history: entries a second, written alone and by fifty writers at once, and checked."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter

from tests.bench._site import say, site

WRITERS, EACH = 50, 40


def main() -> None:
    with site():
        from django.db import connection

        from dsr.audit.services import append, verify

        at = datetime.now(UTC)

        def write(chains: Iterable[str]) -> None:
            try:
                for chain in chains:
                    append(chain, "tried", at=at, actor_id=1, by="staff", facts={"writer": 1})
            finally:
                connection.close()

        def together(chains: list[list[str]]) -> float:
            """Entries a second, each writer with the chains it writes to."""
            begun = perf_counter()
            with ThreadPoolExecutor(len(chains)) as pool:
                list(pool.map(write, chains))
            return sum(map(len, chains)) / (perf_counter() - begun)

        alone = together([["request:1"] * EACH])
        apart = together([[f"request:{number}"] * EACH for number in range(WRITERS)])
        one = together([["request:1"] * EACH for _ in range(WRITERS)])
        begun = perf_counter()
        assert verify() == []
        checked = EACH * (1 + 2 * WRITERS) / (perf_counter() - begun)
    say("entries a second, one writer", f"{alone:.0f}")
    say(f"entries a second, {WRITERS} writers, a chain for each", f"{apart:.0f}")
    say(f"entries a second, {WRITERS} writers to the same chain", f"{one:.0f}")
    say("entries checked a second, all chains unbroken", f"{checked:.0f}")


if __name__ == "__main__":
    main()
