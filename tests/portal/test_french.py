"""French: what is committed compiled is what is written, with every place kept."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

from tests.portal.conftest import ACCOUNTING, Visitor

FOLDER = Path(__file__).parents[2] / "dsr" / "locale" / "fr" / "LC_MESSAGES"
LINE = re.compile(r'^(msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$')
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def written() -> list[dict[str, str]]:
    entries = []
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        entry: dict[str, str] = {}
        last = ""
        for line in block.splitlines():
            if found := LINE.match(line):
                last = found[1]
                entry[last] = ast.literal_eval(found[2])
            elif line.startswith('"'):
                entry[last] += ast.literal_eval(line)
        entries.append(entry)
    return [entry for entry in entries if entry.get("msgid")]


def test_the_compiled_translations_are_the_written_ones() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in written():
        said = entry.get("msgstr") or entry["msgstr[0]"]
        if "msgid_plural" in entry:
            assert compiled.ngettext(entry["msgid"], entry["msgid_plural"], 1) == said
        else:
            assert compiled.gettext(entry["msgid"]) == said


def test_a_translation_keeps_every_place() -> None:
    for entry in written():
        wanted = sorted(PLACE.findall(entry["msgid"]))
        for name, said in entry.items():
            if name.startswith("msgstr"):
                assert sorted(PLACE.findall(said)) == wanted, entry["msgid"]


def test_a_request_is_made_and_followed_in_french(visitor: Visitor) -> None:
    visitor.client.post("/language/", {"language": "fr", "next": "/"})
    response = visitor.fill(ACCOUNTING, role="subject", name="Zoé", email="zoe@example.org")
    assert "Date de la signature\u00a0: la politique le demande." in response.content.decode()
    sent = visitor.ask(role="subject", name="Zoé", email="zoe@example.org", anyway="1")
    assert sent.language == "fr"
    page = visitor.status()
    assert "Vous pouvez attendre une réponse au plus tard le 21 mai 2026." in page
    assert "20 jours à partir du 1 mai 2026 se terminent le 21 mai 2026." in page
