"""The mail server misbehaves; nothing is lost, nothing waits for what it does not need."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import health, owe
from dsr.vault.services import site_safe
from tests.cast import Desk
from tests.faults.figures import Figures
from tests.faults.seeding import ask, days_ago
from tests.faults.world import World, until

COUNT = 4  # one request: the requester's receipt, and three members of staff are told
TROUBLE = [
    pytest.param("later", "try_later", 1, id="asks to come back later"),
    pytest.param(
        "refuse", "server_away", 0, id="refuses the conversation", marks=pytest.mark.faults
    ),
    pytest.param(
        "drop", "connection_lost", 1, id="hangs up within each mail", marks=pytest.mark.faults
    ),
    pytest.param("gone", "server_away", 0, id="is gone", marks=pytest.mark.faults),
    pytest.param("hang", "server_away", 0, id="never says a word", marks=pytest.mark.faults),
]


@pytest.mark.parametrize(("mode", "trouble", "attempts"), TROUBLE)
def test_mail_waits_for_a_server_in_trouble_and_goes_out_once(
    world: World,
    desk: Desk,
    figures: Figures,
    request: pytest.FixtureRequest,
    mode: str,
    trouble: str,
    attempts: int,
) -> None:
    ask(desk)
    world.mail.mode("take" if mode == "gone" else mode)
    if mode == "gone":
        world.mail.process.kill()
    before = datetime.now(UTC)
    world.deliver()
    waiting = OutboxMessage.objects.values_list("status", "last_error", "attempts")
    assert list(waiting) == [("owed", trouble, attempts)] * COUNT
    assert min(OutboxMessage.objects.values_list("next_try_at", flat=True)) > before
    if mode == "gone":
        world.mail.start()
    world.mail.mode("take")
    world.age_retries()
    world.deliver()
    assert OutboxMessage.objects.filter(status="sent").count() == COUNT
    taken = [message_id for message_id, _ in world.mail.taken]
    assert (len(taken), len(set(taken))) == (COUNT, COUNT)
    figures.add(f"a mail server that {request.node.callspec.id}: lost, repeated", "0, 0", "0, 0")


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("take_and_drop", id="hangs up after taking"),
        pytest.param("hang_after", id="never says that it took", marks=pytest.mark.faults),
    ],
)
def test_a_mail_that_was_taken_without_a_word_is_repeated_under_its_id(
    world: World, desk: Desk, figures: Figures, request: pytest.FixtureRequest, mode: str
) -> None:
    ask(desk)
    OutboxMessage.objects.exclude(kind="acknowledgement").delete()
    world.mail.mode(mode)
    world.deliver()
    assert OutboxMessage.objects.get().last_error == "connection_lost"
    world.mail.mode("take")
    world.age_retries()
    world.deliver()
    (message,) = OutboxMessage.objects.filter(status="sent")
    assert [message_id for message_id, _ in world.mail.taken] == [message.message_id] * 2
    what = request.node.callspec.id
    figures.add(f"a mail server that {what}: repeats, each with its old Message-ID", 1, 1)


@pytest.mark.faults
def test_each_failed_attempt_waits_longer_than_the_one_before(world: World, desk: Desk) -> None:
    ask(desk)
    world.mail.mode("later")
    pauses = []
    for _ in range(3):
        world.age_retries()
        now = datetime.now(UTC)
        world.deliver()
        (next_try,) = set(
            OutboxMessage.objects.filter(kind="acknowledgement").values_list(
                "next_try_at", flat=True
            )
        )
        pauses.append(round((next_try - now).total_seconds() / 60))
    assert pauses == [1, 2, 4]


def test_one_bad_recipient_becomes_visible_and_the_others_get_theirs(
    world: World, desk: Desk, figures: Figures
) -> None:
    at = days_ago(1)
    for name in ("good.first", "bad.one", "good.second"):
        owe(
            key=name,
            kind="security_notice",
            safe=site_safe(at),
            to=f"{name}@example.org",
            language="en",
            context={"name": "A. Canary", "what": "totp_activated", "when": "2 March"},
            at=at,
        )
    world.mail.mode("bad_one")
    world.deliver()
    assert [to for _, to in world.mail.taken] == [
        "good.first@example.org",
        "good.second@example.org",
    ]
    failed = OutboxMessage.objects.failed().get()
    assert failed.key == "bad.one"
    assert {each.code: each.number for each in health(datetime.now(UTC))}["mail:failed"] == 1
    figures.add("one bad recipient of three: delivered, failed and visible", "2, 1", "2, 1")


@pytest.mark.faults
def test_a_worker_that_waits_for_the_server_holds_up_nobody(
    world: World, desk: Desk, figures: Figures
) -> None:
    ask(desk, days=25)
    world.mail.mode("hold")
    world.spawn("held", "manage.py", "deliver_mail", "--limit=1")
    until(lambda: _states()["claimed"] == 1, 60, "a claim")
    until(lambda: world.mail.holds, 60, "the mail at the server")
    world.mail.mode("pass")
    assert world.deliver() == f"sent: {COUNT - 1}"
    world.mail.mode("take")
    until(lambda: _states() == Counter(sent=COUNT), 60, "the mail that was held")
    taken = [message_id for message_id, _ in world.mail.taken]
    assert (len(taken), len(set(taken))) == (COUNT, COUNT)
    figures.add("a worker held up by the mail server: others held up", 0, 0)


def _states() -> Counter[str]:
    return Counter(OutboxMessage.objects.values_list("status", flat=True))
