"""What was sent and could not be taken is shown again, filled in, and nothing is done by it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dsr.policies.models import Organisation, Reading, Right
from dsr.portal import urls as portal
from dsr.requests.models import LostLink, PrivateSession, RequestMessage, SubjectRequest
from dsr.requests.services import held_contacts, links
from dsr.requests.states import Status
from tests.cast import Desk
from tests.portal.conftest import ACCOUNTING, FULL, Visitor

TYPED = "Only the canary years, please."
OVER = "This page was open for too long, or your browser took no cookie from it"
PDF = b"%PDF-1.4 canary"


def a_file(name: str = "canary-scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


@pytest.fixture
def careful(visitor: Visitor) -> Visitor:
    """The browser of somebody who has a request open, before a site that asks for the token."""
    visitor.ask(role="subject", name="Zoé", email="zoe.canary@example.org", anyway="1")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor.client.cookies
    return Visitor(strict, visitor.time)


def sent_without_token(visitor: Visitor, url: str, **typed: Any) -> str:
    answer = visitor.client.post(url, typed)
    assert answer.status_code == 403
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert 'name="csrfmiddlewaretoken"' in page
    return page


def nothing_happened() -> None:
    sent = SubjectRequest.objects.get()
    assert sent.status == Status.RECEIVED
    assert sent.missing == ["signed", "dated", "time_period"]
    assert not RequestMessage.objects.exists()
    assert not LostLink.objects.exists()
    assert not PrivateSession.objects.exclude(ended_at=None).exists()


def test_asking_without_a_token_comes_back_filled_in_with_the_files_by_name(
    careful: Visitor,
) -> None:
    given = {**FULL, "documents": a_file(), "country": "FR"}
    page = sent_without_token(careful, ACCOUNTING, **given)
    assert OVER in page
    assert 'value="Zoé Canary-Quill"' in page
    assert 'value="2024-05-01"' in page
    assert '<option value="FR" selected>' in page
    assert "Please choose your files again" in page
    assert "canary-scan.pdf" in page
    assert "error-summary" not in page
    nothing_happened()


@pytest.mark.parametrize(
    ("door", "typed", "comes_back"),
    [
        pytest.param("reply/", {"text": TYPED}, TYPED, id="reply"),
        pytest.param("complete/", {"period_from": "2024-05-03"}, "2024-05-03", id="complete"),
        pytest.param("withdraw/", {}, "Yes, withdraw it", id="withdraw"),
        pytest.param("fee/", {"answer": "yes"}, "Send the message", id="yes to a fee"),
        pytest.param("fee/", {"text": TYPED}, TYPED, id="less than a fee"),
        pytest.param("open/", {"code": "1234 5678"}, "Send the message", id="code"),
        pytest.param("code/", {}, "Send the message", id="asking for a code"),
        pytest.param("new-link/", {}, "Make a new private link", id="new link"),
        pytest.param("close-others/", {}, "Close all other links", id="close others"),
    ],
)
def test_a_private_page_without_a_token_comes_back_and_does_nothing(
    careful: Visitor, door: str, typed: dict[str, str], comes_back: str
) -> None:
    page = sent_without_token(careful, careful.at(door), **typed)
    assert OVER in page
    assert comes_back in page
    nothing_happened()


def test_ending_the_session_without_a_token_leaves_it_open_and_says_so(careful: Visitor) -> None:
    page = sent_without_token(careful, "/status/end/")
    assert "so nothing was done. Press the button again." in page
    assert "End the session" in page
    nothing_happened()


def test_a_lost_link_without_a_token_comes_back_filled_in(careful: Visitor) -> None:
    page = sent_without_token(careful, "/lost/", email="zoe@example.org", reference="K7QX-3MPD")
    assert OVER in page
    assert 'value="zoe@example.org"' in page
    assert 'value="K7QX-3MPD"' in page
    nothing_happened()


def test_links_without_a_token_open_and_stop_nothing(careful: Visitor, desk: Desk) -> None:
    token = links.issue(SubjectRequest.objects.get(), at=timezone.now())
    page = sent_without_token(careful, f"/s/{token}/")
    assert "Open my page" in page
    assert PrivateSession.objects.count() == 1
    nothing_happened()


def test_the_language_without_a_token_leads_back_to_the_page_and_to_no_other_site(
    careful: Visitor,
) -> None:
    for back, leads in (("/img/", "/img/"), ("https://evil.example/", "/")):
        answer = careful.client.post("/language/", {"language": "fr", "next": back})
        assert (answer.status_code, answer.headers["Location"]) == (302, leads)
    assert "so the language is as before" in careful.open("/img/")


def test_every_post_of_requesters_can_be_shown_again() -> None:
    """A view that takes posts and names nothing would answer with a bare page."""
    views = {entry.name: entry.callback for entry in portal.urlpatterns}
    takes_none = {name for name, view in views.items() if not hasattr(view, "again")}
    assert takes_none == {
        *("home", "organisation", "policy", "looked", "open_requests", "status", "sent"),
        *("paper", "ended", "away", "opinion"),
        # It asks for no token, so that it works whatever became of the page.
        "leave",
    }


def test_a_form_from_another_site_does_nothing_though_it_is_shown(careful: Visitor) -> None:
    foreign = {"HTTP_ORIGIN": "https://evil.example"}
    careful.client.get(careful.at())
    token = careful.client.cookies["csrf"].value
    answer = careful.client.post(
        careful.at("withdraw/"), {"csrfmiddlewaretoken": token}, headers=None, **foreign
    )
    assert answer.status_code == 403
    nothing_happened()


def test_what_comes_back_can_be_sent_with_the_token_on_the_page(careful: Visitor) -> None:
    page = sent_without_token(careful, careful.at("reply/"), text=TYPED)
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    again = careful.client.post(careful.at("reply/"), {"text": TYPED, "csrfmiddlewaretoken": token})
    assert again.status_code == 302
    assert RequestMessage.objects.get().unseal("body") == TYPED


@pytest.mark.parametrize(
    ("door", "typed"),
    [
        pytest.param("reply/", {"text": TYPED}, id="reply"),
        pytest.param("complete/", {"records": TYPED}, id="complete"),
    ],
)
def test_after_the_session_ended_the_text_stands_ready_and_goes_when_the_page_is_open_again(
    visitor: Visitor, door: str, typed: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = visitor.ask(role="subject", name="Zoé", email="zoe.canary@example.org", anyway="1")
    visitor.time.shift(timedelta(minutes=31))
    answer = visitor.client.post(visitor.at(door), typed | {"documents": a_file()})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Nothing was sent, and what you typed is still here." in page
    assert TYPED in page
    assert "canary-scan.pdf" in page
    assert not RequestMessage.objects.exists()
    # It is in the page and nowhere else.
    kept = [each.get_decoded() for each in Session.objects.all()]
    assert "canary years" not in f"{kept}{caplog.text}{visitor.client.cookies}"
    # The same for a request that does not exist.
    elsewhere = visitor.client.post(f"/status/ZZZZ-2222/{door}", typed)
    assert (elsewhere.status_code, TYPED in elsewhere.content.decode()) == (403, True)
    visitor.client.post(f"/s/{links.issue(sent, at=timezone.now())}/")
    assert visitor.client.post(visitor.at("reply/"), {"text": TYPED}).status_code == 302


def test_a_withdrawal_after_the_session_ended_says_that_nothing_was_done(visitor: Visitor) -> None:
    visitor.ask()
    visitor.time.shift(timedelta(minutes=31))
    answer = visitor.client.post(visitor.at("withdraw/"))
    assert answer.status_code == 403
    assert "Nothing was done. Open your private page again" in answer.content.decode()
    assert SubjectRequest.objects.get().status == Status.RECEIVED


def test_a_link_that_ended_meanwhile_says_what_to_do_and_is_the_same_for_all(
    visitor: Visitor, desk: Desk
) -> None:
    for address in (f"/s/{'x' * 43}/", f"/s/not-me/{'x' * 43}/"):
        for answer in (visitor.client.get(address), visitor.client.post(address)):
            assert answer.status_code == 404
            assert "a newer one took its place. Nothing was changed." in answer.content.decode()
    assert held_contacts.find("x" * 43, at=timezone.now()) is None


def read_anew_of(reading: Reading, without: str = "", **must: list[str]) -> None:
    """A newer reading of the policy: one right is gone, or demands something else."""
    rights = list(reading.rights.exclude(slug=without))
    reading.pk, reading.number = None, reading.number + 1
    reading.save()
    for each in rights:
        each.pk, each.reading = None, reading
        each.must = must.get(each.slug, each.must)
        each.save()


def test_a_right_withdrawn_before_the_form_was_sent_keeps_the_text_and_shows_the_others(
    visitor: Visitor,
) -> None:
    token = visitor.token("/img/access/")
    gone = Right.objects.get(slug="access", reading__version__policy__organisation__slug="img")
    read_anew_of(gone.reading, without="access")
    answer = visitor.client.post(
        "/img/access/", {"form_token": token, **FULL, "details": TYPED, "role": "parent"}
    )
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Nothing was sent. What you typed is below." in page
    assert TYPED in page
    assert "I am a parent of the child the data is about" in page
    assert 'formaction="/img/' in page
    assert not SubjectRequest.objects.exists()


def test_what_was_typed_goes_along_to_another_right_and_is_sent_there_by_its_own_button(
    visitor: Visitor,
) -> None:
    token = visitor.token("/img/access/")
    came = visitor.client.post(ACCOUNTING, {"form_token": token, **FULL, "reason": TYPED})
    page = came.content.decode()
    assert "What you typed came along. Look it over, then send it." in page
    assert 'value="Zoé Canary-Quill"' in page
    # Accounting asks for no reason: it is shown to be copied, and not sent.
    assert "You filled this in, and it is not sent." in page
    assert TYPED in page
    assert not SubjectRequest.objects.exists()


def test_an_organisation_that_closed_meanwhile_keeps_the_text_and_tells_nothing_of_itself(
    visitor: Visitor,
) -> None:
    token = visitor.token(ACCOUNTING)
    Organisation.objects.update(is_open=False)
    typed = {"form_token": token, **FULL}
    closed = visitor.client.post(ACCOUNTING, typed)
    never = visitor.client.post("/nowhere/accounting/", typed)
    assert closed.status_code == never.status_code == 404
    assert "takes no requests here, or no longer." in closed.content.decode()
    assert FULL["email"] in closed.content.decode()
    assert "INDIGOMED" not in closed.content.decode()
    assert visitor.client.get(ACCOUNTING).status_code == 404


def test_a_form_sent_before_the_right_was_withdrawn_is_not_lost_when_it_is_sent_again(
    visitor: Visitor,
) -> None:
    token = visitor.token(ACCOUNTING)
    typed = {"form_token": token, **FULL}
    assert visitor.client.post(ACCOUNTING, typed).status_code == 302
    Organisation.objects.update(is_open=False)
    again = visitor.client.post(ACCOUNTING, typed)
    assert (again.status_code, SubjectRequest.objects.count()) == (302, 1)


def test_a_policy_that_changed_meanwhile_is_said_and_nothing_typed_is_lost(
    visitor: Visitor,
) -> None:
    token = visitor.token(ACCOUNTING)
    read_anew_of(Right.objects.get(slug="accounting").reading, accounting=["written"])
    typed = {"form_token": token, **FULL}
    page = visitor.client.post(ACCOUNTING, typed).content.decode()
    assert "The policy changed while this form was open." in page
    assert 'value="zoe.canary@example.org"' in page
    # The signature is asked no more; what was typed there is shown to be copied.
    assert "What is not asked here" in page
    assert "Your name, as your signature" in page
    assert not SubjectRequest.objects.exists()


def test_a_field_that_disappeared_from_the_form_is_not_dropped_in_silence(
    visitor: Visitor,
) -> None:
    token = visitor.token(ACCOUNTING)
    Organisation.objects.filter(slug="indigomed").update(accepts_electronic_signatures=False)
    typed = {"form_token": token, **FULL, "asked": "name email signature dated_on"}
    page = visitor.client.post(ACCOUNTING, typed).content.decode()
    assert "Meanwhile some of what you filled in is asked no more" in page
    assert not SubjectRequest.objects.exists()
    again = visitor.client.post(ACCOUNTING, typed | {"asked": "name email"})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("door", "typed", "kept"),
    [
        pytest.param("reply/", {"text": TYPED}, TYPED, id="reply"),
        pytest.param("complete/", {"period_from": "2024-05-03"}, "2024-05-03", id="complete"),
    ],
)
def test_changing_the_language_on_the_private_page_keeps_what_was_typed(
    visitor: Visitor, door: str, typed: dict[str, str], kept: str
) -> None:
    visitor.ask(role="subject", name="Zoé", email="zoe.canary@example.org", anyway="1")
    answer = visitor.client.post(visitor.at(door), typed | {"language": "fr"})
    page = answer.content.decode()
    assert (answer.status_code, '<html lang="fr">' in page, kept in page) == (200, True, True)
    assert not RequestMessage.objects.exists()


def test_changing_the_language_of_a_lost_link_keeps_what_was_typed(visitor: Visitor) -> None:
    typed = {"email": "zoe@example.org", "language": "fr"}
    page = visitor.client.post("/lost/", typed).content.decode()
    assert 'value="zoe@example.org"' in page
    assert '<html lang="fr">' in page
    assert not LostLink.objects.exists()
