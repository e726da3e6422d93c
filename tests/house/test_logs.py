"""No log line repeats what came from outside: no token, no value, no text of an exception."""

from __future__ import annotations

import logging
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.logs import DiscreetFilter, DiscreetFormatter

CANARY = "canary-Zebrowski-4711"


def fail(request: HttpRequest, token: str) -> HttpResponse:
    raise ValueError(f"cannot use {token}")


def miss(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404(token)


fail.login_required = miss.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("fail/<str:token>/", fail), path("miss/<str:token>/", miss)]
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.addFilter(DiscreetFilter())
    caplog.handler.setFormatter(DiscreetFormatter())
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_error_is_found_by_the_reference_on_its_page(written: pytest.LogCaptureFixture) -> None:
    answer = Client(raise_request_exception=False).get(f"/fail/{CANARY}/", {"q": CANARY})
    shown = re.search(r'class="reference">(\w{8})<', answer.content.decode())
    assert answer.status_code == 500
    assert shown is not None
    assert f"GET /fail/<str:token>/ 500 {shown[1]}" in written.text
    assert "builtins.ValueError" in written.text
    assert "test_logs.py" in written.text
    assert CANARY not in written.text
    assert CANARY not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_wrong_link_is_logged_without_its_token(written: pytest.LogCaptureFixture) -> None:
    answer = Client().get(f"/miss/{CANARY}/")
    assert answer.status_code == 404
    assert "GET /miss/<str:token>/ 404" in written.text
    assert CANARY not in written.text


@pytest.mark.django_db
def test_an_error_of_the_database_is_logged_by_its_codes(written: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE seen (address text CONSTRAINT once UNIQUE)")
        cursor.execute("INSERT INTO seen VALUES (%s)", [CANARY])
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO seen VALUES (%s)", [CANARY])
        except IntegrityError:
            logging.getLogger("dsr").exception("not saved")
    assert "django.db.utils.IntegrityError (23505, seen, once)" in written.text
    assert CANARY not in written.text


def test_a_failed_task_is_logged_without_the_text_of_its_error(
    written: pytest.LogCaptureFixture,
) -> None:
    context = {"name": "deliver", "id": "1", "exc": CANARY, "traceback": CANARY}
    logging.getLogger("celery.app.trace").error("Task %(name)s[%(id)s]: %(exc)s", context)
    assert "Task deliver[1]: (its text is withheld)" in written.text
    assert CANARY not in written.text
