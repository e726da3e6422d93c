"""Letters as tagged PDF (PDF/UA-1), set by Typst from JSON: nothing typed can become markup.

The same input gives the same bytes. Nothing that people type is refused: a character that no
shipped font can draw is printed as a box, and the letter says so.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.days.place import Place
from dsr.days.words import day_words

BOX = "\u25a1"
TEMPLATE = re.compile(r"[a-z][a-z_]*")
# Everything below is drawn by the fonts inside Typst; anything above is tried before it is used.
SURELY_DRAWN = 0x0180
# Countries whose envelopes have their window on the right.   (NF Z 10-011)
RIGHT_WINDOW = frozenset({"FR", "MC"})

Block = str | Mapping[str, Any]


@dataclass(frozen=True)
class Letterhead:
    """Who writes: name, postal address, and how to be reached."""

    name: str
    lines: Sequence[str] = ()
    contact: Sequence[str] = ()
    country: str = ""

    @property
    def window(self) -> str:
        return "right" if self.country in RIGHT_WINDOW else "left"


@dataclass(frozen=True)
class Letter:
    """What is written. A block of the body is a paragraph, or a mapping with `kind`: `heading`,
    `quote` (with `text`) or `list` (with `items`).
    """

    head: Letterhead
    recipient: Sequence[str]
    subject: str
    body: Sequence[Block]
    written_on: date
    reference: str = ""
    salutation: str = ""
    closing: str = ""
    signatory: Sequence[str] = ()
    why: str = ""
    # What a law demands in it, each under a heading: mappings with `title` and blocks of `text`.
    elements: Sequence[Mapping[str, Any]] = ()
    # What is given by itself on another day, and why it waits.
    later: Sequence[str] = ()
    remedies: Sequence[Block] = ()
    remedies_title: str = ""
    enclosures: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    signed_by_hand: bool = False


def write(letter: Letter, *, language: str, at: datetime, template: str = "answer") -> bytes:
    """The PDF of a letter."""
    with translation.override(language):
        data = _data(letter)
    return render(template, data, language=language, at=at)


def render(template: str, data: Mapping[str, Any], *, language: str, at: datetime) -> bytes:
    """The PDF of `templates/letters/<template>.typ` with this data. `at` is its date of making."""
    # Typst knows languages without their region: `fr`, not `fr-ca`.
    clean = _cleaned({**data, "language": language.split("-")[0]})
    try:
        return _compiled(template, clean, at)
    except typst.TypstError:
        # Each character is tried only now: most letters hold none that is not drawn.
        with translation.override(language):
            note = _("%(box)s stands for a character that cannot be printed here.") % {"box": BOX}
        return _compiled(template, {**_boxed(clean), "note": note}, at)


def unprinted(*texts: str) -> list[str]:
    """The characters that a letter could only print as boxes, each once, as they come."""
    kept = _cleaned(list(texts))
    return list(dict.fromkeys(char for text in kept for char in text if not _is_drawn(char)))


def blocks_of(text: str) -> list[Block]:
    """The blocks of a plain text: empty lines part them, `- ` begins an item, a line that is
    underlined with dashes is a heading. What follows the mark of a signature is left out.
    """
    body = re.split(r"^-- ?$", text, maxsplit=1, flags=re.MULTILINE)[0]
    return [_block(part) for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]


def _block(part: str) -> Block:
    lines = [line.strip() for line in part.strip().splitlines()]
    if len(lines) == 2 and re.fullmatch(r"-{3,}|={3,}", lines[1]):
        return {"kind": "heading", "text": lines[0]}
    if lines[0].startswith("- "):
        return {"kind": "list", "items": _items(lines)}
    if lines[0].startswith("> "):
        return {"kind": "quote", "text": " ".join(line.removeprefix("> ") for line in lines)}
    return " ".join(lines)


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line}"
    return items


def _data(letter: Letter) -> dict[str, Any]:
    facts = {_("Date"): day_words(letter.written_on, Place(letter.head.country))}
    if letter.reference:
        facts[_("Our reference")] = letter.reference
    remedies = {
        "title": letter.remedies_title or _("If you do not agree"),
        "body": list(letter.remedies),
    }
    return {
        "title": letter.subject,
        "subject": letter.subject,
        "sender": {
            "name": letter.head.name,
            "lines": list(letter.head.lines),
            "contact": list(letter.head.contact),
        },
        "window": letter.head.window,
        "recipient": list(letter.recipient),
        "facts": [[name, value] for name, value in {**facts, **letter.facts}.items()],
        "reference": letter.reference,
        "salutation": letter.salutation,
        "body": list(letter.body),
        "closing": letter.closing,
        "signatory": list(letter.signatory),
        "signature-space": 14 if letter.signed_by_hand else 1,
        "why": {"title": _("Why"), "text": letter.why} if letter.why else None,
        "elements": [dict(each) for each in letter.elements],
        "later": {"title": _("What you get later"), "lines": list(letter.later)}
        if letter.later
        else None,
        "remedies": remedies if letter.remedies else None,
        "enclosures": list(letter.enclosures),
        "footer": " · ".join(part for part in (letter.head.name, letter.reference) if part),
        "labels": {"page": _("Page"), "enclosures": _("Enclosed"), "to": _("The whole address")},
        "note": "",
    }


def _compiled(template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    # The name becomes a part of a path.
    if not TEMPLATE.fullmatch(template):
        raise ValueError(f"no letter: {template!r}")
    folder = Path(settings.BASE_DIR) / "templates" / "letters"
    return typst.compile(
        folder / f"{template}.typ",
        # Nothing outside of this folder can be read from a template.
        root=folder,
        # With the fonts inside Typst and the given instant every machine makes the same bytes.
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data)},
        timestamp=int(at.timestamp()),
    )


def _cleaned(value: Any) -> Any:
    return _each(value, lambda text: "".join(map(_kept, text)))


def _kept(char: str) -> str:
    """Leaves out what has no place on paper: controls, and marks that reverse what follows."""
    category = unicodedata.category(char)
    # Half a pair of surrogates cannot be encoded; U+FFFD was lost before it came here.
    if category == "Cs" or char == "\ufffd":
        return BOX
    if char in "\n\t":
        return char
    # Those marks could make a name or an amount read otherwise than it was typed.
    if category == "Cc" or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        return ""
    return char


def _boxed(value: Any) -> Any:
    return _each(value, lambda text: "".join(char if _is_drawn(char) else BOX for char in text))


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each(held, change) for name, held in value.items()}
    if isinstance(value, Sequence):
        return [_each(held, change) for held in value]
    return value


# A page is set for each character that is asked about; names repeat theirs.
@lru_cache(maxsize=20_000)
def _is_drawn(char: str) -> bool:
    if ord(char) < SURELY_DRAWN:
        return True
    page = (
        '#set document(title: "x")\n'
        '#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n'
        "#sys.inputs.char"
    )
    # Under PDF/UA a character without a shape is an error, which is what is asked here.
    try:
        typst.compile(
            page.encode(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"char": char},
        )
    except typst.TypstError:
        return False
    return True
