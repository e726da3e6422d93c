"""Several rules for one duty or one right: the earliest date, the widest window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from dsr.deadlines.errors import DeadlineInputError
from dsr.deadlines.trace import Step

if TYPE_CHECKING:
    from dsr.deadlines.compute import Result

EARLIEST: Final = "earliest"
WIDEST: Final = "widest"


def governing(results: Sequence[Result]) -> int | None:
    """Which of the results ends first, as a place in the list; `None` when none has a date.

    Results without a date are passed over. Of equal dates the first listed governs.
    """
    dated = [place for place, result in enumerate(results) if result.due is not None]
    if not dated:
        return None
    hourly = any(isinstance(results[place].due, datetime) for place in dated)
    return min(dated, key=lambda place: _moment_of_end(results[place], hourly))


def _moment_of_end(result: Result, hourly: bool) -> date | float:
    # Days are compared as days; beside a period in hours only instants are comparable.
    if hourly:
        ends = result.expires_at
        assert ends is not None
        return ends.timestamp()
    assert result.due is not None
    return result.due


def earliest(results: Iterable[Result]) -> Result:
    """The result that governs a duty: the earliest date of several rules.

    When none has a date, the result is the first that is suspended, else the first. The
    trace is that of the governing rule and a step that names the other dates.
    Raises `DeadlineInputError` on `results` when there are none.
    """
    return _chosen(results, EARLIEST)


def widest(results: Iterable[Result]) -> Result:
    """The result that governs a right: of windows counted back, the one that opens first.

    Raises `DeadlineInputError` on `results` when there are none.
    """
    return _chosen(results, WIDEST)


def _chosen(results: Iterable[Result], mode: str) -> Result:
    among = tuple(results)
    if not among:
        raise DeadlineInputError("results", "there is nothing to choose from")
    place = governing(among)
    if place is None:
        place = next((n for n, result in enumerate(among) if result.suspended), 0)
    chosen = among[place]
    if not chosen.trace:
        return chosen
    dues = [None if each.due is None else each.due.isoformat() for each in among]
    code = mode if dues[place] else f"{mode}_none"
    step = Step(code, {"candidates": dues, "chosen": place, "due_on": dues[place]})
    return replace(chosen, trace=(*chosen.trace, step))
