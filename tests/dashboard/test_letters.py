"""Letters to post, mail that did not arrive, and the health of what runs by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dsr.accounts.models import Membership
from dsr.audit.models import Entry
from dsr.notifications.models import OutboxMessage, Status, Trouble
from dsr.notifications.services import beat, deliver, stale
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.dashboard.conftest import Seat, as_read, deed_url, text_of
from tests.requests.reaching import reach

SeatOf = Callable[[str], Seat]
BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")


def asked_by_post(desk: Desk) -> tuple[SubjectRequest, OutboxMessage]:
    """Somebody who can be written to by letter only: the receipt is owed on paper."""
    asked = cast.ask(desk.right("img", "access"), who=BY_POST)
    return asked, OutboxMessage.objects.get(medium="letter", reference=asked.reference)


def test_a_letter_waits_with_its_pdf(desk: Desk, seat: SeatOf) -> None:
    asked, letter = asked_by_post(desk)
    clerk = seat("clerk")
    page = clerk.open("/staff/letters/")
    assert "Confirmation of receipt" in page
    assert asked.reference in page
    response = clerk.client.post(f"/staff/letters/{letter.pk}/file/")
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    facts = {"letter": letter.pk, "kind": "acknowledgement"}
    assert Entry.objects.get(code="file_read").facts == facts
    said = f"Letter {letter.pk} was downloaded: Confirmation of receipt"
    assert said in clerk.open(f"/staff/requests/{asked.reference}/")


def test_a_posted_letter_leaves_the_list_and_stays_in_history(desk: Desk, seat: SeatOf) -> None:
    asked, letter = asked_by_post(desk)
    clerk = seat("clerk")
    page = f"letters/{letter.pk}/posted"
    assert clerk.do(asked, page, posted_on="2026-05-01").status_code == 302
    assert "No letter waits" in clerk.open("/staff/letters/")
    assert Entry.objects.filter(code="letter_posted", chain=f"request:{asked.pk}").count() == 1


def test_a_letter_is_not_posted_before_it_was_written(desk: Desk, seat: SeatOf) -> None:
    asked, letter = asked_by_post(desk)
    page = text_of(seat("clerk").do(asked, f"letters/{letter.pk}/posted", posted_on="2026-04-29"))
    assert "Enter a day from the writing of the letter until today." in page


def test_letters_of_other_organisations_do_not_exist(desk: Desk, seat: SeatOf) -> None:
    asked, letter = asked_by_post(desk)
    Membership.objects.filter(user=desk.clerk).exclude(organisation__slug="imo").delete()
    clerk = seat("clerk")
    assert asked.reference not in clerk.open("/staff/letters/")
    assert clerk.client.post(f"/staff/letters/{letter.pk}/file/").status_code == 404


def test_mail_that_did_not_arrive_has_an_owner_and_is_seen_to(desk: Desk, seat: SeatOf) -> None:
    reach(desk, "in_progress")  # assigned to the handler who began
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    OutboxMessage.objects.filter(pk=mail.pk).update(
        status=Status.FAILED, last_error=Trouble.REFUSED
    )
    handler = seat("handler")
    page = handler.open("/staff/letters/")
    assert "The mail server refused the message or its recipient" in page
    assert page.split("Mail that did not arrive")[-1].count("Handler Testing") == 1
    handler.client.post(f"/staff/letters/{mail.pk}/again/")
    assert OutboxMessage.objects.get(pk=mail.pk).status == Status.OWED
    OutboxMessage.objects.filter(pk=mail.pk).update(status=Status.FAILED)
    handler.client.post(f"/staff/letters/{mail.pk}/settled/")
    assert "Everything arrived, as far as we know" in handler.open("/staff/letters/")


def test_a_mail_that_is_still_tried_is_told_of_and_nobody_reads_that_everything_arrived(
    desk: Desk, seat: SeatOf
) -> None:
    cast.ask(desk.right("img", "access"))
    mail = OutboxMessage.objects.filter(kind="acknowledgement")
    clerk = seat("clerk")
    assert "Everything arrived, as far as we know" in clerk.open("/staff/letters/")
    mail.update(last_error=Trouble.DEFECT, attempts=1)
    page = as_read(clerk.open("/staff/letters/"))
    assert "Everything arrived, as far as we know" not in page
    assert "Waiting to be sent: A defect in this program" in page
    assert "It is tried again by itself" in page
    assert "Try again" not in page


def test_a_mail_to_what_is_no_address_is_on_the_list_of_its_request(
    desk: Desk, seat: SeatOf
) -> None:
    asked = cast.ask(desk.right("img", "access"))
    mail = OutboxMessage.objects.select_related("safe").get(kind="acknowledgement")
    mail.seal(to_address="zoe@example.org\u200f.example")
    mail.save()
    assert deliver(MORNING)["failed"] == 1
    page = as_read(seat("clerk").open("/staff/letters/"))
    trouble = page.split("Mail that did not arrive")[-1]
    assert asked.reference in trouble
    assert "Could not be delivered: It is addressed to what is no e-mail address" in trouble


def failed_invitation(desk: Desk, officer: Seat) -> OutboxMessage:
    typed = {
        "organisation": "img",
        "name": "Nia Testing",
        "email": "nia@example.org",
        "role": "handler",
        "language": "en",
    }
    assert officer.client.post("/staff/team/invite/", typed).status_code == 302
    OutboxMessage.objects.filter(kind="invitation").update(
        status=Status.FAILED, last_error=Trouble.REFUSED
    )
    return OutboxMessage.objects.get(kind="invitation")


def test_an_invitation_that_did_not_arrive_is_a_task_of_who_invites(
    desk: Desk, seat: SeatOf
) -> None:
    officer = seat("officer")
    mail = failed_invitation(desk, officer)
    page = officer.open("/staff/letters/").split("Mail to colleagues that did not arrive")[-1]
    assert "Invitation" in page
    assert "Nia Testing" in page
    assert officer.client.post(f"/staff/letters/{mail.pk}/settled/").status_code == 302
    assert "Mail to colleagues" not in officer.open("/staff/letters/")
    assert not OutboxMessage.objects.failed().exists()


def test_a_mail_about_an_account_is_shown_to_nobody_else(desk: Desk, seat: SeatOf) -> None:
    mail = failed_invitation(desk, seat("officer"))
    Membership.objects.filter(user=desk.second_officer).exclude(organisation__slug="imo").delete()
    for name in ("clerk", "handler", "second_officer"):
        other = seat(name)
        assert "Mail to colleagues" not in other.open("/staff/letters/")
        assert other.client.post(f"/staff/letters/{mail.pk}/settled/").status_code == 404
        assert other.client.post(f"/staff/letters/{mail.pk}/again/").status_code == 404


def test_only_a_letter_is_shown_as_a_letter_for_a_mail_has_links_for_its_reader(
    desk: Desk, seat: SeatOf
) -> None:
    cast.ask(desk.right("img", "access"))
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    assert seat("clerk").client.post(f"/staff/letters/{mail.pk}/file/").status_code == 404
    invitation = failed_invitation(desk, officer := seat("officer"))
    assert officer.client.post(f"/staff/letters/{invitation.pk}/file/").status_code == 404


def test_five_minutes_of_silence_are_a_banner_on_every_page(
    desk: Desk, seat: SeatOf, clock: Any
) -> None:
    for name in stale(MORNING):
        beat(name, MORNING)
    handler = seat("handler")
    assert "Background work has not run" not in handler.open("/staff/")
    assert "Everything that runs by itself is running" in handler.open("/staff/health/")
    clock.shift(timedelta(minutes=4, seconds=59))
    assert "Background work has not run" not in handler.open("/staff/")
    clock.shift(timedelta(seconds=2))
    assert "Background work has not run for more than 5 minutes" in handler.open("/staff/team/")
    assert "is silent" in handler.open("/staff/health/")


def test_a_mail_that_came_back_is_recorded_and_waits_for_somebody(desk: Desk, seat: SeatOf) -> None:
    asked = cast.ask(desk.right("img", "access"))
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    OutboxMessage.objects.filter(pk=mail.pk).update(status=Status.SENT, sent_at=MORNING)
    clerk = seat("clerk")
    assert "It came back" in clerk.open(f"/staff/requests/{asked.reference}/")
    page = clerk.open(f"/staff/requests/{asked.reference}/mail/{mail.pk}/came-back/")
    assert "the request cannot be closed before it was sent again" in page
    assert clerk.do(asked, f"mail/{mail.pk}/came-back").status_code == 302
    mail = OutboxMessage.objects.get(pk=mail.pk)
    assert (mail.status, mail.last_error) == (Status.FAILED, Trouble.BOUNCED)
    assert "Confirmation of receipt" in clerk.open("/staff/letters/")
    assert Entry.objects.filter(code="mail_bounced", chain=f"request:{asked.pk}").count() == 1


def test_health_names_each_message_that_did_not_arrive(desk: Desk, seat: SeatOf) -> None:
    officer = seat("officer")
    failed_invitation(desk, officer)
    asked = cast.ask(desk.right("img", "access"))
    OutboxMessage.objects.filter(kind="acknowledgement").update(
        status=Status.FAILED, last_error=Trouble.BOUNCED
    )
    page = as_read(officer.open("/staff/health/"))
    assert "Messages that did not arrive" in page
    assert f">{asked.reference}</a>: Confirmation of receipt, 1 May 2026" in page.replace("> ", ">")
    assert "See to them under “Letters and mail”" in page
    assert "which concern" not in page
    # Who may not invite is told that there is more, and not whom it concerns.
    assert "1 more, which concerns what you do not see" in as_read(
        seat("handler").open("/staff/health/")
    )


def test_what_a_letter_cannot_print_is_named_with_the_field_in_which_it_stands(
    desk: Desk, seat: SeatOf
) -> None:
    who = PersonGiven("李明", postal_address="1 Street\n北京")
    asked = cast.begin(cast.ask(desk.right("img", "access"), who=who), desk.handler)
    page = as_read(seat("handler").open(deed_url(asked, "propose")))
    assert "<li>Name: 李 明</li>" in page
    assert "<li>Address: 北 京</li>" in page
    assert "<li>Text:" not in page
