"""The worked cases: every expected value is a literal, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr.deadlines import Step
from dsr.deadlines.cases import Outcome, answer, compute_all, read_document
from tests.deadlines.paper import replay

DOCUMENT = json.loads((Path(__file__).parent / "vectors.json").read_text())
CASES: list[dict[str, Any]] = DOCUMENT["vectors"]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in compute_all(read_document(DOCUMENT))}


def test_the_file_holds_144_cases_with_names_of_their_own() -> None:
    assert len({case["id"] for case in CASES}) == 144


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_worked_case_comes_out(case: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    line = answer(outcomes[case["id"]])
    assert {key: line.get(key, "absent") for key in case["expected"]} == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_its_trace_survives_json_and_leads_to_the_same_date(
    case: dict[str, Any], outcomes: dict[str, Outcome]
) -> None:
    result = outcomes[case["id"]].result
    assert result is not None
    steps = tuple(Step.from_json(step) for step in json.loads(json.dumps(result.trace_json())))
    assert steps == result.trace
    assert replay(steps).due == result.due
