"""Rows of many tables in one statement: as they would be saved one by one, all or none."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dsr.audit.models import Head
from dsr.requests.models import LimitCounter, MailThrottle
from dsr.requests.submission.saving import NewRows
from dsr.vault.models import Safe, SafeKey
from dsr.vault.services import make_keys
from tests.cast import MORNING

pytestmark = pytest.mark.django_db


def counter(bucket: str) -> LimitCounter:
    return LimitCounter(bucket=bucket, starts_at=MORNING, ends_at=MORNING, count=7)


def test_rows_of_several_tables_are_one_statement() -> None:
    rows = [
        counter("one"),
        MailThrottle(address='it\'s % \\ "quoted"', next_at=MORNING),
        counter("two"),
        Head(chain="request:1", seq=1, hash=bytes(range(32))),
    ]
    with CaptureQueriesContext(connection) as statements:
        NewRows(rows).save()
    assert len(statements) == 1
    counters = LimitCounter.objects.order_by("bucket").values_list("bucket", "starts_at", "count")
    assert list(counters) == [("one", MORNING, 7), ("two", MORNING, 7)]
    assert MailThrottle.objects.get().address == 'it\'s % \\ "quoted"'
    assert bytes(Head.objects.get().hash) == bytes(range(32))


def test_one_that_cannot_be_leaves_none() -> None:
    rows = [MailThrottle(address="a", next_at=MORNING), counter("one"), counter("one")]
    with pytest.raises(IntegrityError), transaction.atomic():
        NewRows(rows).save()
    assert not LimitCounter.objects.exists()
    assert not MailThrottle.objects.exists()


def test_a_reserved_id_can_be_named_by_other_rows_and_is_nobody_elses() -> None:
    safe = Safe(created_at=MORNING)
    rows = NewRows([safe])
    rows.reserve_ids([safe])
    rows += make_keys(safe, MORNING)
    rows.save()
    assert SafeKey.objects.filter(safe=safe).count() == 3
    assert Safe.objects.create(created_at=MORNING).pk > safe.pk
    safe.kind = Safe.Kind.PERSON
    safe.save()  # it knows that it is there
    assert Safe.objects.get(kind="person").pk == safe.pk


def test_the_applications_role_may_do_it(as_app_role: None) -> None:
    safe = Safe(created_at=MORNING)
    rows = NewRows([safe])
    rows.reserve_ids([safe])
    rows.save()
    assert Safe.objects.filter(pk=safe.pk).exists()
