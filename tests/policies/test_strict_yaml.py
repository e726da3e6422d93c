"""Files are read strictly: every error of a file at once, each at its line, in plain words."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from dsr.policies.field_types import Day, Given, Slug, Strict, Text, known, no_twice
from dsr.policies.strict_yaml import CatalogueError, read
from tests.policies.conftest import Folder


class Visit(Strict):
    place: Text
    minutes: int = Field(default=10, ge=1)
    on: Day | None = None
    with_dog: bool = False
    notes: dict[str, Text] = {}


class Plan(Strict):
    slug: Slug
    tags: Annotated[tuple[Annotated[str, known(["a", "b"])], ...], no_twice] = ()
    first: Annotated[Visit | None, Given] = None
    visits: tuple[Visit, ...] = ()
    anything: dict[str, Any] = {}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.yaml"


def said(path: Path, content: str) -> list[str]:
    """What is wrong with a file, without its path."""
    path.write_text(content)
    with pytest.raises(CatalogueError) as caught:
        read(path).read_as(Plan)
    return str(caught.value).replace(f"{path}:", "").split("\n")


def test_a_sound_file_is_a_model(path: Path) -> None:
    path.write_text("slug: a-b\nvisits:\n  - {place: NO, on: 2026-01-02, with_dog: true}\n")
    (visit,) = read(path).read_as(Plan).visits
    assert (visit.place, visit.minutes, visit.with_dog) == ("NO", 10, True)
    assert str(visit.on) == "2026-01-02"


def test_all_that_is_wrong_is_said_at_once_each_at_its_line(path: Path) -> None:
    content = """\
slug: A B
tags: [a, c, a]
first:
  minutes: 0
visits:
  - place: 12
    minutes: soon
    on: 2026-02-30
    with_dog: yes
    notes: {en: ""}
  - place: here
    palace: there
  - nowhere
mood: good
"""
    assert said(path, content) == [
        "1: slug: “A B” is not made of a-z, 0-9 and single hyphens",
        "2: unknown tags “c” (known: a, b)",
        "4: first: “place” is missing",
        "4: minutes: at least 1 expected",
        "6: place: text expected",
        "7: minutes: a whole number expected",
        "8: on: “2026-02-30” is not a day (YYYY-MM-DD)",
        "9: with_dog: true or false expected",
        "10: en: is empty",
        "12: unknown key “palace” in visits",
        "13: visits: keys and values expected",
        "14: unknown key “mood” in the file",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "slug: a\nvisits:\n  - plaec: here\n",
            ["3: unknown key “plaec” in visits: is “place” meant?"],
            id="a mistyped key is one error",
        ),
        pytest.param(
            "slug: a\nfirst:\n",
            ["2: first: nothing is given: write a value, or leave the key out"],
            id="a key without its value",
        ),
        pytest.param(
            "slug: a\nslug: b\nmood: x\n",
            ["2: “slug” is given twice in the file", "3: unknown key “mood” in the file"],
            id="a key given twice does not hide the rest",
        ),
        pytest.param(
            "slug: a\ntags: [b, a,\n  b]\n",
            ["3: tags: “b” is given twice"],
            id="a value given twice, at its own line",
        ),
        pytest.param(
            "slug: a\nvisits: [{place: x, minutes: 010}]\n",
            ["2: minutes: a whole number expected"],
            id="no octal numbers",
        ),
        pytest.param(
            "slug: a\nanything: {on: 1, 2: x}\n",
            ["2: anything: a key is text (put it in quotation marks)"],
            id="a number as a key",
        ),
        pytest.param(
            "slug: a\nanything: {x: !!python/object:os.system {}}\n",
            ["2: x: the kind “tag:yaml.org,2002:python/object:os.system” is not read here"],
            id="an object of the program",
        ),
        pytest.param(
            "slug: a\nanything: {x: !!int soon}\n",
            ["2: x: the kind “tag:yaml.org,2002:int” is not read here"],
            id="a number that is none",
        ),
        pytest.param("- slug: a\n", ["1: the file: keys and values expected"], id="a list"),
        pytest.param("", ["1: the file is empty"], id="nothing"),
        pytest.param("slug: [a\n", ["2: not YAML: did not find expected ',' or ']'"], id="no YAML"),
        pytest.param(
            f"slug: {'a' * 51}\n", ["1: slug: longer than 50 characters"], id="a long name"
        ),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(
    path: Path, content: str, expected: list[str]
) -> None:
    assert said(path, content) == expected


def test_a_file_that_is_not_there_is_said(path: Path) -> None:
    with pytest.raises(CatalogueError, match=r":1: cannot be read \(No such file or directory\)$"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("slug: &a [*a]\n", id="a list that contains itself"),
        pytest.param(
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
                for old, new in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            id="aliases that multiply to a billion",
        ),
    ],
)
def test_a_file_that_would_fill_the_memory_is_refused(path: Path, content: str) -> None:
    (problem,) = said(path, content)
    assert problem.endswith("more, or deeper, than a file can say")


@pytest.mark.django_db
def test_a_policy_file_is_told_all_its_errors_in_one_reading(clinic: Folder) -> None:
    clinic.edit("country: FR", "country: France")
    clinic.edit("summary: Get a copy.", "summary: 12")
    clinic.edit("must: [written]", "must: [telepathy]")
    clinic.edit("copy of your record.", "copy of your file.")
    clinic.edit("department: office", "department: cellar")
    clinic.edit("identity: high", "identity: none")
    with pytest.raises(CatalogueError) as caught:
        clinic.load()
    assert [(each.line, each.reason.split(" ")[0]) for each in caught.value.problems] == [
        (5, "country:"),
        (23, "summary:"),
        (28, "clause"),
        (30, "unknown"),
        (36, "unknown"),
        (37, "identity:"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("email: office@example.org", "email: office", "12: email: ", id="departments"),
        pytest.param("text: text.txt", "text: lost.txt", "16: text: ", id="the text"),
        pytest.param("kind: copy", "kind: photo", "21: unknown kind ", id="the kind"),
    ],
)
def test_what_leans_on_something_wrong_is_not_called_wrong_as_well(
    clinic: Folder, old: str, new: str, expected: str
) -> None:
    clinic.edit(old, new)
    with pytest.raises(CatalogueError) as caught:
        clinic.load()
    (problem,) = caught.value.problems
    assert f"{problem.line}: {problem.reason}".startswith(expected)


@pytest.mark.django_db
def test_a_right_cannot_name_a_department_where_the_organisation_has_none(clinic: Folder) -> None:
    clinic.edit("  departments:\n", "")
    clinic.edit("    - {slug: office, name: Office, email: office@example.org}\n", "")
    with pytest.raises(CatalogueError) as caught:
        clinic.load()
    (problem,) = caught.value.problems
    assert problem.reason.startswith("unknown department “office”")
