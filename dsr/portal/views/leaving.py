"""Leaving at once: for somebody over whose shoulder another person looks."""

from __future__ import annotations

from calendar import Calendar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dsr.portal.session import end_sessions

from .status_page import forget_all


# It has to work whatever became of the page's token. Another site gains nothing by it: a browser
# sends no cookie of ours along with its forms, so there is no session that it could end.
@csrf_exempt
@login_not_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close everything that is open in this browser, and show something else."""
    end_sessions(request, timezone.now())
    return forget_all(redirect("portal:away"))


@login_not_required
@require_safe
def away(request: HttpRequest) -> HttpResponse:
    """A calendar of this month: nothing on it says where somebody was."""
    today = timezone.localdate()
    weeks = Calendar().monthdatescalendar(today.year, today.month)
    return render(request, "portal/away.html", {"today": today, "weeks": weeks, "week": weeks[0]})
