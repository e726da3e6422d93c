"""Every command says in one line what it lacks, or works without; none answers with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import get_commands

from tests.front_door.program import ROOT
from tests.house.test_settings import SITE

# What each needs: nothing, a database that answers, or the program's tables in it as well.
NOTHING = (
    *("check", "diffsettings", "findstatic x.css", "collectstatic --no-input --dry-run"),
    *("due --received 2026-01-31 --period 1-month", "makemigrations --check --dry-run"),
    *("draw_states --help", "law_pages --help", "shell --no-imports -c pass"),
    "sqlsequencereset vault",
)
DATABASE = (
    *("check --database default", "createcachetable --dry-run", "flush --no-input", "inspectdb"),
    *("showmigrations", "sqlflush", "sqlmigrate vault 0001"),
)
TABLES = (
    *("account_unsetmultipleprimaryemails", "catalogue", "catalogue --json", "check_erasure 1"),
    *(
        "changepassword ada@example.org",
        "clearsessions",
        "createsuperuser --no-input --email a@b.c",
    ),
    *("deliver_mail", "export_checkpoint", "first_administrator ada@example.org Ada"),
    *(
        "law_preview",
        "load_policies",
        "program list",
        "remove_stale_contenttypes --no-input",
        "rotate_keys",
        "verify_audit",
    ),
)
TRIAL_TABLES = ("fill_demo", "trial_code ada@example.org")
# These say it in words of their own.
OTHERS = (
    *("dumpdata", "loaddata nofile", "graph_transitions", "selfcheck", "selfcheck --json"),
    *("grant_app_role", "check_erasure 1 --words /nowhere"),
)
LEFT_OUT = {
    "runserver run testserver test dbshell": "serve or work until somebody ends them",
    "migrate prepare prepare_trial": "make what is missing: see below",
    "stop": "would end the servers of these tests",
    "startapp startproject squashmigrations optimizemigration": "write code",
    "makemessages compilemessages": "write translations",
    "sendtestemail": "needs the mail server only: see below",
}
AWAY = "postgresql://dsr_app@127.0.0.1:1/dsr"


def endings(commands: tuple[str, ...], environment: dict[str, str]) -> dict[str, dict[str, Any]]:
    """How each command ends, all of them in one process that knows only this environment."""
    lines = [[word.replace("1-month", "1 month") for word in each.split()] for each in commands]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.front_door.every_command"],
        input=json.dumps(lines),
        env={"PATH": os.environ["PATH"], **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return dict(zip(commands, json.loads(ended.stdout), strict=True))


def unlike(found: dict[str, dict[str, Any]], status: int, words: str) -> dict[str, Any]:
    """The endings that are not a single line with these words and this status."""
    return {
        command: ending
        for command, ending in found.items()
        if ending["status"] != status
        or not ending["said"].startswith(words)
        or (status and ending["said"].count("\n") != 1)
    }


@pytest.fixture
def bare() -> Iterator[str]:
    """A database in which nobody has prepared anything."""
    given = os.environ["DATABASE_URL"]
    with psycopg.connect(given, autocommit=True) as outside:
        outside.execute("CREATE DATABASE bare")
        yield given.replace("/dsr?", "/bare?")
        outside.execute("DROP DATABASE bare WITH (FORCE)")


def trial(url: str) -> dict[str, str]:
    names = ("DSR_VAR", "REDIS_URL")
    return {"DSR_MODE": "trial", "DATABASE_URL": url, **{name: os.environ[name] for name in names}}


def test_a_database_without_tables_is_told_in_one_line(bare: str) -> None:
    found = endings((*NOTHING, *DATABASE, *TABLES, *TRIAL_TABLES, *OTHERS), trial(bare))
    assert unlike({each: found[each] for each in (*NOTHING, *DATABASE)}, 0, "") == {}
    lacking = {each: found[each] for each in (*TABLES, *TRIAL_TABLES, "selfcheck")}
    assert unlike(lacking, 1, "The database lacks a table of this program (relation ") == {}
    assert found["catalogue --json"]["said"] == (
        'The database lacks a table of this program (relation "policies_policy" does not exist): '
        "run `manage.py prepare` first.\n"
    )
    assert {found[each]["status"] for each in OTHERS} == {1}


def test_a_database_that_is_away_is_told_in_one_line(tmp_path: Path) -> None:
    site = {**SITE, "DATABASE_URL": AWAY, "DSR_VAR": str(tmp_path)}
    found = endings((*NOTHING, *DATABASE, *TABLES, *OTHERS), site)
    assert unlike({each: found[each] for each in NOTHING}, 0, "") == {}
    away = {each: found[each] for each in (*DATABASE, *TABLES)}
    assert unlike(away, 1, "The database does not answer (connection failed: ") == {}
    assert {found[each]["status"] for each in OTHERS} == {1}
    assert found["graph_transitions"]["said"] == (
        "This needs the package graphviz, which is not installed.\n"
    )


def test_a_site_that_is_not_set_up_is_told_what_is_missing() -> None:
    found = endings((*NOTHING, *DATABASE, *TABLES, *OTHERS), {"DSR_MODE": "production"})
    told = {ending["said"] for ending in found.values()}
    assert {ending["status"] for ending in found.values()} == {1}
    (lines,) = told
    assert lines.count("\n") == 10
    assert lines.startswith("Settings: SECRET_KEY is missing: set it, or name a file in")


def test_a_role_without_rights_and_a_mail_server_that_is_away_are_told(
    bare: str, tmp_path: Path
) -> None:
    """The one role of this site owns nothing: it may not make the tables either."""
    url = bare.replace("dsr_owner", "dsr_app")
    site = {**SITE, "DATABASE_URL": url, "DSR_VAR": str(tmp_path)}
    found = endings(
        ("prepare", "sendtestemail ada@example.org", *TRIAL_TABLES),
        {**site, "EMAIL_URL": "smtp://127.0.0.1:1"},
    )
    assert found["prepare"]["status"] == 1
    assert found["prepare"]["said"].startswith("The database does not let this role do that (")
    assert found["sendtestemail ada@example.org"] == {
        "status": 1,
        "said": "This needs what is not there, or is not open to this user: "
        "[Errno 111] Connection refused.\n",
    }
    # A site has no commands of a trial.
    assert found["fill_demo"]["said"].startswith("Unknown command: 'fill_demo'")
    assert found["trial_code ada@example.org"]["said"].startswith("Unknown command: 'trial_code'")


def test_no_command_is_forgotten() -> None:
    run = {line.split()[0] for line in (*NOTHING, *DATABASE, *TABLES, *TRIAL_TABLES, *OTHERS)}
    left_out = {name for names in LEFT_OUT for name in names.split()}
    assert run.isdisjoint(left_out)
    assert run | left_out == set(get_commands())


def test_a_reader_who_has_enough_is_no_trouble(tmp_path: Path) -> None:
    """As in `manage.py ... | head -1`."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "diffsettings"],
        env={"PATH": os.environ["PATH"], **SITE, "DSR_VAR": str(tmp_path)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() == 1
    process.stderr.close()
