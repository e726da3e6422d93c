"""What staff typed is not lost when they are signed out or their page lost its token."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from itertools import cycle
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from config.trial.second_factor import enrol_for_trial, trial_code
from dsr.accounts.models import User
from dsr.accounts.services import has_second_factor
from dsr.audit.models import Entry
from dsr.dashboard.unsent import shows_again
from dsr.policies.models import Department, Organisation
from dsr.requests.models import RequestMessage, SubjectRequest
from tests import cast
from tests.cast import Desk
from tests.dashboard.conftest import Seat, as_read, deed_url, hidden_fields, text_of

SeatOf = Callable[[str], Seat]
HERE = {"HTTP_ORIGIN": "http://testserver"}
TYPED = "Which period do you mean, canary?"
PASSWORD = "a long enough pass phrase"
SIGNED_OUT = "You were signed out while this page was open."
TOO_LONG = "The page was open for too long, or your browser took no cookie from it."
LOOK = "Nothing was saved yet. Look it over, then press the button."


@pytest.fixture
def begun(desk: Desk) -> SubjectRequest:
    return cast.begin(cast.ask(desk.right("img", "access")), desk.handler)


def strict(user: User) -> Client:
    """A browser before a site that asks for the token, signed in long ago."""
    if not has_second_factor(user):
        enrol_for_trial(user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def page_of(answer: Any) -> str:
    return as_read(text_of(answer))


def sealed_in(answer: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', answer.content.decode())
    assert found, page_of(answer)[:3000]
    return unescape(found[1])


def in_form(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def sign_in(client: Client, user: User) -> None:
    """As in a browser: password, code, and a new token after it."""
    login, second = "/staff/account/login/", "/staff/account/2fa/authenticate/"
    token = in_form(client.get(login).content.decode(), "csrfmiddlewaretoken")
    typed = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post(login, typed).status_code == 302
    token = in_form(client.get(second).content.decode(), "csrfmiddlewaretoken")
    code = {"code": trial_code(user), "csrfmiddlewaretoken": token}
    assert client.post(second, code).status_code == 302


def test_who_is_signed_out_while_typing_signs_in_and_finds_the_form_filled_in(
    desk: Desk, begun: SubjectRequest, clock: Any
) -> None:
    desk.handler.set_password(PASSWORD)
    desk.handler.save()
    client, url = strict(desk.handler), deed_url(begun, "ask")
    page = client.get(url).content.decode()
    typed = {
        **hidden_fields(page),
        "opened_by": in_form(page, "opened_by"),
        "csrfmiddlewaretoken": in_form(page, "csrfmiddlewaretoken"),
        "question": TYPED,
    }
    clock.shift(timedelta(hours=2))
    answer = client.post(url, typed, **HERE)
    assert answer.status_code == 403
    assert SIGNED_OUT in page_of(answer)
    assert TYPED not in text_of(answer)
    # Too early it comes once more.
    sealed = {"sealed": sealed_in(answer)}
    assert SIGNED_OUT in page_of(client.post(url, sealed, **HERE))
    sign_in(client, desk.handler)
    opened = client.post(url, sealed, **HERE)
    page = page_of(opened)
    assert opened.status_code == 200
    assert LOOK in page
    assert TYPED in page
    assert "error-summary" not in page
    assert not RequestMessage.objects.exists()
    # And its own button does it, the first time it is pressed.
    token = in_form(opened.content.decode(), "csrfmiddlewaretoken")
    sent = client.post(
        url, {**hidden_fields(text_of(opened)), "question": TYPED, "csrfmiddlewaretoken": token}
    )
    assert sent.status_code == 302
    assert RequestMessage.objects.get().unseal("body") == TYPED


def test_a_token_that_is_gone_costs_nothing_but_the_files_and_is_no_refusal(
    desk: Desk, begun: SubjectRequest
) -> None:
    client, url = strict(desk.handler), "/staff/new/img/access/"
    typed = {"opened_by": desk.handler.pk, "name": TYPED, "received_on": "2026-01-02"}
    scan = SimpleUploadedFile("canary.pdf", b"%PDF-")
    answer = client.post(url, {**typed, "scan": scan}, **HERE)
    assert TOO_LONG in page_of(answer)
    assert not Entry.objects.filter(code="account.access_denied").exists()
    page = page_of(client.post(url, {"sealed": sealed_in(answer)}, **HERE))
    assert LOOK in page
    assert f'value="{TYPED}"' in page
    assert 'value="2026-01-02"' in page
    assert "Choose these files again: canary.pdf" in page
    assert "error-summary" not in page
    assert SubjectRequest.objects.count() == 1


def test_nobody_else_opens_what_somebody_typed(desk: Desk, begun: SubjectRequest) -> None:
    url = deed_url(begun, "ask")
    typed = {"opened_by": desk.handler.pk, "question": TYPED, "version": begun.version}
    sealed = {"sealed": sealed_in(Client().post(url, typed, **HERE))}
    answer = strict(desk.officer).post(url, sealed, **HERE)
    assert answer.status_code == 403
    assert "This was typed by somebody else" in page_of(answer)
    assert TYPED not in text_of(answer)
    assert "sealed" not in text_of(answer)


def test_it_opens_for_twelve_hours_and_at_its_own_address_alone(
    desk: Desk, begun: SubjectRequest, clock: Any
) -> None:
    url, client = deed_url(begun, "ask"), strict(desk.handler)
    typed = {"opened_by": desk.handler.pk, "question": TYPED, "version": begun.version}
    sealed = {"sealed": sealed_in(client.post(url, typed, **HERE))}
    assert TYPED not in text_of(client.post(deed_url(begun, "note"), sealed, **HERE))
    assert TYPED not in text_of(client.post(url, {"sealed": sealed["sealed"][:-8]}, **HERE))
    clock.shift(timedelta(hours=12, minutes=1))
    late = strict(desk.handler).post(url, sealed, **HERE)
    assert "This was typed too long ago" in page_of(late)
    assert TYPED not in text_of(late)


def test_of_a_request_that_moved_on_it_says_so_with_the_text_still_there(
    desk: Desk, begun: SubjectRequest
) -> None:
    url, client = deed_url(begun, "ask"), strict(desk.handler)
    typed = {"opened_by": desk.handler.pk, "question": TYPED, "version": begun.version}
    sealed = {"sealed": sealed_in(client.post(url, typed, **HERE))}
    Seat(desk.officer).do(begun, "assign", to=str(desk.officer.pk))
    answer = client.post(url, sealed, **HERE)
    assert answer.status_code == 409
    assert TYPED in page_of(answer)
    assert LOOK in page_of(answer)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_what_another_site_sends_comes_back_to_nobody(
    desk: Desk, begun: SubjectRequest, origin: str
) -> None:
    headers = {"HTTP_ORIGIN": origin} if origin else {}
    typed = {"opened_by": desk.handler.pk, "question": TYPED}
    for client in (Client(), strict(desk.handler)):
        answer = client.post(deed_url(begun, "ask"), typed, **headers)
        assert TYPED not in text_of(answer)
        assert "sealed" not in text_of(answer)


def test_nothing_typed_leads_to_the_sign_in_as_before(desk: Desk, begun: SubjectRequest) -> None:
    typed = {"version": "1", "opened_by": desk.handler.pk}
    assert Client().post(deed_url(begun, "ask"), typed, **HERE).status_code == 302


def test_shown_at_the_address_of_a_button_beside_it_is_sent_to_its_own(
    desk: Desk, begun: SubjectRequest
) -> None:
    client = Seat(desk.handler).client
    page = text_of(client.post(f"{deed_url(begun, 'propose')}text/", {"answer": TYPED}))
    assert f'action="{deed_url(begun, "propose")}"' in page


def addresses() -> list[URLPattern]:
    resolvers = get_resolver().url_patterns
    staff = next(each for each in resolvers if getattr(each, "app_name", "") == "dashboard")
    return [each for each in staff.url_patterns if isinstance(each, URLPattern)]


def values_for(pattern: URLPattern, begun: SubjectRequest) -> dict[str, Any]:
    known = {"reference": begun.reference, "organisation": "img", "right": "access"}
    return {name: known.get(name, 1) for name in pattern.pattern.converters}


def test_every_page_of_staff_with_a_form_gives_back_what_was_typed(
    desk: Desk, begun: SubjectRequest
) -> None:
    client, gave_back, before = strict(desk.handler), 0, Entry.objects.count()
    # Turn by turn before a page without its token, and signed out.
    for pattern, browser in zip(addresses(), cycle((client, Client())), strict=False):
        url = reverse(f"dashboard:{pattern.name}", kwargs=values_for(pattern, begun))
        typed = {"opened_by": desk.handler.pk, "canary": TYPED, "version": begun.version}
        answer = browser.post(url, typed, **HERE)
        assert TYPED not in text_of(answer), url
        if shows_again(pattern.callback):
            gave_back += 1
            opened = client.post(url, {"sealed": sealed_in(answer)}, **HERE)
            assert opened.status_code in (200, 403, 404, 409), url
    # Some sixty deeds, entering and inviting.
    assert gave_back > 50
    said = set(Entry.objects.order_by("pk")[before:].values_list("code", flat=True))
    assert said <= {"denied", "account.access_denied"}
    version = begun.version
    begun.refresh_from_db()
    assert begun.version == version
    assert SubjectRequest.objects.count() == 1


def test_every_form_of_staff_says_who_opened_it(desk: Desk, begun: SubjectRequest) -> None:
    seat = Seat(desk.officer)
    mine = f'name="opened_by" value="{desk.officer.pk}"'
    for url in (
        deed_url(begun, "ask"),
        f"/staff/requests/{begun.reference}/",
        "/staff/new/img/access/",
        "/staff/team/invite/",
    ):
        assert mine in seat.open(url), url


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada@example.org", "Ada Admin", PASSWORD)


def test_the_administration_shows_again_what_was_typed_and_saves_nothing(
    desk: Desk, ada: User
) -> None:
    client, url = strict(ada), reverse("admin:policies_department_add")
    page = client.get(url).content.decode()
    assert f'name="opened_by" value="{ada.pk}"' in page
    img = Organisation.objects.get(slug="img")
    typed = {"opened_by": ada.pk, "organisation": img.pk, "name": "Canary desk", "slug": "canary"}
    answer = client.post(url, typed, **HERE)
    assert TOO_LONG in page_of(answer)
    shown = page_of(client.post(url, {"sealed": sealed_in(answer)}, **HERE))
    assert LOOK in shown
    assert 'value="Canary desk"' in shown
    assert not Department.objects.filter(slug="canary").exists()
    signed_out = Client().post(url, typed, **HERE)
    assert SIGNED_OUT in page_of(signed_out)


def test_every_form_of_the_administration_only_shows_and_carries_no_password(
    desk: Desk, ada: User
) -> None:
    client, before = strict(ada), Entry.objects.count()
    for model, page in admin.site._registry.items():
        row = model._default_manager.first()
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        urls = [reverse(f"admin:{name}_add")]
        if row is not None:
            urls.append(reverse(f"admin:{name}_change", args=[row.pk]))
        for url in urls:
            typed = {"opened_by": ada.pk, "name": TYPED, "password1": "canary-secret"}
            answer = client.post(url, typed, **HERE)
            opened = client.post(url, {"sealed": sealed_in(answer)}, **HERE)
            assert opened.status_code in (200, 403), (url, page)
            assert "canary-secret" not in text_of(opened)
    codes = set(Entry.objects.order_by("pk")[before:].values_list("code", flat=True))
    assert codes <= {"account.access_denied"}
