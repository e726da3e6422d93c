"""What a process keeps of organisations and policies is never older than the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from psycopg import sql

from config.trial.embedded import postgres
from dsr.policies.calendars import Correction, correct_day
from dsr.policies.kept_copy import kept_copy
from dsr.policies.models import Organisation, Right, WorkingCalendar
from tests.cast import MORNING, Desk, open_desk, the_same_desk

DAY = date(2026, 5, 1)


@pytest.fixture
def desk(db: None) -> Desk:
    return the_same_desk()


def names() -> list[str]:
    return [each.name for each in kept_copy().open_organisations()]


def test_nothing_but_the_mark_is_read_where_nothing_changed(
    desk: Desk, django_assert_num_queries: object
) -> None:
    imo = desk.organisation("imo")
    first = kept_copy().rights_offered(imo, DAY)
    with django_assert_num_queries(1):  # type: ignore[operator]
        again = kept_copy().rights_offered(imo, DAY)
        assert [right.reading.version.policy.organisation.name for right in again]
    assert again == first


def test_a_change_counts_at_once_in_its_own_transaction(desk: Desk) -> None:
    assert "INDIGOMED" in names()
    with transaction.atomic():
        Organisation.objects.filter(slug="indigomed").update(name="Violet")
        assert "Violet" in names()
        Organisation.objects.filter(slug="indigomed").update(name="Purple")
        assert "Purple" in names()


def test_what_is_rolled_back_leaves_no_trace_even_after_another_change(desk: Desk) -> None:
    before = names()
    with transaction.atomic():
        Organisation.objects.filter(slug="indigomed").update(name="Violet")
        assert "Violet" in names()
        transaction.set_rollback(True)
    assert names() == before
    Organisation.objects.filter(slug="img").update(name="Green")
    assert "Violet" not in names()
    assert "Green" in names()


@pytest.mark.parametrize("table", ["organisation", "right", "policyversion", "calendarday"])
def test_plain_sql_past_the_program_is_noticed(desk: Desk, table: str) -> None:
    before = kept_copy()
    statement = sql.SQL("DELETE FROM {} WHERE false").format(sql.Identifier(f"policies_{table}"))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string())
    assert kept_copy() is not before


def test_every_table_of_the_room_is_watched(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'policies_next_edition'"
        )
        watched = {name for (name,) in cursor.fetchall()}
    room = {
        model._meta.db_table
        for model in Organisation._meta.apps.get_app_config("policies").get_models()
    }
    assert watched == room - {"policies_edition"}


def test_whoever_asks_gets_instances_of_their_own(desk: Desk) -> None:
    mine = kept_copy().organisation(desk.organisation("img").pk)
    mine.name = mine.calendar.name = "changed in memory"
    theirs = kept_copy().organisation(mine.pk)
    assert (theirs.name, theirs.calendar.name) == ("Innovative Medicines Group", "Portugal")


def test_a_right_comes_with_all_that_stands_above_it(
    desk: Desk, django_assert_num_queries: object
) -> None:
    asked = desk.right("indigomed", "accounting")
    kept_copy().right(asked.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = kept_copy().right(asked.pk)
        assert found.reading.version.policy.organisation.calendar.as_engine()
        assert found.department is not None
    with pytest.raises(Right.DoesNotExist):
        kept_copy().right(0)


def test_a_corrected_holiday_counts_at_once(desk: Desk) -> None:
    organisation = kept_copy().organisation(desk.organisation("img").pk)
    friday = date(2026, 5, 8)
    assert organisation.calendar.as_engine().is_working(friday)
    given = Correction(friday, "add", "bridge")
    correct_day(organisation.calendar_id, given, actor_id=None, at=MORNING)
    again = kept_copy().organisation(organisation.pk)
    assert not again.calendar.as_engine().is_working(friday)


def test_what_follows_from_a_copy_is_made_once_under_its_mark(desk: Desk) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept_copy().derived("a", make), kept_copy().derived("a", make)] == [1, 1]
    WorkingCalendar.objects.update(name="other")
    assert kept_copy().derived("a", make) == 2


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection as another process of the program has one."""
    open_desk()
    described = connection.settings_dict
    with psycopg.connect(
        host=described["HOST"], dbname=described["NAME"], user=postgres.APP_ROLE, autocommit=True
    ) as other:
        yield other


def test_what_another_process_changed_stands_on_the_next_page(
    elsewhere: psycopg.Connection,
) -> None:
    visitor = Client()
    assert "INDIGOMED" in visitor.get("/").content.decode()
    elsewhere.execute("UPDATE policies_organisation SET name = 'Violet' WHERE slug = 'indigomed'")
    page = visitor.get("/").content.decode()
    assert "Violet" in page
    assert "INDIGOMED</a>" not in page


def test_what_another_process_has_not_committed_stands_on_no_page(
    elsewhere: psycopg.Connection,
) -> None:
    visitor = Client()
    with elsewhere.transaction(force_rollback=True):
        elsewhere.execute("UPDATE policies_organisation SET name = 'Violet' WHERE slug = 'img'")
        assert "Violet" not in visitor.get("/").content.decode()
    assert "Violet" not in visitor.get("/").content.decode()


def test_the_page_of_rights_follows_a_form_that_is_closed_and_opened(
    elsewhere: psycopg.Connection,
) -> None:
    visitor = Client()
    assert visitor.get("/indigomed/").status_code == 200
    elsewhere.execute("UPDATE policies_organisation SET is_open = false WHERE slug = 'indigomed'")
    assert visitor.get("/indigomed/").status_code == 404
    elsewhere.execute("UPDATE policies_organisation SET is_open = true WHERE slug = 'indigomed'")
    assert visitor.get("/indigomed/").status_code == 200
