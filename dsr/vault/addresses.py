"""E-mail addresses: one form for sending, finding and counting.

`canonical` is that form: ASCII, with the domain as the name servers know it. It is the only one
that is stored, so that what is shown, indexed, counted and mailed can never be four addresses.
Nothing is lost by it: `readable` gives the letters of the domain back. What is no address that mail
can be sent to is refused in a sentence; it never becomes another address by itself.

`indexed` and `mailbox` are looser and follow from it: what is one address is one entry of the
index, and what is one entry is one mailbox to a limit.
"""

import re
import unicodedata
from functools import lru_cache

import idna
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Lengths that mail programs agree on.   (RFC 5321, 4.5.3.1.1; RFC 3696, erratum 1690)
LONGEST_LOCAL, LONGEST = 64, 254
# The unquoted form.   (RFC 5322, 3.2.3: dot-atom)
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
# Also as East Asian keyboards write them: to the name servers they are dots.   (UTS 46, 4)
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
# A name whose last part is a number is read as the number of a computer.   (WHATWG URL, 3.5)
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
# Drawn as nothing or as a blank, although Unicode counts them as letters, marks or symbols.
_DRAWN_AS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800") | {
    *("\u3164", "\uffa0"),
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
# The one large host that ignores dots, under both of its names.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}

NOT_AN_ADDRESS = _("Enter an e-mail address like name@example.org.")
_INVISIBLE = _(
    "There is a blank or an invisible character inside this address. "
    "Type the address instead of pasting it."
)
_MORE_THAN_ADDRESS = _(
    "Enter the address alone, like name@example.org, "
    "without quotation marks, brackets, commas or a name."
)
_DOT_TOO_MANY = _("A dot stands at an end of this address, beside the @, or twice. Take it out.")
_OTHER_LETTERS = _(
    "Our mail program writes to addresses with the letters a to z before the @ only. "
    "Give another e-mail address, or another way to reach you."
)
_TOO_LONG = _(
    "This address is too long: at most 64 characters before the @, and 254 in all. "
    "Give another one."
)
_A_NUMBER = _(
    "Mail is not sent to the number of a computer. Enter an address with a name after the @, "
    "like name@example.org."
)
_NO_ENDING = _("The part after the @ lacks its ending. Enter all of it, like name@example.org.")
_NO_DOMAIN = _(
    "What stands after the @ is no name that mail can be sent to. "
    "Compare it with the address letter by letter."
)


class AddressRefused(ValueError):
    """No address that mail can be sent to. `str()` of it is a translated sentence that says what to
    do; what was typed is not in it."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.args[0])


def canonical(typed: str) -> str:
    """The one form of an address. Raises AddressRefused.

    The case before the @ stays: only the mailbox's own server may say that it does not matter
    (RFC 5321, 2.4).
    """
    local, domain = _parts(trimmed(typed))
    _check_local(local)
    address = f"{local}@{_domain(domain)}"
    if len(local) > LONGEST_LOCAL or len(address) > LONGEST:
        raise AddressRefused(_TOO_LONG)
    return address


def canonical_or_blank(typed: str) -> str:
    """As `canonical`, where an address may be left out."""
    return canonical(typed) if trimmed(typed) else ""


def indexed(typed: str) -> str:
    """What the blind index knows an address by: A-Z are a-z, as people write them as they like.

    Nothing beyond: a full-width letter or a Kelvin sign must not find another person's requests.
    What is no address is itself, which no address ever is.
    """
    try:
        return canonical(typed).translate(_ASCII_LOWER)
    except AddressRefused:
        return trimmed(typed).translate(_ASCII_LOWER)


def mailbox(typed: str) -> str:
    """Whose turn it is, for limits: as most hosts deliver, tags, quotes and comments make no other
    mailbox. Two people may share a limit by it, so nothing else is ever decided by it."""
    local, at, domain = re.sub(r"\([^()]*\)", "", trimmed(typed)).rpartition("@")
    try:
        address = canonical(f"{_unquoted(local)}{at}{domain}").lower()
    except AddressRefused:
        return indexed(typed)
    local, _at, domain = address.partition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[domain]
    return f"{local}@{domain}"


def readable(address: str) -> str:
    """For people: the domain in its own letters, and beside it the form that is mailed.

    Both, where they differ: a name in the letters of another alphabet may look like a known one.
    """
    local, at, domain = address.rpartition("@")
    try:
        letters = idna.decode(domain)
    except UnicodeError:
        return address
    return address if letters == domain.lower() else f"{local}{at}{letters} ({address})"


def trimmed(typed: str) -> str:
    """Without what nobody sees at the ends: it came along when the address was pasted."""
    first, last = 0, len(typed)
    while first < last and _is_invisible(typed[first]):
        first += 1
    while first < last and _is_invisible(typed[last - 1]):
        last -= 1
    return typed[first:last]


def _is_invisible(char: str) -> bool:
    # Controls, formats (zero width, direction, soft hyphen, byte order mark), blanks, separators.
    return unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or char in _DRAWN_AS_NOTHING


def _parts(text: str) -> tuple[str, str]:
    # First of all, as everything below looks at each character.
    if len(text) > 2 * LONGEST:
        raise AddressRefused(_TOO_LONG)
    if "@" not in text:
        raise AddressRefused(NOT_AN_ADDRESS)
    if re.search(r'[<>()",;]', text):
        raise AddressRefused(_MORE_THAN_ADDRESS)
    # A zero-width joiner has a meaning in some domains; whoever needs it types their `xn--` form.
    if any(map(_is_invisible, text)):
        raise AddressRefused(_INVISIBLE)
    local, _at, domain = text.rpartition("@")
    if not (local and domain):
        raise AddressRefused(NOT_AN_ADDRESS)
    return local, domain


def _check_local(local: str) -> None:
    # What is left of quoting, of routes and of a link that was copied whole.
    if re.search(r"[][:\\]", local):
        raise AddressRefused(_MORE_THAN_ADDRESS)
    _check_dots(local)
    # Not every server on the way knows such letters (RFC 6531), and the library would change them.
    if not local.isascii():
        raise AddressRefused(_OTHER_LETTERS)
    if not _LOCAL.fullmatch(local):
        raise AddressRefused(NOT_AN_ADDRESS)


def _check_dots(part: str) -> None:
    if part.startswith(".") or part.endswith(".") or ".." in part:
        raise AddressRefused(_DOT_TOO_MANY)


# Of each address asked about, a submission asks some twelve times. Domains alone are kept: of what
# stands before the @ nothing stays in the process.
@lru_cache(maxsize=500)
def _domain(typed: str) -> str:
    """As the name servers know it: IDNA 2008 by way of UTS 46, non-transitional.

    By the older rules, which Python's own codec and Django follow, `faß` is `fass`: the domain of
    somebody else.
    """
    if typed.startswith("["):
        raise AddressRefused(_A_NUMBER)
    _check_dots(typed.translate(_DOTS))
    try:
        domain = idna.encode(typed, uts46=True, std3_rules=True).decode("ascii")
        # What does not come back as it went is two names.
        same = idna.encode(idna.decode(domain), std3_rules=True).decode("ascii") == domain
    except UnicodeError:
        raise AddressRefused(_NO_DOMAIN) from None
    if not same:
        raise AddressRefused(_NO_DOMAIN)
    _check_dots(domain)
    if _NUMBER.fullmatch(domain.rpartition(".")[2]):
        raise AddressRefused(_A_NUMBER)
    if "." not in domain:
        raise AddressRefused(_NO_ENDING)
    return domain


def _unquoted(local: str) -> str:
    if len(local) > 2 and local.startswith('"') and local.endswith('"'):
        return re.sub(r"\\(.)", r"\1", local[1:-1])
    return local
