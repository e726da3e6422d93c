"""What other rooms use of the vault."""

from .altered import look_into_all, still_altered
from .blind_index import (
    EMAIL,
    MAILBOX,
    NAME_WORD,
    find,
    find_words,
    index,
    index_all,
    keyed_hash,
    keyed_hashes,
    make_tokens,
    safes_with_words,
    terms_of,
    unindex,
)
from .checks import key_problems, refuse_wrong_keys
from .erasure_check import check_erasure
from .files import FileWriter, open_file, store_file
from .inspecting import is_shut_in as files_are_shut_in
from .safes import (
    add_key,
    destroy,
    destroy_file,
    make_keys,
    open_safe,
    seal_site,
    site_safe,
    unlock,
    unseal_site,
)
from .scanner import is_silent as scanner_is_silent

__all__ = [
    "EMAIL",
    "MAILBOX",
    "NAME_WORD",
    "FileWriter",
    "add_key",
    "check_erasure",
    "destroy",
    "destroy_file",
    "files_are_shut_in",
    "find",
    "find_words",
    "index",
    "index_all",
    "key_problems",
    "keyed_hash",
    "keyed_hashes",
    "look_into_all",
    "make_keys",
    "make_tokens",
    "open_file",
    "open_safe",
    "refuse_wrong_keys",
    "safes_with_words",
    "scanner_is_silent",
    "seal_site",
    "site_safe",
    "still_altered",
    "store_file",
    "terms_of",
    "unindex",
    "unlock",
    "unseal_site",
]
