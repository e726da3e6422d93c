"""Working calendars, against days that are public knowledge."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.deadlines import DeadlineInputError, WorkingCalendar
from dsr.deadlines.calendars import countries, seeded, subdivisions
from tests.deadlines.paper import FRANCE, due, rule


def works(day: str, *codes: str, **more: Any) -> bool:
    return WorkingCalendar(codes, **more).is_working(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "codes", "working"),
    [
        pytest.param("2026-07-14", ["FR"], False, id="14 July"),
        pytest.param("2026-04-03", ["FR"], True, id="Good Friday is worked in France"),
        pytest.param("2026-04-03", ["FR-6AE"], False, id="but not in Alsace"),
        pytest.param("2025-12-26", ["FR-57"], False, id="nor is 26 December in Moselle"),
        pytest.param("2026-04-06", ["GB-SCT"], True, id="Easter Monday is worked in Scotland"),
        pytest.param("2026-04-06", ["GB-ENG"], False, id="and not in England"),
        pytest.param("2026-03-17", ["GB-ALL"], False, id="St Patrick's Day, one part suffices"),
        pytest.param("2026-11-30", ["GB-ALL"], False, id="St Andrew's Day as well"),
        pytest.param("2026-03-17", ["GB-ENG"], True, id="not in England alone"),
        pytest.param("2025-10-03", ["FR"], True, id="3 October in France"),
        pytest.param("2025-10-03", ["FR", "DE"], False, id="in a union with Germany"),
        pytest.param("2025-07-14", ["FR", "DE"], False, id="the other half of the union"),
        pytest.param("2027-12-31", ["US"], False, id="1 January 2028 observed the day before"),
        pytest.param("2027-12-31", ["GB-ENG"], True, id="no such habit in England"),
        pytest.param("2026-05-05", ["NL"], False, id="5 May in the Netherlands"),
        pytest.param("2025-05-05", ["NL"], False, id="in the fifth year too"),
        pytest.param("2027-05-05", ["NL"], False, id="and in each of the others"),
        pytest.param("2026-04-03", ["NL"], False, id="Good Friday in the Netherlands"),
        pytest.param("2026-01-02", ["NL"], False, id="equated by decree"),
        pytest.param("2026-05-15", ["NL"], False, id="the day after Ascension, by decree"),
        pytest.param("2028-04-28", ["NL"], False, id="the day after King's Day, by decree"),
        pytest.param("2025-05-02", ["NL"], True, id="no decree names it"),
        pytest.param("2026-05-05", ["BE"], True, id="5 May in Belgium"),
        pytest.param("2026-05-15", ["BE"], True, id="a bridge day in Belgium is worked"),
        pytest.param("2026-04-03", ["AT"], False, id="Good Friday in Austria"),
        pytest.param("2026-04-03", ["AT-9"], False, id="in Vienna as well"),
        pytest.param("2026-12-24", ["AT"], True, id="24 December is for authorities alone"),
        pytest.param("2026-06-19", ["SE"], False, id="Midsummer Eve in Sweden"),
        pytest.param("2026-12-24", ["SE"], False, id="Christmas Eve in Sweden"),
        pytest.param("2026-12-31", ["SE"], False, id="New Year's Eve in Sweden"),
        pytest.param("2026-06-19", ["FI"], False, id="Midsummer Eve in Finland"),
        pytest.param("2026-02-17", ["PT"], True, id="Carnival is no holiday of the law"),
        pytest.param("2026-04-03", ["IE"], True, id="Good Friday is worked in Ireland"),
        pytest.param("2028-02-15", ["US-CA"], True, id="Susan B. Anthony Day is worked"),
        pytest.param("2027-02-15", ["US-CA"], False, id="but not when it is Presidents' Day"),
        pytest.param("2028-10-17", ["US-CA"], True, id="Diwali is worked"),
        pytest.param("2027-03-31", ["US-CA"], False, id="Cesar Chavez Day is a holiday"),
        pytest.param("2027-03-31", ["US"], True, id="of California alone"),
        pytest.param("2026-12-28", ["GB-ENG"], False, id="the substitute of Boxing Day"),
        pytest.param("2026-01-02", ["GB-SCT"], False, id="2 January in Scotland"),
        pytest.param("2026-01-02", ["GB-ENG"], True, id="and not in England"),
        pytest.param("2026-06-04", ["DE-BY"], False, id="Corpus Christi in Bavaria"),
        pytest.param("2026-06-04", ["DE"], True, id="and not everywhere in Germany"),
        pytest.param("2026-03-02", [], True, id="weekends only"),
        pytest.param("2026-03-01", [], False, id="Sunday"),
    ],
)
def test_a_day_is_worked_or_not(day: str, codes: list[str], working: bool) -> None:
    assert works(day, *codes) is working


@pytest.mark.parametrize(
    ("more", "working"),
    [
        pytest.param({"extra": ["2026-05-04"]}, False, id="added"),
        pytest.param({"removed": ["2026-05-04"]}, True, id="struck though it was none"),
        pytest.param({"extra": ["2026-05-04"], "removed": ["2026-05-04"]}, False, id="both"),
    ],
)
def test_days_are_added_and_struck(more: dict[str, list[str]], working: bool) -> None:
    days = {key: frozenset(map(date.fromisoformat, each)) for key, each in more.items()}
    assert works("2026-05-04", "FR", **days) is working


def test_striking_a_holiday_leaves_the_weekend() -> None:
    # 15 August 2026 is a Saturday, 14 July a Tuesday.
    struck = frozenset({date(2026, 8, 15), date(2026, 7, 14)})
    assert not works("2026-08-15", "FR", removed=struck)
    assert works("2026-07-14", "FR", removed=struck)


def test_in_a_six_day_week_saturday_is_worked() -> None:
    assert works("2026-04-04", weekend=frozenset({6}))
    assert not works("2026-04-05", weekend=frozenset({6}))


def test_the_next_and_the_previous_working_day() -> None:
    assert FRANCE.next_working(date(2026, 5, 1)) == date(2026, 5, 4)
    assert FRANCE.previous_working(date(2026, 5, 3)) == date(2026, 4, 30)
    assert FRANCE.next_working(date(2026, 5, 4)) == date(2026, 5, 4)
    assert FRANCE.previous_working(date(2026, 5, 4)) == date(2026, 5, 4)
    assert FRANCE.next_working(date(2027, 1, 1)) == date(2027, 1, 4)
    assert FRANCE.previous_working(date(2028, 1, 1)) == date(2027, 12, 31)


def test_working_days_are_added_and_counted() -> None:
    assert FRANCE.add_working_days(date(2026, 4, 30), 1) == date(2026, 5, 4)
    assert FRANCE.add_working_days(date(2026, 5, 4), -1) == date(2026, 4, 30)
    assert FRANCE.add_working_days(date(2026, 5, 2), 0) == date(2026, 5, 2)
    worked = [day for day in range(1, 9) if FRANCE.is_working(date(2026, 5, day))]
    assert worked == [4, 5, 6, 7]


def test_the_version_of_the_data_is_part_of_the_calendar() -> None:
    assert FRANCE.version == "holidays 0.109"
    assert WorkingCalendar(("FR",), version="2") != FRANCE


def test_equal_calendars_are_one_key() -> None:
    assert FRANCE.knows(1900)
    assert not FRANCE.knows(1899)
    assert {FRANCE: 1}[WorkingCalendar(("FR",))] == 1


def test_every_country_and_part_on_the_list_has_a_calendar() -> None:
    for country in countries():
        for code in (country, *subdivisions(country)):
            WorkingCalendar((code,))
    assert len(countries()) == 250
    assert subdivisions("GB") == ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS", "GB-ALL")
    assert "FR-GES" not in subdivisions("FR")
    assert date(2026, 4, 3) in seeded("FR-6AE", 2026)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("FR-GES", "use FR-6AE for Alsace, FR-57 for Moselle", id="old region"),
        pytest.param("FR-GUA", "use FR-971", id="old code of Guadeloupe"),
        pytest.param("GB-UK", "superseded", id="not a part"),
        pytest.param("DE-BYP", "superseded", id="not a state"),
        pytest.param("UK", "use GB", id="not ISO"),
        pytest.param("EL", "use GR", id="Greece"),
        pytest.param("ZZ", "no country ZZ", id="no country"),
        pytest.param("FRA", "not a code", id="three letters"),
        pytest.param("fr", "not a code", id="small letters"),
        pytest.param("FR-Moselle", "not a code", id="a name"),
        pytest.param("FR-75", "no part 75", id="a part without holidays of its own"),
        pytest.param("PT-ALL", "no part ALL", id="no union of that name"),
        pytest.param("", "not a code", id="nothing"),
    ],
)
def test_a_code_that_would_silently_lose_holidays_is_refused(code: str, says: str) -> None:
    with pytest.raises(DeadlineInputError, match=says) as refused:
        WorkingCalendar((code,))
    assert refused.value.field == "codes"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"codes": "FR"}, "codes", id="a text, not a list"),
        pytest.param({"weekend": frozenset({7})}, "weekend", id="an eighth day"),
        pytest.param({"weekend": frozenset({-1})}, "weekend", id="below Monday"),
        pytest.param({"weekend": frozenset(range(7))}, "weekend", id="no day for work"),
        pytest.param({"extra": ["2026-05-04"]}, "extra", id="text, not a date"),
        pytest.param({"removed": [1]}, "removed", id="a number"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(given: dict[str, Any], field: str) -> None:
    with pytest.raises(DeadlineInputError) as refused:
        WorkingCalendar(**given)
    assert refused.value.field == field


def test_a_week_with_one_working_day_is_possible() -> None:
    assert works("2026-03-02", weekend=frozenset({1, 2, 3, 4, 5, 6}))


@pytest.mark.parametrize(("code", "year"), [("LK", 2027), ("DE", 1990), ("FR", 2101)])
def test_years_that_a_country_does_not_know_are_refused(code: str, year: int) -> None:
    with pytest.raises(DeadlineInputError, match=f"the year {year} is outside what {code} knows"):
        WorkingCalendar((code,)).is_working(date(year, 3, 2 if year == 2027 else 1))


def test_a_year_without_work_is_an_error_and_no_endless_search() -> None:
    closed = frozenset(date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(800))
    with pytest.raises(DeadlineInputError, match="no working day within a year of 2026-03-02"):
        WorkingCalendar(extra=closed).next_working(date(2026, 3, 2))


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param("2026-04-05", "2026-05-06", id="5 May is a Tuesday"),
        pytest.param("2027-04-05", "2027-05-10", id="Ascension, a decree and a weekend follow"),
        pytest.param("2026-04-15", "2026-05-18", id="the day after Ascension, by decree"),
    ],
)
def test_a_month_in_the_netherlands_ends_on_no_day_that_is_equated(
    received: str, expected: str
) -> None:
    month = rule("1 month", roll="next_working_day")
    assert due(month, received, calendar=WorkingCalendar(("NL",))) == expected
