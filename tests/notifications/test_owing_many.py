"""The same mail to several people: each once, in their language, in a few statements."""

from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import Reader, deliver, owe_each
from dsr.vault.models import Safe
from dsr.vault.services import open_safe
from tests.notifications.conftest import NOON, Server
from tests.notifications.threads import at_once

ANNA = Reader(1, "anna.canary@example.org", "en")
BRUNO = Reader(2, "bruno.canary@example.org", "fr")
CARLA = Reader(3, "carla.canary@example.org", "fr")


def notice(safe: Safe, *readers: Reader, **changes: Any) -> None:
    given: dict[str, Any] = {
        "key": "notice:7",
        "kind": "security_notice",
        "safe": safe,
        "context": {"name": "all", "what": "totp_activated", "when": "2 March"},
        "at": NOON,
    }
    owe_each(readers, **given | changes)


def test_each_reader_is_owed_a_mail_under_a_key_and_an_id_of_their_own(safe: Safe) -> None:
    notice(safe, ANNA, BRUNO, CARLA)
    rows = OutboxMessage.objects.select_related("safe").order_by("key")
    assert [(row.key, row.recipient_user_id, row.language) for row in rows] == [
        ("notice:7:1", 1, "en"),
        ("notice:7:2", 2, "fr"),
        ("notice:7:3", 3, "fr"),
    ]
    assert [row.unseal("to_address") for row in rows] == [ANNA.to, BRUNO.to, CARLA.to]
    assert len({row.message_id for row in rows}) == 3
    english, french, again = (row.unseal("body") for row in rows)
    assert french == again
    assert english != french


def test_who_is_owed_it_already_is_not_owed_it_again(safe: Safe) -> None:
    notice(safe, ANNA)
    first = OutboxMessage.objects.get().message_id
    notice(safe, ANNA, BRUNO)
    assert OutboxMessage.objects.get(key="notice:7:1").message_id == first
    assert OutboxMessage.objects.count() == 2


def test_twenty_readers_cost_no_more_statements_than_two(safe: Safe) -> None:
    many = [Reader(number, f"reader{number}@example.org", "en") for number in range(20)]
    with CaptureQueriesContext(connection) as two:
        notice(safe, *many[:2])
    with CaptureQueriesContext(connection) as twenty:
        notice(safe, *many, key="notice:8")
    assert len(twenty) <= len(two)


def test_the_mails_go_out(safe: Safe, server: type[Server]) -> None:
    notice(safe, ANNA, BRUNO)
    assert deliver(NOON) == {"sent": 2}
    assert sorted(mail.to[0] for mail in Server.accepted) == [ANNA.to, BRUNO.to]


def test_nobody_is_owed_nothing_and_no_bell_rings(safe: Safe) -> None:
    before = len(connection.run_on_commit)
    notice(safe)
    assert len(connection.run_on_commit) == before
    notice(safe, ANNA)
    assert len(connection.run_on_commit) == before + 1


def test_an_unknown_check_is_a_defect(safe: Safe) -> None:
    with pytest.raises(LookupError):
        notice(safe, ANNA, recheck="nobody.knows")


def test_one_reader_without_an_address_keeps_nothing_from_the_others(
    safe: Safe, server: type[Server]
) -> None:
    """As in a sweep of reminders, which owes them to everybody together."""
    notice(safe, ANNA, Reader(4, "not an address", "en"), BRUNO)
    assert deliver(NOON) == {"sent": 2}
    assert [row.recipient_user_id for row in OutboxMessage.objects.failed()] == [4]


def test_a_deed_that_fails_owes_nobody_anything(safe: Safe) -> None:
    with transaction.atomic():
        notice(safe, ANNA, BRUNO)
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_who_owe_the_same_at_the_same_instant_owe_it_once() -> None:
    safe, start = open_safe(NOON), Barrier(8)

    def owe_all() -> None:
        connection.ensure_connection()
        start.wait(10)
        notice(Safe.objects.get(pk=safe.pk), ANNA, BRUNO, CARLA)

    at_once([owe_all] * 8)
    assert OutboxMessage.objects.count() == 3
