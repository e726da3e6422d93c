"""Checkpoints that are made by themselves find an end that was cut off together with its record."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from dsr.audit import marks
from dsr.audit.models import Entry, Head
from dsr.audit.services import add_marks, verify, verify_heads, verify_marks
from dsr.requests.services.selfcheck import selfcheck
from tests.append_only import rewriting_history
from tests.audit.cast import AT, a_history

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=1)


@pytest.fixture
def here(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file beside the program; the second place is ``elsewhere`` beside it."""
    # Numbers of entries go on from test to test, and past 5000 there would be a line more.
    monkeypatch.setattr(marks, "ENTRIES_AT_ONCE", 10**9)
    settings.DSR_CHECKPOINTS = [tmp_path / "here.jsonl", tmp_path / "elsewhere" / "copy.jsonl"]
    return tmp_path / "here.jsonl"


def cut(chain: str, seq: int) -> None:
    """As somebody would who owns the tables and knows how the chain works."""
    with rewriting_history():
        Entry.objects.filter(chain=chain, seq__gt=seq).delete()
        last = Entry.objects.get(chain=chain, seq=seq)
        Head.objects.filter(chain=chain).update(seq=seq, hash=last.hash)


def test_a_cut_end_is_found_by_what_was_seen_before(here: Path) -> None:
    a_history("request:1", 3)
    a_history("request:2", 2)
    assert add_marks(AT) == 2  # one line in each place
    assert verify_marks() == ([], [])
    cut("request:1", 1)
    # Inside of the database nothing is left that tells.
    assert verify() == verify_heads() == []
    assert [str(each) for each in verify_marks()[0]] == [
        "request:1: entry 2 and what may have followed was cut off"
    ]
    assert "history: request:1: entry 2 and what may have followed was cut off" in [
        str(each) for each in selfcheck(at=AT)
    ]
    with pytest.raises(CommandError, match="1 chains are broken"):
        call_command("verify_audit")


def test_an_end_that_was_cut_and_grown_again_is_found_for_good(here: Path) -> None:
    a_history("request:1", 3)
    add_marks(AT)
    cut("request:1", 1)
    a_history("request:1", 1)
    add_marks(LATER)
    # The shorter end that was seen later does not hide the longer one.
    assert len(verify_marks()[0]) == 1
    a_history("request:1", 1)
    add_marks(LATER)
    assert [each.problem for each in verify_marks()[0]] == ["altered"]


def test_only_what_moved_is_added_and_nothing_where_nothing_did(here: Path) -> None:
    a_history("request:1", 1)
    a_history("request:2", 1)
    add_marks(AT)
    assert add_marks(LATER) == 0
    a_history("request:2", 1)
    add_marks(LATER)
    lines = [json.loads(line) for line in here.read_text().splitlines()]
    assert [each["number"] for each in lines] == [1, 2]
    assert here.stat().st_mode & 0o777 == 0o600
    assert here.read_bytes() == (here.parent / "elsewhere" / "copy.jsonl").read_bytes()


def test_the_second_place_tells_when_the_first_was_taken_away(here: Path) -> None:
    a_history("request:1", 2)
    add_marks(AT)
    cut("request:1", 1)
    here.unlink()
    assert [each.chain for each in verify_marks()[0]] == ["request:1"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"request:1", 2', '"request:1", 1', "Line 2 is not as it was written"),
        ('"key": "t1"', '"key": "t9"', "Line 2 was signed with an audit key that is not"),
    ],
)
def test_a_file_that_was_rewritten_is_named(here: Path, old: str, new: str, line: str) -> None:
    for _turn in range(3):
        a_history("request:1", 1)
        add_marks(AT)
    first, second, third = here.read_text().splitlines()
    assert old in second
    here.write_text("\n".join([first, second.replace(old, new), third, ""]))
    found, damaged = verify_marks()
    assert found == []
    assert [each.startswith(line) for each in damaged] == [True]


def test_a_line_that_was_taken_out_is_named_and_one_that_a_crash_cut_short_is_not(
    here: Path,
) -> None:
    for _turn in range(3):
        a_history("request:1", 1)
        add_marks(AT)
    whole = here.read_text().splitlines()
    here.write_text("\n".join([whole[0], whole[2], ""]))
    assert verify_marks()[1] == [
        f"Line 2 does not follow the line before it in the checkpoints of {here}."
    ]
    here.write_text("\n".join([*whole, whole[2][:40]]))
    a_history("request:1", 1)
    add_marks(LATER)
    assert verify_marks() == ([], [])
    assert len(here.read_text().splitlines()) == 5


def test_a_place_that_cannot_be_written_keeps_no_other_from_its_line(here: Path, settings) -> None:
    blocked = here.parent / "blocked"
    blocked.touch()
    settings.DSR_CHECKPOINTS = [blocked / "file.jsonl", here]
    a_history("request:1", 1)
    with pytest.raises(OSError, match="blocked"):
        add_marks(AT)
    assert len(here.read_text().splitlines()) == 1
