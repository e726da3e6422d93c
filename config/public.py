"""The pages that open without log-in: all of them, by name. Every other page is for staff.

A system check compares this list with the addresses of the program, so that no page becomes public
by a forgotten or a mistaken line elsewhere.
"""

from __future__ import annotations

PUBLIC_PAGES = frozenset(
    {
        # What can be asked of whom, and the asking.
        *("portal:home", "portal:organisation", "portal:policy", "portal:ask"),
        *("portal:set_language", "portal:link", "portal:end", "portal:ended"),
        *("portal:find", "portal:lost", "portal:looked"),
        *("portal:leave", "portal:away"),
        # For the contact on record: it objects, and sees nothing.
        "portal:not_me",
        # For a health professional who is asked: a link, and behind it a code.
        *("portal:opinion", "portal:opinion_code", "portal:opinion_open"),
        *("portal:opinion_item", "portal:opinion_sign"),
        # These want the session of a private link instead; what was released wants a code as well.
        "portal:open_requests",
        *("portal:sent", "portal:status", "portal:reply", "portal:withdraw", "portal:complete"),
        "portal:fee",
        *("portal:paper", "portal:letter", "portal:new_link", "portal:close_others"),
        *("portal:code", "portal:enter", "portal:file"),
        # The way in for staff.
        *("account_login", "account_logout", "account_inactive", "account_invitation"),
        *("account_reset_password", "account_reset_password_done"),
        *("account_reset_password_from_key", "account_reset_password_from_key_done"),
        *("mfa_authenticate", "mfa_login_webauthn", "admin:login"),
    }
)
