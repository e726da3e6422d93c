"""`manage.py due`: a file of cases, one JSON line each; or a single question."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

VECTORS = Path(__file__).parent / "vectors.json"
LEAVES_OTHERS: list[Any] = [
    {
        "id": "BAD-1", "received": "2026-02-30", "zone": "Europe/Paris",
        "rule": {"amount": 1, "unit": "month"}, "calendar": {"codes": ["FR"]},
    },
    {
        "id": "GOOD", "received": "2026-03-10", "zone": "Europe/Paris",
        "rule": {"amount": 1, "unit": "month"}, "calendar": {"codes": ["FR"]},
    },
    {
        "id": "BAD-2", "received": "2026-03-10", "zone": "Europe/Paris",
        "rule": {"amount": 1, "unit": "month"}, "calendar": {"codes": ["FR-GES"]},
    },
]  # fmt: skip


def due(*args: str, **options: Any) -> list[str]:
    out = StringIO()
    call_command("due", *args, stdout=out, **options)
    return out.getvalue().splitlines()


def test_every_case_of_a_document_is_answered_on_a_line_of_its_own() -> None:
    expected = {case["id"]: case["expected"] for case in json.loads(VECTORS.read_text())["vectors"]}
    lines = [json.loads(line) for line in due(str(VECTORS))]
    assert [line["id"] for line in lines] == list(expected)
    for line in lines:
        wanted = expected[line["id"]]
        assert {key: line.get(key, "absent") for key in wanted} == wanted
        assert line["trace"]
        assert ("expires_at" in line) is (line["due"] is not None)
        assert isinstance(line["suspended"], bool)


def test_a_bare_list_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(LEAVES_OTHERS[1:2]))
    (line,) = due(str(path))
    assert json.loads(line)["due"] == "2026-04-10"


def test_bad_cases_are_named_and_the_others_answered(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"vectors": LEAVES_OTHERS}))
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("due", str(path), stdout=out, stderr=err)
    assert ended.value.code == 1
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == ["GOOD"]
    first, second = err.getvalue().splitlines()
    assert first.startswith("BAD-1: received: '2026-02-30' does not exist")
    assert second.startswith("BAD-2: calendar.codes: 'FR-GES': superseded code")


def test_the_notice_day_is_printed_for_cases_with_an_extension(tmp_path: Path) -> None:
    told = {"type": "extension", "amount": 2, "unit": "month", "notified_on": "2026-04-13"}
    stopped = {"type": "pause", "counting": "between", "from": "2026-03-12", "to": None}
    path = tmp_path / "cases.json"
    cases = [
        {**LEAVES_OTHERS[1], "id": "A", "events": [told]},
        {**LEAVES_OTHERS[1], "id": "B", "events": [told, stopped]},
        {**LEAVES_OTHERS[1], "id": "C", "combine": {"mode": "earliest", "of": ["this", "A"]}},
    ]
    path.write_text(json.dumps(cases))
    late, still, neither = [json.loads(line) for line in due(str(path))]
    assert (late["due"], late["notice_by"]) == ("2026-04-10", "2026-04-10")
    assert (still["due"], still["notice_by"], still["suspended"]) == (None, None, True)
    assert "expires_at" not in still
    assert "notice_by" not in neither


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("{", "Expecting", id="no JSON"),
        pytest.param("{}", "vectors: is missing", id="no cases"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(
    tmp_path: Path, content: str | None, says: str
) -> None:
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=says):
        due(str(path))


@pytest.mark.parametrize(
    ("options", "first"),
    [
        pytest.param(
            ["--received", "2026-01-31", "--period", "1 month", "--calendar", "FR"],
            "2026-03-02", id="the example: moved from Saturday",
        ),
        pytest.param(
            ["--received", "2026-01-31", "--period", "1 month"], "2026-02-28", id="no calendar"
        ),
        pytest.param(
            ["--received", "2026-01-31", "--period", "1 month", "--calendar", "FR",
             "--roll", "none"], "2026-02-28", id="no moving",
        ),
        pytest.param(
            ["--received", "2026-06-22", "--period", "10 business days", "--calendar", "US"],
            "2026-07-07", id="business days",
        ),
        pytest.param(
            ["--received", "2026-03-02", "--period", "20 days", "--start", "same_day"],
            "2026-03-21", id="the day of receipt counts",
        ),
        pytest.param(
            ["--received", "2026-03-27T15:20", "--period", "72 hours", "--zone", "Europe/Paris",
             "--hour-start", "next_full_hour"], "2026-03-30T17:00:00+02:00", id="hours",
        ),
        pytest.param(
            ["--received", "2026-03-02", "--period", "6 years", "--direction", "back"],
            "2020-03-02", id="back",
        ),
        pytest.param(
            ["--received", "2026-03-05", "--period", "30 days", "--extra", "2026-04-03,2026-04-06",
             "--weekend", "6", "--roll", "next_working_day"], "2026-04-04", id="six-day week",
        ),
        pytest.param(
            ["--received", "2026-04-01", "--period", "1 month", "--calendar", "FR",
             "--remove", "2026-05-01"], "2026-05-01", id="a struck holiday",
        ),
        pytest.param(
            ["--received", "2026-03-02", "--period", "1 month", "--calendar", "GB-ENG",
             "--pause", "2026-03-05..2026-03-12", "--extension", "2 months@2026-04-08"],
            "2026-06-10 (last day to announce the extension: 2026-04-10)", id="pause, extension",
        ),
        pytest.param(
            ["--received", "2026-03-02", "--period", "20 days",
             "--pause", "2026-03-05..2026-03-12:between", "--restart", "2026-03-04"],
            "2026-03-30", id="restart, another counting",
        ),
        pytest.param(
            ["--received", "2026-03-02", "--period", "20 days", "--pause", "2026-03-05.."],
            "no date: the clock stands still", id="open pause",
        ),
        pytest.param(["--received", "2026-03-02", "--period", "none"], "no date", id="no period"),
    ],
)  # fmt: skip
def test_a_single_question_is_answered_with_its_reasons(options: list[str], first: str) -> None:
    answer, *reasons = due(*options)
    assert answer == first
    assert reasons[0].startswith("  1. The request ")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--received", "2026-02-30", "--period", "1 month"], "received: ", id="day"),
        pytest.param(["--received", "2026-02-03", "--period", "a month"], "period: ", id="period"),
        pytest.param(["--received", "2026-02-03", "--period", "3 moons"], "period: ", id="unit"),
        pytest.param(
            ["--received", "2026-02-03", "--period", "1 month", "--zone", "Paris"], "zone: ",
            id="zone",
        ),
        pytest.param(
            ["--received", "2026-02-03", "--period", "1 month", "--calendar", "FR,XX"],
            "calendar.codes: ", id="calendar",
        ),
        pytest.param(
            ["--received", "2026-02-03", "--period", "1 month", "--pause", "2026-02-05"],
            "pause: ", id="pause",
        ),
        pytest.param(
            ["--received", "2026-02-03", "--period", "1 month", "--extension", "2@2026-02-05"],
            "extension: ", id="extension",
        ),
        pytest.param(
            ["--received", "2026-02-03", "--period", "1 month", "--weekend", "Sun"], "weekend: ",
            id="weekend",
        ),
        pytest.param(["--period", "1 month"], "give a FILE", id="nothing to count from"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_says_why(options: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        due(*options)
