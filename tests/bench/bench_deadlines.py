"""What a due date costs: run as a script, it prints ratios to a bare addition of days."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from dsr.deadlines import Facts, Pause, Period, Reading, Rule, WorkingCalendar, compute
from dsr.deadlines.cases import compute_all, read_document
from tests.bench._site import say

VECTORS = Path(__file__).parents[1] / "deadlines" / "vectors.json"

FRANCE = WorkingCalendar(("FR",))
RECEIVED = date(2026, 1, 31)
GDPR = Rule(
    period=Period(1, "month"),
    roll="next_working_day",
    min_working_days=2,
    source="GDPR, Art. 12(3)",
    sources=(("roll", "Reg. 1182/71, Art. 3(4)"), ("anchor", "Reg. 1182/71, Art. 3(2)(c)")),
)
READINGS = Rule(
    period=Period(1, "month"),
    roll="next_working_day",
    unsettled=(
        Reading("anchor", "day_after", "counted from the day after."),
        Reading("anchor", "day_before", "the day of receipt is the first day."),
    ),
)
TEN_DAYS = Rule(period=Period(10, "business_day"))
PLAIN = Facts(RECEIVED, "Europe/Paris")
PAUSED = Facts(
    RECEIVED, "Europe/Paris", (Pause(date(2026, 2, 5), date(2026, 2, 12), "inclusive_both"),)
)
CASES: dict[str, tuple[Rule, Facts]] = {
    "one month, rolled": (GDPR, PLAIN),
    "one month, paused": (GDPR, PAUSED),
    "one month, two other readings": (READINGS, PLAIN),
    "ten working days": (TEN_DAYS, PLAIN),
}


def seconds_each(deed: Callable[[], object], times: int = 3000, rounds: int = 7) -> float:
    """The time of one call: the best of several rounds, which is the least disturbed."""
    best = float("inf")
    for _ in range(rounds):
        begun = perf_counter()
        for _ in range(times):
            deed()
        best = min(best, (perf_counter() - begun) / times)
    return best


def bare_addition() -> float:
    """Seconds for adding thirty days to a date and nothing else."""
    return seconds_each(lambda: RECEIVED + timedelta(days=30), times=30_000)


def due_dates() -> dict[str, tuple[float, float]]:
    """Seconds for each case, without and with its trace."""
    return {
        name: (
            seconds_each(partial(compute, rule, facts, FRANCE, trace=False)),
            seconds_each(partial(compute, rule, facts, FRANCE)),
        )
        for name, (rule, facts) in CASES.items()
    }


def vector_file() -> float:
    """Seconds of engine time for the whole vector file, with traces."""
    cases = read_document(json.loads(VECTORS.read_text()))
    begun = perf_counter()
    for _outcome in compute_all(cases):
        pass
    return perf_counter() - begun


def main() -> None:
    taken = vector_file()
    say("vector file, calendars not loaded yet", f"{taken:.3f} s", "1 s", taken <= 1)
    bare = bare_addition()
    say("bare addition of days", f"{bare * 1e9:.0f} ns")
    for name, (without, with_trace) in due_dates().items():
        figures = f"{without * 1e6:.1f} us without trace, {with_trace * 1e6:.1f} us with"
        say(f"a due date: {name}", figures)
        costs, times = with_trace / without, with_trace / bare
        say(f"a due date: {name}: what the trace costs", f"{costs:.1f}x", "20x", costs <= 20)
        say(f"a due date: {name}: bare additions", f"{times:.0f}x", "200x", times <= 200)


if __name__ == "__main__":
    main()
