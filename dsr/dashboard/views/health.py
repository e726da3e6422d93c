"""Whether everything that runs by itself does, in words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dsr.dashboard.views.base import StaffView
from dsr.notifications.models import Heartbeat
from dsr.notifications.services import health, stale


class HealthView(StaffView):
    section = "dashboard:health"

    def get(self, request: HttpRequest) -> HttpResponse:
        problems = health(self.at)
        silent = set(stale(self.at))
        beats = [(each, each.name in silent) for each in Heartbeat.objects.order_by("name")]
        never = sorted(silent - {each.name for each, _late in beats})
        return self.page(
            "dashboard/health.html",
            {"problems": problems, "beats": beats, "never": never},
            status=200,
        )
