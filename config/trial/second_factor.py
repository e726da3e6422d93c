"""Second factors for the demonstration, where nobody has a telephone at hand."""

import time
from typing import cast

from allauth.mfa.models import Authenticator

# From allauth's inside: it has no public way to enrol somebody who is not at the page.
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.mfa.utils import decrypt
from django.conf import settings

from dsr.accounts.models import User

# Half a minute is what RFC 6238 proposes and every app uses.
STEP = 30


def enrol_for_trial(user: User) -> str:
    """An authenticator app without a telephone; its secret, for somebody who has one."""
    _only_in_trial()
    secret = cast("str", generate_totp_secret())
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def trial_code(user: User) -> str:
    """What this user's authenticator app would show now; raises DoesNotExist without one."""
    _only_in_trial()
    app = Authenticator.objects.get(user_id=user.pk, type=Authenticator.Type.TOTP)
    return code_of(decrypt(app.data["secret"]))


def code_of(secret: str) -> str:
    """What an app that was given this secret would show now; raises ValueError for nonsense."""
    _only_in_trial()
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // STEP)))


def seconds_left() -> int:
    """How long that code stays valid."""
    return STEP - int(time.time()) % STEP


def _only_in_trial() -> None:
    # Asked here and not in the commands alone: whoever imports this on a site gets nothing.
    if not settings.DSR_TRIAL:
        raise RuntimeError("second factors are handed out in trial mode only")
