"""Codes that a person types: how one is made, tried, and read out.

What a code opens, who may ask for one and what the history says of it stands beside what it opens:
``reading.py`` for requesters, ``opinions.py`` for health professionals.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.requests.models.codes import OneTimeCode
from dsr.requests.states import CodeWay
from dsr.vault.services import keyed_hash

Code = TypeVar("Code", bound=OneTimeCode)
DIGITS = 8
TRIES = 5
# A mail arrives in minutes; a letter takes its days, and lies a while.
VALID = {
    CodeWay.MAIL: timedelta(minutes=30),
    CodeWay.COUNTER: timedelta(minutes=30),
    CodeWay.LETTER: timedelta(days=21),
}


def make(code: OneTimeCode, *, at: datetime) -> str:
    """Give a new row its digits and its time, and save it.

    Returns the digits, for the mail or letter that brings them: only their hash is kept, but where
    somebody has to read them out.
    """
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    way = CodeWay(code.way)
    code.code_hash = _hash(code, digits)
    code.made_at, code.expires_at = at, at + VALID[way]
    if way == CodeWay.COUNTER:
        code.seal(code=digits)
    code.save()
    return digits


def valid(codes: QuerySet[Code], at: datetime) -> QuerySet[Code]:
    """Those that still open something: not used, and their time not over."""
    return codes.filter(used_at=None, expires_at__gt=at)


def end(codes: QuerySet[Code], *, at: datetime) -> None:
    """From now on they open nothing."""
    codes.filter(expires_at__gt=at).update(expires_at=at)


@dataclass(frozen=True, slots=True)
class Tried:
    """How entering a code ended: which one was tried, and what to do where it did not open.

    ``code_id`` is 0 where none was valid; ``died``: this try was its last.
    """

    code_id: int
    sentence: str = ""
    died: bool = False

    @property
    def opened(self) -> bool:
        return not self.sentence


def try_one(code: OneTimeCode | None, typed: str, *, at: datetime) -> Tried:
    """Count a try of this code and compare; whoever asks writes down what it opens.

    None is no code at all, and reads as one that is over: who guesses learns nothing.
    """
    # Counted first and in one statement: of a hundred guesses at one instant five are tried.
    if code is None or not _count(code, at):
        return Tried(0, _("No code is valid now. Ask for a new one."))
    digits = "".join(sign for sign in typed if sign.isdigit())
    if hmac.compare_digest(_hash(code, digits), code.code_hash):
        return Tried(code.pk)
    code.refresh_from_db(fields=["tries"])
    left = TRIES - code.tries
    if left > 0:
        sentence = ngettext(
            "This code is not right. You can try %(left)d more time.",
            "This code is not right. You can try %(left)d more times.",
            left,
        )
        return Tried(code.pk, sentence % {"left": left})
    sentence = _("This code was wrong five times and no longer opens anything. Ask for a new one.")
    return Tried(code.pk, sentence, died=True)


def _count(code: OneTimeCode, at: datetime) -> bool:
    this = type(code)._default_manager.filter(pk=code.pk, tries__lt=TRIES)
    return bool(valid(this, at).update(tries=F("tries") + 1))


def _hash(code: OneTimeCode, digits: str) -> str:
    return keyed_hash(code.PURPOSE, digits)


def read_out(code: OneTimeCode) -> str:
    """The code for whoever reads it out; empty where it was erased or altered."""
    digits = str(code.reveal("code", altered=""))
    return spaced(digits) if digits else ""


def spaced(digits: str) -> str:
    """As people read it out: two groups of four."""
    return f"{digits[:4]} {digits[4:]}"
