"""An unproven address hears from us at most once an hour, however many forms name it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dsr.notifications import bell
from dsr.notifications.models import OutboxMessage
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import correction, ending
from dsr.requests.models import Deadline, MailThrottle, SubjectRequest, WaitingForDigest
from dsr.requests.services import digests
from dsr.requests.submission.given import PersonGiven
from dsr.vault.models import KeyPurpose
from dsr.vault.services import destroy
from tests import cast
from tests.cast import MORNING, ZOE, Desk, open_desk
from tests.notifications.threads import at_once
from tests.post_office import mail_goes_out

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def silent_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell, "wake", lambda: False)


def mails() -> list[tuple[str, str]]:
    """What is owed to requesters, oldest first: the kind and to whom."""
    owed = OutboxMessage.objects.filter(recipient_user_id=None).order_by("pk")
    return [(each.kind, each.unseal("to_address")) for each in owed]


def digest() -> str:
    return str(OutboxMessage.objects.get(kind="digest").unseal("body"))


def ask(desk: Desk, minutes: int = 0, who: PersonGiven = ZOE, **given: Any) -> SubjectRequest:
    at = MORNING + minutes * MINUTE
    return cast.ask(desk.right("img", "access"), at=at, who=who, **given)


def test_the_first_form_is_answered_at_once_and_the_others_wait(desk: Desk) -> None:
    for minutes in (0, 5, 30, 59):
        ask(desk, minutes)
    assert mails() == [("acknowledgement", "zoe.canary@example.org")]
    assert digests.sweep(at=MORNING + 59 * MINUTE) == 0
    assert len(mails()) == 1


def test_an_hour_later_one_digest_gathers_the_references(desk: Desk) -> None:
    first, second, third = (ask(desk, minutes) for minutes in (0, 5, 30))
    assert digests.sweep(at=MORNING + HOUR) == 1
    assert mails() == [
        ("acknowledgement", "zoe.canary@example.org"),
        ("digest", "zoe.canary@example.org"),
    ]
    assert first.reference not in digest()
    assert digest().count(second.reference) == 1
    assert digest().count(third.reference) == 1
    assert digest().count("/s/") == 2


def test_a_thousand_forms_in_two_days_make_at_most_one_mail_an_hour(desk: Desk) -> None:
    """A form every 20 minutes for 5 hours, and a sweep each minute."""
    for minutes in range(5 * 60):
        if minutes % 20 == 0:
            ask(desk, minutes)
        digests.sweep(at=MORNING + minutes * MINUTE)
    owed = OutboxMessage.objects.filter(recipient_user_id=None).order_by("owed_at")
    hours = [(each.owed_at - MORNING) // MINUTE for each in owed]
    assert hours == [0, 60, 120, 180, 240]


def test_a_digest_that_fails_keeps_no_other_address_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    yves = PersonGiven(name="Yves", email="yves.canary@example.org")
    for minutes in (0, 1):
        ask(desk, minutes)
        ask(desk, minutes + 2, yves)
    real, first = digests._owe_digest, []

    def fail_once(*given: Any) -> None:
        if not first:
            first.append(given)
            raise ValueError
        real(*given)

    monkeypatch.setattr(digests, "_owe_digest", fail_once)
    with pytest.raises(ExceptionGroup):
        digests.sweep(at=MORNING + 2 * HOUR)
    told = [to for kind, to in mails() if kind == "digest"]
    assert told == ["yves.canary@example.org"]
    assert digests.sweep(at=MORNING + 2 * HOUR) == 1


def test_two_sweeps_owe_one_digest(desk: Desk) -> None:
    ask(desk)
    ask(desk, 1)
    assert [digests.sweep(at=MORNING + HOUR), digests.sweep(at=MORNING + HOUR)] == [1, 0]


def test_other_addresses_do_not_wait_and_other_spellings_do(desk: Desk) -> None:
    ask(desk)
    ask(desk, 1, PersonGiven(name="Zoe", email="ZOE.CANARY@EXAMPLE.ORG"))
    ask(desk, 1, PersonGiven(name="Yves", email="yves.canary@example.org"))
    assert mails() == [
        ("acknowledgement", "zoe.canary@example.org"),
        ("acknowledgement", "yves.canary@example.org"),
    ]


def test_a_mailbox_has_its_mail_of_the_hour_however_it_is_tagged_or_spelt(desk: Desk) -> None:
    spellings = ("zoe@gmail.com", "zoe+a@gmail.com", "z.o.e@googlemail.com", "ZOE+b@ｇmail.com")
    for minutes, email in enumerate(spellings):
        ask(desk, minutes, PersonGiven(name="Zoe", email=email))
    assert mails() == [("acknowledgement", "zoe@gmail.com")]
    assert WaitingForDigest.objects.count() == 3


def test_a_digest_goes_to_one_address_with_the_links_of_that_address_alone(desk: Desk) -> None:
    """Not every host takes `zoe+a` and `zoe+b` for one person."""
    for minutes, email in enumerate(("zoe@example.org", "zoe+a@example.org", "zoe+b@example.org")):
        ask(desk, minutes, PersonGiven(name="Zoe", email=email))
    assert [digests.sweep(at=MORNING + hours * HOUR) for hours in (1, 2, 3)] == [1, 1, 0]
    assert mails() == [
        ("acknowledgement", "zoe@example.org"),
        ("digest", "zoe+a@example.org"),
        ("digest", "zoe+b@example.org"),
    ]
    bodies = [str(each.unseal("body")) for each in OutboxMessage.objects.filter(kind="digest")]
    assert [body.count("/s/") for body in bodies] == [1, 1]


def test_made_up_tags_do_not_keep_the_plain_address_waiting(desk: Desk) -> None:
    for minutes in range(10):
        ask(desk, minutes, PersonGiven(name="Zoe", email=f"zoe+{minutes}@example.org"))
    ask(desk, 11, PersonGiven(name="Zoe", email="zoe@example.org"))
    digests.sweep(at=MORNING + HOUR)
    assert mails() == [
        ("acknowledgement", "zoe+0@example.org"),
        ("digest", "zoe@example.org"),
    ]


def test_a_digest_that_cannot_be_delivered_is_a_task_about_its_newest_request(desk: Desk) -> None:
    ask(desk)
    newest = ask(desk, 1)
    digests.sweep(at=MORNING + HOUR)
    assert OutboxMessage.objects.get(kind="digest").reference == newest.reference


def test_a_withdrawal_is_confirmed_at_once_also_within_the_hour(desk: Desk) -> None:
    first, second = ask(desk), ask(desk, 5)
    for minutes, asked in ((10, first), (11, second)):
        ending.withdraw(asked.pk, actor=REQUESTER, at=MORNING + minutes * MINUTE, seen=None)
    to = "zoe.canary@example.org"
    assert mails() == [("acknowledgement", to), ("withdrawn", to), ("withdrawn", to)]
    # The second one had no receipt yet: this is it, and no digest repeats it.
    body = OutboxMessage.objects.get(kind="withdrawn", reference=second.reference).unseal("body")
    assert "It had been received on 1 May 2026; this message is its receipt as well." in str(body)
    assert [each.kind for each in second.notices.all()] == ["withdrawn"]
    assert digests.sweep(at=MORNING + HOUR) == 0


def test_withdrawing_form_after_form_floods_nobody(desk: Desk) -> None:
    for minutes in range(8):
        asked = ask(desk, minutes)
        ending.withdraw(asked.pk, actor=REQUESTER, at=MORNING + minutes * MINUTE, seen=None)
    assert [kind for kind, _to in mails()] == ["acknowledgement", *["withdrawn"] * 5]
    digests.sweep(at=MORNING + HOUR)
    assert digest().count("This request was withdrawn on 1 May 2026.") == 3


def test_a_request_that_was_stopped_gets_its_link_when_it_goes_on(desk: Desk) -> None:
    ask(desk)
    second = ask(desk, 1)
    ending.freeze(second.pk, reason="Not her.", actor=desk.officer, at=MORNING + 2 * MINUTE)
    assert [digests.sweep(at=MORNING + HOUR), digests.overdue(MORNING + HOUR)] == [0, 0]
    ending.unfreeze(second.pk, reason="It is her.", actor=desk.officer, at=MORNING + 2 * HOUR)
    assert digests.sweep(at=MORNING + 2 * HOUR) == 1
    assert [kind for kind, _to in mails()] == ["acknowledgement", "fresh_link", "digest"]


@pytest.mark.mail_waits
def test_receipt_counts_as_acknowledged_when_the_digest_is_sent(desk: Desk) -> None:
    """California wants receipt confirmed; the clock stops with the mail that does it."""
    right = desk.right("imo", "delete")
    _first, second = (cast.ask(right, at=MORNING, country="US-CA") for _ in range(2))
    lifecycle = Deadline.objects.filter(purpose="acknowledge").order_by("subject_request")
    assert [each.status for each in lifecycle] == ["running", "running"]
    mail_goes_out(MORNING)
    assert [each.status for each in lifecycle.all()] == ["met", "running"]
    digests.sweep(at=MORNING + HOUR)
    assert [each.status for each in lifecycle.all()] == ["met", "running"]
    mail_goes_out(MORNING + HOUR)
    assert [each.status for each in lifecycle.all()] == ["met", "met"]
    assert "deadline_met" in [line.code for line in cast.history(second)]


def test_nothing_that_somebody_typed_is_in_the_digest(desk: Desk) -> None:
    typed = PersonGiven(name="Buy-Pills-Canary", email="zoe.canary@example.org", phone="+33477")
    ask(desk)
    ask(desk, 1, typed, particulars={"details": {"details": "http://pills.example"}})
    digests.sweep(at=MORNING + HOUR)
    message = OutboxMessage.objects.get(kind="digest")
    told = f"{message.unseal('subject')} {message.unseal('body')}"
    for word in ("Pills", "pills.example", "+33477"):
        assert word not in told


def test_the_digest_speaks_the_language_of_the_newest_request(desk: Desk) -> None:
    ask(desk)
    ask(desk, 1, language="fr")
    digests.sweep(at=MORNING + HOUR)
    assert OutboxMessage.objects.get(kind="digest").language == "fr"


def test_a_corrected_contact_is_told_where_it_is_now(desk: Desk) -> None:
    ask(desk)
    second = ask(desk, 1)
    correction.edit_contact(
        second.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=MORNING + 2 * MINUTE,
        seen=second.version,
    )
    digests.sweep(at=MORNING + HOUR)
    assert mails() == [
        ("acknowledgement", "zoe.canary@example.org"),
        # At once, since the old links ended; and what the digest would have told.
        ("fresh_link", "zoe.new@example.org"),
        ("acknowledgement", "zoe.new@example.org"),
    ]


def test_an_erased_request_is_not_told_of(desk: Desk) -> None:
    ask(desk)
    erased = ask(desk, 1)
    destroy(erased.safe, [KeyPurpose.CONTENT], MORNING + 2 * MINUTE)
    assert digests.sweep(at=MORNING + HOUR) == 0
    assert mails() == [("acknowledgement", "zoe.canary@example.org")]


def test_the_address_is_not_kept_and_its_turn_is_forgotten(desk: Desk) -> None:
    ask(desk)
    assert "zoe" not in MailThrottle.objects.get().address
    digests.sweep(at=MORNING + 2 * HOUR)
    assert not MailThrottle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_forms_at_the_same_instant_send_one_mail_and_ten_sweeps_one_digest() -> None:
    desk = open_desk()
    forms: list[Callable[[], object]] = [partial(ask, desk) for _ in range(10)]
    at_once(forms)
    assert mails() == [("acknowledgement", "zoe.canary@example.org")]
    assert WaitingForDigest.objects.count() == 9
    sweeps: list[Callable[[], int]] = [partial(digests.sweep, at=MORNING + HOUR) for _ in range(10)]
    assert sum(at_once(sweeps)) == 1
    assert digest().count("/s/") == 9
