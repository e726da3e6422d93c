"""Whether everything that runs by itself does, in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsr.accounts.roles import Permission
from dsr.dashboard.views.post import PAGE_SIZE, Post
from dsr.notifications.models import Heartbeat, OutboxMessage
from dsr.notifications.services import health, stale
from dsr.requests.services import staffing
from dsr.requests.services.altered_values import altered_values
from dsr.requests.services.selfcheck import crowds

WORK: dict[str, str | Promise] = {
    "worker": _("Background work"),
    "delivery": _("Sending mail"),
    "reminders": _("Reminders of deadlines"),
    "dates": _("Computing dates anew"),
    "identity_documents": _("Destroying identity documents on time"),
    "checkpoints": _("Checkpoints of the history"),
    "notices": _("Recording what was sent or posted"),
    "intake": _("Digests for addresses that many forms name"),
}


class HealthView(Post):
    section = "dashboard:health"

    def get(self, request: HttpRequest) -> HttpResponse:
        silent = set(stale(self.at))
        seen = dict(Heartbeat.objects.values_list("name", "beat_at"))
        # Both: a job that never ran has left no heartbeat and is known by its silence alone.
        names = sorted(silent | set(seen), key=lambda name: (name not in silent, name))
        return self.page(
            "dashboard/health.html",
            {
                # Silence has the table below; told twice it would look like two faults.
                "problems": [
                    each
                    for each in (*health(self.at), *crowds(self.at), *staffing.problems(self.at))
                    if not each.code.startswith("stale:")
                ],
                "silent": silent,
                "altered": self._altered(),
                **self._undelivered(),
                "oversees": self.may_somewhere(Permission.OVERSEE),
                # A job without words here is shown by its name, not left out.
                "work": [
                    {"what": WORK.get(name, name), "late": name in silent, "at": seen.get(name)}
                    for name in names
                ],
            },
        )

    def _undelivered(self) -> dict[str, Any]:
        """Each message behind the number above, of the own organisations and colleagues; of others
        only how many there are."""
        outbox = OutboxMessage.objects
        lost = (outbox.failed() | outbox.missed()).order_by("owed_at", "pk")
        mine, accounts = self.of_mine(lost), self.about_accounts(lost)
        return {
            "lost": self.owed(mine[:PAGE_SIZE]),
            "lost_accounts": self.to_colleagues(accounts[:PAGE_SIZE]),
            "lost_elsewhere": lost.count() - mine.count() - accounts.count(),
        }

    def _altered(self) -> list[dict[str, Any]]:
        """Of what this person may see by reference; of others only that there is something."""
        altered = altered_values()
        found = [each.subject_request.pk for each in altered if each.subject_request]
        own = self.seen().in_bulk(found)
        return [
            {
                "request": own.get(each.subject_request.pk) if each.subject_request else None,
                "where": each.where,
            }
            for each in altered
        ]
