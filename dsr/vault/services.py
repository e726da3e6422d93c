"""What other rooms use of the vault."""

from .blind import (
    EMAIL,
    NAME_WORD,
    PHONE,
    find,
    find_words,
    index,
    index_all,
    keyed_hash,
    make_tokens,
    unindex,
)
from .files import read_file, store_file
from .remains import Remains, remains
from .rotation import rebuild, rewrap
from .safes import destroy, make_keys, open_safe, site_safe, unlock
from .site import seal_site, unseal_site
from .startup import key_problems, refuse_wrong_keys

__all__ = [
    "EMAIL",
    "NAME_WORD",
    "PHONE",
    "Remains",
    "destroy",
    "find",
    "find_words",
    "index",
    "index_all",
    "key_problems",
    "keyed_hash",
    "make_keys",
    "make_tokens",
    "open_safe",
    "read_file",
    "rebuild",
    "refuse_wrong_keys",
    "remains",
    "rewrap",
    "seal_site",
    "site_safe",
    "store_file",
    "unindex",
    "unlock",
    "unseal_site",
]
