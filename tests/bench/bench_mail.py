"""Reminders handed over to a local mail server by four workers, of which some are killed.

BENCH_MAILS says how many there are, about, if fewer than the promise is made for.
"""

from __future__ import annotations

import os

from tests.bench._site import note, say, site

MAILS = int(os.environ.get("BENCH_MAILS", "10000"))
READERS = 20


def main() -> None:
    with site() as world:
        from tests.faults.killing import OWED, REMINDERS, kill_while_working
        from tests.faults.seeding import find_desk, many_due
        from tests.faults.world import until

        note(f"filling in {MAILS // READERS} requests with {READERS} readers")
        due = many_due(find_desk(), requests=MAILS // READERS, readers=READERS)
        world.scheduler()
        world.scheduler()
        kills = max(1, MAILS // 500)
        massacre = kill_while_working(world, workers=4, kills=kills, moment=6)
        until(lambda: world.one(REMINDERS) == due and not world.one(OWED), 1800, "the last mail")
        outcome = massacre.outcome()
        massacre.end()
    what = f"{outcome.owed} mails owed, sealed and handed over by 4 workers with {kills} kills"
    in_time = outcome.seconds <= 300 * outcome.owed / 10000
    say(what, f"{outcome.seconds:.0f} s", "300 s for 10000", in_time)
    right = outcome.lost == 0 and outcome.repeats <= kills
    say("lost, repeated", f"{outcome.lost}, {outcome.repeats}", f"0, {kills}", right)


if __name__ == "__main__":
    main()
