"""What a submission costs, held against a bare commit of three rows on the same PostgreSQL.

And what it costs when its rows are saved table by table, in the way that Django offers: that way is
kept here and nowhere else, so that the reason for ours can be measured again.
"""

from __future__ import annotations

import html
import logging
import re
import statistics
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import psycopg

from config.trial.embedded import postgres
from tests.bench._cost import Cost, cost_of, cpu_of, cpu_of_all, statements_of
from tests.bench._site import is_quick, say, site
from tests.faults.visitor import FORM, QUICKEST_SECONDS, Visitor

if TYPE_CHECKING:
    from tests.faults.world import Web, World

# Many short turns: what disturbs the machine for a second then disturbs all of them alike.
ROUNDS = 15 if is_quick() else 70
TIMES = 3
# Submissions through the door: below the limit of one hour for a site.
SENT = 60
TYPED = {
    "role": "subject",
    "name": "Zoé Canary-Quill",
    "country": "FR",
    "postal_address": "7 rue du Serin, 69000 Lyon",
    "anyway": "1",
}
_numbers = count(1)


def table_by_table(rows: Sequence[Any]) -> None:
    tables = defaultdict(list)
    for row in rows:
        tables[type(row)].append(row)
    for model, group in tables.items():
        model._base_manager.bulk_create(group)


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Of one submission over HTTP: CPU of web and of the database in milliseconds, and commits."""

    web: float
    database: float
    commits: float


def at_the_door(world: World, web: Web, crowd: int) -> AtTheDoor:
    """Forms that were opened before and are sent now, by so many visitors at once."""
    from tests.faults.world import children_of

    def of_database() -> float:
        served = [pid for pid in children_of(world.database_pid) if _serves_the_program(pid)]
        return sum(map(cpu_of, served))

    visitors = [Visitor(web.port) for _ in range(SENT)]
    [process] = children_of(web.process.popen.pid)
    with ThreadPoolExecutor(crowd) as pool:
        list(pool.map(Visitor.open_form, visitors))
        sleep(QUICKEST_SECONDS)
        before = cpu_of_all(process), of_database(), _commits(world)
        list(pool.map(Visitor.send, visitors))
        after = cpu_of_all(process), of_database(), _commits(world)
    assert all(each.sent for each in visitors)
    in_web, in_database, commits = (b - a for a, b in zip(before, after, strict=True))
    # Asking for the number takes one itself.
    return AtTheDoor(
        in_web / SENT * 1000, in_database / SENT * 1000, round((commits - 1) / SENT, 2)
    )


def _serves_the_program(pid: int) -> bool:
    return postgres.APP_ROLE in Path(f"/proc/{pid}/cmdline").read_text()


def _commits(world: World) -> int:
    """Of those that wrote something."""
    return int(world.one("SELECT pg_current_xact_id()::text"))


def over_http(world: World) -> None:
    web = world.web(WEB_CONCURRENCY="1")
    for crowd in (1, 4):
        at_the_door(world, web, crowd)  # warm
        cost = at_the_door(world, web, crowd)
        say(
            f"submission over HTTP, {crowd} at once: CPU of web",
            f"{cost.web:.1f} ms, of the database {cost.database:.1f} ms",
            "18 + 7 ms",
        )
        say(f"submission over HTTP, {crowd} at once: commits", f"{cost.commits}", "2")


def beside_a_plain_view(database: int) -> None:
    """A form of eight fields and the same rows, as anybody would write it in Django."""
    from django import forms
    from django.contrib.auth.decorators import login_not_required
    from django.db import transaction
    from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
    from django.test import Client, override_settings
    from django.urls import include, path

    from dsr.portal import guarding
    from dsr.requests.submission.saving import NewRows

    class Plain(forms.Form):
        role = forms.ChoiceField(choices=[("subject", "Myself"), ("parent", "My child")])
        name = forms.CharField(max_length=120)
        born_on = forms.DateField(required=False)
        country = forms.CharField(max_length=2, required=False)
        email = forms.EmailField()
        postal_address = forms.CharField(required=False)
        phone = forms.CharField(max_length=40, required=False)
        anyway = forms.BooleanField(required=False)

    made: list[Sequence[Any]] = []

    @login_not_required
    def plain(request: HttpRequest) -> HttpResponse:
        form = Plain(request.POST)
        if not form.is_valid():
            return HttpResponse(status=400)
        with transaction.atomic():
            table_by_table(made.pop())
        return HttpResponseRedirect("/")

    urls = type("urls", (), {})
    urls.urlpatterns = [path("plain/", plain), path("", include("config.urls"))]  # type: ignore[attr-defined]

    def opened() -> tuple[Client, dict[str, str]]:
        browser = Client(
            HTTP_X_FORWARDED_FOR=f"10.9.{next(_numbers) // 250}.{next(_numbers) % 250}"
        )
        page = browser.get(FORM).content.decode()
        token = re.search(r'name="form_token" value="([^"]*)"', page)
        assert token
        return browser, TYPED | {
            "form_token": html.unescape(token[1]),
            "email": f"{uuid4().hex}@example.org",
        }

    def send(url: str, waiting: list[tuple[Client, dict[str, str]]]) -> None:
        browser, typed = waiting.pop()
        assert browser.post(url, typed).status_code == 302

    def rows_of_one() -> Sequence[Any]:
        """What a submission writes, unwritten."""
        kept: list[Any] = []

        def keep(rows: NewRows) -> None:
            kept.extend(rows)
            raise _NotNow

        # To the program it is a fault, and no figure.
        logging.disable(logging.CRITICAL)
        with patch.object(NewRows, "save", keep), suppress(_NotNow):
            send(FORM, [opened()])
        logging.disable(logging.NOTSET)
        return kept

    # Nobody waits here until a form was open long enough for a human hand.
    with (
        override_settings(ROOT_URLCONF=urls, ALLOWED_HOSTS=["*"], TRUSTED_PROXIES=1),
        patch.object(guarding, "QUICKEST", timedelta(seconds=-1)),
    ):
        made.extend(rows_of_one() for _ in range(SENT + 5))
        ours, theirs = ([opened() for _ in range(SENT + 5)] for _ in range(2))
        for url, waiting in ((FORM, ours), ("/plain/", theirs)):
            cost_of(lambda url=url, waiting=waiting: send(url, waiting), 5, database)  # type: ignore[misc]
        turns = [
            [
                cost_of(lambda url=url, waiting=waiting: send(url, waiting), 1, database)  # type: ignore[misc]
                for url, waiting in ((FORM, ours), ("/plain/", theirs))
            ]
            for _ in range(SENT)
        ]
    mine, plainly = (_middle(each) for each in zip(*turns, strict=True))
    say(
        "plain view of eight fields, the same rows by bulk_create: CPU",
        f"{plainly.process:.1f} ms, of the database {plainly.database:.1f} ms",
    )
    ratio = (mine.process + mine.database) / (plainly.process + plainly.database)
    say("submission by the form to the plain view: CPU", f"{ratio:.2f}", "2.5")


class _NotNow(Exception):
    """The rows are made, and nothing is written."""


def main() -> None:
    with site() as world:
        from django.contrib.sessions.models import Session
        from django.db import connection, transaction

        from dsr.requests.submission.given import PersonGiven
        from dsr.requests.submission.saving import NewRows
        from tests import cast
        from tests.faults.seeding import days_ago, find_desk

        right, at = find_desk().right("img", "access"), days_ago(1)
        plain = psycopg.connect(world.url, autocommit=True)
        plain.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, word text, at timestamptz)")

        def bare() -> None:
            with plain.transaction():
                for word in ("request", "history", "mail"):
                    plain.execute("INSERT INTO bare (word, at) VALUES (%s, now())", [word])

        def bare_django() -> None:
            with transaction.atomic():
                for _ in range(3):
                    Session.objects.create(
                        session_key=uuid4().hex, session_data="x", expire_date=at
                    )

        def submission() -> None:
            who = PersonGiven(name="Zoé Canary-Quill", email=f"{uuid4().hex}@example.org")
            cast.ask(right, at=at, who=who)

        def submission_table_by_table() -> None:
            with patch.object(NewRows, "save", table_by_table):
                submission()

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (django_pid,) = cursor.fetchone()
        pids = {bare: plain.info.backend_pid}
        deeds = {bare: 20, bare_django: 10, submission: TIMES, submission_table_by_table: TIMES}
        for deed in deeds:
            cost_of(deed, 20, django_pid)
        rounds = [
            [cost_of(deed, times, pids.get(deed, django_pid)) for deed, times in deeds.items()]
            for _ in range(ROUNDS)
        ]
        driver, django, whole, tables = (_middle(each) for each in zip(*rounds, strict=True))
        asked = [statements_of(deed) for deed in (submission, submission_table_by_table)]
        plain.close()
        beside_a_plain_view(django_pid)
        over_http(world)
    say("bare commit of three rows, by the driver", f"{driver.wall:.2f} ms")
    say("bare commit of three rows, by Django", f"{django.wall:.2f} ms")
    say("submission", f"{whole.wall:.1f} ms, {1000 / whole.wall:.1f} a second")
    say(
        "rate of submissions to bare commits by Django",
        f"{django.wall / whole.wall:.3f}",
        "0.100 at least",
        django.wall >= 0.1 * whole.wall,
    )
    say("rate of submissions to bare commits by the driver", f"{driver.wall / whole.wall:.3f}")
    ways = ("in one statement", "table by table")
    for way, cost, number in zip(ways, (whole, tables), asked, strict=True):
        say(
            f"submission, rows saved {way}",
            f"CPU {cost.process:.1f} ms, of the database {cost.database:.1f} ms, "
            f"wall {cost.wall:.1f} ms, {number} statements",
        )
    say(
        "table by table to one statement: CPU, CPU of the database, wall",
        f"{tables.process / whole.process:.2f}, {tables.database / whole.database:.2f}, "
        f"{tables.wall / whole.wall:.2f}",
    )


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*map(astuple, costs), strict=True)))


if __name__ == "__main__":
    main()
