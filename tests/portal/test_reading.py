"""Following a request is one thing, reading what was released another (promises A 3, A 9, B)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds import answer, decision, ending, release, review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.deeds.decision import Proposal
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.history import timeline
from dsr.requests.models import PrivateSession, Reading, ReadingCode, SubjectRequest
from dsr.requests.preconditions import contact_proved
from dsr.requests.services import codes, reading
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat
from tests.portal.conftest import FULL, Visitor
from tests.portal.steps import SECRET, answered, by_link, change_contact, code_for, enter, page


def wrong(code: str) -> str:
    return "11111111" if code.replace(" ", "") != "11111111" else "22222222"


def test_a_link_alone_follows_and_reads_nothing_of_the_answer(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    seen = page(browser, sent)
    assert "Your answer is here" in seen
    assert SECRET not in seen
    assert "Your request is granted." not in seen
    letter = sent.messages.get(kind="answer").pk
    refused = browser.post(f"/status/{sent.reference}/letter/{letter}/")
    assert refused.status_code == 302
    assert "Enter a code first." in page(browser, sent)


def test_the_browser_that_sent_the_form_needs_a_code_as_well(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    assert SECRET not in page(visitor.client, sent)


def test_a_code_from_the_mail_opens_the_answer_in_the_browser_that_asked(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    mine, other = by_link(sent), by_link(sent)
    code = code_for(mine, sent)
    assert "No code is valid now." in enter(other, sent, code).content.decode()
    assert enter(mine, sent, code).status_code == 302
    assert SECRET in page(mine, sent)
    assert SECRET not in page(other, sent)


def test_a_code_opens_once(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    code = code_for(browser, sent)
    enter(browser, sent, code)
    tried = reading.enter_code(PrivateSession.objects.latest("pk"), code, at=timezone.now())
    assert not tried.opened
    assert Reading.objects.count() == 1


def test_only_the_newest_code_works(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    old, new = code_for(browser, sent), code_for(browser, sent)
    assert "This code is not right." in enter(browser, sent, old).content.decode()
    assert enter(browser, sent, new).status_code == 302


def test_a_code_dies_after_half_an_hour(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    code = code_for(browser, sent)
    visitor.time.shift(timedelta(minutes=20))
    page(browser, sent)
    visitor.time.shift(timedelta(minutes=10))
    assert "No code is valid now." in enter(browser, sent, code).content.decode()


def test_five_wrong_tries_kill_a_code_and_stand_in_the_history(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    code = code_for(browser, sent)
    said = [enter(browser, sent, wrong(code)).content.decode() for _number in range(5)]
    assert "You can try 4 more times." in said[0]
    assert "You can try 1 more time." in said[3]
    assert "no longer opens anything" in said[4]
    assert "No code is valid now." in enter(browser, sent, code).content.decode()
    assert SECRET not in page(browser, sent)
    assert "wrong_code" in [line.code for line in cast.history(sent)]


def test_codes_are_limited_to_five_an_hour(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    for _number in range(6):
        browser.post(f"/status/{sent.reference}/code/")
    assert ReadingCode.objects.count() == 5
    assert "Very many messages about this request" in page(browser, sent)


def test_a_code_is_kept_as_a_hash_and_stands_in_no_subject(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    code = code_for(by_link(sent), sent)
    made = ReadingCode.objects.get()
    assert made.code is None
    assert code.replace(" ", "") not in made.code_hash
    mail = OutboxMessage.objects.get(kind="reading_code")
    assert code not in str(mail.unseal("subject"))
    assert "/s/" not in str(mail.unseal("body"))


def test_each_reading_is_counted_told_and_in_the_history_with_what_it_was(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    message = sent.messages.get(kind="answer")
    letter = browser.post(f"/status/{sent.reference}/letter/{message.pk}/")
    assert letter.getvalue().startswith(b"%PDF-")
    assert [(each.what, each.message_id) for each in Reading.objects.all()] == [
        ("page", message.pk),
        ("letter", message.pk),
    ]
    lines = {line.code: line.facts for line in cast.history(sent)}
    assert lines["answer_read"]["message"] == message.pk
    assert lines["letter_downloaded"]["message"] == message.pk
    said = [line.text for line in timeline(sent)]
    assert f"The requester downloaded the letter: {message.letter_id}" in said
    assert any(each.startswith("The requester read the answer of ") for each in said)
    mails = OutboxMessage.objects.filter(kind="answer_was_read").order_by("pk")
    bodies = [str(each.unseal("body")) for each in mails]
    assert "was opened on the private page" in bodies[0]
    assert "was downloaded" in bodies[1]
    assert not any(SECRET in body for body in bodies)


def test_a_letter_is_downloaded_ten_times_and_no_more(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    there = f"/status/{sent.reference}/letter/{sent.messages.get(kind='answer').pk}/"
    taken = [browser.post(there).status_code for _number in range(11)]
    assert taken == [200] * 10 + [302]
    assert "opened as often as is allowed" in page(browser, sent)
    visitor.time.shift(timedelta(seconds=1))
    release.renew_release(sent.pk, actor=desk.handler, at=timezone.now())
    visitor.time.shift(timedelta(seconds=1))
    assert browser.post(there).status_code == 200


def test_what_was_released_is_open_for_ninety_days(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    visitor.time.shift(timedelta(days=91))
    browser = by_link(sent)
    browser.post(f"/status/{sent.reference}/code/")
    assert not ReadingCode.objects.exists()
    seen = page(browser, sent)
    assert SECRET not in seen
    assert "The time for reading this answer here is over." in seen
    release.renew_release(sent.pk, actor=desk.handler, at=timezone.now())
    enter(browser, sent, code_for(browser, sent))
    assert SECRET in page(browser, sent)


def test_a_code_told_at_the_counter_opens_one_browser(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    release.give_code(sent.pk, way="counter", actor=desk.handler, at=timezone.now())
    made = reading.code_at_counter(sent, at=timezone.now())
    assert made is not None
    code = str(made.unseal("code"))
    mine, other = by_link(sent), by_link(sent)
    assert enter(mine, sent, code).status_code == 302
    assert SECRET in page(mine, sent)
    assert "No code is valid now." in enter(other, sent, code).content.decode()
    assert reading.code_at_counter(sent, at=timezone.now()) is None


def test_the_code_for_the_counter_stands_on_the_page_for_who_may_give_it(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    release.give_code(sent.pk, way="counter", actor=desk.handler, at=timezone.now())
    made = reading.code_at_counter(sent, at=timezone.now())
    assert made is not None
    said = codes.spaced(str(made.unseal("code")))
    there = f"/staff/requests/{sent.reference}/"
    assert said in Seat(desk.handler).client.get(there).content.decode()
    assert said not in Seat(desk.auditor).client.get(there).content.decode()
    visitor.time.shift(timedelta(minutes=31))
    assert said not in Seat(desk.handler).client.get(there).content.decode()


def test_a_code_goes_the_way_of_the_answer_and_never_to_another_address(
    visitor: Visitor, desk: Desk
) -> None:
    """The address of post is proved; the mailbox is whoever's filled in the form."""
    sent = visitor.ask(**FULL, postal_address="7 rue du Serin\n69000 Lyon", medium="paper")
    done = answered(sent, desk)
    browser = by_link(done)
    assert "Send me a code by e-mail" not in page(browser, done)
    browser.post(f"/status/{done.reference}/code/")
    assert not ReadingCode.objects.exists()
    release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    letter = OutboxMessage.objects.get(kind="reading_code")
    assert letter.medium == "letter"
    assert "7 rue du Serin" in str(letter.unseal("to_address"))


def test_no_code_goes_by_letter_where_the_answer_went_by_mail(visitor: Visitor, desk: Desk) -> None:
    done = answered(visitor.ask(**FULL, postal_address="7 rue du Serin\n69000 Lyon"), desk)
    with pytest.raises(BadInput, match="does not go by post"):
        release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    assert not ReadingCode.objects.exists()


def test_a_contact_changed_after_the_answer_went_out_gets_no_code_until_it_is_proved(
    visitor: Visitor, desk: Desk
) -> None:
    sent = change_contact(answered(visitor.ask(), desk), desk)
    browser = by_link(sent)
    assert "It is not proved that the contact on file is yours" in page(browser, sent)
    browser.post(f"/status/{sent.reference}/code/")
    assert not ReadingCode.objects.exists()
    cast.prove_contact(SubjectRequest.objects.get(pk=sent.pk), desk.handler, at=timezone.now())
    enter(browser, sent, code_for(browser, sent))
    assert SECRET in page(browser, sent)


def test_striking_the_proof_closes_what_was_opened_by_it(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    release.strike_contact_proof(
        sent.pk, proof_id=sent.contact_proofs.get().pk, actor=desk.officer, at=timezone.now()
    )
    assert browser.get(f"/status/{sent.reference}/").status_code == 403
    late = by_link(sent)
    late.post(f"/status/{sent.reference}/code/")
    assert ReadingCode.objects.count() == 1


def test_a_code_on_its_way_to_the_old_contact_dies_with_it(visitor: Visitor, desk: Desk) -> None:
    typed = {name: value for name, value in FULL.items() if name != "email"}
    done = answered(visitor.ask(**typed, postal_address="7 rue du Serin\n69000 Lyon"), desk)
    release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    code = cast.code_in_mail()
    change_contact(done, desk)
    assert OutboxMessage.objects.get(kind="reading_code").status == "cancelled"
    browser = by_link(done)
    assert enter(browser, done, code).status_code == 302
    assert "No code is valid now." in page(browser, done)
    assert SECRET not in page(browser, done)


def test_an_older_letter_opens_nothing_once_a_newer_code_was_used(
    visitor: Visitor, desk: Desk
) -> None:
    typed = {name: value for name, value in FULL.items() if name != "email"}
    done = answered(visitor.ask(**typed, postal_address="7 rue du Serin\n69000 Lyon"), desk)
    release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    old = cast.code_in_mail()
    release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    mine, other = by_link(done), by_link(done)
    assert enter(mine, done, cast.code_in_mail()).status_code == 302
    assert "No code is valid now." in enter(other, done, old).content.decode()
    assert SECRET not in page(other, done)


def test_an_answer_sent_later_is_not_open_by_the_code_for_an_earlier_one(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    visitor.time.shift(timedelta(minutes=5))
    page(browser, sent)
    write_another(sent, desk, "Second canary.")
    seen = page(browser, sent)
    assert SECRET in seen
    assert "Second canary." not in seen
    enter(browser, sent, code_for(browser, sent))
    assert "Second canary." in page(browser, sent)
    assert Reading.objects.filter(what="page").count() == 2


def write_another(sent: SubjectRequest, desk: Desk, text: str) -> None:
    it, now = SubjectRequest.objects.get(pk=sent.pk), timezone.now()
    it = answer.close(it.pk, actor=desk.handler, at=now)
    it = ending.reopen(it.pk, reason="More was found.", actor=desk.officer, at=now)
    it = cast.propose(it, desk.handler, at=now, answer=text)
    it = review.approve(it.pk, actor=desk.second_officer, at=now, seen=it.version)
    send_answer(it.pk, actor=desk.handler, at=now, seen=it.version)


def test_an_answer_that_was_opened_too_often_keeps_a_newer_one_not_closed(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk)
    session = PrivateSession.objects.get()
    first = sent.messages.get(kind="answer")
    Reading.objects.bulk_create(
        Reading(session=session, message=first, what="page", at=timezone.now()) for _ in range(20)
    )
    visitor.time.shift(timedelta(minutes=5))
    write_another(sent, desk, "Second canary.")
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    seen = page(browser, sent)
    assert "Second canary." in seen
    assert SECRET not in seen


def test_a_code_goes_by_letter_where_there_is_an_address(visitor: Visitor, desk: Desk) -> None:
    typed = {name: value for name, value in FULL.items() if name != "email"}
    sent = visitor.ask(**typed, postal_address="7 rue du Serin\n69000 Lyon")
    done = answered(sent, desk)
    assert "gives you a code at its counter or by letter" in page(visitor.client, done)
    release.give_code(done.pk, way="letter", actor=desk.handler, at=timezone.now())
    assert OutboxMessage.objects.get(kind="reading_code").medium == "letter"
    visitor.time.shift(timedelta(days=5))
    browser = by_link(done)
    assert enter(browser, done, cast.code_in_mail()).status_code == 302
    assert SECRET in page(browser, done)


def test_data_are_not_released_to_a_contact_that_only_came_with_the_request(
    visitor: Visitor, desk: Desk
) -> None:
    begun = cast.begin(visitor.ask(), desk.handler, at=timezone.now())
    proposed = decision_without_proof(begun, desk)
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=timezone.now(), seen=proposed.version
    )
    with pytest.raises(Unmet, match="not proved: it came with the request"):
        send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)


def decision_without_proof(begun: SubjectRequest, desk: Desk) -> SubjectRequest:
    return decision.propose(
        begun.pk,
        Proposal(outcome="granted", answer=SECRET, given_as="text"),
        actor=desk.handler,
        at=timezone.now(),
        seen=begun.version,
    )


def test_a_refusal_needs_no_proof_of_the_contact_and_still_a_code(
    visitor: Visitor, desk: Desk
) -> None:
    begun = cast.begin(visitor.ask(), desk.handler, at=timezone.now())
    proposed = cast.propose(
        begun,
        desk.handler,
        at=timezone.now(),
        outcome="refused",
        ground="manifestly_unfounded",
        answer=SECRET,
    )
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=timezone.now(), seen=proposed.version
    )
    sent = send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)
    browser = by_link(sent)
    assert SECRET not in page(browser, sent)
    enter(browser, sent, code_for(browser, sent))
    assert SECRET in page(browser, sent)


def test_a_proof_speaks_for_one_address_however_it_was_changed(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask()
    proved = cast.prove_contact(sent, desk.handler, at=timezone.now())
    assert contact_proved(proved)
    person = SubjectRequest.objects.get(pk=sent.pk).people.get()
    person.seal(email="mallory@example.org")
    person.save()
    assert not contact_proved(SubjectRequest.objects.get(pk=sent.pk))


def test_who_approved_does_not_prove_the_contact_afterwards(visitor: Visitor, desk: Desk) -> None:
    begun = cast.begin(visitor.ask(), desk.handler, at=timezone.now())
    proposed = decision_without_proof(begun, desk)
    approved = review.approve(
        proposed.pk, actor=desk.officer, at=timezone.now(), seen=proposed.version
    )
    given = release.Proof(kind="on_record", source="patient file")
    with pytest.raises(Unmet, match="You approved this decision"):
        release.prove_contact(
            approved.pk, given, actor=desk.officer, at=timezone.now(), seen=approved.version
        )


def test_a_proof_says_where_it_was_found(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    with pytest.raises(BadInput) as refused:
        release.prove_contact(
            sent.pk, kind="told_me", source=" ", actor=desk.handler, at=timezone.now()
        )
    assert set(refused.value.fields) == {"kind", "source"}


def test_a_frozen_request_is_not_read(visitor: Visitor, desk: Desk) -> None:
    sent = answered(visitor.ask(), desk)
    browser = by_link(sent)
    enter(browser, sent, code_for(browser, sent))
    ending.freeze(sent.pk, reason="Not me.", actor=desk.officer, at=timezone.now())
    assert browser.get(f"/status/{sent.reference}/").status_code == 403
    late = by_link(sent)
    assert "Your answer is here" in page(late, sent)
    late.post(f"/status/{sent.reference}/code/")
    assert (
        not OutboxMessage.objects.filter(kind="reading_code")
        .exclude(status="cancelled")
        .filter(
            owed_at=timezone.now(),
            pk__gt=OutboxMessage.objects.filter(kind="reading_code").first().pk,
        )
    )
    assert "stopped for a check" in page(late, sent)


def test_a_file_of_the_answer_is_read_after_a_code_counted_told_and_bounded(
    visitor: Visitor, desk: Desk
) -> None:
    sent = answered(visitor.ask(), desk, files=[cast.COPY])
    browser, stranger = by_link(sent), by_link(sent)
    there = f"/status/{sent.reference}/file/{sent.enclosures.get().pk}/"
    assert "record.csv" not in page(browser, sent)
    assert browser.post(there).status_code == 302
    assert "Enter a code first." in page(browser, sent)
    enter(browser, sent, code_for(browser, sent))
    seen = page(browser, sent)
    assert "record.csv" in seen
    assert "85e2bf287b9a506ae1396faee1a8f4bc4ad3472a6f945e5b5710c650880216c3" in seen
    taken = browser.post(there)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="record.csv"'
    assert taken.getvalue() == b"day,what\n2025-03-03,visit\n"
    assert stranger.post(there).status_code == 302
    lines = {line.code: line.facts for line in cast.history(sent)}
    row = sent.enclosures.get()
    assert lines["file_taken"]["enclosure"] == row.pk
    which = f"{row.file_id} (SHA-256 85e2bf287b9a…)"
    said = [line.text for line in timeline(sent)]
    assert f"The requester downloaded a file of the answer: {which}" in said
    mail = OutboxMessage.objects.filter(kind="answer_was_read").latest("pk")
    assert "a file of the answer" in str(mail.unseal("body"))
    more = [browser.post(there).status_code for _number in range(10)]
    assert more == [200] * 9 + [302]
    assert "Ask the organisation to open it anew." in page(browser, sent)


def test_a_file_of_another_request_does_not_exist(visitor: Visitor, desk: Desk) -> None:
    mine, other = answered(visitor.ask(), desk), answered(visitor.ask(), desk, files=[cast.COPY])
    browser = by_link(mine)
    enter(browser, mine, code_for(browser, mine))
    there = f"/status/{mine.reference}/file/{other.enclosures.get().pk}/"
    assert browser.post(there).status_code == 404
