"""Every page is behind the log-in of staff but those named here."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from dsr.policies.models.organisations import FIXED_ADDRESSES

PORTAL = {
    "portal:home",
    "portal:set_language",
    "portal:organisation",
    "portal:policy",
    "portal:ask",
    "portal:link",
    "portal:file",
    "portal:ended",
    "portal:end",
    "portal:find",
    "portal:leave",
    "portal:away",
    "portal:lost",
    "portal:looked",
    "portal:not_me",
    # A health professional's link; the question opens with a code.
    "portal:opinion",
    "portal:opinion_code",
    "portal:opinion_open",
    "portal:opinion_item",
    "portal:opinion_sign",
    # These open only with the session of a private link.
    "portal:sent",
    "portal:status",
    "portal:reply",
    "portal:withdraw",
    "portal:fee",
    "portal:complete",
    "portal:paper",
    "portal:letter",
    "portal:new_link",
    "portal:close_others",
    "portal:open_requests",
    # What was released opens with a code besides.
    "portal:code",
    "portal:enter",
}


def named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry, f"{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


def is_public(pattern: URLPattern) -> bool:
    return not getattr(pattern.callback, "login_required", True)


def test_the_public_pages_are_the_requesters_and_the_way_in() -> None:
    public = {name for name, pattern in named(get_resolver()) if is_public(pattern)}
    assert {name for name in public if name.startswith("portal:")} == PORTAL
    others = {name for name in public if not name.startswith(("portal:", "account_", "mfa_"))}
    assert others <= WAY_IN, others - WAY_IN


# The mailbox exists in trial mode only, where no mail leaves and all people are invented.
WAY_IN = {"admin:login", "admin:jsi18n", "socialaccount_signup", "trial:mailbox"}


def test_no_page_of_staff_is_public() -> None:
    names = {name for name, pattern in named(get_resolver()) if is_public(pattern)}
    assert not {name for name in names if name.startswith("dashboard:")}


def first_parts(resolver: URLResolver) -> Iterator[str]:
    """The first part of every address that is written out."""
    for entry in resolver.url_patterns:
        part = str(entry.pattern).split("/")[0]
        if part:
            yield part
        elif isinstance(entry, URLResolver):
            yield from first_parts(entry)


def test_no_organisation_can_take_a_fixed_address() -> None:
    fixed = {part for part in first_parts(get_resolver()) if not part.startswith("<")}
    assert {"status", "staff", "trial"} <= fixed
    assert fixed | {settings.STATIC_URL.strip("/")} <= FIXED_ADDRESSES
