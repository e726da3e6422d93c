"""Days and times are said by `dsr/days` alone: nothing else writes one in a shape of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# What they are said with, and the room that says them.
OF_DJANGO = re.compile(
    r"\b(date_format|time_format|strftime|naturalday|naturaltime|timesince)\b"
    r"|\b\w*(DATE|TIME)_FORMAT\b|formats\.localize|\blocalize\("
)
ITS_OWN = ("dsr/days/", "config/formats/")
# For machines; names of a weekday and of a month with its year, which all order alike; the rest are
# names of ours.
SHAPES = {"F Y", "D", "DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT", "Y-m-d", "c", "l"}
FILTER = re.compile(r"\|(?:date|time)(?::[\"']([^\"']*)[\"'])?")
OTHER_FILTERS = re.compile(r"\|(naturalday|naturaltime|timesince|timeuntil|localize|unlocalize)\b")
# A column's value put down as it is; a name that ends so is a day or an instant.
BARE = re.compile(
    r"\{\{\s*[\w.]*_(?:on|at|until)\s*\}\}"
    r"|\{%\s*blocktrans(?:late)?\b[^%]*=[\w.]*_(?:on|at|until)(?=\s)"
)


def programs() -> Iterator[Path]:
    for folder in ("dsr", "config"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if not str(file.relative_to(ROOT)).startswith(ITS_OWN):
                yield file


def templates() -> Iterator[Path]:
    for folder in ("templates", "config/trial/templates", "dsr"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".html", ".txt"}:
                yield file


def strays(file: Path, pattern: re.Pattern[str]) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return [f"{file.relative_to(ROOT)}: {found[0]}" for found in pattern.finditer(text)]


def test_no_program_writes_a_day_or_a_time_by_itself() -> None:
    assert [each for file in programs() for each in strays(file, OF_DJANGO)] == []


def test_no_template_has_a_shape_of_its_own() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {found[0]}"
        for file in templates()
        for found in FILTER.finditer(file.read_text(encoding="utf-8"))
        if found[1] not in SHAPES
    ]
    assert wrong == []
    assert [each for file in templates() for each in strays(file, OTHER_FILTERS)] == []


def test_no_template_puts_down_a_day_as_it_comes() -> None:
    assert [each for file in templates() for each in strays(file, BARE)] == []


def test_the_patterns_find_what_they_look_for() -> None:
    assert OF_DJANGO.search('date_format(day, "DATE_FORMAT")')
    assert BARE.search("{{ it.due_on }}")
    assert BARE.search("{% blocktranslate with d=it.due_on %}")
    assert not BARE.search("{% blocktranslate with d=it.due_on|date:'DATE_FORMAT' %}")
    assert FILTER.search("{{ day|date:'j.n.Y' }}")[1] == "j.n.Y"  # type: ignore[index]
