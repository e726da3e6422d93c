"""What Django's own checks do not cover about mail."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def mail_server_is_not_waited_for_endlessly(**kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_TIMEOUT and settings.EMAIL_TIMEOUT <= 60:
        return []
    return [
        Error(
            "EMAIL_TIMEOUT must be set, to 60 seconds at most.",
            hint="Without it a mail server that hangs holds a worker for ever.",
            id="notifications.E001",
        )
    ]
