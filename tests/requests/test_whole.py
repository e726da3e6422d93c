"""A request that was read whole is the request that the ORM reads, table by table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.whole import FURTHER, OWN, asked_once, read_whole
from tests import cast
from tests.cast import Desk


@pytest.fixture
def desk(db: None) -> Desk:
    return cast.the_same_desk()


@pytest.fixture
def rich(desk: Desk) -> SubjectRequest:
    """With people, evidence, deadlines, a decision, mails and history."""
    asked = cast.ask(desk.right("imo", "eu-access"), country="PL")
    return cast.propose(cast.begin(asked, desk.handler), desk.handler)


def whole(of: SubjectRequest, desk: Desk) -> SubjectRequest:
    fresh = SubjectRequest.objects.select_related("safe").get(pk=of.pk)
    return read_whole(fresh, desk.handler)


def columns(rows: Any) -> list[dict[str, Any]]:
    return [
        {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
        for row in rows
    ]


@pytest.mark.parametrize("relation", sorted(OWN))
def test_every_row_is_as_the_orm_reads_it(rich: SubjectRequest, desk: Desk, relation: str) -> None:
    plain = SubjectRequest.objects.get(pk=rich.pk)
    read = getattr(whole(rich, desk), relation)
    assert columns(read.all()) == columns(getattr(plain, relation).all())


def test_the_rich_request_fills_the_tables_that_matter(rich: SubjectRequest, desk: Desk) -> None:
    read = whole(rich, desk)
    filled = {name for name in OWN if getattr(read, name).all()}
    assert filled >= {"people", "evidence", "deadlines", "decisions", "notices", "receipts"}


def test_history_and_mails_stand_in_their_order(rich: SubjectRequest, desk: Desk) -> None:
    read = whole(rich, desk)
    assert read.whole is not None
    chain = Entry.objects.filter(chain=f"request:{rich.pk}").order_by("seq")
    assert columns(read.whole.entries) == columns(chain)
    mails = OutboxMessage.objects.of(rich.reference)
    assert columns(read.whole.mails) == columns(mails)
    assert read.whole.mails


def test_it_takes_one_statement(rich: SubjectRequest, desk: Desk) -> None:
    fresh = SubjectRequest.objects.select_related("safe", "organisation__calendar").get(pk=rich.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read = read_whole(fresh, desk.clerk)
        assert [each.by.name for each in read.evidence.all()] == ["Handler Testing"]
        assert [each.shown("name") for each in read.people.all()] == ["Zoé Canary-Quill"]
        assert {each.subject_request.pk for each in read.deadlines.all()} == {rich.pk}
        assert not any(hasattr(each, "order") for each in read.deadlines.all())
    assert len(asked) == 1


def test_a_question_beyond_all_rows_is_asked_of_the_database_and_of_this_request_alone(
    rich: SubjectRequest, desk: Desk
) -> None:
    other = cast.ask(desk.right("imo", "eu-access"), country="FR")
    read = whole(rich, desk)
    found = read.deadlines.filter(pk__gt=0)
    assert set(found.values_list("subject_request", flat=True)) == {rich.pk}
    assert not read.deadlines.filter(subject_request=other).exists()
    assert (
        read.deadlines.live().count()
        == Deadline.objects.live().filter(subject_request=rich).count()
    )
    assert read.deadlines.order_by("pk").last() in read.deadlines.all()


def test_what_happened_since_is_seen_by_a_question_and_not_by_the_page(
    rich: SubjectRequest, desk: Desk
) -> None:
    read = whole(rich, desk)
    rich.notes.create(safe=rich.safe, by=desk.handler, at=cast.MORNING, text=_sealed(rich))
    assert list(read.notes.all()) == []
    assert read.notes.filter(by=desk.handler).count() == 1


def _sealed(rich: SubjectRequest) -> bytes:
    sealed = rich.notes.model(safe=rich.safe, subject_request=rich)
    sealed.seal(text="later")
    text: bytes = sealed.text
    return text


def test_the_requester_is_given_nothing_of_the_desk(rich: SubjectRequest) -> None:
    fresh = SubjectRequest.objects.select_related("safe").get(pk=rich.pk)
    read = read_whole(fresh)
    known = read._prefetched_objects_cache  # type: ignore[attr-defined]
    assert not {"notes", "opinions", "links", "reading_codes", "held_contacts"} & set(known)
    assert read.whole is not None
    assert read.whole.users == {}


def test_every_table_with_a_request_is_read_or_left_out_by_name() -> None:
    left_out = {
        # Written for sweeps and deeds; no page of a request shows them.
        *("contact_changes", "safe"),
    }
    related = {
        each.get_accessor_name()
        for each in SubjectRequest._meta.related_objects
        if each.get_accessor_name()
    }
    assert related - set(OWN) == left_out - {"safe"}
    assert set(FURTHER) == {
        *("extensions", "order", "readings", "dispute_deadlines"),
        *("keys", "files", "entries", "mails", "users"),
    }


def test_a_question_is_asked_once_of_a_page_and_each_time_of_a_locked_request(
    rich: SubjectRequest, desk: Desk
) -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    read = whole(rich, desk)
    assert [asked_once(read, "q", ask), asked_once(read, "q", ask)] == [1, 1]
    assert [asked_once(rich, "q", ask), asked_once(rich, "q", ask)] == [2, 3]
