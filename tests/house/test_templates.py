"""Templates are read by many: they are indented by one hand and fit a window."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from djhtml.modes import DjHTML

LONGEST_LINE = 120
FOLDER = Path(settings.BASE_DIR) / "templates"
KINDS = {".html", ".txt", ".typ"}
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.suffix in KINDS)


def named(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.suffix == ".html"], ids=named)
def test_djhtml_finds_nothing_to_change(path: Path) -> None:
    written = path.read_text()
    assert DjHTML(written).indent(2) == written


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_line_is_longer_than_a_window_is_wide(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), start=1)
    assert [number for number, line in lines if len(line) > LONGEST_LINE] == []


def test_there_are_templates_of_each_kind() -> None:
    assert {path.suffix for path in TEMPLATES} == KINDS
