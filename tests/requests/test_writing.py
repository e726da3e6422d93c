"""How somebody may be written to can be said later, and what waits to go out is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dsr.notifications.models import OutboxMessage
from dsr.policies.kinds import MayWrite
from dsr.requests import history
from dsr.requests.deeds import post, release, writing
from dsr.requests.errors import BadInput
from dsr.requests.models import SubjectRequest
from dsr.requests.people import notices_go_to
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk

NO_HOME = PersonGiven(name="Zoé Canary-Quill", email="zoe.canary@example.org")


def told(sent: SubjectRequest, desk: Desk, way: str, **given: Any) -> SubjectRequest:
    return writing.change_writing(
        sent.pk, way=way, reason="Told at the counter.", actor=desk.clerk, at=MORNING, **given
    )


def to_them(sent: SubjectRequest) -> list[tuple[str, str]]:
    found = OutboxMessage.objects.of(sent.reference).filter(recipient_user_id=None)
    return [(each.kind, each.status) for each in found]


def test_nothing_that_waited_goes_out_any_more_and_nothing_new_is_owed(desk: Desk) -> None:
    sent = cast.ask(desk.right("indigomed", "copy"), may_use_contact_held=True)
    assert to_them(sent) == [("acknowledgement", "owed")]
    after = told(sent, desk, "none")
    assert to_them(after) == [("acknowledgement", "cancelled")]
    assert (after.may_write, after.may_use_contact_held) == ("none", False)
    assert notices_go_to(after) == ("", "none")
    release.close_links(after.pk, actor=desk.handler, at=MORNING, seen=after.version)
    assert to_them(after) == [("acknowledgement", "cancelled")]


def test_a_letter_that_waits_to_be_posted_is_taken_back_as_well(desk: Desk) -> None:
    by_post = PersonGiven(name="Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
    sent = cast.ask(desk.right("indigomed", "copy"), who=by_post)
    assert to_them(told(sent, desk, "post")) == [("acknowledgement", "owed")]
    assert to_them(told(sent, desk, "none")) == [("acknowledgement", "cancelled")]


def test_mails_are_neutral_from_then_on_whatever_was_asked(desk: Desk) -> None:
    after = told(cast.ask(desk.right("indigomed", "copy")), desk, "email")
    # After the hour in which an unproved address has had its one mail.
    at = MORNING + timedelta(hours=2)
    post.send_again(after.pk, actor=desk.handler, at=at, seen=after.version)
    mail = OutboxMessage.objects.of(after.reference).filter(recipient_user_id=None).latest("pk")
    assert (mail.status, mail.unseal("subject")) == ("owed", "A message for you")
    assert "INDIGOMED" not in mail.unseal("body")


def test_what_was_taken_back_is_told_by_the_way_that_is_left(desk: Desk) -> None:
    after = told(cast.ask(desk.right("indigomed", "copy")), desk, "post")
    again = post.send_again(after.pk, actor=desk.handler, at=MORNING, seen=after.version)
    last = OutboxMessage.objects.of(again.reference).filter(recipient_user_id=None).latest("pk")
    assert (last.kind, last.medium, last.status) == ("acknowledgement", "letter", "owed")


def test_who_is_not_written_to_has_it_on_the_private_page(desk: Desk) -> None:
    after = told(cast.ask(desk.right("indigomed", "copy")), desk, "none")
    again = post.send_again(after.pk, actor=desk.handler, at=MORNING, seen=after.version)
    assert to_them(again) == [("acknowledgement", "cancelled")]
    assert post.to_send_again(again) == []


def test_history_says_what_holds_now_and_never_why(desk: Desk) -> None:
    sent = cast.ask(desk.right("indigomed", "copy"))
    told(sent, desk, "none")
    said = [line.text for line in history.timeline(sent)]
    assert (
        "Nothing is written to the person any more; messages that waited to go out and were taken "
        "back: 1"
    ) in said
    assert "Told at the counter." not in " ".join(said)
    assert "It was noted how we may write to you." in [line.text for line in history.told(sent)]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"way": "", "reason": "x"}, "way", "Say how the person may be written to."),
        ({"way": "fax", "reason": "x"}, "way", "Say how the person may be written to."),
        ({"way": "none", "reason": " "}, "reason", "Say how you know."),
        (
            {"way": "post", "reason": "x"},
            "way",
            "There is no such address on file. Correct the contact first.",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    desk: Desk, given: dict[str, str], field: str, sentence: str
) -> None:
    sent = cast.ask(desk.right("indigomed", "copy"), who=NO_HOME)
    with pytest.raises(BadInput) as refused:
        writing.change_writing(sent.pk, **given, actor=desk.clerk, at=MORNING)
    assert str(refused.value.fields[field]) == sentence
    assert SubjectRequest.objects.get(pk=sent.pk).may_write == ""
    assert to_them(sent) == [("acknowledgement", "owed")]


def test_the_same_once_more_is_no_change(desk: Desk) -> None:
    sent = told(cast.ask(desk.right("indigomed", "copy")), desk, MayWrite.EMAIL)
    with pytest.raises(BadInput) as refused:
        told(sent, desk, MayWrite.EMAIL)
    assert str(refused.value.fields["way"]) == "It is on record that way already."
