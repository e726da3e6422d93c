"""The figures that the fault suite measures, printed as one table at its end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Figure:
    promise: str
    measured: str
    limit: str = ""


class Figures(list[Figure]):
    def add(self, promise: str, measured: object, limit: object = "") -> None:
        self.append(Figure(promise, str(measured), str(limit)))


KEPT = pytest.StashKey[Figures]()


def write_table(figures: Figures, reporter: pytest.TerminalReporter) -> None:
    if not figures:
        return
    rows = [Figure("promise", "figure", "limit"), *figures]
    wide = max(len(row.promise) for row in rows)
    middle = max(len(row.measured) for row in rows)
    reporter.section("figures of the fault suite")
    for row in rows:
        line = f"{row.promise:<{wide}}  {row.measured:>{middle}}  {row.limit}"
        reporter.line(line.rstrip())
