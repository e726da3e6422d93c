"""What a form of any door refuses names its field in plain words and says what to do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from dsr.portal.forms import ReplyForm
from dsr.requests.forms import text_field
from dsr.vault.plain_forms import PlainForm

ROOT = Path(__file__).resolve().parent.parent.parent


def forms_of_pages() -> Iterator[type[forms.Form]]:
    """Every form of ours but those of the administration, which Django makes."""
    for path in sorted((ROOT / "dsr").rglob("*.py")):
        if "forms.Form" in (source := path.read_text()) or "PlainForm" in source:
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for _name, found in inspect.getmembers(module, inspect.isclass):
                if issubclass(found, forms.Form) and found.__module__.startswith("dsr."):
                    yield found


def test_every_form_of_a_page_is_a_plain_one() -> None:
    found = set(forms_of_pages())
    assert len(found) > 8
    assert [each for each in found if not issubclass(each, PlainForm)] == []


class Everything(PlainForm):
    text = text_field(3, 10, label="What is right")
    short = forms.CharField(label="Your sign", min_length=3)
    number = forms.IntegerField(label="How many", max_value=9, min_value=2)
    fraction = forms.DecimalField(label="The fee", max_digits=4, decimal_places=2)
    day = forms.DateField(label="The day")
    time = forms.TimeField(label="The time")
    one = forms.ChoiceField(label="Which shelf", choices=[("left", "Left")])
    many = forms.MultipleChoiceField(label="Which rooms", choices=[("a", "A")])
    agreed = forms.BooleanField(label="I agree")
    code = forms.RegexField(r"^\d+$", label="100 % of it")
    file = forms.FileField(label="The letter", max_length=12)
    own = forms.CharField(label="Own", error_messages={"required": "Its own sentence."})
    nameless = forms.CharField()


def problems(files: Any = None, **typed: Any) -> dict[str, list[str]]:
    data: MultiValueDict[str, Any] = MultiValueDict({k: [v] for k, v in typed.items()})
    errors = Everything(data, files).errors
    return {name: [str(each) for each in sentences] for name, sentences in errors.items()}


def test_what_is_empty_is_said_by_name() -> None:
    assert problems() == {
        "text": ["Fill in “What is right”."],
        "short": ["Fill in “Your sign”."],
        "number": ["Fill in “How many”."],
        "fraction": ["Fill in “The fee”."],
        "day": ["Fill in “The day”."],
        "time": ["Fill in “The time”."],
        "one": ["Choose an answer for “Which shelf”."],
        "many": ["Choose an answer for “Which rooms”."],
        "agreed": ["Tick “I agree” to go on."],
        "code": ["Fill in “100 % of it”."],
        "file": ["Choose a file for “The letter”."],
        "own": ["Its own sentence."],
        "nameless": ["Fill in “Nameless”."],
    }


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"text": "Eleven char"},
            "“What is right” is too long: it has 11 characters, and at most 10 are possible. "
            "Make it shorter; all that you typed is still here.",
        ),
        (
            {"short": "ab"},
            "“Your sign” is too short: it has 2 characters, and at least 3 are needed. Write more.",
        ),
        ({"number": "ten"}, "“How many”: write a whole number in figures."),
        ({"number": "10"}, "“How many”: enter 9 or less."),
        ({"number": "1"}, "“How many”: enter 2 or more."),
        ({"fraction": "x"}, "“The fee”: write a number in figures."),
        ({"fraction": "12345"}, "“The fee”: this number has too many figures. Make it shorter."),
        ({"day": "31"}, "“The day”: enter a day that exists, for example 2026-05-31."),
        ({"time": "25:00"}, "“The time”: enter a time that exists, for example 14:30."),
        (
            {"one": "top"},
            "“Which shelf”: this is not one of the answers offered. Choose one of those.",
        ),
        (
            {"many": "z"},
            "“Which rooms”: this is not one of the answers offered. Choose one of those.",
        ),
        ({"code": "x"}, "“100 % of it” is not written as it is expected here. Correct it."),
        (
            {"own": "a\0b"},
            "“Own” holds an invisible character that cannot be kept. Delete it and type it anew.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_by_name(typed: dict[str, str], sentence: str) -> None:
    assert problems(**typed)[next(iter(typed))] == [sentence]


def test_a_file_that_cannot_be_taken_is_said_by_name() -> None:
    empty = problems({"file": SimpleUploadedFile("a.pdf", b"")})
    assert empty["file"] == [
        "“The letter”: the file is empty or did not arrive. Choose it again.",
    ]
    named = problems({"file": SimpleUploadedFile("a-very-long-name.pdf", b"%PDF")})
    assert named["file"] == [
        "“The letter”: the name of the file is too long. Give the file a shorter name."
    ]


def test_no_browser_cuts_what_is_pasted_and_the_field_says_how_long_it_may_be() -> None:
    field = str(ReplyForm()["text"])
    assert "maxlength" not in field
    assert 'data-most="5000"' in field
    long = ReplyForm({"text": "x" * 5001})
    assert "x" * 5001 in str(long["text"])
