"""The blind index: finding a safe by an address, a number or words of a name, exactly.

A token is HMAC-SHA-256 of the normalised value under a key derived for that field. Equality is all
it can tell; it has no prefixes and no order.

`region` is the two-letter country (ISO 3166) in which a telephone number without its country's code
is read; other fields do not ask. Without a region such a number is only its digits.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction
from django.db.models import Q, QuerySet

from . import addresses, names, phones
from .errors import KeyDestroyed
from .keyring import KEY_BYTES, Key, key_ring
from .models import BlindToken, KeyPurpose, Safe, SafeKey

EMAIL, PHONE, NAME_WORD = "email", "phone", "name_word"
# No field of the index: for `keyed_hash`, where addresses of one mailbox are to count as one.
MAILBOX = "mailbox"


def index(safe: Safe, field: str, values: Iterable[str], region: str = "") -> None:
    """Lets the safe be found by these values too; indexing a value twice is indexing it once.

    Raises KeyDestroyed when the content of the safe has been erased.
    """
    index_all(safe, {field: values}, region)


def index_all(safe: Safe, values: Mapping[str, Iterable[str]], region: str = "") -> None:
    """Like `index`, for the values of several fields at once."""
    tokens = make_tokens(safe, values, region)
    with transaction.atomic(savepoint=False):
        # This lock makes `destroy` wait until the tokens are there to be removed.
        live = SafeKey.objects.filter(safe=safe, purpose=KeyPurpose.CONTENT, wrapped__isnull=False)
        if erased := not live.select_for_update(no_key=True).values_list("pk", flat=True):
            safe.forget_keys()
        else:
            BlindToken.objects.bulk_create(tokens, ignore_conflicts=True)
    if erased:
        raise KeyDestroyed


def make_tokens(
    safe: Safe, values: Mapping[str, Iterable[str]], region: str = ""
) -> list[BlindToken]:
    """The tokens for the values of several fields, unsaved, each once.

    Only who opened the safe in the same transaction saves them as they are.
    """
    key = key_ring("DSR_INDEX_KEYS").newest
    terms = {
        (field, term)
        for field, given in values.items()
        for v in given
        for term in terms_of(field, v, region)
    }
    return [make_token(safe, field, term, key) for field, term in sorted(terms)]


def unindex(safe: Safe, field: str, values: Iterable[str] | None = None, region: str = "") -> None:
    """The safe is no longer found by these values of the field, given as they were indexed; by
    none at all where no values are given, because the old ones cannot be read any more.
    """
    tokens = BlindToken.objects.filter(safe=safe, field=field)
    if values is not None:
        terms = [term for value in values for term in terms_of(field, value, region)]
        tokens = tokens.filter(token__in=_hashes(field, terms))
    tokens.delete()


def find(field: str, value: str, region: str = "") -> set[int]:
    """Ids of the safes, of any kind, indexed under this value; of a name, under all its words."""
    if field == NAME_WORD:
        return find_words(value)
    # A number with an extension is looked for in another way than it is kept.
    terms = phones.searched(value, region) if field == PHONE else terms_of(field, value)
    terms = [term for term in terms if term]
    return set(_under(field, terms).values_list("safe_id", flat=True))


def find_words(text: str) -> set[int]:
    """Ids of the safes whose names have every one of these words, however they are written."""
    return set(safes_with_words(text).values_list("safe_id", flat=True))


def safes_with_words(text: str) -> QuerySet[BlindToken, Any]:
    """As ``find_words``, by their ``safe``, to be asked within another query: of a frequent
    forename a million ids would come here, of which a page shows a hundred."""
    ways = [_with_all(words).values("safe") for words in names.wanted(text)]
    if not ways:
        return BlindToken.objects.none().values("safe")
    # Of one alone the index has the order as well; a union would be read whole.
    return ways[0].union(*ways[1:]) if ways[1:] else ways[0]


def _with_all(words: Iterable[names.Wanted]) -> QuerySet[BlindToken]:
    tokens: QuerySet[BlindToken] | None = None
    for word in words:
        having = _having(word)
        tokens = having if tokens is None else having.filter(safe__in=tokens.values("safe"))
    return BlindToken.objects.none() if tokens is None else tokens


def _having(word: names.Wanted) -> QuerySet[BlindToken]:
    whole = _under(NAME_WORD, word.whole)
    if len(word.parts) == 1:
        return whole
    apart: QuerySet[BlindToken] = _under(NAME_WORD, word.parts[0])
    for part in word.parts[1:]:
        apart = _under(NAME_WORD, part).filter(safe__in=apart.values("safe"))
    either = Q(pk__in=whole.values("pk")) | Q(pk__in=apart.values("pk"))
    return BlindToken.objects.filter(either)


def _under(field: str, terms: Iterable[str]) -> QuerySet[BlindToken]:
    return BlindToken.objects.filter(field=field, token__in=_hashes(field, terms))


def terms_of(field: str, value: str, region: str = "") -> list[str]:
    """What is hashed for a value; nothing for a value that says nothing."""
    if field == PHONE:
        return phones.indexed(value, region)
    return [term for term in _NORMALISERS.get(field, _text)(value) if term]


def hash_term(key: Key, field: str, term: str) -> bytes:
    return hmac.digest(_secret(key, field), term.encode("utf-8", "surrogatepass"), hashlib.sha256)


@lru_cache(maxsize=64)
def _secret(key: Key, field: str) -> bytes:
    # A key for each field: the same word as a name and as an address has unlike tokens, so that
    # a stolen table does not tell that they are the same.
    kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"blind index: {field}".encode())
    return kdf.derive(key.secret)


def keyed_hash(purpose: str, value: str, *, like: str = "") -> str:
    """Tells values apart, for one purpose, without keeping them: hexadecimal, under the newest key.

    ``like`` says which spellings are one value: ``email`` as in the index, ``mailbox`` more.
    """
    key = key_ring("DSR_INDEX_KEYS").newest
    return hash_term(key, f"apart: {purpose}", " ".join(terms_of(like, value))).hex()


def keyed_hashes(purpose: str, value: str, *, like: str = "") -> list[str]:
    """As ``keyed_hash``, under every key of the ring: what was hashed before the key changed is
    still known by one of them."""
    term = " ".join(terms_of(like, value))
    keys = key_ring("DSR_INDEX_KEYS").keys
    return [hash_term(key, f"apart: {purpose}", term).hex() for key in keys]


def _hashes(field: str, terms: Iterable[str]) -> list[bytes]:
    # Under every key of the ring: while the index is being rebuilt, tokens of both are there.
    keys = key_ring("DSR_INDEX_KEYS").keys
    return [hash_term(key, field, term) for term in terms for key in keys]


def make_token(safe: Safe, field: str, term: str, key: Key) -> BlindToken:
    token = BlindToken(safe=safe, field=field, token=hash_term(key, field, term), key_id=key.kid)
    token.seal(value=term)
    return token


def _folded(value: str) -> str:
    # Case folding can undo the normal form, so it is made twice.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).strip()


def _text(value: str) -> list[str]:
    return [_folded(value)]


def _email(value: str) -> list[str]:
    return [addresses.indexed(value)]


def _mailbox(value: str) -> list[str]:
    return [addresses.mailbox(value)]


_NORMALISERS: dict[str, Callable[[str], list[str]]] = {
    EMAIL: _email,
    MAILBOX: _mailbox,
    NAME_WORD: names.keys,
}
