"""What staff typed is not lost when they are signed out or their page lost its token."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dsr.requests.models import RequestMessage, SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat, deed_url, hidden_fields, text_of

SeatOf = Callable[[str], Seat]
HERE = {"HTTP_ORIGIN": "http://testserver"}
TYPED = "Which period do you mean, canary?"


@pytest.fixture
def begun(desk: Desk) -> SubjectRequest:
    return cast.begin(cast.ask(desk.right("img", "access")), desk.handler)


def pairs_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in found}


def test_who_is_signed_out_while_typing_sends_it_after_signing_in(
    desk: Desk, seat: SeatOf, begun: SubjectRequest, clock: Any
) -> None:
    handler, url = seat("handler"), deed_url(begun, "ask")
    hidden = hidden_fields(handler.open(url))
    clock.shift(timedelta(hours=2))
    answer = handler.client.post(url, {**hidden, "question": TYPED}, **HERE)
    page = text_of(answer)
    assert answer.status_code == 403
    assert "You were signed out while this page was open." in page
    assert TYPED in page
    assert not RequestMessage.objects.exists()
    again = seat("handler")
    sent = again.client.post(url, pairs_of(answer.content.decode()))
    assert sent.status_code == 302
    assert RequestMessage.objects.get().unseal("body") == TYPED


def test_a_note_typed_in_the_page_itself_comes_back_too(desk: Desk, begun: SubjectRequest) -> None:
    answer = Client().post(deed_url(begun, "note"), {"text": TYPED}, **HERE)
    assert answer.status_code == 403
    assert TYPED in text_of(answer)
    assert begun.reference not in text_of(answer).replace(deed_url(begun, "note"), "")


def test_a_stale_token_shows_it_again_and_does_nothing(
    desk: Desk, seat: SeatOf, begun: SubjectRequest
) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = seat("handler").client.cookies
    typed = {"version": begun.version, "opened": "", "question": TYPED}
    answer = careful.post(
        deed_url(begun, "ask"),
        {**typed, "scan": SimpleUploadedFile("canary.pdf", b"%PDF-")},
        **HERE,
    )
    page = text_of(answer)
    assert answer.status_code == 403
    assert "The page was open for too long" in page
    assert TYPED in page
    assert "canary.pdf" in page
    assert not RequestMessage.objects.exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_what_another_site_sends_comes_back_to_nobody(
    desk: Desk, begun: SubjectRequest, origin: str
) -> None:
    headers = {"HTTP_ORIGIN": origin} if origin else {}
    answer = Client().post(deed_url(begun, "ask"), {"question": TYPED}, **headers)
    assert TYPED not in text_of(answer)


def test_nothing_typed_leads_to_the_sign_in_as_before(desk: Desk, begun: SubjectRequest) -> None:
    assert Client().post(deed_url(begun, "ask"), {"version": "1"}, **HERE).status_code == 302
