"""Many writers at the same instant leave unbroken chains."""

import threading

import pytest
from django.db import connection

from dsr.audit.models import Entry, Head
from dsr.audit.services import append, verify
from tests.audit.cast import AT

WRITERS = 50
EACH = 4


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_writers_leave_unbroken_chains():
    start, errors = threading.Barrier(WRITERS), []
    threads = [
        threading.Thread(target=_write, args=[number, start, errors]) for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert verify() == []
    heads = dict(Head.objects.values_list("chain", "seq"))
    assert heads == {"site": 200, **{f"request:{number}": 40 for number in range(5)}}
    assert Entry.objects.count() == 400


def _write(number, start, errors):
    """Everybody writes to the site's chain, and ten at a time to one request's."""
    try:
        start.wait(30)
        for turn in range(EACH):
            facts = {"writer": number, "turn": turn}
            append(f"request:{number % 5}", "tried", at=AT, actor_id=1, by="staff", facts=facts)
            append("site", "tried", at=AT, actor_id=1, by="staff", facts=facts)
    except Exception as error:  # noqa: BLE001 (a thread tells what went wrong)
        errors.append(error)
    finally:
        connection.close()
