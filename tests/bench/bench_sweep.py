"""A sweep of reminders over many open deadlines, held against the bare SQL that does no more.

One deadline in a hundred is due. BENCH_DEADLINES says how many there are, if fewer than the promise
is made for, which take some minutes to fill in.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from time import perf_counter

from tests.bench._many import multiply
from tests.bench._site import note, say, site
from tests.faults.world import World

DEADLINES = int(os.environ.get("BENCH_DEADLINES", "1000000"))
DUE = DEADLINES // 100
REMINDED = min(DUE, 1000)

# The same rows, locked in the same way, and marked with the day of the next reminder.
FIND_AND_MARK = """
WITH due AS (
    SELECT deadline.id
    FROM requests_deadline AS deadline
    JOIN requests_subjectrequest AS request ON request.id = deadline.subject_request_id
    WHERE deadline.status IN ('running', 'paused')
      AND deadline.remind_on <= %s
      AND request.organisation_id = %s
    FOR UPDATE OF deadline SKIP LOCKED
)
UPDATE requests_deadline AS deadline SET remind_on = deadline.due_on - 3
FROM due WHERE due.id = deadline.id
"""


def make_due(world: World, number: int) -> None:
    """Reminders of so many governing deadlines fall due today, all others much later."""
    world.sql("TRUNCATE requests_reminderowed")
    world.sql(
        "UPDATE requests_deadline SET remind_on = current_date + 53 WHERE remind_on IS NOT NULL"
        " AND remind_on < current_date + 53"
    )
    world.sql(
        "UPDATE requests_deadline SET remind_on = current_date, due_on = current_date + 7,"
        " governing = true"
        " WHERE id IN (SELECT id FROM requests_deadline ORDER BY id DESC LIMIT %s)",
        number,
    )
    world.sql("VACUUM ANALYZE requests_deadline")


def main() -> None:
    with site() as world:
        from dsr.policies.models import Organisation
        from dsr.requests.deadlines import reminders
        from dsr.requests.deeds import assignment
        from tests.faults.seeding import ask, find_desk

        desk, now = find_desk(), datetime.now(UTC)
        asked = ask(desk, days=1)
        asked = assignment.assign(
            asked.pk, to=desk.handler, actor=desk.officer, at=now, seen=asked.version
        )
        note(f"filling in {DEADLINES} deadlines")
        multiply(world, asked.pk, DEADLINES)
        organisation = Organisation.objects.get(slug="img")

        def marking() -> float:
            make_due(world, DUE)
            begun = perf_counter()
            assert reminders.mark(organisation, at=now) == DUE
            took = perf_counter() - begun
            assert world.one("SELECT count(*) FROM requests_reminderowed") == DUE
            return took

        def bare() -> float:
            make_due(world, DUE)
            begun = perf_counter()
            world.sql(FIND_AND_MARK, organisation.today(now), organisation.pk)
            return perf_counter() - begun

        def sweeping(number: int) -> float:
            make_due(world, number)
            begun = perf_counter()
            assert reminders.sweep(at=now) == number
            return perf_counter() - begun

        bare()
        rounds = [(bare(), marking()) for _ in range(5)]
        least = min(first for first, _ in rounds)
        marked = min(second for _, second in rounds)
        mails = sweeping(REMINDED)
        nothing = sweeping(0)
    say(f"{DEADLINES} open deadlines, {DUE} due: bare SQL", f"{least:.3f} s")
    say("the sweep finds and marks them, and writes down what is owed", f"{marked:.3f} s")
    say("the sweep for each bare SQL", f"{marked / least:.1f}", "2", marked <= 2 * least)
    say("the sweep when nothing is due", f"{nothing * 1000:.0f} ms")
    say(
        "the mails of what is owed, made and sealed",
        f"{mails / REMINDED * 1000:.1f} ms each, {DUE} in {mails / REMINDED * DUE:.0f} s",
    )


if __name__ == "__main__":
    main()
