"""Following a request is one thing, reading what was released another (promises A 3, A 9, B)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.deeds import correction, decision, ending, release, review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.deeds.decision import Proposal
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.models import PrivateSession, Reading, ReadingCode, SubjectRequest
from dsr.requests.preconditions import contact_proved
from dsr.requests.services import links, reading
from dsr.requests.states import Way
from tests import cast
from tests.cast import Desk
from tests.portal.conftest import FULL, Visitor

SECRET = "Blood group canary."


def answered(sent: SubjectRequest, desk: Desk, **given: Any) -> SubjectRequest:
    begun = cast.begin(sent, desk.handler, at=timezone.now())
    proposed = cast.propose(begun, desk.handler, at=timezone.now(), answer=SECRET, **given)
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=timezone.now(), seen=proposed.version
    )
    return send_answer(approved.pk, actor=desk.handler, at=timezone.now(), seen=approved.version)


def by_link(sent: SubjectRequest) -> Client:
    browser = Client()
    browser.post(f"/s/{links.issue(sent, Way.MAIL, at=timezone.now())}/")
    return browser


def code_for(browser: Client, sent: SubjectRequest) -> str:
    browser.post(f"/status/{sent.reference}/code/")
    return cast.code_in_mail()


def enter(browser: Client, sent: SubjectRequest, code: str) -> Any:
    return browser.post(f"/status/{sent.reference}/open/", {"code": code})


def page(browser: Client, sent: SubjectRequest) -> str:
    return browser.get(f"/status/{sent.reference}/").content.decode()


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
    enter(browser, sent, code_for(browser, sent))
    seen = page(browser, sent)
    assert SECRET not in seen
    assert "The time for reading this answer here is over." in seen
    release.renew_release(sent.pk, actor=desk.handler, at=timezone.now())
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
        Proposal(outcome="granted", answer=SECRET),
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
        ground="legal_obligation",
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


# Links end --------------------------------------------------------------------------------------


def change_contact(sent: SubjectRequest, desk: Desk) -> SubjectRequest:
    return correction.edit_contact(
        sent.pk,
        email="zoe.new@example.org",
        phone="",
        postal_address="",
        actor=desk.clerk,
        at=timezone.now(),
    )


ENDINGS = {
    "contact corrected": change_contact,
    "mailbox stolen": lambda sent, desk: release.declare_stolen(
        sent.pk, reason="She called.", actor=desk.clerk, at=timezone.now()
    ),
    "frozen": lambda sent, desk: ending.freeze(
        sent.pk, reason="Not me.", actor=desk.officer, at=timezone.now()
    ),
    "closed by staff": lambda sent, desk: release.close_links(
        sent.pk, actor=desk.handler, at=timezone.now()
    ),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_links_and_sessions_end_at_once_in_every_browser(
    visitor: Visitor, desk: Desk, how: str
) -> None:
    sent = visitor.ask()
    kept = f"/s/{links.issue(sent, Way.MAIL, at=timezone.now())}/"
    browsers = [visitor.client, by_link(sent), by_link(sent)]
    ENDINGS[how](sent, desk)
    there = f"/status/{sent.reference}/"
    assert [each.get(there).status_code for each in browsers] == [403, 403, 403]
    assert Client().get(kept).status_code == 404
    assert Client().post(kept).status_code == 404
    assert "links_ended" in [line.code for line in cast.history(sent)]


def test_mail_to_the_old_contact_is_not_sent_and_the_new_one_gets_a_link(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask()
    change_contact(sent, desk)
    deliver(timezone.now())
    mails = OutboxMessage.objects.filter(reference=sent.reference, recipient_user_id=None)
    assert {(each.kind, str(each.unseal("to_address")), each.status) for each in mails} == {
        ("acknowledgement", "zoe.canary@example.org", "cancelled"),
        ("fresh_link", "zoe.new@example.org", "sent"),
    }


def test_a_mail_in_a_workers_hands_is_asked_again_before_it_is_sent(
    visitor: Visitor, desk: Desk
) -> None:
    sent = visitor.ask()
    mail = OutboxMessage.objects.get(kind="acknowledgement")
    assert links.still_leads_there(mail.recheck_args, timezone.now())
    sent.links.update(ended_at=timezone.now())
    assert not links.still_leads_there(mail.recheck_args, timezone.now())


def test_correcting_the_telephone_number_alone_ends_no_link(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    correction.edit_contact(
        sent.pk,
        email=FULL["email"],
        phone="+33123456789",
        postal_address="",
        actor=desk.clerk,
        at=timezone.now(),
    )
    assert visitor.client.get(f"/status/{sent.reference}/").status_code == 200


def test_nothing_is_mailed_to_a_mailbox_in_wrong_hands(visitor: Visitor, desk: Desk) -> None:
    sent = visitor.ask()
    stolen = ENDINGS["mailbox stolen"](sent, desk)
    release.close_links(stolen.pk, actor=desk.handler, at=timezone.now())
    assert not OutboxMessage.objects.filter(kind="fresh_link").exists()
    change_contact(stolen, desk)
    assert OutboxMessage.objects.filter(kind="fresh_link").count() == 1


def test_a_new_link_closes_the_old_ones_unless_the_requester_says_otherwise(
    visitor: Visitor,
) -> None:
    sent = visitor.ask()
    other = by_link(sent)
    visitor.client.post(visitor.at("new-link/"), {"keep_others": "yes"})
    assert other.get(visitor.at()).status_code == 200
    visitor.client.post(visitor.at("new-link/"))
    assert other.get(visitor.at()).status_code == 403
    assert visitor.client.get(visitor.at()).status_code == 200


def test_the_requester_closes_every_other_link_and_session(visitor: Visitor) -> None:
    sent = visitor.ask()
    kept = f"/s/{links.issue(sent, Way.MAIL, at=timezone.now())}/"
    other = by_link(sent)
    visitor.client.post(visitor.at("close-others/"))
    assert other.get(visitor.at()).status_code == 403
    assert Client().get(kept).status_code == 404
    assert visitor.client.get(visitor.at()).status_code == 200


def test_a_page_left_alone_for_half_an_hour_closes(visitor: Visitor) -> None:
    visitor.ask()
    for _number in range(3):
        visitor.time.shift(timedelta(minutes=29))
        assert visitor.client.get(visitor.at()).status_code == 200
    visitor.time.shift(timedelta(minutes=30))
    assert visitor.client.get(visitor.at()).status_code == 403


def test_a_copy_of_the_cookie_opens_nothing_after_the_session_was_ended(visitor: Visitor) -> None:
    visitor.ask()
    copy = Client()
    copy.cookies = visitor.client.cookies.copy()
    ended = visitor.client.post("/status/end/")
    assert ended.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert copy.get(visitor.at()).status_code == 403
    assert PrivateSession.objects.get().ended_why == "requester"


# The form token is no key -----------------------------------------------------------------------


def test_a_form_sent_again_from_another_browser_opens_nothing_and_says_when_it_came(
    visitor: Visitor,
) -> None:
    token = visitor.token("/indigomed/accounting/")
    visitor.client.post("/indigomed/accounting/", {"form_token": token, **FULL})
    sent = SubjectRequest.objects.get()
    thief = Client()
    answer = thief.post("/indigomed/accounting/", {"form_token": token, "name": "Mallory"})
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "You already sent this" in said
    assert sent.reference in said
    assert "at 09:14" in said  # 7:14 UTC, as Paris has it
    assert thief.get(f"/status/{sent.reference}/").status_code == 403
    assert FULL["name"] not in said


def test_the_browser_that_sent_it_is_let_in_when_the_answer_got_lost(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    lost = visitor.client.post("/indigomed/accounting/", typed)
    del visitor.client.cookies["session"]
    again = visitor.client.post("/indigomed/accounting/", typed)
    assert again.headers["Location"] == lost.headers["Location"]
    for _number in range(40):
        visitor.client.post("/indigomed/accounting/", typed)
    assert (SubjectRequest.objects.count(), PrivateSession.objects.count()) == (1, 1)


def test_a_quarter_of_an_hour_later_its_form_lets_nobody_in(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    visitor.client.post("/indigomed/accounting/", typed)
    del visitor.client.cookies["session"]
    visitor.time.shift(timedelta(minutes=16))
    assert visitor.client.post("/indigomed/accounting/", typed).status_code == 409


def test_on_a_shared_computer_back_and_send_after_the_end_opens_nothing(visitor: Visitor) -> None:
    token = visitor.token("/indigomed/accounting/")
    typed = {"form_token": token, **FULL}
    visitor.client.post("/indigomed/accounting/", typed)
    visitor.client.post("/status/end/")
    assert visitor.client.post("/indigomed/accounting/", typed).status_code == 409


@pytest.mark.parametrize("days", [2, 400])
def test_a_form_that_was_open_for_days_is_shown_again_with_what_was_typed(
    visitor: Visitor, days: int
) -> None:
    token = visitor.token("/indigomed/accounting/")
    visitor.time.shift(timedelta(days=days))
    answer = visitor.client.post("/indigomed/accounting/", {"form_token": token, **FULL})
    said = answer.content.decode()
    assert "This form was open for too long. Please send it again." in said
    assert FULL["email"] in said
    assert not SubjectRequest.objects.exists()


# A page acts on the request it shows ------------------------------------------------------------


def test_two_tabs_act_each_on_the_request_they_show(visitor: Visitor) -> None:
    first = visitor.ask()
    withdraw_first = visitor.at("withdraw/")
    second = visitor.ask()
    visitor.client.post(f"/status/{first.reference}/reply/", {"text": "For the first."})
    visitor.client.post(withdraw_first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "received")
    assert first.messages.filter(from_requester=True).count() == 1
    assert not second.messages.filter(from_requester=True).exists()


def test_a_browser_holds_several_requests_and_lists_them(visitor: Visitor) -> None:
    first, second = visitor.ask(), visitor.ask()
    listed = visitor.open("/status/")
    assert first.reference in listed
    assert second.reference in listed
    for each in (first, second):
        assert each.reference in visitor.open(f"/status/{each.reference}/")


def test_a_session_of_one_request_opens_no_other(visitor: Visitor, desk: Desk) -> None:
    mine = visitor.ask()
    other = cast.ask(desk.right("img", "access"), at=timezone.now())
    for name in ("", "sent/", "withdraw/", "complete/", "paper/"):
        assert visitor.client.get(f"/status/{other.reference}/{name}").status_code == 403
    for name in ("reply/", "withdraw/", "new-link/", "close-others/", "code/", "open/"):
        assert visitor.client.post(f"/status/{other.reference}/{name}").status_code == 403
    assert visitor.client.get(f"/status/{mine.reference}/").status_code == 200
