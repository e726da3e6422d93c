"""The same headers on every kind of answer: pages, files, redirects, errors."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

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
}
ANSWERS = [
    pytest.param("/staff/account/login/", {}, 200, id="page"),
    pytest.param("/admin/", {}, 302, id="redirect to the log-in"),
    pytest.param("/static/errors.css", {}, 200, id="file"),
    pytest.param("/static/no-such-file.css", {}, 404, id="file that is not there"),
    pytest.param("/no/such/page/", {}, 404, id="page that is not there"),
    pytest.param("/staff/account/login/", {"HTTP_HOST": "evil.example"}, 400, id="foreign host"),
]


def visit(path: str, extra: dict[str, str]) -> HttpResponse:
    answer = Client(raise_request_exception=False).get(path, **extra)
    answer.close()
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "extra", "status"), ANSWERS)
def test_every_answer_carries_the_headers(path: str, extra: dict[str, str], status: int) -> None:
    answer = visit(path, extra)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == CSP
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "extra", "status"), ANSWERS)
def test_only_files_may_be_kept_by_browsers(path: str, extra: dict[str, str], status: int) -> None:
    answer = visit(path, extra)
    assert answer.status_code == status
    kept = path == "/static/errors.css"
    assert (answer.headers["Cache-Control"] == "no-store") is not kept


@pytest.mark.django_db
def test_a_form_without_its_token_gets_a_page_that_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/staff/account/login/", {"login": "x"})
    assert answer.status_code == 403
    assert "The page was open for too long" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
