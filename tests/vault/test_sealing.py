"""What is sealed opens in its own place, with its own key, and nowhere else."""

import logging

import pytest
from django.db import IntegrityError, connection

from dsr.vault import cipher
from dsr.vault.errors import KeyDestroyed, MasterKeyMissing, Tampered, WrappedKeyRefused
from dsr.vault.models import KeyPurpose, SafeKey, SealedFile
from dsr.vault.safes import unlock
from dsr.vault.services import destroy, open_safe
from tests.vault.cast import AT, LATER, NEW, OLD, WRONG, a_file, content_of, read_again

pytestmark = pytest.mark.django_db


def stored_bytes(file: SealedFile, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM vault_sealedfile WHERE id = %s", [file.pk])
        return bytes(cursor.fetchone()[0])


def overwrite(file: SealedFile, column: str, value: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE vault_sealedfile SET {column} = %s WHERE id = %s", [value, file.pk])


def test_a_new_safe_has_one_key_for_each_purpose():
    safe = open_safe(AT)
    keys = SafeKey.objects.filter(safe=safe).values_list("purpose", "version", "created_at")
    assert sorted(keys) == [("content", 1, AT), ("identity", 1, AT), ("record", 1, AT)]


def test_what_was_sealed_comes_back_and_is_not_in_the_row():
    file = a_file(name="Zoë Müller.pdf")
    assert read_again(file).unseal("name") == "Zoë Müller.pdf"
    assert b"ller" not in stored_bytes(file, "name")


@pytest.mark.parametrize(
    "value",
    ["", "a\x00b", "\ud800", {"a": [1, None, True], "ü": 1.5}, [], 0, False],
)
def test_every_json_value_can_be_sealed(value):
    file = a_file()
    file.seal(name=value)
    file.save()
    assert read_again(file).unseal("name") == value


def test_none_empties_a_column():
    file = a_file()
    file.seal(name=None)
    assert file.name is None
    assert file.unseal("name") is None


def test_the_same_value_is_sealed_differently_each_time():
    file = a_file(name="same")
    first = bytes(file.name)
    file.seal(name="same")
    assert bytes(file.name) != first


@pytest.mark.parametrize("position", [0, 1, 2, 5, 6, 17, 18, -1])
def test_a_flipped_bit_anywhere_is_refused(position):
    file = a_file()
    altered = bytearray(stored_bytes(file, "name"))
    altered[position] ^= 1
    overwrite(file, "name", bytes(altered))
    with pytest.raises(Tampered):
        read_again(file).unseal("name")


def test_a_refused_value_is_reported_without_what_is_in_it(caplog):
    file = a_file(name="Zoe")
    overwrite(file, "name", stored_bytes(file, "header"))
    with caplog.at_level(logging.ERROR), pytest.raises(Tampered):
        read_again(file).unseal("name")
    assert caplog.messages == [f"vault_sealedfile.name of row {file.pk} refused: Tampered"]


def test_ciphertexts_cannot_change_places():
    safe = open_safe(AT)
    mine, yours = a_file(safe, name="mine"), a_file(safe, name="yours")
    overwrite(mine, "name", stored_bytes(yours, "name"))
    with pytest.raises(Tampered):
        read_again(mine).unseal("name")


def test_a_row_moved_to_another_safe_does_not_open():
    file, stranger = a_file(), open_safe(AT)
    SealedFile.objects.filter(pk=file.pk).update(safe=stranger)
    with pytest.raises(Tampered):
        read_again(file).unseal("name")


def test_a_key_moved_to_another_safe_does_not_open():
    file, stranger = a_file(), open_safe(AT)
    wrapped = SafeKey.objects.get(safe=stranger, purpose="content").wrapped
    SafeKey.objects.filter(safe=file.safe, purpose="content").update(wrapped=wrapped)
    with pytest.raises(WrappedKeyRefused):
        read_again(file).unseal("name")


def test_plaintext_does_not_reach_a_sealed_column():
    file = a_file()
    file.name = b"Zoe in clear"
    with pytest.raises(ValueError, match=r"SealedFile\.name takes sealed bytes only"):
        file.save()
    with pytest.raises(ValueError, match="takes sealed bytes only"):
        SealedFile.objects.filter(pk=file.pk).update(name=b"Zoe in clear")


def test_only_sealed_columns_can_be_sealed():
    with pytest.raises(TypeError, match=r"SealedFile\.size is not a sealed column"):
        a_file().seal(size=3)


def test_a_file_follows_the_purpose_it_was_stored_for():
    safe = open_safe(AT)
    passport, letter = a_file(safe, purpose=KeyPurpose.IDENTITY), a_file(safe)
    destroy(safe, [KeyPurpose.IDENTITY], LATER)
    with pytest.raises(KeyDestroyed):
        content_of(passport)
    assert content_of(letter) == b"%PDF-1.7 Zoe"


def test_reveal_shows_a_placeholder_for_what_is_erased_but_not_for_what_was_altered():
    file, altered = a_file(), a_file()
    destroy(file.safe, [KeyPurpose.CONTENT], LATER)
    assert read_again(file).reveal("name", erased="(erased)") == "(erased)"
    overwrite(altered, "name", b"\xd5\x01" + bytes(60))
    with pytest.raises(Tampered):
        read_again(altered).reveal("name")


def test_a_master_key_that_is_not_configured_is_named(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    file = a_file()
    settings.DSR_MASTER_KEYS = (NEW,)
    with pytest.raises(MasterKeyMissing, match="The master key “m1” is not configured"):
        read_again(file).unseal("name")


def test_a_wrong_master_key_is_an_error_and_never_garbage(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    file = a_file()
    settings.DSR_MASTER_KEYS = (WRONG,)
    with pytest.raises(WrappedKeyRefused, match="The master key “m1” does not open"):
        read_again(file).unseal("name")


def test_an_older_master_key_of_the_ring_still_opens(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    file = a_file()
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    assert read_again(file).unseal("name") == "letter.pdf"
    assert SafeKey.objects.get(safe=open_safe(AT), purpose="record").master_kid == "m2"


def test_a_destroyed_key_cannot_be_half_destroyed():
    safe = open_safe(AT)
    with pytest.raises(IntegrityError):
        SafeKey.objects.filter(safe=safe).update(destroyed_at=LATER)


def test_a_list_of_many_requests_needs_one_query_for_its_keys(django_assert_num_queries):
    for number in range(5):
        a_file(name=f"{number}.pdf")
    rows = list(SealedFile.objects.select_related("safe").order_by("pk"))
    with django_assert_num_queries(1):
        unlock(rows)
        names = [row.unseal("name") for row in rows]
    assert names == ["0.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf"]


def test_associated_data_cannot_be_read_in_two_ways():
    assert cipher.binding("a", "b,c") != cipher.binding("a,b", "c")
    assert cipher.binding(1, "x") != cipher.binding("1", "x")
