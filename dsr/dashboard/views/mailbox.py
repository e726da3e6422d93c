"""The mailbox of the trial: what would have gone out. It has no address in production."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dsr.notifications.services import mailbox

MOST = 100


@login_not_required
@require_safe
def trial_mailbox(request: HttpRequest) -> HttpResponse:
    if not settings.DSR_TRIAL:
        raise Http404
    return render(request, "dashboard/mailbox.html", {"mails": mailbox(MOST), "most": MOST})
