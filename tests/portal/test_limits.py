"""Limits at the requesters' door: a clear sentence, nothing lost, and no way round by headers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from dsr.notifications.models import OutboxMessage
from dsr.requests.deeds.assignment import clear_check
from dsr.requests.errors import Unmet
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links, rate_limits
from dsr.requests.services.rate_limits import Limit, Scope
from dsr.requests.submission import intake
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat
from tests.portal.conftest import ACCOUNTING, FULL, Visitor
from tests.portal.test_asking import picture

HERE = "127.0.0.1"
ELSEWHERE = "203.0.113.7"
FROM_NETWORK = "Very many messages came from your network in a short time."


def use_up(limits: tuple[Limit, ...], number: int, **whose: str) -> None:
    for _turn in range(number):
        rate_limits.check(limits, at=timezone.now(), **whose)


def test_one_form_too_many_is_refused_with_the_time_and_everything_typed(visitor: Visitor) -> None:
    use_up(rate_limits.SUBMISSION, 60, source=HERE)
    response = visitor.fill(ACCOUNTING, **FULL)
    page = response.content.decode()
    assert response.status_code == 429
    # 07:12 it was in the morning of the cast, and two minutes went by in reading.
    assert f"{FROM_NETWORK} Please try again in 46 minutes." in page
    assert 'value="zoe.canary@example.org"' in page
    assert not SubjectRequest.objects.exists()


def test_the_same_form_sent_again_is_no_further_request(visitor: Visitor) -> None:
    """However many were sent meanwhile: what arrived is shown, not refused."""
    typed = {"form_token": visitor.token(ACCOUNTING), **FULL}
    assert visitor.client.post(ACCOUNTING, typed).status_code == 302
    use_up(rate_limits.SUBMISSION, 59, source=HERE)
    assert visitor.client.post(ACCOUNTING, typed).status_code == 302
    assert SubjectRequest.objects.count() == 1


def test_what_fails_through_a_fault_of_ours_is_counted_for_nobody(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tries on through a long outage is not told to wait when it is over."""
    visitor.client.raise_request_exception = False

    def fails(*given: object, **named: object) -> SubjectRequest:
        raise RuntimeError

    typed = {"form_token": visitor.token(ACCOUNTING), **FULL}
    with monkeypatch.context() as outage:
        outage.setattr(intake, "submit", fails)
        for _turn in range(25):
            assert visitor.client.post(ACCOUNTING, typed).status_code == 500
    assert visitor.client.post(ACCOUNTING, typed).status_code == 302
    assert SubjectRequest.objects.count() == 1


def test_headers_of_the_visitor_do_not_open_the_door(visitor: Visitor) -> None:
    use_up(rate_limits.SUBMISSION, 60, source=HERE)
    typed = {"form_token": visitor.token(ACCOUNTING), **FULL}
    for header in ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP"):
        response = visitor.client.post(ACCOUNTING, typed, **{header: ELSEWHERE})  # type: ignore[arg-type]
        assert response.status_code == 429, header


def test_behind_a_proxy_of_ours_its_word_counts_and_what_the_visitor_adds_does_not(
    visitor: Visitor, settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    use_up(rate_limits.SUBMISSION, 60, source=ELSEWHERE)
    typed = {"form_token": visitor.token(ACCOUNTING), **FULL}
    forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.1, {ELSEWHERE}"}
    assert visitor.client.post(ACCOUNTING, typed, **forged).status_code == 429  # type: ignore[arg-type]
    other = {"HTTP_X_FORWARDED_FOR": f"{ELSEWHERE}, 198.51.100.1"}
    assert visitor.client.post(ACCOUNTING, typed, **other).status_code == 302  # type: ignore[arg-type]


def test_an_address_that_was_named_too_often_is_left_in_peace(visitor: Visitor) -> None:
    use_up(rate_limits.SUBMISSION, 20, target="ZOE.CANARY@example.org")
    response = visitor.fill(ACCOUNTING, **FULL)
    assert response.status_code == 429
    assert "Very many requests named this e-mail address" in response.content.decode()
    assert visitor.fill(ACCOUNTING, **{**FULL, "email": "yves@example.org"}).status_code == 302


def test_files_are_looked_into_only_as_often_as_the_limit_says(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_up(rate_limits.UPLOAD, 200, source=HERE)
    monkeypatch.setattr(
        "dsr.requests.forms.fields.check_uploads", lambda *a, **k: pytest.fail("looked into")
    )
    response = visitor.fill(ACCOUNTING, **FULL, documents=picture())
    assert response.status_code == 429
    assert FROM_NETWORK in response.content.decode()


def test_messages_on_one_request_are_limited_and_other_requests_are_not(visitor: Visitor) -> None:
    sent = visitor.ask()
    use_up(rate_limits.WRITING, 20, request=str(sent.pk))
    response = visitor.client.post(visitor.at("reply/"), {"text": "One more thing."})
    assert response.status_code == 429
    assert "Very many messages about this request" in response.content.decode()
    assert "One more thing." in response.content.decode()
    assert not sent.messages.exists()
    visitor.ask()
    assert visitor.client.post(visitor.at("reply/"), {"text": "Another."}).status_code == 302


def test_new_links_are_limited_with_the_messages(visitor: Visitor) -> None:
    sent = visitor.ask()
    use_up(rate_limits.WRITING, 20, request=str(sent.pk))
    before = sent.links.count()
    assert visitor.client.post(visitor.at("new-link/")).headers["Location"] == visitor.at()
    assert sent.links.count() == before
    assert "Very many messages about this request" in visitor.status()


def test_after_thirty_wrong_links_the_right_one_is_as_unknown_as_the_wrong_ones(
    visitor: Visitor,
) -> None:
    right = f"/s/{links.issue(visitor.ask(), at=timezone.now())}/"
    stranger = Client()
    wrong = [stranger.get(f"/s/{number:043}/") for number in range(31)]
    answers = {(each.status_code, each.content) for each in wrong}
    assert len(answers) == 1
    late = stranger.get(right)
    assert {(late.status_code, late.content)} == answers
    assert stranger.post(right).status_code == 404
    assert Client(REMOTE_ADDR=ELSEWHERE).get(right).status_code == 200


def test_ten_minutes_later_the_right_link_opens_again(visitor: Visitor) -> None:
    right = f"/s/{links.issue(visitor.ask(), at=timezone.now())}/"
    use_up(rate_limits.WRONG_LINK, 30, source=HERE)
    assert Client().get(right).status_code == 404
    visitor.time.shift(600)
    assert Client().get(right).status_code == 200


def test_right_links_are_not_counted(visitor: Visitor) -> None:
    right = f"/s/{links.issue(visitor.ask(), at=timezone.now())}/"
    assert {Client().get(right).status_code for _ in range(40)} == {200}


def test_what_comes_beyond_the_limit_of_the_site_is_taken_and_marked_for_the_desk(
    visitor: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(
        replace(each, most=1) if each.scope == Scope.SITE else each
        for each in rate_limits.SUBMISSION
    )
    monkeypatch.setattr("dsr.portal.views.asking.SUBMISSION", few)
    first, second = visitor.ask(), visitor.ask()
    assert (first.to_check, second.to_check) == (False, True)
    assert cast.history(second)[0].facts["to_check"] is True
    # The person hears as always; of thousands nobody at the desk gets a mail each.
    kinds = OutboxMessage.objects.of(second.reference).values_list("kind", flat=True)
    assert "new_request" not in kinds
    officer = Seat(desk.officer)
    assert second.reference in officer.open("/staff/?check=True")
    assert first.reference not in officer.open("/staff/?check=True")
    assert officer.do(second, "clear-check").status_code == 302
    second.refresh_from_db(fields=["to_check"])
    assert not second.to_check
    assert cast.history(second)[-1].code == "clear_check"
    with pytest.raises(Unmet, match="not marked"):
        clear_check(first.pk, actor=desk.officer, at=timezone.now(), seen=first.version)


def test_a_network_of_many_sources_marks_what_comes_from_it(visitor: Visitor) -> None:
    for number in range(4):
        use_up(
            rate_limits.SUBMISSION, 60, source=f"2001:db8:1:{number}::/64", net56="2001:db8:1::/56"
        )
    typed = {"form_token": visitor.token(ACCOUNTING), **FULL}
    sent = visitor.client.post(ACCOUNTING, typed, REMOTE_ADDR="2001:db8:1:9::7")
    assert sent.status_code == 302
    assert SubjectRequest.objects.get().to_check
