"""Telephone numbers as people write them: one number is one, in whatever writing, script or text.

Numbers that have only their national part in common are two people, and so are two extensions of
one number: they are never taken for each other. There is no search by the last digits: an index
that could do that would tell, to whoever steals it, which numbers end alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher

# Of a number without one; in no token of a number that has one.
NO_EXTENSION = ";ext="
# What announces an extension where the library knows no word for it.
EXTENSION = re.compile(
    r"(?<=[\d)\s])(?:;ext=|poste|durchwahl|dw|apparat|app|interne?o?|int|anexo|ramal|extensi[oó]n"
    r"|doorkies|wewn|ext|x|#)[\s.:]*(?=\d{1,7}(?!\d))",
    re.IGNORECASE,
)
# 00 leads abroad almost everywhere; in a region where it does not, no number begins with it.
ABROAD = re.compile(r"(?<![\d+])(\(?)00(?=\)?[\s.\-/]*[1-9])")
# RFC 3966: a number may stand beside the code that it lacks.
CONTEXT = re.compile(r"([\d().\- ]+);phone-context=(\+\d+)")


def indexed(value: str, region: str) -> list[str]:
    """What a value is found by: each number in it as it is dialled from abroad, +33612345678, and
    with its extension or the mark that it has none."""
    return list(chain.from_iterable(_found_by(each) for each in _numbers(value, region)))


def searched(value: str, region: str) -> list[str]:
    """Under which of these a typed value looks. Without an extension under the number, whichever
    extension it has; with one under that extension, or where none is known."""
    found = []
    for number in _numbers(value, region):
        dialled = _dialled(number)
        if isinstance(number, str) or not number.extension:
            found.append(dialled)
        else:
            found += [f"{dialled};ext={number.extension}", f"{dialled}{NO_EXTENSION}"]
    return found


def _found_by(number: PhoneNumber | str) -> Iterator[str]:
    dialled = _dialled(number)
    if not dialled:
        return
    yield dialled
    if not isinstance(number, str):
        yield f"{dialled};ext={number.extension or ''}"


def _dialled(number: PhoneNumber | str) -> str:
    if isinstance(number, str):
        return number
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _numbers(value: str, region: str) -> list[PhoneNumber | str]:
    """The numbers in a text; where there is none, its digits as they were typed."""
    text = _plain(value)
    # By length alone: which ranges are in use changes with every release of the library, and a
    # token should come out the same in ten years.
    found = PhoneNumberMatcher(text, region or None, leniency=Leniency.POSSIBLE)
    if numbers := [each.number for each in found]:
        return [*numbers]
    # Written like no number of its place: in the United States 011 leads abroad.
    if re.match(r"\s*\(?011[\s.\-)]*[1-9]", text):
        abroad = PhoneNumberMatcher(text, "US", leniency=Leniency.POSSIBLE)
        if numbers := [each.number for each in abroad]:
            return [*numbers]
    return [_digits(text)]


def _plain(value: str) -> str:
    """Latin digits, simple blanks and strokes, and the words of extensions that are known."""
    text = "".join(_letter(each) for each in unicodedata.normalize("NFKC", value))
    text = CONTEXT.sub(r"\2 \1", text.replace("tel:", " "))
    return EXTENSION.sub(" ext. ", ABROAD.sub(r"\1+", text))


def _letter(char: str) -> str:
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    kind = unicodedata.category(char)
    # Each line is a number of its own.
    if char in "\r\n":
        return " / "
    if kind == "Pd":
        return "-"
    # Marks of direction stand unseen around numbers that were copied from a page.
    return "" if kind in ("Cf", "Cs") else " " if kind in ("Zs", "Cc") else char


def _digits(text: str) -> str:
    number = re.sub(r"[^0-9+]", "", text)
    return number[:1] + number[1:].replace("+", "")
