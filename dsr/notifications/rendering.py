"""Subject and body of a message from its two template files, in the recipient's language.

A variable that nobody gave is a defect, not an empty place in a letter. The subject travels and is
shown in clear: its template gets the reference and the organisation's name, and nothing else.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, Engine
from django.template.backends.django import get_installed_libraries
from django.utils import translation

from dsr.days.place import here, standing_in

SUBJECT_KEYS = ("reference", "organisation", "language", "base_url")
SUBJECT_LENGTH = 150
# A character of private use: nobody types it, so it is found again in the finished text.
UNDEFINED = "\ue000undefined\ue000"
KIND = re.compile(r"[a-z][a-z0-9_]*")


class Text(NamedTuple):
    subject: str
    body: str


def render(kind: str, context: Mapping[str, Any], *, language: str, reference: str = "") -> Text:
    """A ``place`` in the context is where its days and times are told.

    Raises TemplateDoesNotExist for an unknown kind, LookupError for a missing variable.
    """
    # It becomes a part of a path.
    if not KIND.fullmatch(kind):
        raise ValueError(f"no kind of message: {kind!r}")
    given = {
        "reference": reference,
        "language": language,
        "base_url": settings.BASE_URL,
        "organisation": "",
        **context,
    }
    seen_by_all = {name: given[name] for name in SUBJECT_KEYS}
    # Of an organisation its days; else those of whoever is spoken of now.
    with standing_in(given.get("place") or here()), translation.override(language):
        return Text(
            subject=one_line(_filled(f"mail/{kind}/subject.txt", seen_by_all)),
            body=tidy(_filled(f"mail/{kind}/body.txt", given)),
        )


def one_line(text: str) -> str:
    """A header's worth of text: no line break or control character survives."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:SUBJECT_LENGTH].rstrip()


def tidy(text: str) -> str:
    """Ends lines at their last word and leaves at most one empty line between paragraphs."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    # The mark before a signature is two dashes and a blank, which mail programs look for.
    lines = ["-- " if line == "--" else line for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _filled(name: str, context: Mapping[str, Any]) -> str:
    text = _engine().get_template(name).render(Context(dict(context), autoescape=False))
    if UNDEFINED in text:
        raise LookupError(f"{name} speaks of something that nobody gave it")
    return str(text)


# An engine of our own: Django's would escape, and print nothing where a variable is missing.
@cache
def _engine() -> Engine:
    """Plain text, so nothing is escaped."""
    return Engine(
        dirs=[str(folder) for folder in settings.TEMPLATES[0]["DIRS"]],
        autoescape=False,
        builtins=["dsr.days.filters"],
        libraries=get_installed_libraries(),
        string_if_invalid=UNDEFINED,
    )
