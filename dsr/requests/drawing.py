"""The table of states and deeds, drawn for the docs from what the code does."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from dsr.accounts.roles import FOR_PROGRAMS
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.states import Ending, Status

# Deeds whose target depends on where the request came from; drawn by hand below.
DYNAMIC = frozenset(
    {"reply", "unfreeze", "approve", "return_to_work", "not_me", "deliver_after_all"}
)


def page() -> str:
    """docs/states.md: a diagram of the moves and a table of who may do what from where."""
    with translation.override("en"):
        return "\n".join(_lines()) + "\n"


def arrows() -> list[tuple[str, str, str]]:
    """(from, deed, to) for every move the model declares, deeds with a computed target apart."""
    return [
        (str(move.source), code, str(move.target))
        for code, deed in DEEDS.items()
        if deed.moves and code not in DYNAMIC
        for move in deed.transitions()
    ]


def _lines() -> Iterator[str]:
    yield "# The life of a request"
    yield ""
    yield "Drawn by `manage.py draw_states` from the code; a test keeps it current."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Status.RECEIVED.value}"
    for source, code, target in arrows():
        if source != target:
            yield f"    {source} --> {target}: {code}"
    yield "    waiting --> received: reply (back to where it was)"
    yield "    waiting --> proving_identity: reply (back to where it was)"
    yield "    waiting --> in_progress: reply (back to where it was)"
    yield "    lapsed --> in_progress: reply"
    yield "    in_review --> waiting: reply (instead of lapsing)"
    yield "    in_review --> decided: approve"
    for ending in Ending:
        yield f"    in_review --> {ending.value}: approve (as it was proposed)"
    yield "    in_review --> in_progress: return_to_work (of an ending: back to where it was)"
    yield "    decided --> in_progress: return_to_work"
    yield "    closed --> decided: deliver_after_all"
    yield "    decided --> in_progress: give_opinion (a review overturned the refusal)"
    yield "    closed --> in_progress: give_opinion (a review overturned the refusal)"
    yield "    in_progress --> frozen: not_me (and from every other state before the end)"
    yield "    frozen --> in_progress: unfreeze (back to where it was)"
    yield "```"
    yield ""
    yield "| Deed | What it does | Who may | From |"
    yield "|---|---|---|---|"
    for code, deed in DEEDS.items():
        yield f"| `{code}` | {deed.label} | {_who(code)} | {', '.join(deed.sources())} |"


def _who(code: str) -> str:
    deed = DEEDS[code]
    may = [f"staff with *{permission.value}*" for permission in deed.permissions]
    if deed.by_requester:
        may.append("the requester")
    if deed.by_system:
        may.append("the program")
    if deed.by_program:
        # Those of the deed that a program can be given at all.
        open_to = [each for each in deed.permissions if each in FOR_PROGRAMS]
        may += [f"programs with *{permission.value}*" for permission in open_to]
    return ", ".join(may)
