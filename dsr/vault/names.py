"""How the words of a name are compared: as people write them who do not have its letters at hand.

A word is stored under each of its keys and found by any of them: without its marks (``jose`` for
José), with the letters that another spelling of the same letter has (``mueller`` for Müller), and
with the parts of what apostrophes and hyphens hold together both apart and joined (``o``,
``brien`` and ``obrien`` for O’Brien). Scripts are not turned into each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Typed for each other, and by some not at all; the last ones count as letters in Unicode.
_APOSTROPHES: Final = "'’‘`´′＇\u02bb\u02bc\u02b9\u05f3"
# As other languages and passports write these letters; Đoković is Djokovic as often as Dokovic.
_LONG: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj", "ő": "oe"}
# Letters that Unicode does not take apart, and that stand for others on most keyboards. The
# dotless one: a Turkish name in capitals is folded by a language that has no such letter.
_PLAIN: Final = {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
    "ŋ": "n",
    "ə": "e",
    "ĸ": "k",
    # Arabic and Persian write the same name with one or the other, and stretch it with the last.
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ـ": "",
}
# There a mark is an accent or may be left out; elsewhere, as in Hindi or kana, it is the vowel or
# another sound, and a name without it is another name.
_MARKS_FOLD: Final = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")
# Written without spaces between the names.
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af々〆]{1,8}")
# De, la, van, der, Mac, al, and most names of China, Korea and Japan: written apart by some and
# joined by others.
_PARTICLE: Final = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word that is looked for: by any key of it as a whole, or by one of each of its parts."""

    whole: frozenset[str]
    parts: tuple[frozenset[str], ...]


def keys(name: str) -> list[str]:
    """All keys under which a name is stored; none for one without a letter or a number."""
    words = _chunks(name)
    found = [key for parts in (*words, *_joined(words)) for key in _keys_of(parts)]
    return list(dict.fromkeys(found))


def wanted(name: str) -> list[list[Wanted]]:
    """How a typed name can be meant: in each reading all words must be there, in any order."""
    words = _chunks(name)
    together = _run_together(words)
    readings = [words] if together == words else [words, together]
    return [[_wanted(parts) for parts in reading] for reading in readings]


def _wanted(parts: list[str]) -> Wanted:
    return Wanted(spellings("".join(parts)), tuple(spellings(part) for part in parts))


def _keys_of(parts: list[str]) -> Iterator[str]:
    for part in parts:
        yield from sorted(spellings(part))
        for run in _UNSPACED.findall(part):
            # The family name, the given name: nobody knows where one begins.
            yield from (run[i:j] for i in range(len(run)) for j in range(i + 1, len(run) + 1))
    if len(parts) > 1:
        yield from sorted(spellings("".join(parts)))


def _chunks(name: str) -> list[list[str]]:
    """The words between spaces, each as the parts that apostrophes, hyphens and dots divide."""
    text = unicodedata.normalize("NFKC", name)
    chunks = [_parts(chunk) for chunk in text.split()]
    return [chunk for chunk in chunks if chunk]


def _parts(chunk: str) -> list[str]:
    # Not `\w`, which ends a word at every vowel sign of an Indian script.
    letters = "".join(each if _is_of_a_word(each) else " " for each in chunk)
    return letters.split()


def _is_of_a_word(char: str) -> bool:
    return char not in _APOSTROPHES and unicodedata.category(char)[0] in "LMN"


def _joined(words: list[list[str]]) -> Iterator[list[str]]:
    """Particles with what follows them: ``dela``, ``delacruz`` and ``lacruz`` for de la Cruz."""
    texts = ["".join(word) for word in words]
    for start in range(len(texts)):
        run = texts[start]
        for before, text in zip(texts[start:], texts[start + 1 :], strict=False):
            if not _is_particle(before):
                break
            run += text
            yield [run]


def _run_together(words: list[list[str]]) -> list[list[str]]:
    """The same with each run of particles joined to the word after it."""
    found: list[list[str]] = []
    run: list[str] = []
    for word in words:
        text = "".join(word)
        run.append(text)
        if not _is_particle(text):
            found.append(["".join(run)] if len(run) > 1 else word)
            run = []
    if run:
        found.append(["".join(run)])
    return found


def _is_particle(text: str) -> bool:
    return len(text) <= _PARTICLE


@lru_cache(maxsize=4096)
def spellings(word: str) -> frozenset[str]:
    """The keys of one word: folded letter by letter, and with the longer spelling of some."""
    # Case folding can undo the normal form.
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold())
    long = "".join(_LONG.get(char, char) for char in small)
    return frozenset(filter(None, (_fold(small), _fold(long))))


def _fold(text: str) -> str:
    kept: list[str] = []
    folds = False
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.category(char) == "Mn":
            if folds:
                continue
        else:
            folds = unicodedata.name(char, "").startswith(_MARKS_FOLD)
        kept.append(_PLAIN[char] if char in _PLAIN else _base(char))
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    """The letter without its stroke, hook or tail, as in ø, ł, đ, ħ and ґ."""
    name = unicodedata.name(char, "")
    if " WITH " not in name or not name.startswith(("LATIN", "CYRILLIC", "GREEK")):
        return char
    try:
        return unicodedata.lookup(name.partition(" WITH ")[0])
    except KeyError:
        return char
