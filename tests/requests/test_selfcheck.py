"""The self-check finds what no service would leave behind, names it in one line, and nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from dsr.audit.models import Entry, Head
from dsr.audit.services import append
from dsr.notifications import heartbeats
from dsr.notifications.models import OutboxMessage, Status
from dsr.notifications.services import beat
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.services import selfcheck as room
from dsr.requests.services.selfcheck import selfcheck
from dsr.vault.models import SafeKey
from tests import cast
from tests.append_only import rewriting_history
from tests.cast import MORNING, Desk
from tests.requests.reaching import REACH, reach
from tests.requests.trying import TRY


@pytest.fixture(autouse=True)
def everything_runs(db: None) -> None:
    for name in heartbeats._expected:
        beat(name, MORNING)


@pytest.fixture
def received(desk: Desk) -> SubjectRequest:
    return reach(desk, "received")


def lines(full: bool = False) -> list[str]:
    return [str(each) for each in selfcheck(at=MORNING, full=full)]


@pytest.mark.parametrize("state", REACH)
def test_every_state_reached_through_services_is_explained(desk: Desk, state: str) -> None:
    reach(desk, state)
    assert lines(full=True) == []


def test_so_is_every_deed_one_after_the_other(desk: Desk) -> None:
    """Back and forth through lapsing, freezing, reopening, and dates that move."""
    moving = reach(desk, "in_progress")
    for deed in (
        *("correct_receipt", "freeze", "unfreeze", "assign", "ask_requester", "reply"),
        *("edit_contact", "record_receipt", "ask_requester", "propose_ending", "approve"),
        *("reply", "note"),
        *("complete", "propose", "return_to_work", "withdraw", "reopen"),
    ):
        TRY[deed](SubjectRequest.objects.get(pk=moving.pk), desk)
        assert lines() == [], deed


def test_a_reopened_request_with_an_answer_is_explained(desk: Desk) -> None:
    TRY["reopen"](reach(desk, "closed"), desk)
    assert lines() == []


def test_a_status_that_no_deed_made_is_named(received: SubjectRequest) -> None:
    SubjectRequest.objects.filter(pk=received.pk).update(status="closed", outcome="granted")
    assert lines() == [
        f"request:status: {received.reference} is “closed”, but its history says “received”"
    ]


def test_a_request_without_any_history_is_named(received: SubjectRequest) -> None:
    with rewriting_history():
        Entry.objects.filter(chain=f"request:{received.pk}").delete()
        Head.objects.filter(chain=f"request:{received.pk}").delete()
    found = lines()
    assert (
        f"request:status: {received.reference} is “received”, but its history says “nothing”"
    ) in found
    assert any(line.startswith("request:clock: ") for line in found)


def test_a_version_that_no_deed_raised_is_named(received: SubjectRequest) -> None:
    SubjectRequest.objects.filter(pk=received.pk).update(version=7)
    assert lines() == [
        f"request:version: {received.reference} has version 7, but its history counts 1"
    ]


def test_a_history_that_jumps_is_named(received: SubjectRequest) -> None:
    append(
        f"request:{received.pk}",
        "odd",
        at=MORNING,
        actor_id=None,
        by="system",
        from_state="waiting",
        to_state="received",
    )
    assert lines() == [
        f"request:moves: {received.reference} moved from “waiting”, but was “received” before"
    ]


def test_a_clock_that_was_stopped_by_hand_is_named(received: SubjectRequest) -> None:
    Deadline.objects.filter(code="target").update(status="met")
    assert lines() == [
        f"request:clock: target of {received.reference} is “met”, "
        "but its history says “deadline_began”"
    ]


def test_a_clock_that_was_started_again_by_hand_is_named(desk: Desk) -> None:
    withdrawn = reach(desk, "withdrawn")
    Deadline.objects.filter(code="target").update(status="running")
    assert lines() == [
        f"request:clock: target of {withdrawn.reference} is “running”, "
        "but its history says “deadline_cancelled”"
    ]


def test_a_date_that_was_moved_by_hand_is_named(received: SubjectRequest) -> None:
    Deadline.objects.filter(code="target").update(due_on="2027-01-01")
    assert lines() == [
        f"request:date: target of {received.reference} is due on 2027-01-01, "
        "but its history says 2026-05-31"
    ]


def test_a_chain_that_was_cut_off_is_named(received: SubjectRequest) -> None:
    chain = f"request:{received.pk}"
    last = Entry.objects.filter(chain=chain).latest("seq")
    with rewriting_history():
        last.delete()
    assert any(line.startswith(f"history: {chain}: entry {last.seq}") for line in lines())


def test_only_the_full_check_reads_every_line_of_the_history(received: SubjectRequest) -> None:
    with rewriting_history():
        Entry.objects.filter(chain=f"request:{received.pk}", code="submit").update(actor_id=4711)
    assert lines() == []
    assert [line.partition(" is ")[2] for line in lines(full=True)] == ["not as it was written"]


def test_work_that_stands_still_is_named(received: SubjectRequest) -> None:
    found = [str(each) for each in selfcheck(at=MORNING + timedelta(minutes=6))]
    assert "stale:worker: Background work has not run for more than 5 minutes." in found
    assert "stale:delivery: Mail has not been swept for more than 5 minutes." in found


def test_mail_that_failed_is_named_by_number(received: SubjectRequest) -> None:
    OutboxMessage.objects.filter(kind="acknowledgement").update(status=Status.FAILED)
    assert lines() == ["mail:failed: Messages could not be delivered. (1)"]


def test_digests_that_nobody_swept_are_named(desk: Desk) -> None:
    for _number in range(2):
        cast.ask(desk.right("img", "access"))
    late = MORNING + timedelta(minutes=61)
    for name in heartbeats._expected:
        beat(name, late)
    OutboxMessage.objects.update(status=Status.SENT, sent_at=MORNING)
    assert [str(each) for each in selfcheck(at=late)] == [
        "mail:digests: Digests wait that should have been sent (1)"
    ]


def test_a_missing_master_key_is_named(received: SubjectRequest) -> None:
    SafeKey.objects.update(master_kid="lost")
    assert lines() == [
        "system:vault.E002: The master key “lost” is not configured, but data is sealed with it."
    ]


def test_no_line_names_a_person(received: SubjectRequest) -> None:
    SubjectRequest.objects.update(status="closed", outcome="granted", version=9)
    Deadline.objects.update(status="met", due_on=None)
    OutboxMessage.objects.update(status=Status.MISSED)
    told = "\n".join(lines()).lower()
    assert told
    for word in ("zoé", "canary", "@", "serin"):
        assert word not in told


def test_of_many_findings_of_one_kind_a_few_are_named_and_all_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "NAMED", 2)
    for _number in range(5):
        cast.ask(desk.right("img", "access"))
    SubjectRequest.objects.update(version=9)
    found = lines()
    assert len(found) == 3
    assert found[-1] == "request:version: and 3 more of this kind"


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str]:
        try:
            call_command("selfcheck", *arguments)
        except SystemExit as ended:
            return int(ended.code or 0), capsys.readouterr().out.strip()
        return 0, capsys.readouterr().out.strip()

    return command


def test_monitoring_sees_the_exit_status(received: SubjectRequest, run: Run) -> None:
    status, told = run()
    assert status == 1
    assert told.startswith("stale:")


def test_when_all_is_well_the_command_says_so(
    received: SubjectRequest, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr.requests.management.commands.selfcheck.timezone.now", lambda: MORNING)
    assert run() == (0, "All is well.")
    assert run("--json", "--full") == (0, json.dumps({"well": True, "findings": []}))


def test_the_json_is_for_programs(received: SubjectRequest, run: Run) -> None:
    status, told = run("--json")
    assert status == 1
    assert {
        "code": "stale:worker",
        "text": "Background work has not run for more than 5 minutes.",
    } in (json.loads(told)["findings"])


def test_it_asks_a_fixed_number_of_questions(desk: Desk, django_assert_max_num_queries) -> None:
    for _number in range(6):
        cast.ask(desk.right("img", "access"))
    assert connection.connection is not None
    with django_assert_max_num_queries(42):
        selfcheck(at=MORNING)
