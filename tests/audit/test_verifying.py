"""Whatever is done to the rows behind the program's back is found, and the first bad row named."""

import tracemalloc
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dsr.audit.chain import entry_hash
from dsr.audit.checkpoints import CheckpointInvalid
from dsr.audit.models import Entry
from dsr.audit.services import Finding, Problem, append, checkpoint, verify, verify_checkpoint
from dsr.vault.checks import key_problems
from dsr.vault.keyring import Key
from tests.append_only import rewriting_history
from tests.audit.cast import AT, KEY, NEXT_KEY, OTHER_KEY, a_history

pytestmark = pytest.mark.django_db

EDITS = {
    "code": "code = 'other'",
    "actor": "actor_id = 8",
    "no actor": "actor_id = NULL",
    "by": "by = 'system'",
    "instant": "at = at + interval '1 microsecond'",
    "from": "from_state = 'closed'",
    "to": "to_state = 'closed'",
    "facts": """facts = '{"note": 9}'""",
    "more facts": """facts = facts || '{"more": null}'""",
    "kind of fact": """facts = '{"note": "3"}'""",
    "link": r"prev_hash = decode(repeat('00', 32), 'hex')",
    "hash": r"hash = decode(repeat('00', 32), 'hex')",
}


def rewrite(*statements: str) -> None:
    with rewriting_history(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def place(chain: str, seq: int) -> int:
    return Entry.objects.get(chain=chain, seq=seq).pk


@pytest.fixture(autouse=True)
def history():
    a_history("request:1")
    a_history("request:2")
    a_history("site", 3)


def test_an_untouched_history_is_sound():
    assert verify() == []


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edit_of_any_column_is_found(edit):
    row = place("request:2", 3)
    rewrite(f"UPDATE audit_entry SET {edit} WHERE id = {row}")
    assert verify() == [Finding("request:2", 3, row, Problem.ALTERED)]


def test_every_column_is_among_the_edits_tried():
    columns = {field.column for field in Entry._meta.concrete_fields}
    tried = {edit.split(" ")[0] for edit in EDITS.values()}
    assert columns - tried == {"id", "chain", "seq", "key_id"}


def test_a_deleted_row_is_found():
    rewrite("DELETE FROM audit_entry WHERE chain = 'request:2' AND seq = 3")
    assert verify() == [Finding("request:2", 3, None, Problem.MISSING)]


def test_a_deleted_beginning_is_found():
    rewrite("DELETE FROM audit_entry WHERE chain = 'request:2' AND seq < 3")
    assert verify() == [Finding("request:2", 1, None, Problem.MISSING)]


def test_a_deleted_row_whose_followers_were_moved_up_is_found():
    rewrite(
        "DELETE FROM audit_entry WHERE chain = 'request:2' AND seq = 3",
        "UPDATE audit_entry SET seq = seq - 1 WHERE chain = 'request:2' AND seq > 3",
    )
    assert verify() == [Finding("request:2", 3, place("request:2", 3), Problem.ALTERED)]


COPY = """
INSERT INTO audit_entry (chain, seq, at, actor_id, by, code, from_state, to_state, facts,
                         prev_hash, hash, key_id)
SELECT {chain}, {seq}, at, actor_id, by, code, from_state, to_state, facts, prev_hash, hash, key_id
FROM audit_entry WHERE chain = 'request:1' AND seq = 3
"""


@pytest.mark.parametrize(
    ("chain", "seq"),
    [("request:1", 6), ("request:2", 6), ("request:3", 1), ("request:3", 3)],
)
def test_a_copied_or_inserted_row_is_found(chain, seq):
    rewrite(COPY.format(chain=f"'{chain}'", seq=seq))
    assert verify() == [Finding(chain, seq, place(chain, seq), Problem.ALTERED)]


def test_swapped_rows_are_found():
    rewrite(
        "UPDATE audit_entry SET seq = 99 WHERE chain = 'request:1' AND seq = 2",
        "UPDATE audit_entry SET seq = 2 WHERE chain = 'request:1' AND seq = 4",
        "UPDATE audit_entry SET seq = 4 WHERE chain = 'request:1' AND seq = 99",
    )
    assert verify() == [Finding("request:1", 2, place("request:1", 2), Problem.ALTERED)]


def test_a_whole_chain_under_another_name_is_found():
    rewrite("UPDATE audit_entry SET chain = 'request:9' WHERE chain = 'request:1'")
    assert verify() == [
        Finding("request:9", 1, place("request:9", 1), Problem.ALTERED),
        Finding("request:1", 1, None, Problem.CUT_OFF),
    ]


def test_a_row_forged_without_the_key_is_found(settings):
    row = Entry.objects.get(chain="request:2", seq=3)
    row.code = "forged"
    forged = entry_hash(row, Key(*OTHER_KEY)).hex()
    rewrite(
        f"UPDATE audit_entry SET code = 'forged', hash = decode('{forged}', 'hex')"
        f" WHERE id = {row.pk}"
    )
    assert verify() == [Finding("request:2", 3, row.pk, Problem.ALTERED)]


def test_a_row_that_names_an_unknown_key_is_found():
    row = place("request:2", 3)
    rewrite(f"UPDATE audit_entry SET key_id = 'gone' WHERE id = {row}")
    assert verify() == [Finding("request:2", 3, row, Problem.UNKNOWN_KEY)]


def test_a_cut_off_tail_is_found_by_the_head():
    rewrite("DELETE FROM audit_entry WHERE chain = 'request:2' AND seq > 3")
    assert verify() == [Finding("request:2", 4, None, Problem.CUT_OFF)]


def test_a_chain_that_vanished_is_found_by_its_head():
    rewrite("DELETE FROM audit_entry WHERE chain = 'request:2'")
    assert verify() == [Finding("request:2", 1, None, Problem.CUT_OFF)]


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM audit_head WHERE chain = 'request:2'",
        "UPDATE audit_head SET seq = 4 WHERE chain = 'request:2'",
        "UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex') WHERE chain = 'request:2'",
    ],
)
def test_a_head_that_does_not_agree_is_found(edit):
    rewrite(edit)
    assert verify() == [Finding("request:2", 5, place("request:2", 5), Problem.HEAD)]


def test_every_broken_chain_is_named_once():
    rewrite("UPDATE audit_entry SET code = 'x' WHERE seq >= 2")
    assert [(finding.chain, finding.seq) for finding in verify()] == [
        ("request:1", 2),
        ("request:2", 2),
        ("site", 2),
    ]


CUT_WITH_ITS_HEAD = (
    "DELETE FROM audit_entry WHERE chain = 'request:2' AND seq > 3",
    "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_entry"
    " WHERE chain = 'request:2' AND seq = 3) WHERE chain = 'request:2'",
)
CHAIN_AND_HEAD_GONE = (
    "DELETE FROM audit_entry WHERE chain = 'request:2'",
    "DELETE FROM audit_head WHERE chain = 'request:2'",
)


@pytest.mark.parametrize(("statements", "seq"), [(CUT_WITH_ITS_HEAD, 4), (CHAIN_AND_HEAD_GONE, 1)])
def test_a_tail_cut_off_together_with_its_head_is_found_by_a_checkpoint(statements, seq):
    kept = list(checkpoint(AT))
    rewrite(*statements)
    assert verify() == []
    assert verify_checkpoint(kept) == [Finding("request:2", seq, None, Problem.CUT_OFF)]


def test_a_tail_written_anew_after_the_cut_is_found_by_a_checkpoint():
    kept = list(checkpoint(AT))
    rewrite(*CUT_WITH_ITS_HEAD)
    for _ in range(2):
        append("request:2", "other", at=AT, actor_id=8, by="staff")
    assert verify() == []
    last = place("request:2", 5)
    assert verify_checkpoint(kept) == [Finding("request:2", 5, last, Problem.ALTERED)]


def test_a_history_that_went_on_still_agrees_with_its_checkpoint():
    kept = list(checkpoint(AT))
    a_history("request:2")
    a_history("request:3")
    assert verify_checkpoint(kept) == []


def alterations(lines: list[str]) -> dict[str, list[str]]:
    return {
        "a line less": lines[:2] + lines[3:],
        "a number changed": [lines[0], lines[1].replace('"seq": 5', '"seq": 4'), *lines[2:]],
        "the end cut off": lines[:-1],
        "two ends": [*lines[:-2], lines[-1]],
        "nothing": [],
        "no checkpoint": ["{}", "{}"],
        "no JSON": ["hello"],
        "a list": ["[]"],
        "unknown key": [lines[0].replace('"key": "', '"key": "x'), *lines[1:]],
    }


@pytest.mark.parametrize("name", alterations([""] * 5))
def test_an_altered_checkpoint_is_refused(name):
    with pytest.raises(CheckpointInvalid):
        verify_checkpoint(alterations(list(checkpoint(AT)))[name])


def test_a_checkpoint_signed_with_another_key_is_refused(settings):
    kept = list(checkpoint(AT))
    kid = settings.DSR_AUDIT_KEYS[0][0]
    settings.DSR_AUDIT_KEYS = ((kid, OTHER_KEY[1]),)
    with pytest.raises(CheckpointInvalid):
        verify_checkpoint(kept)


def test_the_commands_export_and_verify(tmp_path):
    file, out = tmp_path / "checkpoint.jsonl", StringIO()
    call_command("export_checkpoint", output=str(file), stdout=out)
    call_command("verify_audit", checkpoint=str(file), stdout=out)
    assert out.getvalue() == (
        f"Checkpoint written to {file}.\n13 entries verified: every chain is sound.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.jsonl"]


def test_the_command_names_the_first_bad_row_and_fails(tmp_path):
    file, err = tmp_path / "checkpoint.jsonl", StringIO()
    call_command("export_checkpoint", output=str(file), stdout=StringIO())
    row = place("request:1", 2)
    rewrite(f"UPDATE audit_entry SET code = 'x' WHERE id = {row}", *CUT_WITH_ITS_HEAD)
    with pytest.raises(CommandError, match="2 chains are broken") as failed:
        call_command("verify_audit", checkpoint=str(file), stderr=err)
    assert failed.value.returncode == 1
    assert err.getvalue() == (
        f"request:1: entry 2 (row {row}) is not as it was written\n"
        "request:2: entry 4 and what may have followed was cut off\n"
    )


def test_the_command_refuses_a_file_that_is_no_checkpoint(tmp_path):
    file = tmp_path / "x"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", checkpoint=str(file))
    file.write_text("hello")
    with pytest.raises(CommandError, match="This is not a checkpoint"):
        call_command("verify_audit", checkpoint=str(file))


def test_rows_are_streamed_and_not_gathered():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (chain, seq, at, by, code, from_state, to_state, facts,"
            " prev_hash, hash, key_id) SELECT 'request:4', n, now(), 'system', 'x', '', '', '{}',"
            " '', '', 'a1' FROM generate_series(1, 30000) AS n"
        )
    tracemalloc.start()
    assert [finding.chain for finding in verify()] == ["request:4"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024  # All 30,000 at once would take some 60 MB.


def test_a_wrong_audit_key_stops_the_start_and_so_does_one_that_is_missing_while_it_is_in_use(
    settings,
):
    first, of_trial = settings.DSR_AUDIT_KEYS, [settings.DSR_AUDIT_KEYS[0]]
    settings.DSR_AUDIT_KEYS = (KEY, *of_trial)
    a_history("request:3")
    assert key_problems() == []
    settings.DSR_AUDIT_KEYS = (OTHER_KEY, *of_trial)
    assert key_problems() == [
        "The audit key “a1” is not the one that history was signed with. "
        "If it is, the newest entries were altered: run verify_audit."
    ]
    settings.DSR_AUDIT_KEYS = (NEXT_KEY, *of_trial)
    assert key_problems() == [
        "The audit key “a1” is not configured, but history is signed with it."
    ]
    # Years later the newest lines are signed with another one; the old lines still need theirs.
    settings.DSR_AUDIT_KEYS = (NEXT_KEY, KEY)
    a_history("request:4")
    assert key_problems() == [
        f"The audit key “{first[0][0]}” is not configured, but history is signed with it."
    ]
    settings.DSR_AUDIT_KEYS = (NEXT_KEY, KEY, *of_trial)
    assert key_problems() == []
    # One altered line keeps nothing from starting: `verify_audit` names it.
    rewrite(f"UPDATE audit_entry SET code = 'x' WHERE id = {place('request:4', 5)}")
    assert key_problems() == []
    settings.DSR_AUDIT_KEYS = ()
    assert key_problems() == [
        "DSR_AUDIT_KEYS is not set: it needs at least one (name, 32 bytes) pair."
    ]
