"""The same headers, to the letter, on every kind of answer: pages, files, redirects, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from dsr.accounts.models import User
from dsr.requests.deeds import review
from dsr.requests.deeds.answer import send_answer
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links, rate_limits
from tests import cast
from tests.cast import MORNING, Desk, open_desk
from tests.dashboard.conftest import Seat

CSP = {
    "default-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}
EVERYWHERE = {
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), picture-in-picture=(), usb=(), xr-spatial-tracking=()"
    ),
}
# What would tell strangers what runs here, or let other sites in.
NOWHERE = ("Server", "X-Powered-By", "Access-Control-Allow-Origin")
FILE = "/static/errors.css"


def break_down(request: HttpRequest) -> HttpResponse:
    raise ValueError("a defect")


break_down.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("break/", break_down), path("", include("config.urls"))]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


class Scene:
    """A desk, a requester with an answered request, and the browsers of all kinds of people."""

    def __init__(self) -> None:
        self.desk: Desk = open_desk()
        self.answered: SubjectRequest = _answered(self.desk)
        self.stranger = Client(raise_request_exception=False)
        self.requester = Client(raise_request_exception=False)
        self.requester.post(f"/s/{links.issue(self.answered, at=MORNING)}/")
        self.page = f"/status/{self.answered.reference}/"
        self.requester.post(f"{self.page}code/")
        self.requester.post(f"{self.page}open/", {"code": cast.code_in_mail()})
        self.staff = Seat(self.desk.handler).client
        self.clerk = Seat(self.desk.clerk).client
        administrator = User.objects.create_user("root@example.org", "Root", "correct horse")
        User.objects.filter(pk=administrator.pk).update(is_staff=True, is_superuser=True)
        administrator.refresh_from_db()
        self.administrator = Seat(administrator).client

    def read_settings_again(self, **headers: str) -> None:
        """Middleware reads them once, with the first visit."""
        for browser in vars(self).values():
            if isinstance(browser, Client):
                browser.handler = type(browser.handler)(enforce_csrf_checks=False)
                browser.defaults |= headers

    @property
    def letter(self) -> str:
        message = self.answered.messages.get(kind="answer")
        return f"{self.page}letter/{message.pk}/"

    @property
    def file_for_staff(self) -> str:
        message = self.answered.messages.get(kind="answer")
        return f"/staff/requests/{self.answered.reference}/files/{message.letter_id}/"


def _answered(desk: Desk) -> SubjectRequest:
    begun = cast.begin(cast.ask(desk.right("img", "access")), desk.handler)
    proposed = cast.propose(begun, desk.handler)
    approved = review.approve(
        proposed.pk, actor=desk.second_officer, at=MORNING, seen=proposed.version
    )
    return send_answer(approved.pk, actor=desk.handler, at=MORNING, seen=approved.version)


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    with time_machine.travel(MORNING, tick=False):
        yield Scene()


def too_many(scene: Scene) -> Any:
    for _turn in range(20):
        rate_limits.check(rate_limits.WRITING, at=MORNING, request=str(scene.answered.pk))
    return scene.requester.post(f"{scene.page}reply/", {"text": "One more."})


def without_token(scene: Scene) -> Any:
    return Client(enforce_csrf_checks=True).post("/staff/account/login/", {"login": "x"})


def too_large(scene: Scene) -> Any:
    return scene.stranger.post("/img/access/", {"name": "x" * 2_000_000})


ANSWERS: dict[str, tuple[int, Callable[[Scene], Any]]] = {
    "public page": (200, lambda s: s.stranger.get("/")),
    "form": (200, lambda s: s.stranger.get("/img/access/")),
    "form with mistakes": (200, lambda s: s.stranger.post("/img/access/", {})),
    "private page": (200, lambda s: s.requester.get(s.page)),
    "private page without its session": (403, lambda s: s.stranger.get(s.page)),
    "letter": (200, lambda s: s.requester.post(s.letter)),
    "letter of somebody else": (404, lambda s: s.requester.post(f"{s.page}letter/4711/")),
    "wrong link": (404, lambda s: s.stranger.get(f"/s/{'a' * 43}/")),
    "one message too many": (429, too_many),
    "log-in": (200, lambda s: s.stranger.get("/staff/account/login/")),
    "log-in refused": (200, lambda s: s.stranger.post("/staff/account/login/", {"login": "x"})),
    "password forgotten": (200, lambda s: s.stranger.get("/staff/account/password/reset/")),
    "second factors": (200, lambda s: s.staff.get("/staff/account/2fa/")),
    "wrong invitation": (404, lambda s: s.stranger.get("/staff/account/invitation/x/")),
    "redirect to the log-in": (302, lambda s: s.stranger.get("/staff/")),
    "redirect to the slash": (301, lambda s: s.stranger.get("/img")),
    "staff page": (200, lambda s: s.staff.get("/staff/")),
    "file for staff": (200, lambda s: s.staff.post(s.file_for_staff)),
    "deed that is not allowed": (
        403,
        lambda s: s.clerk.get(f"/staff/requests/{s.answered.reference}/freeze/"),
    ),
    "request that is not there": (404, lambda s: s.staff.get("/staff/requests/2222-2222/")),
    "administration": (200, lambda s: s.administrator.get("/admin/")),
    "administration for others": (302, lambda s: s.staff.get("/admin/")),
    "file": (200, lambda s: s.stranger.get(FILE)),
    "file that is not there": (404, lambda s: s.stranger.get("/static/no-such-file.css")),
    "page that is not there": (404, lambda s: s.stranger.get("/no/such/page/at/all/")),
    "method that is not there": (405, lambda s: s.stranger.delete("/")),
    "foreign host": (400, lambda s: s.stranger.get("/", HTTP_HOST="evil.example")),
    "more than fits": (400, too_large),
    "form without its token": (403, without_token),
    "defect": (500, lambda s: s.stranger.get("/break/")),
}


def answer_of(scene: Scene, kind: str) -> Any:
    status, ask = ANSWERS[kind]
    answer: Any = ask(scene)
    if answer.streaming:
        list(answer.streaming_content)
    assert answer.status_code == status, kind
    return answer


def headers_of(answer: HttpResponse) -> dict[str, str | None]:
    return {name: answer.headers.get(name) for name in EVERYWHERE}


@pytest.mark.urls(__name__)
def test_every_answer_carries_the_headers(scene: Scene) -> None:
    for kind in ANSWERS:
        answer = answer_of(scene, kind)
        assert headers_of(answer) == EVERYWHERE, kind
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == CSP, kind
        assert [name for name in NOWHERE if name in answer.headers] == [], kind


@pytest.mark.urls(__name__)
def test_only_static_files_may_be_kept_by_browsers(scene: Scene) -> None:
    for kind in ANSWERS:
        kept = answer_of(scene, kind).headers["Cache-Control"] != "no-store"
        assert kept is (kind == "file"), kind


@pytest.mark.urls(__name__)
def test_over_https_every_answer_insists_on_it(scene: Scene, settings: Any) -> None:
    """As in production, behind a proxy that ends the encryption."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    scene.read_settings_again(HTTP_X_FORWARDED_PROTO="https")
    for kind in ANSWERS:
        if kind != "form without its token":  # It brings a browser of its own.
            told = answer_of(scene, kind).headers["Strict-Transport-Security"]
            assert told == "max-age=31536000; includeSubDomains; preload", kind


@pytest.mark.parametrize("kind", ["letter", "file for staff"])
def test_what_is_served_from_the_vault_is_saved_and_never_shown(scene: Scene, kind: str) -> None:
    answer = answer_of(scene, kind)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{scene.answered.reference}.pdf"'
    )


@pytest.mark.parametrize("kind", ["public page", "private page", "log-in", "staff page"])
def test_cookies_are_closed_to_scripts_and_other_sites(scene: Scene, kind: str) -> None:
    answer = answer_of(scene, kind)
    for cookie in answer.cookies.values():
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert cookie["domain"] == ""


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(scene: Scene) -> None:
    answer = without_token(scene)
    assert "The page was open for too long" in answer.content.decode()
