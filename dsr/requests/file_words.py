"""Which files a line of the history is about: number and kind, and what the vault still tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Facts = Mapping[str, Any]
Names = Mapping[str, str]
# As many signs of a hash as tell any two files of a request apart.
SHA_SIGNS = 12


class FileKind(TextChoices):
    """As what a file belongs to a request."""

    CAME = "came", gettext_lazy("Came with the request")
    STAFF = "staff", gettext_lazy("Added by staff")
    LETTER = "letter", gettext_lazy("Letter")
    ANSWER_PROOF = "answer_proof", gettext_lazy("Proof of the answer")
    GOES = "goes", gettext_lazy("Goes with the answer")
    WENT = "went", gettext_lazy("Went with the answer")
    GIVEN_PROOF = "given_proof", gettext_lazy("Proof of what was given")
    IDENTITY = "identity", gettext_lazy("Identity document")
    AUTHORITY = "authority", gettext_lazy("Proof of authority")
    ORDER = "order", gettext_lazy("Order")
    EXTENSION = "extension", gettext_lazy("Notice of an extension")
    HELD = "held", gettext_lazy("Statement for a part that is held back")
    FINDING = "finding", gettext_lazy("Proof of what was done about a finding")


def which_files(facts: Facts, names: Names) -> str:
    """``12 “brief.pdf” (Came with the request)``, and more of them; empty where none is named.

    By number always. The name is sealed: it is said to whom the page shows the file, and no longer
    once it was erased.
    """
    numbers = facts.get("files") or [facts.get("file")]
    rows = facts.get("enclosures") or [facts.get("enclosure")]
    # Both lists are of the same files, in the same order.
    rows = rows if len(rows) == len(numbers) else [None] * len(numbers)
    pairs = zip(numbers, rows, strict=True)
    return ", ".join(_one(file, row, facts, names) for file, row in pairs if file is not None)


def _one(file: int, row: int | None, facts: Facts, names: Names) -> str:
    said = str(file)
    if name := names.get(f"file:{file}"):
        said = _("%(number)s “%(name)s”") % {"number": file, "name": name}
    more = [_kind(facts.get("kind"))]
    if sha := names.get(f"enclosure:{row}") or names.get(f"sha:{file}"):
        more.append(f"SHA-256 {sha[:SHA_SIGNS]}…")
    beside = ", ".join(each for each in more if each)
    return f"{said} ({beside})" if beside else said


def _kind(code: Any) -> str:
    known = {each.value: str(each.label) for each in FileKind}
    return known.get(code, "")


def with_files(sentence: str, facts: Facts, names: Names) -> str:
    """A sentence, and which files it is about where there are some."""
    which = which_files(facts, names)
    if not which:
        return sentence
    return _("%(sentence)s: %(files)s") % {"sentence": sentence, "files": which}
