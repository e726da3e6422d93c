"""What a text says about a licence: may be used, must not, or nothing that is known.

MIT, BSD, Apache and the like may be used, LGPL and MPL too, as we change nothing of theirs. The GPL
and the AGPL would bind this program, which is MIT, unless the text offers another licence instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum


class Verdict(Enum):
    MAY = "may be used"
    MUST_NOT = "GPL or AGPL"
    UNKNOWN = "unknown"


# The lesser one first: its name contains the other's. An exception for what is compiled or linked
# with it (GCC's runtime, Java's class path) takes the program out of its reach.
LESSER = re.compile(
    r"\bLGPL|\b(lesser|library) (general public|gpl)|gpl\S*? ?with[- ]\S*exception", re.IGNORECASE
)
STRONG = re.compile(r"\bA?GPL|affero|gnu general public", re.IGNORECASE)
PERMISSIVE = re.compile(
    r"\b(mit|bsd|[03]bsd|apache|isc|psf|python software|mpl|mozilla public|unlicen[sc]e|zlib|cc0|"
    r"public domain|hpnd|artistic|boost|bsl-1\.0|unicode|ftl|postgresql|zpl|zope|wtfpl|ncsa)\b",
    re.IGNORECASE,
)
# Words that only those licences have; for packages whose metadata says nothing.
BODIES = re.compile(
    r"permission is hereby granted, free of charge|permission to use, copy, modify,? and|"
    r"redistribution and use in source and binary forms|apache license,? version 2|"
    r"mozilla public license|gnu lesser general public license version|"
    r"mit license|bsd license|python software foundation license",
    re.IGNORECASE,
)
# How prose puts something under the GPL. To mention it is not enough: half of all licence files
# say "GPL-compatible", and the MPL names the GPL as a "secondary license".
GRANTS = re.compile(
    r"gnu (affero )?general public license version [23],? (29 june|june 1991|19 november)|"
    r"(?<!previously distributed )under (the terms of )?the gnu (affero )?general public|"
    r"licen[cs]ed under (the )?a?gpl",
    re.IGNORECASE,
)
# Lists of bundled libraries have a line for each, as "License: GPLv2".
LABEL = re.compile(r"^\W*licen[cs]e\b[^:\n]{0,80}: *(?P<named>\S.*)$", re.IGNORECASE | re.MULTILINE)
# Said within the paragraphs after the grant, as in the scripts of autoconf.
EXCEPTION = re.compile(r"special exception|runtime library exception", re.IGNORECASE)
EXCEPTION_WITHIN = 1500
# "or later" offers the same licence once more.
LATER = re.compile(
    r",? (or|\(?at your option\)?) (any |\(at your option\) )*(later|newer)", re.IGNORECASE
)
CHOICES = (
    rf"{PERMISSIVE.pattern}.{{0,80}}?\bor\b.{{0,80}}?({STRONG.pattern})",
    rf"({STRONG.pattern}).{{0,120}}?\bor\b.{{0,80}}?{PERMISSIVE.pattern}",
    rf"dual[- ]licen[cs]ed?.{{0,80}}?{PERMISSIVE.pattern}.{{0,80}}?({STRONG.pattern})",
)
CHOICE = re.compile("|".join(CHOICES), re.IGNORECASE)


def of_name(name: str) -> Verdict:
    """One licence by its name or its SPDX identifier."""
    if LESSER.search(name):
        return Verdict.MAY
    if STRONG.search(name):
        return Verdict.MUST_NOT
    return Verdict.MAY if PERMISSIVE.search(name) else Verdict.UNKNOWN


def of_expression(text: str) -> Verdict:
    """An SPDX expression, or a short line such as "GPL or MIT"; AND binds more closely than OR."""
    words = re.findall(r"[()]|[^()\s]+", LATER.sub("+", text))
    verdict = _alternatives(words)
    # Prose in brackets after a name, which the grammar of SPDX does not know.
    rest = of_name(" ".join(words))
    return Verdict.MUST_NOT if rest is Verdict.MUST_NOT else verdict


def _alternatives(words: list[str]) -> Verdict:
    found = [_together(words)]
    while words and words[0].lower() == "or":
        words.pop(0)
        found.append(_together(words))
    return _first(found, Verdict.MAY, Verdict.MUST_NOT)


def _together(words: list[str]) -> Verdict:
    found = [_one(words)]
    while words and words[0].lower() in ("and", "&"):
        words.pop(0)
        found.append(_one(words))
    return _first(found, Verdict.MUST_NOT, Verdict.UNKNOWN)


def _one(words: list[str]) -> Verdict:
    """Takes one name, or what stands in brackets, off the front of `words`."""
    if words and words[0] == "(":
        words.pop(0)
        inner = _alternatives(words)
        if words and words[0] == ")":
            words.pop(0)
        return inner
    name = []
    while words and words[0].lower() not in ("or", "and", "&", "(", ")"):
        name.append(words.pop(0))
    return of_name(" ".join(name))


def _first(found: list[Verdict], *order: Verdict) -> Verdict:
    """The first of `order` that was found, else what all are."""
    return next((each for each in order if each in found), found[0])


def grants(text: str) -> Iterator[str]:
    """The places of a licence file that put something under the GPL and offer nothing else."""
    for label in LABEL.finditer(text):
        if of_expression(label["named"]) is Verdict.MUST_NOT:
            yield label[0].strip()[:100]
    flat = " ".join(text.split())
    for match in GRANTS.finditer(flat):
        excepted = EXCEPTION.search(flat[match.end() : match.end() + EXCEPTION_WITHIN])
        if not excepted and not offers_another(_sentence(flat, match)):
            yield match[0]


def _sentence(flat: str, match: re.Match[str]) -> str:
    begin = flat.rfind(". ", 0, match.start()) + 1
    end = flat.find(". ", match.end())
    return flat[begin : end if end >= 0 else len(flat)]


def offers_another(text: str) -> bool:
    """Whether a text that names the GPL lets one choose a licence that may be used instead."""
    return bool(CHOICE.search(" ".join(LATER.sub("+", text).split())))


def is_known(text: str) -> bool:
    """Whether a licence file holds one of the licences that may be used."""
    return bool(BODIES.search(" ".join(text.split())))
