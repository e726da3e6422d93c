"""Days and times as readers have them: by the organisation's country and clock, in any language."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.template import Context, engines
from django.utils import formats, translation

from dsr.days.place import NOWHERE, Place, here, standing_in
from dsr.days.words import day_words, instant_words, time_words, zone_words
from dsr.notifications.rendering import _engine

PARIS = Place("FR", "Europe/Paris")
CHICAGO = Place("US", "America/Chicago")
DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "language", "said"),
    [
        ("FR", "en", "19 November 2026"),
        ("PT", "en", "19 November 2026"),
        ("GB", "en", "19 November 2026"),
        ("", "en", "19 November 2026"),
        ("US", "en", "November 19, 2026"),
        ("PR", "en", "November 19, 2026"),
        ("CA", "en", "November 19, 2026"),
        ("FR", "fr", "19 novembre 2026"),
        # Who reads French reads it as French has it, whoever writes.
        ("US", "fr", "19 novembre 2026"),
    ],
)
def test_a_day_follows_the_country_and_the_language(country: str, language: str, said: str) -> None:
    with translation.override(language):
        assert day_words(DAY, Place(country)) == said


def test_the_first_of_a_month_has_its_own_word_in_french() -> None:
    with translation.override("fr"):
        assert day_words(date(2026, 1, 1)) == "1er janvier 2026"
        assert day_words(date(2026, 8, 1), CHICAGO) == "1er août 2026"
        assert day_words(date(2026, 8, 11)) == "11 août 2026"
    with translation.override("en"):
        assert day_words(date(2026, 1, 1), PARIS) == "1 January 2026"


def test_an_instant_is_told_by_the_clock_of_the_place() -> None:
    with translation.override("en"):
        assert instant_words(AT, PARIS) == "19 November 2026, 10:30, Paris time"
        assert instant_words(AT, CHICAGO) == "November 19, 2026, 03:30, Chicago time"
        assert instant_words(AT, NOWHERE) == "19 November 2026, 09:30, UTC"
        # Past midnight in Paris it is still the day before in Chicago.
        late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
        assert day_words(late, PARIS) == "2 June 2026"
        assert instant_words(late, CHICAGO) == "June 1, 2026, 18:30, Chicago time"
        # Without a zone it is nobody's.
        assert time_words(time(17, 0), PARIS) == "17:00"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Paris", "Paris time"),
        ("Europe/Amsterdam", "Amsterdam time"),
        ("America/New_York", "New York time"),
        ("America/Indiana/Indianapolis", "Indianapolis time"),
        ("Etc/UTC", "UTC"),
        ("UTC", "UTC"),
        ("CET", "CET"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, said: str) -> None:
    with translation.override("en"):
        assert zone_words(zone) == said


@pytest.mark.parametrize("name", ["pages", "mails"])
def test_templates_say_the_same_of_pages_and_of_mails(name: str) -> None:
    engine = engines["django"].engine if name == "pages" else _engine()
    text = (
        '{{ day|date:"DATE_FORMAT" }}; {{ at|date:"DATE_FORMAT" }}; {{ at|time:"TIME_FORMAT" }}; '
        '{{ at|date:"DATETIME_FORMAT" }}; {{ day|date:"Y-m-d" }}'
    )
    made = engine.from_string(text)
    given = {"day": DAY, "at": datetime(2026, 11, 19, 23, 30, tzinfo=UTC)}
    with translation.override("en"), standing_in(PARIS):
        assert made.render(Context(given)) == (
            "19 November 2026; 20 November 2026; 00:30, Paris time; "
            "20 November 2026, 00:30, Paris time; 2026-11-19"
        )
    with translation.override("en"), standing_in(CHICAGO):
        assert made.render(Context(given)) == (
            "November 19, 2026; November 19, 2026; 17:30, Chicago time; "
            "November 19, 2026, 17:30, Chicago time; 2026-11-19"
        )


def test_a_page_of_several_says_each_in_its_own_place() -> None:
    one = '{% in_place place %}{{ day|date:"DATE_FORMAT" }}; {% endin_place %}'
    text = f"{{% for place in places %}}{one}{{% endfor %}}"
    made = engines["django"].engine.from_string(text)
    with translation.override("en"):
        said = made.render(Context({"places": [PARIS, CHICAGO, PARIS], "day": DAY}))
    assert said == "19 November 2026; November 19, 2026; 19 November 2026; "
    assert here() == NOWHERE


def test_what_django_itself_writes_follows_the_place() -> None:
    """As the administration does, and whoever forgets that there are words of ours."""
    with translation.override("en"), standing_in(CHICAGO):
        assert formats.localize(DAY) == "November 19, 2026"
    with translation.override("en"), standing_in(PARIS):
        assert formats.localize(DAY) == "19 November 2026"
        assert formats.date_format(AT, "DATETIME_FORMAT") == "19 November 2026, 09:30 UTC"
