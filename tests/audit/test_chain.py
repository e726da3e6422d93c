"""An entry follows the one before it, covers all of itself, and holds no personal data."""

import hashlib
import hmac
from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from dsr.audit.models import Entry, Head
from dsr.audit.services import (
    SITE,
    Line,
    append,
    first_rows,
    record_refusal,
    request_chain,
    verify,
)
from tests.audit.cast import AT, KEY, NEXT_KEY, a_history

pytestmark = pytest.mark.django_db


def test_a_request_has_a_chain_of_its_own():
    assert request_chain(42) == "request:42"
    assert SITE == "site"


def test_entries_are_numbered_and_linked():
    first, second, third = a_history(length=3)
    assert [entry.seq for entry in (first, second, third)] == [1, 2, 3]
    assert bytes(first.prev_hash) == bytes(32)
    assert (second.prev_hash, third.prev_hash) == (first.hash, second.hash)
    head = Head.objects.get(chain="request:1")
    assert (head.seq, bytes(head.hash)) == (3, third.hash)
    assert verify() == []


def test_a_chain_that_begins_with_several_lines_is_as_if_they_were_appended_one_by_one():
    lines = [Line("submit", {"right": 5}), Line("deadline_began", {"code": "policy"})]
    for row in first_rows("request:1", lines, at=AT, actor_id=None, by="requester"):
        row.save(force_insert=True)
    for line in lines:
        append("request:2", line.code, at=AT, actor_id=None, by="requester", facts=line.facts)
    said = [
        list(Entry.objects.filter(chain=chain).order_by("seq").values_list("seq", "code", "facts"))
        for chain in ("request:1", "request:2")
    ]
    assert said[0] == said[1]
    append("request:1", "answered", at=AT, actor_id=7, by="staff")
    assert verify() == []


def test_the_hash_is_the_keyed_hash_of_the_canonical_entry(settings):
    settings.DSR_AUDIT_KEYS = (KEY,)
    entry = append(
        "request:1",
        "answered",
        at=AT,
        actor_id=7,
        by="staff",
        facts={"days": [20, None, True], "on": "2026-05-20"},
        from_state="decided",
        to_state="closed",
    )
    canonical = (
        '["entry",["request:1",1,"2026-04-30T09:00:00.123456+00:00",7,"staff","answered",'
        '"decided","closed",{"days":[20,null,true],"on":"2026-05-20"},"a1","' + "0" * 64 + '"]]'
    )
    expected = hmac.new(bytes(range(32)), canonical.encode(), hashlib.sha256).digest()
    assert entry.hash == expected


def test_the_instant_may_be_told_in_any_zone():
    here = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    entry = append("request:1", "note_added", at=here, actor_id=None, by="system")
    assert entry.at == AT
    assert verify() == []
    with pytest.raises(ValueError, match="time zone"):
        append("request:1", "x", at=datetime(2026, 1, 1), actor_id=None, by="system")


@pytest.mark.parametrize(
    "value",
    [
        0,
        -5,
        2**62,
        True,
        None,
        "granted",
        "2026-05-20",
        "2026-05-20T10:00:00+02:00",
        date(2026, 5, 20),
        AT,
        ["signed", "dated"],
        [],
        {"signed", "dated"},
    ],
)
def test_facts_that_can_be_kept(value):
    append("request:1", "note_added", at=AT, actor_id=None, by="system", facts={"fact": value})
    assert verify() == []


@pytest.mark.parametrize(
    "value",
    [
        "Zoe",
        "zoe müller",
        "zoe@example.org",
        "",
        "x" * 81,
        "a\nb",
        "2026-05-20 at home",
        1.5,
        b"x",
        {"name": "zoe"},
        ["signed", "Zoe"],
        [["signed"]],
        list(range(101)),
        datetime(2026, 1, 1),
    ],
)
def test_facts_that_could_be_somebodys_words_are_refused(value):
    with pytest.raises(ValueError, match="fact") as refused:
        append("request:1", "x", at=AT, actor_id=None, by="system", facts={"fact": value})
    assert "Zoe" not in str(refused.value)
    assert "zoe" not in str(refused.value)
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"chain": "Zoe"},
        {"code": "Zoe Müller"},
        {"by": "zoe"},
        {"from_state": "In progress"},
        {"facts": {"Zoe M": 1}},
    ],
)
def test_codes_are_closed(odd):
    given = {"chain": "request:1", "code": "x", "at": AT, "actor_id": None, "by": "system"} | odd
    with pytest.raises(ValueError):  # noqa: PT011 (several sentences)
        append(given.pop("chain"), given.pop("code"), **given)


def test_an_entry_is_undone_with_its_deed():
    with transaction.atomic():
        a_history()
        transaction.set_rollback(True)
    assert (Entry.objects.count(), Head.objects.count()) == (0, 0)
    a_history(length=1)
    assert verify() == []


def test_a_new_audit_key_continues_the_chain_of_the_old_one(settings):
    settings.DSR_AUDIT_KEYS = (KEY,)
    a_history(length=2)
    settings.DSR_AUDIT_KEYS = (NEXT_KEY, KEY)
    a_history(length=2)
    assert list(Entry.objects.order_by("seq").values_list("key_id", flat=True)) == [
        "a1",
        "a1",
        "a2",
        "a2",
    ]
    assert verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET code = 'x'",
        "UPDATE audit_entry SET code = 'x' WHERE false",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry, audit_head CASCADE",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET code='x'",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "UPDATE audit_head SET seq = seq - 1",
        "UPDATE audit_head SET chain = 'other', seq = seq + 1",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(statement):
    a_history()
    refused = pytest.raises(IntegrityError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify() == []


def test_the_orm_cannot_rewrite_history_either():
    entry = a_history()[0]
    entry.code = "other"
    for rewrite in (entry.save, entry.delete, Entry.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rewrite()


@pytest.mark.django_db(transaction=True)
def test_the_applications_role_can_add_to_history_and_nothing_else(as_app_role):
    a_history(length=2)
    assert verify() == []
    for statement in (
        "UPDATE audit_entry SET code = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_kept_although_what_was_refused_rolled_back():
    with transaction.atomic():
        a_history()
        transaction.set_rollback(True)
    entry = record_refusal("approve_refused", at=AT, actor_id=7, facts={"request": 12})
    assert list(Entry.objects.values_list("chain", "code", "by", "facts")) == [
        ("site", "approve_refused", "staff", {"request": 12})
    ]
    assert record_refusal("login_refused", at=AT, actor_id=None).by == "system"
    assert entry.actor_id == 7


@pytest.mark.django_db(transaction=True)
def test_a_refusal_cannot_be_recorded_where_it_would_be_undone():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_refusal("login_refused", at=AT, actor_id=None)
