"""Our own system checks: each says in one line what it found, and nothing about a sound program."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from config import checks
from tests.house.test_settings import ROOT, SITE


@login_not_required
def leak(request: HttpRequest) -> HttpResponse:
    return HttpResponse("everything")


urlpatterns = [
    path("leak/", leak, name="leak"),
    path("nameless/", leak),
    path("", include("config.urls")),
]


def told(messages: list[CheckMessage]) -> list[str]:
    return [str(message.msg) for message in messages]


def test_the_program_as_it_is_has_no_complaint() -> None:
    assert told(run_checks(tags=[Tags.security])) == []


@pytest.mark.urls(__name__)
def test_a_page_that_opens_without_log_in_and_is_not_listed_is_named() -> None:
    assert told(checks.check_public_pages(None)) == [
        "The page leak opens without log-in and is not in config/public.py.",
        "The page nameless/ opens without log-in and is not in config/public.py.",
    ]


def test_a_listed_page_that_is_shut_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PUBLIC_PAGES", checks.PUBLIC_PAGES | {"dashboard:queue"})
    assert told(checks.check_public_pages(None)) == [
        "The page dashboard:queue is in config/public.py but does not open."
    ]


@pytest.mark.parametrize("name", checks.NEEDED)
def test_a_guard_that_was_taken_away_is_named(settings: Any, name: str) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]
    assert told(checks.check_middleware(None)) == [f"MIDDLEWARE lacks {name}."]


def test_headers_must_surround_everything(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[1:], settings.MIDDLEWARE[0]]
    assert told(checks.check_middleware(None)) == [
        "MIDDLEWARE must begin with config.middleware.HeadersMiddleware and "
        "csp.middleware.CSPMiddleware: errors need headers too."
    ]


@pytest.mark.parametrize(
    ("name", "sources", "line"),
    [
        ("script-src", ["'self'", "'unsafe-inline'"], "lets 'unsafe-inline' in as script-src."),
        ("script-src", ["https://cdn.example"], "lets https://cdn.example in as script-src."),
        ("script-src", ["data:"], "lets data: in as script-src."),
        ("style-src", ["*"], "lets * in as style-src."),
        ("default-src", ["*"], "must begin with default-src 'self'."),
        ("frame-ancestors", ["'self'"], "must say frame-ancestors 'none'."),
        ("object-src", ["'self'"], "must say object-src 'none'."),
        ("base-uri", ["'self'"], "must say base-uri 'none'."),
    ],
)
def test_a_hole_in_the_content_policy_is_named(
    settings: Any, name: str, sources: list[str], line: str
) -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**directives, name: sources}}
    assert f"The content policy {line}" in told(checks.check_content_policy(None))


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "SESSION_COOKIE_HTTPONLY",
            False,
            "SESSION_COOKIE_HTTPONLY must be True: no script may read the session.",
        ),
        (
            "CSRF_COOKIE_SAMESITE",
            "None",
            "CSRF_COOKIE_SAMESITE must be Lax or Strict: other sites may not act in our sessions.",
        ),
        (
            "SESSION_EXPIRE_AT_BROWSER_CLOSE",
            False,
            "SESSION_EXPIRE_AT_BROWSER_CLOSE must be True: "
            "a shared computer forgets who was there.",
        ),
        (
            "BASE_URL",
            "https://privacy.example.org",
            "Cookies must be secure where BASE_URL is https.",
        ),
    ],
)
def test_a_careless_cookie_is_named(settings: Any, name: str, value: Any, line: str) -> None:
    setattr(settings, name, value)
    assert told(checks.check_cookies(None)) == [line]


def test_a_talkative_log_is_named(settings: Any) -> None:
    settings.LOGGING = {"handlers": {"file": {"class": "logging.FileHandler"}}}
    settings.ADMINS = [("Root", "root@example.org")]
    assert told(checks.check_log(None)) == [
        "The log handler file is not discreet.",
        "ADMINS and MANAGERS would get errors by mail.",
    ]


def test_a_broker_that_may_carry_more_than_ids_is_named(settings: Any) -> None:
    settings.CELERY_ACCEPT_CONTENT = ["json", "pickle"]
    settings.CELERY_BEAT_SCHEDULE = {"odd": {"task": "os.system"}}
    assert told(checks.check_tasks(None)) == [
        "CELERY_ACCEPT_CONTENT is not what the broker may carry.",
        "os.system is not what the broker may carry.",
    ]


TRIGGERS = [
    ("audit_entry", "audit_entry_append_only"),
    ("audit_head", "audit_head_stays"),
    ("audit_head", "audit_head_moves_on"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "trigger"), TRIGGERS)
@pytest.mark.parametrize("how", ["ALTER TABLE {0} DISABLE TRIGGER {1}", "DROP TRIGGER {1} ON {0}"])
def test_a_history_that_could_be_rewritten_is_named(table: str, trigger: str, how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(how.format(table, trigger))
    found = told(run_checks(tags=[Tags.database], databases=["default"]))
    assert f"The trigger {trigger} is missing or switched off: history could be rewritten." in found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "how",
    [
        "ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_entry_append_only",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NULL; END $$",
        "DROP TRIGGER audit_entry_append_only ON audit_entry; "
        "CREATE TRIGGER audit_entry_append_only BEFORE TRUNCATE ON audit_head "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        "SET LOCAL session_replication_role = replica",
    ],
    ids=["for replicas only", "refusing nothing", "on another table", "for nobody"],
)
def test_a_trigger_that_is_there_by_name_only_is_named(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(how)
        found = told(run_checks(tags=[Tags.database], databases=["default"]))
        cursor.execute("SET LOCAL session_replication_role = origin")
    line = "The trigger audit_entry_append_only is missing or switched off: history could be"
    assert any(each.startswith(line) for each in found)


@pytest.mark.django_db
def test_a_policy_in_use_that_could_be_rewritten_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE policies_right DISABLE TRIGGER policies_right_kept")
    assert (
        "The trigger policies_right_kept is missing or switched off: "
        "policies in use could be rewritten."
    ) in told(run_checks(tags=[Tags.database], databases=["default"]))


@pytest.mark.django_db
def test_a_program_whose_role_may_change_history_is_warned() -> None:
    """The tests' own role may do everything; the role of a site may not."""
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert [message.id for message in found] == ["audit.W001"]
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE dsr_app")
        found = run_checks(tags=[Tags.database], databases=["default"])
        cursor.execute("RESET ROLE")
    assert found == []


def test_a_site_in_production_has_no_complaint_whatever_is_asked() -> None:
    """With every warning of Django's and of ours for deployment."""
    checked = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level=INFO"],
        env={"PATH": os.environ["PATH"], **SITE},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.stderr == ""
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
    assert checked.returncode == 0
