"""Secrets of the site that belong to no request, such as second factors of staff.

They are sealed under the site's own safe, so that rotating the master keys needs no touch of them.
"""

from django.utils import timezone

from . import cipher
from .errors import Tampered
from .models import Purpose
from .safes import find_site_safe, site_safe


def seal_site(context: str, plaintext: bytes) -> bytes:
    """Sealed bytes that open only under the same context."""
    # The one clock below a door: whoever seals the first secret of a site has no instant to hand
    # over, and the instant is only kept beside the safe.
    safe = site_safe(timezone.now())
    version, key = safe.newest_key(Purpose.CONTENT)
    return cipher.seal(key, version, plaintext, _place(context, version))


def unseal_site(context: str, sealed: bytes) -> bytes:
    """Raises a VaultError for anything that was not sealed under this context."""
    safe = find_site_safe()
    if safe is None:
        raise Tampered
    version = cipher.version_of(sealed)
    return cipher.unseal(safe.data_key(Purpose.CONTENT, version), sealed, _place(context, version))


def _place(context: str, version: int) -> bytes:
    return cipher.binding("site secret", context, version)
