"""Wrong, missing and malformed keys are one clear line, before anything is served."""

import subprocess
import sys

import pytest
from django.core.checks import run_checks

from dsr.vault.checks import key_problems
from dsr.vault.keyring import Key, key_ring
from dsr.vault.services import index, open_safe, refuse_wrong_keys
from tests.vault.cast import AT, NEW, OLD, WRONG, a_file

SHORT = ("m1", b"short")


@pytest.mark.parametrize(
    ("ring", "line"),
    [
        pytest.param(None, "DSR_MASTER_KEYS is not set", id="missing"),
        pytest.param((), "DSR_MASTER_KEYS is not set", id="empty"),
        pytest.param((SHORT,), "the key “m1” is not 32 bytes long", id="short"),
        pytest.param((("M 1", OLD[1]),), "a key's name is 1 to 32 of", id="bad name"),
        pytest.param((OLD, ("m1", NEW[1])), "names the same key twice", id="name twice"),
        pytest.param((OLD, ("m2", OLD[1])), "the same key under two names", id="key twice"),
        pytest.param(((1, 2, 3),), "a key's name is 1 to 32 of", id="no pair"),
    ],
)
@pytest.mark.django_db
def test_a_malformed_ring_is_one_line(settings, ring, line):
    settings.DSR_MASTER_KEYS = ring
    [problem] = key_problems()
    assert line in problem
    assert "short" not in problem


def test_a_key_never_shows_itself():
    assert repr(Key(*OLD)) == "<Key m1>"
    assert repr(key_ring("DSR_MASTER_KEYS")).count("\\x") == 0


@pytest.mark.django_db
def test_good_keys_start_without_a_word(settings):
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    a_file()
    assert key_problems() == []
    refuse_wrong_keys()


@pytest.mark.django_db
def test_a_missing_master_key_stops_the_start_with_one_line(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    open_safe(AT)
    settings.DSR_MASTER_KEYS = (NEW,)
    open_safe(AT)
    with pytest.raises(SystemExit) as stopped:
        refuse_wrong_keys()
    line = "The master key “m1” is not configured, but data is sealed with it."
    assert stopped.value.code == line


@pytest.mark.django_db
def test_another_key_under_the_same_name_stops_the_start(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    open_safe(AT)
    settings.DSR_MASTER_KEYS = (WRONG,)
    assert key_problems() == [
        "The master key “m1” does not open the keys sealed with it: "
        "it is not the key they were sealed with, or they were altered."
    ]


@pytest.mark.django_db
def test_a_wrong_or_missing_index_key_is_found_too(settings):
    settings.DSR_INDEX_KEYS = (("i1", OLD[1]),)
    index(open_safe(AT), "email", ["zoe@example.org"])
    settings.DSR_INDEX_KEYS = (("i1", NEW[1]),)
    assert key_problems() == ["The index key “i1” is not the one the index was made with."]
    settings.DSR_INDEX_KEYS = (("i2", NEW[1]),)
    assert key_problems() == ["The index key “i1” is not configured, but the index needs it."]


@pytest.mark.django_db
def test_checks_that_ask_the_database_wait_until_a_database_is_named(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    open_safe(AT)
    settings.DSR_MASTER_KEYS = (WRONG,)
    assert run_checks(tags=["keys"]) == []
    named = run_checks(tags=["keys"], databases=["default"])
    assert [message.id for message in named] == ["vault.E002"]


def test_before_the_first_migration_there_is_nothing_to_refuse(django_db_blocker):
    code = (
        "import os; os.environ['DATABASE_URL'] = os.environ['DATABASE_URL'].replace('/dsr?', "
        "'/postgres?'); import django; django.setup(); "
        "from dsr.vault.services import refuse_wrong_keys; refuse_wrong_keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
