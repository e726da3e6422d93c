"""Every (state, deed) pair either works or is refused with a clear reason.

The table below is the law of the house, written by hand; the code is held against it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from dsr.requests import drawing
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.deeds.doing import not_now
from dsr.requests.errors import NotNow
from dsr.requests.states import Status
from tests import cast
from tests.cast import Desk
from tests.requests.reaching import REACH, reach
from tests.requests.trying import TRY

# What may be tried from where. Rows: deeds. Columns: the states, in the order of STATES.
STATES = [
    "received",
    "proving_identity",
    "in_progress",
    "waiting",
    "in_review",
    "decided",
    "closed",
    "withdrawn",
    "lapsed",
    "frozen",
    "out_of_scope",
    "forwarded",
]

TABLE = """
start                 x - - - - - - - - - - -
ask_identity          x - x - - - - - - - - -
add_evidence          x x x x x x - - - - - -
add_authority         x x x x x x - - - - - -
contest_authority     x x x x x x x x x x x x
settle_contest        x x x x x x x x x x x x
second_evidence       x x x x x x - - - - - -
strike_evidence       x x x x x x - - - x - -
accept_identity       - x - - - - - - - - - -
ask_requester         x x x - - - - - - - - -
reply                 x x x x x x - - x x - -
enclose               x x x x - - - - - - - -
remove_enclosure      x x x x - - - - - - - -
write_elements        x x x x - - - - - - - -
ask_professional      x x x x x - - - - - - -
ask_review            - - - - - x x - - - - -
withdraw_question     x x x x x x x x x x x x
propose               - x x - - - - - - - - -
decide_alone          - x x - - - - - - - - -
approve               - - - - x - - - - - - -
return_to_work        - - - - x x - - - - - -
send_answer           - - - - - x - - - - - -
record_posting        - - - - - x - - - - - -
close                 - - - - - x - - - - - -
letter_posted         x x x x x x x x x - x x
mail_bounced          x x x x x x x x x x x x
bounce_taken_back     x x x x x x x x x x x x
send_again            x x x x x x x x x - x x
keep_ready            - - - - - x x - - - - -
agree_keep_ready      - - - - - x x - - - - -
deliver_after_all     - - - - - x x - - - - -
record_collected      - - - - - x x - - - - -
withdraw              x x x x x - - - - - - -
propose_ending        x x x x - - - - - - - -
lapse                 - x - x - - - - - - - -
freeze                x x x x x x - - - - - -
unfreeze              - - - - - - - - - x - -
declare_out_of_scope  x x x - - - - - - - - -
forward               x x x - - - - - - - - -
reopen                - - - - - - x x x - x x
clear_check           x x x x x x x x x x x x
assign                x x x x x x - - - x - -
note                  x x x x x x x x x x x x
change_writing        x x x x x x x x x x x x
mark_read             x x x x x x x x x x x x
edit_contact          x x x x x x x x x x x x
complete              x x x x x - - - - - - -
record_receipt        x x x x x x - - - x - -
correct_receipt       x x x x x x - - - x - -
acknowledge           x x x x x x - - - x - -
extend                x x x x x - - - - - - -
ask_fee               x x x x - - - - - - - -
answer_fee            x x x x x x - - - - - -
settle_fee            x x x x x x x - - - - -
state_facts           x x x x x - - - - - - -
record_order          x x x x x x - - - x - -
hold_part             x x x x x x - - - - - -
end_hold              x x x x x x - - - - - -
take_up_held          - - - - - x - - - - - -
record_stop           x x x x x x x - - x - -
record_finding        x x x x x x x x x x x x
follow_up_finding     x x x x x x x x x x x x
prove_contact         x x x x x x x x x - x x
strike_contact_proof  x x x x x x - - - x - -
declare_stolen        x x x x x x x x x x x x
close_links           x x x x x x x x x x x x
give_code             x x x x x x x x x - x x
record_held_contact   x x x x x x - - - - - -
record_contact_change - - x - - x x - - - - -
not_me                x x x x x x x x x x x x
settle_objection      x x x x x x x x x - x x
renew_release         x x x x x x x x x - x x
tell_opinion_code     x x x x x x x - - - - -
give_opinion          x x x x x x x - - - - -
"""

ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}
PAIRS = [
    (state, code, mark == "x")
    for code, marks in ROWS.items()
    for state, mark in zip(STATES, marks, strict=True)
]


def test_the_table_names_every_state_and_every_deed() -> None:
    assert sorted(STATES) == sorted(Status.values)
    assert sorted(ROWS) == sorted(DEEDS)


@pytest.mark.parametrize("state", STATES)
def test_each_state_lets_in_the_deeds_of_its_column_and_refuses_the_others(
    desk: Desk, state: str
) -> None:
    subject_request = reach(desk, state)
    assert subject_request.status == state
    for code in ROWS:
        may_be_tried = ROWS[code][STATES.index(state)] == "x"
        refused = not_now(subject_request, DEEDS[code])
        assert bool(refused) is not may_be_tried, f"{code} in {state}: {refused!r}"
        if refused:
            assert str(DEEDS[code].label) in refused


@pytest.mark.parametrize("state", STATES)
def test_a_deed_that_does_not_fit_the_state_leaves_no_trace(desk: Desk, state: str) -> None:
    subject_request = reach(desk, state)
    version, lines = subject_request.version, len(cast.history(subject_request))
    for code in TRY:
        if (state, code, True) in PAIRS:
            continue
        with pytest.raises(NotNow) as refused:
            TRY[code](subject_request, desk)
        assert str(refused.value), code
        fresh = type(subject_request).objects.get(pk=subject_request.pk)
        assert (fresh.status, fresh.version) == (state, version), code
    assert len(cast.history(subject_request)) == lines


def test_every_state_can_be_reached_through_services() -> None:
    assert sorted(REACH) == sorted(Status.values)


def test_a_frozen_request_returns_to_where_it_was(desk: Desk) -> None:
    waiting = reach(desk, "waiting")
    frozen = TRY["freeze"](waiting, desk)
    assert frozen.frozen_from == "waiting"
    assert TRY["unfreeze"](frozen, desk).status == "waiting"


def test_a_reply_brings_a_waiting_request_back_to_where_it_was(desk: Desk) -> None:
    asked = cast.ask(desk.right("imo", "update"))
    waiting = TRY["ask_requester"](asked, desk)
    assert TRY["reply"](waiting, desk).status == "received"


def test_a_reply_takes_a_lapsed_request_up_again_and_its_clock_runs_on(desk: Desk) -> None:
    lapsed = reach(desk, "lapsed")
    assert lapsed.deadlines.get(code="target").status == "cancelled"
    replied = TRY["reply"](lapsed, desk)
    assert replied.status == "in_progress"
    clock = replied.deadlines.get(code="target")
    assert (clock.status, clock.due_on) == ("running", date(2026, 5, 31))


def test_the_drawing_in_the_docs_is_current() -> None:
    kept = Path(settings.BASE_DIR, "docs", "states.md").read_text(encoding="utf-8")
    assert kept == drawing.page(), "run manage.py draw_states"
