"""The scheduler stood still for forty days: what is still of use is sent, the rest is visible."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.conf import settings

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver, health
from dsr.requests.deadlines import reminders
from tests.cast import Desk
from tests.faults.figures import Figures
from tests.faults.seeding import ask, days_ago
from tests.faults.world import World

READERS = 3  # the handler and the two officers
# Asked so many days ago, thirty days to answer: how many of its reminders fell due in the forty
# days off and are of no use any more, and how many still are.
MISSED_AND_SENT = {
    63: (8, 1),  # due 33 days ago: -3 -1 0 +1 +3 +7 +14 +21 are over, +28 was five days ago
    48: (7, 1),  # due 18 days ago: -7 -3 -1 0 +1 +3 +7 are over, +14 was four days ago
    33: (5, 1),  # due 3 days ago: -7 -3 -1 0 +1 are over, +3 is today
    25: (0, 1),  # due in 5 days: -7 was two days ago, -3 is to come
    20: (0, 0),  # due in 10 days
}


def test_after_forty_days_off_each_reminder_of_use_is_sent_once_and_the_rest_is_seen(
    world: World, desk: Desk, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {ask(desk, days).reference: days for days in (63, 48)}
    with monkeypatch.context() as until_then:
        until_then.setattr(settings, "EMAIL_BACKEND", "tests.notifications.conftest.Server")
        reminders.sweep(at=days_ago(40))
        deliver(days_ago(40))
    asked = old | {ask(desk, days).reference: days for days in (33, 25, 20)}
    now = datetime.now(UTC)
    reminders.sweep(at=now)
    world.deliver()

    for reference, days in asked.items():
        owed_now = OutboxMessage.objects.filter(reference=reference, kind="reminder", owed_at=now)
        found = Counter(owed_now.values_list("status", flat=True))
        missed, sent = MISSED_AND_SENT[days]
        assert found == Counter(missed=missed * READERS, sent=sent * READERS), days
    assert {each.code: each.number for each in health(now)}["mail:missed"] == 60
    taken = Counter(message_id for message_id, _ in world.mail.taken)
    sent = OutboxMessage.objects.filter(kind="reminder", status="sent", owed_at=now)
    assert {each.message_id: 1 for each in sent}.items() <= taken.items()
    assert set(taken.values()) == {1}
    assert not OutboxMessage.objects.filter(status__in=("owed", "claimed")).exists()
    figures.add("40 days without a scheduler: reminders still of use, sent", len(sent), 12)
    figures.add("40 days without a scheduler: outdated, marked missed and visible", 60, 60)
