"""Letters: tagged, the same each time, printing whatever was typed as it was typed."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typst
from django.conf import settings
from PIL import Image
from pypdf import PdfReader

from dsr.notifications.letters import Letter, Letterhead, _data, blocks_of, unprinted, write
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import record_posting
from dsr.vault.models import KeyPurpose, Safe
from dsr.vault.services import open_file, store_file
from tests.notifications.conftest import NOON

HEAD = Letterhead("IMG", ["67000 Strasbourg"], ["dpo@img.example"], country="FR")
INJECTION = 'O\'Neil *_#$@<b> #{1+1} \\ "q" #sys.inputs // x /* y */ `z` <label> @ref $x^2$'


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "head": HEAD,
        "recipient": ["Anna Canary", "1 High Street"],
        "subject": "Your request",
        "body": ["We have decided."],
        "written_on": date(2026, 3, 2),
        "reference": "K7QM-3XWD",
    }
    return Letter(**{**values, **changes})


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(
    ("country", "language", "said"),
    [
        ("FR", "en", "Date 1 March 2026 Our"),
        ("US", "en", "Date March 1, 2026 Our"),
        ("FR", "fr", "Date 1er mars 2026 Notre"),
    ],
)
def test_its_date_is_written_as_the_sender_writes_dates(
    country: str, language: str, said: str
) -> None:
    made = letter(head=Letterhead("IMG", country=country), written_on=date(2026, 3, 1))
    assert said in text_of(write(made, language=language, at=NOON))


def test_the_same_letter_is_the_same_file() -> None:
    assert write(letter(), language="en", at=NOON) == write(letter(), language="en", at=NOON)


def test_a_letter_is_tagged_titled_and_says_its_language() -> None:
    root = PdfReader(io.BytesIO(write(letter(), language="fr", at=NOON))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_a_letter_speaks_the_language_of_its_reader() -> None:
    assert "2 March 2026" in text_of(write(letter(), language="en", at=NOON))
    assert "2 mars 2026" in text_of(write(letter(), language="fr", at=NOON))


@pytest.mark.parametrize("place", ["subject", "salutation", "closing", "reference"])
def test_nothing_typed_becomes_markup(place: str) -> None:
    printed = text_of(write(letter(**{place: INJECTION}), language="en", at=NOON))
    assert "*_#$@<b> #{1+1}" in printed
    assert "/* y */ `z` <label> @ref" in printed


def test_typed_text_is_printed_as_typed_in_every_list() -> None:
    lists = {
        "recipient": ["#rec"],
        "body": [{"kind": "list", "items": ["#item"]}, {"kind": "quote", "text": "#quo"}],
        "remedies": ["#rem"],
        "enclosures": ["#enc"],
        "signatory": ["#sig"],
        "facts": {"#fact": "#value"},
    }
    printed = text_of(write(letter(**lists), language="en", at=NOON))
    for word in ("#rec", "#item", "#quo", "#rem", "#enc", "#sig", "#fact", "#value"):
        assert word in printed


@pytest.mark.parametrize("name", ["Zoë Łukasiewicz", "Ирина Ωμέγα", "שלום", "مرحبا"])
def test_names_of_many_scripts_are_printed_without_a_box(name: str) -> None:
    assert "□" not in text_of(write(letter(recipient=[name]), language="en", at=NOON))


@pytest.mark.parametrize("typed", ["漢字", "😀", "\uffff"])
def test_what_no_font_draws_is_a_box_and_the_letter_says_so(typed: str) -> None:
    printed = text_of(write(letter(recipient=[f"Li {typed} Wu"]), language="en", at=NOON))
    assert "□ stands for a character that cannot be printed here." in printed


@pytest.mark.parametrize("typed", ["a\x00b", "a\x07b", "a\u202eb", "a\u2066b"])
def test_controls_and_marks_that_reverse_the_text_are_left_out(typed: str) -> None:
    assert "ab" in text_of(write(letter(recipient=[typed]), language="en", at=NOON))


def test_half_a_character_is_a_box() -> None:
    assert "a□b" in text_of(write(letter(recipient=["a\ud800b"]), language="en", at=NOON))


def test_a_long_letter_has_several_numbered_pages() -> None:
    pdf = write(letter(body=["A long paragraph. " * 40] * 12), language="en", at=NOON)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3
    assert "Page 1 / 3" in text_of(pdf)


def test_an_address_stands_in_the_window_of_the_senders_country() -> None:
    def left_edge(country: str) -> float:
        head = Letterhead("IMG", country=country)
        pdf = write(letter(head=head), language="en", at=NOON)
        edges: list[float] = []

        def visit(text: str, cm: Any, tm: Any, *rest: Any) -> None:
            if text.startswith("Anna"):
                edges.append(tm[4] * cm[0] + cm[4])

        PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
        return edges[0] / 72 * 25.4

    assert left_edge("DE") == pytest.approx(25, abs=0.5)
    assert left_edge("FR") == pytest.approx(105, abs=0.5)


def test_a_plain_text_becomes_paragraphs_headings_lists_and_quotes() -> None:
    text = (
        "Hello,\nyou.\n\nReasons\n-------\n\n- one\n  more\n- two\n\n> word\n> for word\n\n-- \nIMG"
    )
    assert blocks_of(text) == [
        "Hello, you.",
        {"kind": "heading", "text": "Reasons"},
        {"kind": "list", "items": ["one more", "two"]},
        {"kind": "quote", "text": "word for word"},
    ]


def test_a_letter_owed_waits_with_its_pdf_for_its_day_of_posting(
    safe: Safe, owed: Callable[..., OutboxMessage]
) -> None:
    pdf = write(letter(), language="en", at=NOON)
    file = store_file(safe, "K7QM-3XWD.pdf", pdf, "application/pdf", KeyPurpose.RECORD, NOON)
    message = owed(medium="letter", to="Anna Canary\n1 High Street\n", file=file)
    assert list(OutboxMessage.objects.to_post()) == [message]
    assert message.file is not None
    with open_file(message.file) as content:
        assert content.name == "K7QM-3XWD.pdf"
        assert "Anna Canary" in text_of(content.read())
    posted = record_posting(message.pk, posted_on=date(2026, 3, 3), at=NOON)
    assert (posted.status, posted.posted_on) == ("sent", date(2026, 3, 3))
    assert not OutboxMessage.objects.to_post().exists()


def drawn(made: Letter) -> Image.Image:
    """The first page as somebody sees it, one pixel for each millimetre."""
    folder = Path(settings.BASE_DIR) / "templates" / "letters"
    page = typst.compile(
        folder / "answer.typ",
        root=folder,
        ignore_system_fonts=True,
        format="png",
        ppi=25.4,
        sys_inputs={"data": json.dumps({**_data(made), "language": "en"})},
    )
    return Image.open(io.BytesIO(page if isinstance(page, bytes) else page[0])).convert("L")


LONG = {
    "a name of 300 letters": {"recipient": ["N" * 300, "1 Street"]},
    "an address of twenty lines": {"recipient": [f"Line {n} of an address" for n in range(20)]},
    "a word of 400 letters": {"body": ["w" * 400]},
    "a subject of 150 letters": {"subject": "S" * 150},
}


@pytest.mark.parametrize("typed", LONG.values(), ids=LONG)
def test_whatever_is_typed_stays_on_the_page_and_in_its_place(typed: dict[str, Any]) -> None:
    pdf = write(letter(**typed), language="en", at=NOON)
    printed = " ".join(text_of(pdf).split())
    for value in typed.values():
        for text in [value] if isinstance(value, str) else value:
            assert text in printed.replace("\u200b", "").replace(" ", "") or text in printed
    page = drawn(letter(**typed))
    assert page.size == (210, 297)
    # Margins are white; so is the strip between the address (at the right in France) and the text.
    for left, top, right, bottom in ((12, 0, 24, 297), (191, 0, 210, 297), (12, 96, 210, 99)):
        assert page.crop((left, top, right, bottom)).getextrema() == (255, 255)


def test_an_address_that_no_window_holds_is_read_whole_below() -> None:
    printed = text_of(write(letter(**LONG["a name of 300 letters"]), language="en", at=NOON))
    assert "The whole address" not in printed
    many = [f"Line {n} of a very long address of somebody" for n in range(20)]
    printed = " ".join(text_of(write(letter(recipient=many), language="en", at=NOON)).split())
    assert printed.count("The whole address Line 0 of a very long address") == 1
    assert printed.count("Line 19 of a very long address of somebody") == 1


def test_characters_that_no_font_draws_are_named_before_anything_is_printed() -> None:
    assert unprinted("Zoë Łukasiewicz", "李明 and 明", "Ирина") == ["李", "明"]
