"""French is whole: every text has its translation, with every place kept, and compiled.

Collect new texts with `manage.py makemessages -l fr --no-wrap --add-location file --no-obsolete
-i tests -i var -i docs`, translate them in the .po file, then run `manage.py compilemessages`.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dsr" / "locale" / "fr" / "LC_MESSAGES"

LINE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$')
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
STRING = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(n?p?)(?:gettext|_)\(((?:\s*{STRING},?)+)")
NAMES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}


@dataclass
class Entry:
    """One text of the .po file: its original, and what is said for it."""

    context: str = ""
    text: str = ""
    plural: str = ""
    said: list[str] = field(default_factory=list)


def written() -> Iterator[Entry]:
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        found: dict[str, str] = {}
        last = ""
        for line in block.splitlines():
            if match := LINE.match(line):
                last = match[1]
                found[last] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                found[last] += ast.literal_eval(line)
        said = [value for name, value in sorted(found.items()) if name.startswith("msgstr")]
        entry = Entry(
            found.get("msgctxt", ""), found.get("msgid", ""), found.get("msgid_plural", ""), said
        )
        if entry.text:
            yield entry


def compiled() -> gettext.GNUTranslations:
    with (FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def key(entry: Entry) -> str:
    return f"{entry.context}\x04{entry.text}" if entry.context else entry.text


def in_template(source: str) -> set[str]:
    """The texts of a template, as `makemessages` finds them."""
    texts = set()
    for match in CALL.finditer(templatize(source)):
        strings = list(ast.literal_eval(f"[{match[2]}]"))
        texts.add("\x04".join(strings[:2]) if "p" in match[1] else strings[0])
    return texts


def in_python(source: str) -> set[str]:
    """The texts that Python code marks for translation."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMES
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_no_translation_is_a_guess_or_a_leftover() -> None:
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    assert not re.findall(r"^#,.*fuzzy.*$", text, re.MULTILINE)
    assert not re.findall(r"^#~.*$", text, re.MULTILINE)


def test_the_compiled_translations_are_the_written_ones() -> None:
    translations = compiled()
    entries = list(written())
    for entry in entries:
        if entry.plural:
            assert translations.ngettext(entry.text, entry.plural, 1) == entry.said[0]
            assert translations.ngettext(entry.text, entry.plural, 2) == entry.said[1]
        else:
            assert translations.gettext(key(entry)) == entry.said[0]
    kept = {
        name if isinstance(name, str) else name[0]
        for name in vars(translations)["_catalog"]
        if name
    }
    assert kept == {key(entry) for entry in entries}


def test_a_translation_keeps_every_place() -> None:
    for entry in written():
        originals = [entry.text, entry.plural] if entry.plural else [entry.text]
        for original, said in zip(originals, entry.said, strict=True):
            assert sorted(PLACE.findall(said)) == sorted(PLACE.findall(original)), original


def test_every_text_is_translated() -> None:
    """Pages of staff and administrators too: who chooses French reads no English."""
    translated = {key(entry) for entry in written() if all(entry.said)}
    missing: dict[str, set[str]] = {}
    for path in sources():
        find = in_python if path.suffix == ".py" else in_template
        if left := find(path.read_text(encoding="utf-8")) - translated:
            missing[str(path.relative_to(ROOT))] = left
    assert not missing


def sources() -> list[Path]:
    code = [path for folder in ("config", "dsr") for path in (ROOT / folder).rglob("*.py")]
    pages = [
        path
        for folder in ("config", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".txt")
    ]
    return sorted(code + pages)


def test_texts_are_found() -> None:
    """The search above would find what is missing."""
    assert in_python('a = _("One")\nb = ngettext("%(n)d day", "%(n)d days", n)') == {
        "One",
        "%(n)d day",
    }
    page = (
        '{% load i18n %}{% translate "Two" %}{% include "x" with a=_("Three") %}'
        "{% blocktranslate with a=b %}It's {{ a }}{% endblocktranslate %}"
        "{% blocktranslate count n=n %}{{ n }} key{% plural %}{{ n }} keys{% endblocktranslate %}"
        '{% translate "Next" context "after this" %}'
    )
    assert in_template(page) == {
        "Two",
        "Three",
        "It's %(a)s",
        "%(n)s key",
        "after this\x04Next",
    }
