"""Working calendars: seeded, corrected by people, and every change is written down."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from dsr.audit.models import Entry
from dsr.policies.calendars import Correction, correct_day, drop_correction
from dsr.policies.models import Organisation, WorkingCalendar
from tests.policies.conftest import MORNING, Folder

pytestmark = pytest.mark.django_db

ASCENSION = date(2026, 5, 14)
FRIDAY_AFTER = date(2026, 5, 15)


@pytest.fixture
def france(clinic: Folder) -> WorkingCalendar:
    clinic.load()
    return WorkingCalendar.objects.get(slug="fr")


def correct(calendar: WorkingCalendar, on: date, change: str) -> WorkingCalendar:
    correction = Correction(on, change, "As decided by the prefect")
    return correct_day(calendar.pk, correction, actor_id=None, at=MORNING)


def test_the_seed_knows_the_holidays(france: WorkingCalendar) -> None:
    engine = france.as_engine()
    assert engine.is_working(ASCENSION) is False
    assert engine.is_working(FRIDAY_AFTER) is True
    assert engine.is_working(date(2026, 5, 16)) is False
    assert engine.version == "fr 1, holidays 0.109"


def test_a_day_can_be_added_and_taken_away(france: WorkingCalendar) -> None:
    correct(france, FRIDAY_AFTER, "add")
    changed = correct(france, ASCENSION, "remove")
    assert changed.version == 3
    assert changed.as_engine().is_working(FRIDAY_AFTER) is False
    assert changed.as_engine().is_working(ASCENSION) is True
    again = drop_correction(france.pk, ASCENSION, actor_id=None, at=MORNING)
    assert again.version == 4
    assert again.as_engine().is_working(ASCENSION) is False


def test_correcting_a_day_again_replaces_the_correction(france: WorkingCalendar) -> None:
    correct(france, FRIDAY_AFTER, "add")
    correct(france, FRIDAY_AFTER, "remove")
    assert [day.change for day in france.days.all()] == ["remove"]


def test_every_change_is_written_down(france: WorkingCalendar) -> None:
    correct(france, FRIDAY_AFTER, "add")
    entry = Entry.objects.get(code="calendar_day")
    assert entry.facts == {
        "calendar": france.pk,
        "version": 2,
        "day": "2026-05-15",
        "change": "add",
    }


def test_loading_again_keeps_what_people_corrected(clinic: Folder, france: WorkingCalendar) -> None:
    correct(france, FRIDAY_AFTER, "add")
    clinic.load()
    france.refresh_from_db()
    assert (france.version, france.days.count()) == (2, 1)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"codes": ["FR-A"]}, id="the old region code of Alsace"),
        pytest.param({"codes": ["XX"]}, id="no such country"),
        pytest.param({"weekend": [0, 1, 2, 3, 4, 5, 6]}, id="a week without work"),
        pytest.param({"weekend": 5}, id="no list"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(
    france: WorkingCalendar, values: dict[str, object]
) -> None:
    for name, value in values.items():
        setattr(france, name, value)
    with pytest.raises(ValidationError):
        france.full_clean()


def test_the_legal_day_is_that_of_the_organisation(france: WorkingCalendar) -> None:
    clinic = Organisation.objects.get(slug="clinic")
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert clinic.today(late) == date(2026, 4, 1), "half past midnight in Paris"
