"""The mailbox of the trial: mails and letters that would have gone out, as their readers would see
them. It has no address on a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dsr.notifications.models import OutboxMessage
from dsr.vault.errors import VaultError

MOST = 100


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    # Opened messages on a page without log-in: asked again here, should the address ever be given
    # out elsewhere.
    if not settings.DSR_TRIAL:
        raise Http404
    return render(request, "trial/mailbox.html", {"mails": newest(MOST), "most": MOST})


@dataclass(frozen=True)
class Mail:
    message: OutboxMessage
    to: str
    subject: str
    body: str
    owed_at: datetime


def newest(limit: int) -> list[Mail]:
    """The newest messages first; erased ones are left out."""
    rows = OutboxMessage.objects.select_related("safe", "file").order_by("-owed_at", "-pk")
    return [mail for message in rows[:limit] if (mail := _opened(message))]


def _opened(message: OutboxMessage) -> Mail | None:
    try:
        return Mail(
            message=message,
            to=message.unseal("to_address"),
            subject=message.unseal("subject"),
            body=message.unseal("body"),
            owed_at=message.owed_at,
        )
    except VaultError:
        return None
