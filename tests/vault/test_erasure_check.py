"""Destroying a key erases; the check says where it looked and finds what is left in clear."""

from io import StringIO

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from dsr.vault.models import BlindToken, KeyPurpose, SafeKey
from dsr.vault.services import (
    add_key,
    check_erasure,
    destroy,
    destroy_file,
    index,
    open_safe,
)
from tests.vault.cast import AT, LATER, a_file

pytestmark = pytest.mark.django_db

WORD = "Zoe-Quintessa"


def counts(report, place: str) -> tuple[int, int, int, int]:
    [looked] = [looked for looked in report.looked if looked.place == place]
    return (looked.values, looked.closed, looked.kept, looked.readable)


def test_an_erased_safe_has_nothing_readable_and_the_report_says_where_it_looked():
    safe = open_safe(AT)
    a_file(safe)
    a_file(safe, purpose=KeyPurpose.IDENTITY)
    index(safe, "email", ["zoe@example.org"])
    destroy(safe, [KeyPurpose.CONTENT, KeyPurpose.IDENTITY], LATER)
    report = check_erasure(safe)
    assert report.found == []
    assert sorted(report.erased) == ["content", "identity"]
    assert counts(report, "vault_safekey.wrapped") == (3, 2, 1, 0)
    assert counts(report, "vault_sealedfile.header") == (2, 2, 0, 0)
    assert counts(report, "vault_filechunk.sealed") == (2, 2, 0, 0)
    assert counts(report, "vault_sealedfile.name") == (2, 2, 0, 0)
    assert counts(report, "vault_blindtoken.token") == (0, 0, 0, 0)
    assert set(SafeKey.objects.filter(wrapped=None).values_list("destroyed_at", flat=True)) == {
        LATER
    }


def test_every_table_with_sealed_columns_is_looked_at():
    places = {looked.place for looked in check_erasure(open_safe(AT)).looked}
    assert {"vault_sealedfile.name", "vault_filechunk.sealed"} <= places
    assert "notifications_outboxmessage.body" in places


def test_the_record_of_the_decision_outlives_the_content():
    safe = open_safe(AT)
    a_file(safe, purpose=KeyPurpose.RECORD)
    destroy(safe, [KeyPurpose.CONTENT, KeyPurpose.IDENTITY], LATER)
    report = check_erasure(safe)
    assert report.found == []
    assert counts(report, "vault_sealedfile.header") == (1, 0, 1, 0)
    assert counts(report, "vault_filechunk.sealed") == (1, 0, 1, 0)


def test_what_was_written_in_clear_into_a_sealed_column_is_found():
    file = a_file()
    destroy(file.safe, [KeyPurpose.CONTENT], LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_sealedfile SET name = 'Zoe' WHERE id = %s", [file.pk])
    [found] = check_erasure(file.safe).found
    assert (found.place, found.readable) == ("vault_sealedfile.name", 1)


def test_a_chunk_in_clear_is_found():
    file = a_file()
    destroy(file.safe, [KeyPurpose.CONTENT], LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_filechunk SET sealed = 'Zoe' WHERE file_id = %s", [file.pk])
    [found] = check_erasure(file.safe).found
    assert (found.place, found.readable) == ("vault_filechunk.sealed", 1)


def test_a_token_that_came_back_is_found():
    safe = open_safe(AT)
    index(safe, "email", ["zoe@example.org"])
    token = BlindToken.objects.get()
    destroy(safe, [KeyPurpose.CONTENT], LATER)
    token.pk = None
    token.save(force_insert=True)
    assert [looked.place for looked in check_erasure(safe).found] == ["vault_blindtoken.token"]


def test_a_key_that_came_back_is_found_and_so_is_what_it_opens():
    file = a_file()
    wrapped = SafeKey.objects.get(safe=file.safe, purpose="content").wrapped
    destroy(file.safe, [KeyPurpose.CONTENT], LATER)
    SafeKey.objects.create(
        safe=file.safe,
        purpose="content",
        version=2,
        wrapped=wrapped,
        master_kid="t1",
        created_at=AT,
    )
    assert [looked.place for looked in check_erasure(file.safe).found] == ["vault_safekey.wrapped"]


@pytest.mark.parametrize("form", [WORD, WORD.upper(), f"to {WORD}, in a line"])
def test_words_in_clear_are_found_in_any_table(form):
    safe = open_safe(AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_safekey SET master_kid = %s", [form])
    found = check_erasure(safe, [WORD]).found
    assert [looked.place for looked in found] == ["vault_safekey.master_kid"]


def test_words_are_found_in_binary_columns_sessions_and_caches():
    file = a_file()
    with connection.cursor() as cursor:
        value = b"\x00" + WORD.encode()
        cursor.execute("UPDATE vault_filechunk SET sealed = %s", [value])
    session = SessionStore()
    session["draft"] = {"name": WORD, "text": "a long text, compressed " * 50}
    session.save()
    cache.set("draft", WORD)
    places = {looked.place for looked in check_erasure(file.safe, [WORD]).found}
    assert {"vault_filechunk.sealed", "sessions, decoded", "cache_entry.value"} <= places


def test_sealed_values_are_not_found_by_their_words():
    safe = open_safe(AT)
    a_file(safe, name=f"{WORD}.pdf", content=WORD.encode())
    index(safe, "name_word", [WORD])
    assert [looked for looked in check_erasure(safe, [WORD]).looked if looked.readable] == []


def test_the_command_reports_every_place_and_succeeds_when_nothing_is_left():
    file = a_file()
    destroy(file.safe, [KeyPurpose.CONTENT, KeyPurpose.IDENTITY], LATER)
    out = StringIO()
    call_command("check_erasure", str(file.safe_id), stdout=out)
    text = out.getvalue()
    assert f"Safe {file.safe_id}; erased: content, identity.\n" in text
    assert "vault_filechunk.sealed: 1 looked at, 1 closed, 0 kept on purpose, 0 readable" in text
    assert "Not looked at: log files, write-ahead log and backups" in text
    assert text.endswith("No readable remains.\n")


def test_the_command_fails_for_remains_and_for_what_was_never_erased(tmp_path):
    file = a_file()
    with pytest.raises(CommandError, match="No key of this safe has been destroyed"):
        call_command("check_erasure", str(file.safe_id), stdout=StringIO())
    destroy(file.safe, [KeyPurpose.CONTENT], LATER)
    words = tmp_path / "words"
    words.write_text(f"{WORD}\n")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_sealedfile SET content_type = %s", [WORD])
    with pytest.raises(CommandError, match="Readable remains in 1 places"):
        call_command("check_erasure", str(file.safe_id), words=str(words), stdout=StringIO())
    with pytest.raises(CommandError, match="There is no safe 0"):
        call_command("check_erasure", "0")


def two_files_with_a_key_each():
    """The second was sealed under a key of its own, which was destroyed with it."""
    safe = open_safe(AT)
    kept = a_file(safe, purpose=KeyPurpose.IDENTITY)
    add_key(safe, KeyPurpose.IDENTITY, AT)
    gone = a_file(safe, purpose=KeyPurpose.IDENTITY)
    destroy_file(gone, LATER)
    return safe, kept, gone


def test_a_file_erased_by_itself_is_told_apart_from_what_is_kept_beside_it():
    safe, _kept, _gone = two_files_with_a_key_each()
    report = check_erasure(safe)
    assert (report.erased, report.single_keys) == ([], [("identity", 2)])
    assert report.found == []
    assert counts(report, "vault_sealedfile.header") == (2, 1, 1, 0)
    assert counts(report, "vault_filechunk.sealed") == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE vault_filechunk SET sealed = 'Zoe' WHERE file_id = %s", "vault_filechunk.sealed"),
        ("UPDATE vault_sealedfile SET name = 'Zoe' WHERE id = %s", "vault_sealedfile.name"),
    ],
)
def test_what_is_left_in_clear_of_a_file_erased_by_itself_is_found(statement, place):
    safe, _kept, gone = two_files_with_a_key_each()
    with connection.cursor() as cursor:
        cursor.execute(statement, [gone.pk])
    assert [looked.place for looked in check_erasure(safe).found] == [place]


def test_the_command_names_a_key_that_was_destroyed_by_itself():
    safe, _kept, _gone = two_files_with_a_key_each()
    out = StringIO()
    call_command("check_erasure", safe.pk, stdout=out)
    assert f"Safe {safe.pk}; erased: identity key 2." in out.getvalue()
