"""Looking for what should never be: rows that history does not explain, and work that stands still.

Every question is one statement over all requests, however many there are. Findings name references
and codes, never a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.checks import ERROR, Tags, run_checks
from django.db import connection

from dsr.audit.services import verify, verify_heads, verify_marks
from dsr.notifications.services import Problem, health
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.services import digests, rate_limits
from dsr.requests.services.altered_values import altered_values
from dsr.requests.services.rate_limits import CROWDED
from dsr.requests.states import Status
from dsr.vault import services as vault

from . import staffing

# So many of a kind are named; of more, only how many there are.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should not be. ``code`` never changes: monitoring may look for it."""

    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


# What the history of each request ends with, and what it says of each of its deadlines.
STATUS_UNEXPLAINED = """
SELECT request.reference, request.status, coalesce(told.to_state, started.to_state, 'nothing')
FROM requests_subjectrequest request
LEFT JOIN LATERAL (
    SELECT to_state FROM audit_entry
    WHERE chain = 'request:' || request.id AND to_state <> '' ORDER BY seq DESC LIMIT 1
) told ON true
LEFT JOIN LATERAL (
    SELECT %(first)s AS to_state FROM audit_entry
    WHERE chain = 'request:' || request.id AND seq = 1 AND code = 'submit'
) started ON true
WHERE started.to_state IS NULL
   OR request.status <> coalesce(told.to_state, started.to_state)
ORDER BY request.id
"""

# One for the receipt and one for each deed that raises it: any other write was no deed.
VERSION_UNEXPLAINED = """
SELECT request.reference, request.version, 1 + count(entry.id)
FROM requests_subjectrequest request
LEFT JOIN audit_entry entry
    ON entry.chain = 'request:' || request.id AND entry.code = ANY(%(raising)s)
GROUP BY request.id
HAVING request.version <> 1 + count(entry.id)
ORDER BY request.id
"""

# That no line was altered the chain proves; this, that each move begins where one ended.
MOVES_UNLINKED = """
SELECT request.reference, step.from_state, step.before
FROM (
    SELECT chain, seq, from_state, lag(to_state, 1, %(first)s) OVER (
        PARTITION BY chain ORDER BY seq
    ) AS before
    FROM audit_entry WHERE chain LIKE 'request:%%' AND to_state <> ''
) step
JOIN requests_subjectrequest request ON step.chain = 'request:' || request.id
WHERE step.from_state <> step.before
ORDER BY request.id, step.seq
"""

# Lines of moved dates name no state, so a clock that runs and one that is paused both fit.
DEADLINE_UNEXPLAINED = """
SELECT request.reference, deadline.code, deadline.status, coalesce(told.code, 'nothing')
FROM requests_deadline deadline
JOIN requests_subjectrequest request ON request.id = deadline.subject_request_id
LEFT JOIN LATERAL (
    SELECT code FROM audit_entry
    WHERE chain = 'request:' || request.id AND code LIKE 'deadline\\_%%'
      AND facts ->> 'deadline' = deadline.id::text
    ORDER BY seq DESC LIMIT 1
) told ON true
WHERE CASE told.code
    WHEN 'deadline_met' THEN deadline.status <> 'met'
    WHEN 'deadline_missed' THEN deadline.status <> 'missed'
    WHEN 'deadline_cancelled' THEN deadline.status <> 'cancelled'
    ELSE told.code IS NULL OR deadline.status NOT IN ('running', 'paused')
END
ORDER BY deadline.id
"""

# A clock without any line is found above; here it has no date to be compared with.
DATE_UNEXPLAINED = """
SELECT request.reference, deadline.code, coalesce(deadline.due_on::text, 'none'),
       coalesce(told.due_on, 'none')
FROM requests_deadline deadline
JOIN requests_subjectrequest request ON request.id = deadline.subject_request_id
JOIN LATERAL (
    SELECT coalesce(facts ->> 'to', facts ->> 'due_on') AS due_on FROM audit_entry
    WHERE chain = 'request:' || request.id AND code IN ('deadline_began', 'deadline_moved')
      AND facts ->> 'deadline' = deadline.id::text
    ORDER BY seq DESC LIMIT 1
) told ON true
WHERE deadline.due_on::text IS DISTINCT FROM told.due_on
ORDER BY deadline.id
"""


def selfcheck(*, at: datetime, full: bool = False) -> list[Finding]:
    """Everything that should not be; empty when all is well. ``full`` reads the whole history."""
    questions: list[Callable[[], Iterator[Finding]]] = [
        _system,
        lambda: _history(full),
        _requests,
        lambda: _sealed(full),
        lambda: _work(at),
    ]
    return [finding for question in questions for finding in question()]


def _system() -> Iterator[Finding]:
    """Keys that open, triggers that are there: the system's own checks that ask the database."""
    for message in run_checks(tags=[Tags.database], databases=["default"]):
        if message.level >= ERROR:
            yield Finding(f"system:{message.id}", str(message.msg))


def _history(full: bool) -> Iterator[Finding]:
    # The ends of chains each time; every line only when asked, as history grows for years.
    found = verify() if full else verify_heads()
    # What was seen before, outside of the database: an end that was cut off with its record.
    cut, damaged = verify_marks()
    yield from _few("history", list(dict.fromkeys(str(each) for each in (*found, *cut))))
    yield from _few("history:checkpoints", damaged)


def _requests() -> Iterator[Finding]:
    """Rows whose state the history does not explain."""
    raising = [code for code, deed in DEEDS.items() if deed.raises_version]
    for code, statement, sentence in (
        ("status", STATUS_UNEXPLAINED, "{0} is “{1}”, but its history says “{2}”"),
        ("version", VERSION_UNEXPLAINED, "{0} has version {1}, but its history counts {2}"),
        ("moves", MOVES_UNLINKED, "{0} moved from “{1}”, but was “{2}” before"),
        ("clock", DEADLINE_UNEXPLAINED, "{1} of {0} is “{2}”, but its history says “{3}”"),
        ("date", DATE_UNEXPLAINED, "{1} of {0} is due on {2}, but its history says {3}"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"first": Status.RECEIVED.value, "raising": raising})
            yield from _few(f"request:{code}", [sentence.format(*row) for row in cursor.fetchall()])


def _sealed(full: bool) -> Iterator[Finding]:
    """Values that do not open, by their request."""
    # Opening everything takes its time; what somebody met is known without.
    if full:
        vault.look_into_all()
    sentences = [
        f"{each.where} was altered outside the program ({each.subject_request or 'of no request'})"
        for each in altered_values()
    ]
    yield from _few("sealed:altered", sentences)


def _work(at: datetime) -> Iterator[Finding]:
    """What runs by itself and does not, and what waits for a person."""
    for problem in (*health(at), *crowds(at), *staffing.problems(at)):
        yield Finding(problem.code, str(problem))
    if number := digests.overdue(at):
        yield Finding("mail:digests", f"Digests wait that should have been sent ({number})")


def crowds(at: datetime) -> list[Problem]:
    """Limits of the site that are passed in this hour: nothing is refused, somebody should know."""
    found = rate_limits.crowded(at=at)
    return [Problem(f"limit:{what}", CROWDED[what], number) for what, number in found.items()]


def _few(code: str, sentences: list[str]) -> Iterator[Finding]:
    for sentence in sentences[:NAMED]:
        yield Finding(code, sentence)
    if len(sentences) > NAMED:
        yield Finding(code, f"and {len(sentences) - NAMED} more of this kind")
