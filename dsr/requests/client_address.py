"""Where a visit comes from: the one address that our own proxies vouch for.

Every proxy appends the address it heard from to ``X-Forwarded-For``. With two proxies of ours the
last two entries are theirs to write, and the visitor's is the second from the end; whatever stands
before was written by the visitor and is believed by nobody.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# An address that cannot be told is counted too, together with all others that cannot.
UNKNOWN = "unknown"


def source_of(meta: Mapping[str, Any]) -> str:
    """What a visit counts for, from the headers of its request (``request.META``)."""
    return network_of(client_address(meta, settings.TRUSTED_PROXIES))


def networks_of(meta: Mapping[str, Any]) -> dict[str, str]:
    """Everything that a visit counts for by where it comes from, by the names of the scopes."""
    address = client_address(meta, settings.TRUSTED_PROXIES)
    return {"source": network_of(address), **wider_networks(address)}


def client_address(meta: Mapping[str, Any], trusted_proxies: int) -> str:
    """The visitor's address, given how many proxies of ours stand before the program."""
    remote = str(meta.get("REMOTE_ADDR", ""))
    if not trusted_proxies:
        return remote
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    passed = [entry.strip() for entry in forwarded if entry.strip()][-trusted_proxies:]
    # Fewer entries than proxies: somebody came past one of them, so nothing written is believed.
    return passed[0] if len(passed) == trusted_proxies else remote


def network_of(address: str) -> str:
    """Whom a limit counts: one IPv4 address, or the /64 that one IPv6 customer has at least."""
    found = _read(address)
    if found is None:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)


def wider_networks(address: str) -> dict[str, str]:
    """The networks around an IPv6 source; whoever has one of them has many sources in it."""
    found = _read(address)
    if not isinstance(found, ipaddress.IPv6Address):
        return {}
    return {
        f"net{length}": str(ipaddress.IPv6Network((found, length), strict=False))
        for length in (56, 48)
    }


def _read(address: str) -> Address | None:
    # Some proxies add a port: 192.0.2.1:4711, [2001:db8::1]:4711.
    for text in (address, address.rpartition(":")[0]):
        try:
            found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
        except ValueError:
            continue
        mapped = getattr(found, "ipv4_mapped", None)
        return mapped or found
    return None
