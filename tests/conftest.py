"""What every test has: real servers, a browser where there is one, a clean table afterwards."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests import chromium, harness
from tests.scheduling import ByFile, put_slow_first

# At import and not in a hook: the conftest files of the rooms import models.
servers = harness.begin()
atexit.register(servers.close)

import django  # noqa: E402

django.setup()

from django.conf import settings as django_settings  # noqa: E402
from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: E402

# A test client is made for each actor; none of them needs the list of all static files first.
django_settings.WHITENOISE_AUTOREFRESH = True
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_sql_flush = DatabaseOperations.sql_flush


def _flush_as_owner(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
    """Tests that commit empty all tables afterwards, also those that no one may empty."""
    statements = _sql_flush(self, *args, **kwargs)
    return ["SET LOCAL session_replication_role = replica;", *statements] if statements else []


DatabaseOperations.sql_flush = _flush_as_owner  # type: ignore[method-assign]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The processes of a parallel run must not read settings before they have their own servers."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_unconfigure() -> None:
    servers.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    put_slow_first(items)
    if chromium.path() is None:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.stash[LEFT_OUT] = [item.nodeid for item in left_out]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    left_out = config.stash.get(LEFT_OUT, [])
    if not left_out:
        return
    terminalreporter.section(f"{len(left_out)} BROWSER TESTS DID NOT RUN", sep="!", red=True)
    for nodeid in left_out:
        terminalreporter.line(nodeid)
    terminalreporter.line(chromium.ADVICE)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Each process of a parallel run has servers of its own, so its database needs no name of its
    own; processes that a test starts find it where they expect it."""


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The whole server goes when the run is over. To drop its database before would fail while
    the browser keeps a line open to the live server, and that one its line to the database."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Give the application's role its rights in the test database, as `make run` does."""
    from config.database_roles import grant_to

    with django_db_blocker.unblock():
        grant_to("dsr_app")


@pytest.fixture(autouse=True)
def everybody_reads_english() -> Iterator[None]:
    """The language of one test's last page does not reach the next test."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def mail_is_taken_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """See ``tests/post_office.py``."""
    from tests.post_office import open_post_office

    if request.node.get_closest_marker("mail_waits") is None:
        open_post_office(monkeypatch)


@pytest.fixture
def as_app_role(transactional_db: None) -> Iterator[None]:
    """Run the test with the rights of the web process instead of the owner's."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE dsr_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": chromium.path(),
        "args": list(chromium.ARGUMENTS),
    }
