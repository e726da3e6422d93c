"""Days that people type: every field has bounds, and no year 26 comes to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django import forms
from django.http import QueryDict

from dsr.requests.deeds import receipt
from dsr.requests.deeds.declaration import DEEDS
from dsr.requests.errors import BadInput
from dsr.requests.forms import HAPPENED, RequestForm
from dsr.requests.forms.days import DayField, day_field
from tests import cast
from tests.cast import MORNING, Desk


class Arrived(forms.Form):
    on = day_field(HAPPENED)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-26T08:00:00Z", tick=False) as moved:
        yield moved


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0026-11-20", "Write the year with four figures, such as 2026."),
        ("2027-03-01", "Enter a day from 1 January 2016 to 27 November 2026."),
        ("1926-11-20", "Enter a day from 1 January 2016 to 27 November 2026."),
        ("2026-02-30", "Enter a date that exists, for example 2026-05-31."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(typed: str, sentence: str) -> None:
    assert Arrived({"on": typed}).errors == {"on": [sentence]}


def test_what_hardly_can_be_is_asked_back_once() -> None:
    first = Arrived({"on": "2020-01-01"})
    assert first.errors == {
        "on": ["1 January 2020 is long ago. If it is the real day, send the form again as it is."]
    }
    page = str(first["on"])
    assert '<input type="hidden" name="on-again" value="2020-01-01">' in page
    assert 'value="2020-01-01"' in page.partition("hidden")[0]
    assert Arrived({"on": "2020-01-01", "on-again": "2020-01-01"}).is_valid()
    # Another long ago is another question.
    assert not Arrived({"on": "2021-01-01", "on-again": "2020-01-01"}).is_valid()


def test_the_browser_knows_the_bounds() -> None:
    assert 'min="2016-01-01" max="2026-11-27"' in str(Arrived()["on"]).replace("\n", " ")


def test_a_day_of_these_months_is_taken_without_a_question() -> None:
    assert Arrived({"on": "2026-08-01"}).is_valid()
    assert "again" not in str(Arrived({"on": "2026-08-01"})["on"])


def test_every_day_that_a_deed_asks_for_has_bounds(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    found = 0
    for deed in DEEDS.values():
        for each in deed.asks():
            for field in each.make(asked, desk.officer).values():
                assert isinstance(field, DayField) or not isinstance(field, forms.DateField), deed
                found += isinstance(field, DayField)
    assert found > 8


def test_no_service_counts_from_the_year_26(desk: Desk) -> None:
    asked = cast.ask(desk.right("img", "access"))
    with pytest.raises(BadInput) as refused:
        receipt.record_receipt(
            asked.pk, channel="letter", received_on=date(26, 5, 1), actor=desk.clerk, at=MORNING
        )
    assert refused.value.fields == {
        "received_on": "No date can be counted with this day. Write the year with four figures."
    }


def test_a_person_who_asks_is_asked_about_a_strange_day_once_and_then_believed(desk: Desk) -> None:
    typed = QueryDict(mutable=True)
    typed.update({"role": "subject", "name": "Zoé", "email": "z@example.org"})
    typed["born_on"] = "0026-02-01"
    form = RequestForm(desk.right("img", "access"), typed)
    assert form.errors == {"born_on": ["Write the year with four figures, such as 2026."]}
    assert form.only_soft
    typed["anyway"] = "1"
    sent = RequestForm(desk.right("img", "access"), typed)
    assert sent.is_valid()
    assert sent.submission().subject.born_on == "0026-02-01"
