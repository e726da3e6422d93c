"""Every open deadline computed again after a holiday was added, one in 250 of them moved: as many.

BENCH_DEADLINES says how many there are; the promise is made for 100000.
"""

from __future__ import annotations

import os
import resource
from datetime import UTC, datetime
from time import perf_counter

from tests.bench._many import multiply
from tests.bench._site import note, say, site

DEADLINES = int(os.environ.get("BENCH_DEADLINES", "100000"))


def megabytes() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with site() as world:
        from dsr.policies.models import WorkingCalendar
        from dsr.requests.deadlines import recomputing
        from tests.faults.seeding import ask, find_desk

        asked, now = ask(find_desk(), days=1), datetime.now(UTC)
        note(f"filling in {DEADLINES} deadlines")
        multiply(world, asked.pk, DEADLINES)
        world.sql(
            "UPDATE requests_deadline SET due_on = due_on + 1 WHERE id %% 250 = 0 AND id > %s",
            asked.deadlines.latest("pk").pk,
        )
        WorkingCalendar.objects.filter(pk=asked.organisation.calendar_id).update(version=99)
        before, begun = megabytes(), perf_counter()
        done = recomputing.sweep_stale(at=now)
        took = perf_counter() - begun
        what = f"{done} deadlines computed again after a holiday"
        say(what, f"{took:.1f} s", "60 s for 100000", took <= 60 * done / 100000)
        say("one of them", f"{took / done * 1e6:.0f} us")
        say("memory it took", f"{megabytes() - before:.0f} MB")


if __name__ == "__main__":
    main()
