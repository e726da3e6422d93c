"""AES-256-GCM, and the layout of sealed bytes. Pure: keys and bytes in, bytes out.

A sealed value is FORMAT (2 bytes), key version (4 bytes), nonce (12), ciphertext and tag. A sealed
chunk of a file is CHUNK_FORMAT (2 bytes), ciphertext and tag; its nonce is its place in the file
and is not stored.
"""

import json
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Tampered, WrappedKeyRefused
from .keyring import KEY_BYTES, Key

FORMAT: Final = b"\xd5\x01"
CHUNK_FORMAT: Final = b"\xd5\x02"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEADER_BYTES: Final = len(FORMAT) + 4
SHORTEST: Final = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
SHORTEST_CHUNK: Final = len(CHUNK_FORMAT) + TAG_BYTES

Sealed = bytes | bytearray | memoryview


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def binding(*place: int | str) -> bytes:
    """Associated data: where a ciphertext belongs, unambiguously joined.

    JSON quotes and escapes its parts, so that no two places read alike: ("a", "b,c") is not
    ("a,b", "c"), and the number 1 is not the text "1".
    """
    return json.dumps(place, separators=(",", ":")).encode()


def seal(key: bytes, version: int, plaintext: bytes, place: bytes) -> bytes:
    # Random 96-bit nonces: a key seals the few hundred values of one safe, far from the 2**32 at
    # which a repeated nonce becomes thinkable (NIST SP 800-38D, 8.3).
    nonce = os.urandom(NONCE_BYTES)
    return (
        FORMAT + version.to_bytes(4, "big") + nonce + AESGCM(key).encrypt(nonce, plaintext, place)
    )


def is_sealed(value: Sealed) -> bool:
    """Whether these bytes have the layout of a sealed value or chunk; nothing is opened."""
    start = bytes(value[: len(FORMAT)])
    return (start == FORMAT and len(value) >= SHORTEST) or (
        start == CHUNK_FORMAT and len(value) >= SHORTEST_CHUNK
    )


def version_of(sealed: bytes) -> int:
    """The version of the data key that sealed this; raises Tampered for anything else."""
    if not is_sealed(sealed) or sealed[: len(FORMAT)] != FORMAT:
        raise Tampered
    return int.from_bytes(sealed[len(FORMAT) : HEADER_BYTES], "big")


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """The plaintext; raises Tampered for flipped bits, another place or another key."""
    start = HEADER_BYTES + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(sealed[HEADER_BYTES:start], sealed[start:], place)
    except InvalidTag:
        # `from None`: the cause says nothing more, and a traceback is one more place to leak into.
        raise Tampered from None


def seal_chunk(key: bytes, seq: int, plaintext: Sealed, place: bytes, *, last: bool) -> bytes:
    """Chunk number `seq` (from 0) of a file whose key is used for no other file.

    Sealing two contents under the same key and number would give both away: who rewrites a file
    takes a new key.
    """
    return CHUNK_FORMAT + AESGCM(key).encrypt(_chunk_nonce(seq, last), plaintext, place)


def unseal_chunk(key: bytes, seq: int, sealed: Sealed, place: bytes, *, last: bool) -> bytes:
    """Raises Tampered for flipped bits, a chunk of another file or number, and where a chunk is
    the last although it should not be, or the reverse.
    """
    if sealed[: len(CHUNK_FORMAT)] != CHUNK_FORMAT:
        raise Tampered
    try:
        # A view, because a slice would copy the whole chunk once more.
        body = memoryview(sealed)[len(CHUNK_FORMAT) :]
        return AESGCM(key).decrypt(_chunk_nonce(seq, last), body, place)
    except (InvalidTag, ValueError):
        raise Tampered from None


def _chunk_nonce(seq: int, last: bool) -> bytes:
    # The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a counter, so that chunks
    # cannot change places, and a mark on the last, so that a file cannot be cut at a border.
    return bytes(7) + seq.to_bytes(4, "big") + bytes([last])


def wrap(master: Key, data_key: bytes, place: bytes) -> bytes:
    # No version in front: the name of the master key stands in a column of its own, so that
    # rotation finds by an index what is still under the old one.
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master.secret).encrypt(nonce, data_key, place)


def unwrap(master: Key, wrapped: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(master.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        raise WrappedKeyRefused(master.kid) from None
