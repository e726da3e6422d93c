"""AES-256-GCM, and the layout of sealed bytes. Pure: keys and bytes in, bytes out.

A sealed value is FORMAT (2 bytes), key version (4 bytes), nonce (12), ciphertext and tag.
"""

import json
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Tampered, WrappedKeyRefused
from .keyring import KEY_BYTES, Key

FORMAT: Final = b"\xd5\x01"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEADER_BYTES: Final = len(FORMAT) + 4
SHORTEST: Final = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def binding(*place: int | str) -> bytes:
    """Associated data: where a ciphertext belongs, unambiguously joined."""
    return json.dumps(place, separators=(",", ":")).encode()


def seal(key: bytes, version: int, plaintext: bytes, place: bytes) -> bytes:
    # Random 96-bit nonces: a key seals the few hundred values of one request.
    nonce = os.urandom(NONCE_BYTES)
    return (
        FORMAT + version.to_bytes(4, "big") + nonce + AESGCM(key).encrypt(nonce, plaintext, place)
    )


def is_sealed(value: bytes) -> bool:
    return value[: len(FORMAT)] == FORMAT and len(value) >= SHORTEST


def version_of(sealed: bytes) -> int:
    """The version of the data key that sealed this; raises Tampered for anything else."""
    if not is_sealed(sealed):
        raise Tampered
    return int.from_bytes(sealed[len(FORMAT) : HEADER_BYTES], "big")


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """The plaintext; raises Tampered for flipped bits, another place or another key."""
    start = HEADER_BYTES + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(sealed[HEADER_BYTES:start], sealed[start:], place)
    except InvalidTag:
        raise Tampered from None


def wrap(master: Key, data_key: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(master.secret).encrypt(nonce, data_key, place)


def unwrap(master: Key, wrapped: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(master.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        raise WrappedKeyRefused(master.kid) from None
