"""Moving to new keys: under load, after a kill, and with rows that do not open."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from dsr.vault.models import BlindToken, KeyPurpose, SafeKey
from dsr.vault.rotation import rebuild, rewrap
from dsr.vault.services import destroy, find, index, open_safe
from tests.vault.cast import AT, LATER, NEW, OLD, a_file, content_of, read_again

I1, I2 = ("i1", bytes(range(100, 132))), ("i2", bytes(range(132, 164)))


@pytest.fixture
def files(settings):
    settings.DSR_MASTER_KEYS, settings.DSR_INDEX_KEYS = (OLD,), (I1,)
    files = [a_file(name=f"{number}.pdf") for number in range(4)]
    for number, file in enumerate(files):
        index(file.safe, "email", [f"zoe{number}@example.org"])
    return files


def rotate(settings, *options: str) -> str:
    settings.DSR_MASTER_KEYS, settings.DSR_INDEX_KEYS = (NEW, OLD), (I2, I1)
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue()


def master_kids() -> dict[str, int]:
    kids = list(SafeKey.objects.values_list("master_kid", flat=True))
    return {kid: kids.count(kid) for kid in kids}


@pytest.mark.django_db
def test_after_rotation_the_old_keys_can_be_taken_out(settings, files):
    assert rotate(settings, "--batch", "5") == (
        "12 data keys wrapped anew.\n"
        "4 index tokens rebuilt.\n"
        "The older keys are not needed any more and can be taken out.\n"
    )
    settings.DSR_MASTER_KEYS, settings.DSR_INDEX_KEYS = (NEW,), (I2,)
    assert [read_again(file).unseal("name") for file in files] == [
        "0.pdf",
        "1.pdf",
        "2.pdf",
        "3.pdf",
    ]
    assert content_of(files[3]) == b"%PDF-1.7 Zoe"
    assert find("email", "zoe2@example.org") == {files[2].safe_id}


@pytest.mark.django_db
def test_search_finds_everything_while_the_index_is_half_rebuilt(settings, files):
    settings.DSR_INDEX_KEYS = (I2, I1)
    assert rebuild(batch=2).done == 2
    kids = BlindToken.objects.order_by("key_id").values_list("key_id", flat=True)
    assert list(kids) == ["i1", "i1", "i2", "i2"]
    found = [find("email", f"zoe{number}@example.org") for number in range(4)]
    assert found == [{file.safe_id} for file in files]


@pytest.mark.django_db
def test_a_rotation_that_was_killed_goes_on_where_it_was(settings, files):
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    assert rewrap(batch=5).done == 5
    assert master_kids() == {"m1": 7, "m2": 5}
    assert rotate(settings).startswith("7 data keys wrapped anew.")


@pytest.mark.django_db
def test_destroyed_keys_stay_destroyed(settings, files):
    destroy(files[0].safe, list(KeyPurpose), LATER)
    assert rotate(settings).startswith("9 data keys wrapped anew.")
    assert SafeKey.objects.filter(wrapped__isnull=True).count() == 3


@pytest.mark.django_db
def test_one_altered_key_does_not_stop_the_others_and_is_named(settings, files):
    bad = SafeKey.objects.order_by("pk").first()
    SafeKey.objects.filter(pk=bad.pk).update(wrapped=b"\0" * 60)
    with pytest.raises(CommandError, match=rf"1 still under an older key; refused: {bad.pk}\."):
        rotate(settings)
    assert master_kids() == {"m1": 1, "m2": 11}


@pytest.mark.django_db
def test_rotation_does_not_begin_with_a_key_missing(settings, files):
    settings.DSR_MASTER_KEYS = (NEW,)
    with pytest.raises(CommandError, match="The master key “m1” is not configured"):
        call_command("rotate_keys")


@pytest.mark.django_db(transaction=True)
def test_keys_somebody_works_with_are_skipped_and_come_next_time(settings, files):
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    held, go_on = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold, args=[files[0].safe_id, held, go_on])
    holder.start()
    held.wait(10)
    assert rewrap().done == 9
    go_on.set()
    holder.join(10)
    assert rewrap().done == 3


def _hold(safe_id, held, go_on):
    try:
        with transaction.atomic():
            list(SafeKey.objects.select_for_update().filter(safe_id=safe_id))
            held.set()
            go_on.wait(10)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_two_rotate_while_others_seal_and_erase(settings, files):
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    errors: list[Exception] = []
    doomed = [file.safe for file in files[:2]]
    deeds = [
        lambda: [rewrap(batch=3) for _ in range(8)],
        lambda: [rewrap(batch=3) for _ in range(8)],
        lambda: [destroy(safe, [KeyPurpose.CONTENT], LATER) for safe in doomed],
        lambda: [a_file(open_safe(AT), name="new.pdf") for _ in range(10)],
    ]
    threads = [threading.Thread(target=_run, args=[deed, errors]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    settings.DSR_MASTER_KEYS = (NEW,)
    assert (
        master_kids().get("m1", 0)
        == SafeKey.objects.filter(master_kid="m1", wrapped__isnull=True).count()
    )
    assert [read_again(file).reveal("name", "(erased)") for file in files[:4]] == [
        "(erased)",
        "(erased)",
        "2.pdf",
        "3.pdf",
    ]


def _run(deed, errors):
    try:
        deed()
    except Exception as error:  # noqa: BLE001 (a thread tells what went wrong)
        errors.append(error)
    finally:
        connection.close()
