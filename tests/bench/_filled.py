"""A site with very many requests, made once and kept in ``var/bench`` until the tables change.

One database for each number of requests, in one cluster: what costs more with more rows is seen
within one run. Of the requests 5 % are open. How honest the rows are says ``_copies``.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import django
import psycopg

from tests import harness, prepared_cluster
from tests.bench._site import note

if TYPE_CHECKING:
    from tests.bench._copies import Copies, Handler, Keys, Template
    from tests.faults.world import World

KEPT = prepared_cluster.ROOT / "var" / "bench"
MADE_OF = (
    *("tests/bench/_filled.py", "tests/bench/_copies.py", "tests/bench/_originals.py"),
    *("tests/cast.py", "dsr/policies/catalogue/**/*.yaml", "dsr/policies/regimes/*.yaml"),
)
# While it is filled: whoever is interrupted begins anew, so nothing waits for a disk.
FILLING = prepared_cluster.FAST | {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "maintenance_work_mem": "1GB",
    "autovacuum": "off",
}
WORKERS = 2
CHUNK = 4000
HANDLERS = 20
OPEN_PART = 0.05
COMMON_FORENAME = "Marie"
# The dates of open requests are those of the days before it was filled.
KEPT_FOR = timedelta(days=30)
FILLED_NOW = "filling"
# A file: the cluster has the database that the others are made of.
BEGUN = "begun"


@contextmanager
def filled(*numbers: int) -> Iterator[World]:
    """A site with a database of so many requests for each number; see ``inside``."""
    servers = harness.begin()
    kept = _kept()
    try:
        _forget_others(kept)
        # What is kept was sealed with its own keys, which have to be there before the settings.
        if (kept / BEGUN).exists():
            shutil.copytree(kept / "secrets", servers.var / "secrets", dirs_exist_ok=True)
        else:
            shutil.rmtree(kept, ignore_errors=True)
        django.setup()
        from tests.faults.world import World

        kept.mkdir(parents=True, exist_ok=True)
        world = World.begin(kept)
        try:
            missing = [each for each in numbers if not (kept / name_of(each)).exists()]
            if missing:
                _fill_all(world, kept, missing)
            yield world
        finally:
            world.close()
    finally:
        servers.close()


def is_kept(number: int) -> bool:
    """Whether a site with so many requests is there from before."""
    return (_kept() / name_of(number)).exists()


def _kept() -> Path:
    return KEPT / prepared_cluster.fingerprint(*MADE_OF)


def name_of(number: int) -> str:
    return f"filled_{number}"


@contextmanager
def inside(world: World, number: int) -> Iterator[None]:
    """Within it, Django's queries of this process go to the database with so many requests."""
    from django.db import connection

    with world.inside():
        connection.settings_dict["NAME"] = name_of(number)
        yield


def _forget_others(kept: Path) -> None:
    """What was made of other tables, or too long ago, is of no use."""
    oldest = datetime.now(UTC) - KEPT_FOR
    for each in KEPT.glob("*/"):
        if each != kept or datetime.fromtimestamp(each.stat().st_ctime, UTC) < oldest:
            shutil.rmtree(each)


# Filling ------------------------------------------------------------------------------------------


def _fill_all(world: World, kept: Path, numbers: Iterable[int]) -> None:
    from django.conf import settings

    from config.trial.embedded import postgres

    begun = perf_counter()
    plain = world.cluster
    postgres.stop(world.cluster)
    world.cluster = replace(plain, options=FILLING)
    world.start_database()
    if (kept / BEGUN).exists():
        world.begin_anew()
    else:
        _begin_site(world)
        shutil.copytree(settings.VAR_DIR / "secrets", kept / "secrets")
        (kept / BEGUN).touch()
    templates, site = _templates(world)
    note(f"{len(templates)} originals lived their lives after {perf_counter() - begun:.0f} s")
    work = _Work(world.cluster.url("postgres", FILLED_NOW), templates, _handlers(world), site)
    for number in numbers:
        _fill(world, number, work)
        (kept / name_of(number)).touch()
        note(f"{number} requests are there after {perf_counter() - begun:.0f} s")
    postgres.stop(world.cluster)
    world.cluster = plain
    world.start_database()


def _begin_site(world: World) -> None:
    """The database that the others are made of: the policies, and a desk of people."""
    from dsr.vault.services import site_safe
    from tests.bench._originals import ENDED_DAYS
    from tests.cast import open_desk
    from tests.faults.seeding import leave_one_deadline

    world.prepare()
    with world.inside():
        now = datetime.now(UTC)
        open_desk(now - timedelta(days=ENDED_DAYS[1] + 30))
        leave_one_deadline()
        site_safe(now)
    world.keep_as_ready()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A template, and which part of the open or of the ended ones are copies of it."""

    template: Template
    is_open: bool
    part: float


def _templates(world: World) -> tuple[list[Weighed], Keys]:
    """The originals, taken apart, of which nothing stays in the database; and the site's keys."""
    from dsr.accounts.models import Membership
    from dsr.accounts.roles import Role
    from dsr.vault.services import site_safe
    from tests.bench._copies import Handler, keys_of, move_sequences, template_of
    from tests.bench._originals import live
    from tests.cast import person
    from tests.faults.seeding import find_desk

    world.sql(f"ALTER ROLE {_app_role()} SUPERUSER")
    now = datetime.now(UTC)
    with world.inside():
        desk, site = find_desk(), keys_of(site_safe(now))
        move_sequences()
        # Few, because each of them is told of each request.
        Membership.objects.filter(user__in=[desk.handler, desk.officer]).delete()
        desk.people["officer"] = desk.second_officer
        # Who stands for all the handlers in what is copied.
        desk.people["handler"] = person(Role.HANDLER, "original.handler@example.org")
        handler = Handler(desk.handler.pk, desk.handler.email)
        lived = list(live(desk, now))
        totals = {
            is_open: sum(each.weight for each in lived if each.is_open == is_open)
            for is_open in (True, False)
        }
        found = [
            Weighed(
                template_of(each.subject_request, handler),
                each.is_open,
                each.weight / totals[each.is_open],
            )
            for each in lived
        ]
    world.sql(f"ALTER ROLE {_app_role()} NOSUPERUSER")
    world.begin_anew()
    return found, site


def _app_role() -> str:
    from config.trial.embedded import postgres

    return postgres.APP_ROLE


def _handlers(world: World) -> list[Handler]:
    """Those who have the copies; and people who see only a part."""
    from dsr.accounts.models import Membership, User
    from dsr.accounts.roles import Role
    from dsr.policies.models import Department, Organisation
    from tests.bench._copies import Handler
    from tests.cast import person

    with world.inside():
        people = [
            person(Role.HANDLER, f"handler{number}@example.org") for number in range(HANDLERS)
        ]
        User.objects.create_superuser("admin@example.org", "Ada Admin", "correct horse")
        img = Organisation.objects.get(slug="img")
        department = Department.objects.filter(organisation__slug="imo").earliest("pk")
        for mail, place, limit in (
            ("one.house@example.org", img, None),
            ("one.department@example.org", department.organisation, department),
        ):
            user = User.objects.create_user(mail, "Una Parted", "correct horse")
            Membership.objects.create(
                user=user, organisation=place, department=limit, role=Role.HANDLER
            )
        return [Handler(each.pk, each.email) for each in people]


def _fill(world: World, number: int, work: _Work) -> None:
    from config.trial.embedded import postgres

    world.copy(postgres.DATABASE, FILLED_NOW)
    begun = perf_counter()
    with psycopg.connect(work.url, autocommit=True) as outside:
        tables = sorted({table for each in work.templates for table in _tables(each.template)})
        again = _drop_indexes(outside, tables)
        _copy_all(outside, number, work)
        note(f"rows of {number} requests: {perf_counter() - begun:.0f} s")
        _together(work.url, again)
        note(f"with their indexes: {perf_counter() - begun:.0f} s")
        _together(work.url, [_next_id(table) for table in tables if _has_ids(table)])
        _together(work.url, [f"VACUUM (FREEZE, ANALYZE) {table}" for table in tables])
        outside.execute("VACUUM ANALYZE")
    world.sql(f"ALTER DATABASE {FILLED_NOW} RENAME TO {name_of(number)}")


def _tables(template: Template) -> set[str]:
    made = {"vault_safekey", "vault_blindtoken", "audit_entry", "audit_head"}
    return {*template.tables, *(row.table for row in template.rows), *made}


def _has_ids(table: str) -> bool:
    return table != "audit_head"


def _next_id(table: str) -> str:
    return (
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id) + 1, false) FROM {table}"
    )


def _drop_indexes(outside: psycopg.Connection, tables: list[str]) -> list[str]:
    """Built at the end they take a fraction of the time; returns what makes them again."""
    constraints = outside.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
        [tables],
    ).fetchall()
    for table, name, _definition in constraints:
        outside.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')  # type: ignore[call-overload]
    indexes = outside.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE NOT indisprimary AND indrelid::regclass::text = ANY(%s)",
        [tables],
    ).fetchall()
    for name, _definition in indexes:
        outside.execute(f"DROP INDEX {name}")  # type: ignore[call-overload]
    return [
        *(definition for _name, definition in indexes),
        *(
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}'
            for table, name, text in constraints
        ),
    ]


def _together(url: str, statements: Iterable[str]) -> None:
    """Each by itself, several at a time."""

    def run(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as outside:
            outside.execute(statement)  # type: ignore[call-overload]

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, statements))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the copies: of which templates, with which references, from which ids on."""

    templates: list[int]
    references: list[str]
    next_ids: dict[str, int]
    seed: int


def _copy_all(outside: psycopg.Connection, number: int, work: _Work) -> None:
    # Forked: what they need is there already.
    with get_context("fork").Pool(WORKERS, _begin, (work,)) as pool:
        for _ in pool.imap_unordered(_make, _chunks(outside, number, work.templates)):
            pass


def _chunks(
    outside: psycopg.Connection, number: int, templates: Sequence[Weighed]
) -> Iterator[Chunk]:
    from dsr.requests.reference import new_reference
    from tests.bench._copies import MOST_TOKENS

    drawn: set[str] = set()
    while len(drawn) < number:
        drawn.add(new_reference())
    references = sorted(drawn)
    random.Random(number).shuffle(references)
    plan = _plan(number, templates)
    counts = [Counter(each.template.tables) for each in templates]
    names = {table for each in templates for table in _tables(each.template) if _has_ids(table)}
    next_ids = {table: _first_free(outside, table) for table in names}
    for start in range(0, number, CHUNK):
        which = plan[start : start + CHUNK]
        yield Chunk(which, references[start : start + CHUNK], dict(next_ids), start)
        for template, times in Counter(which).items():
            for table, each in counts[template].items():
                next_ids[table] += each * times
        next_ids["vault_safekey"] += 3 * len(which)
        next_ids["vault_blindtoken"] += MOST_TOKENS * len(which)


def _first_free(outside: psycopg.Connection, table: str) -> int:
    highest = outside.execute(f"SELECT max(id) FROM {table}").fetchone()  # type: ignore[call-overload]
    return ((highest and highest[0]) or 0) + 1


def _plan(number: int, templates: Sequence[Weighed]) -> list[int]:
    """Of which template each copy is; about in the order in which they came in."""
    chance = random.Random(number)
    some = {True: round(number * OPEN_PART), False: number - round(number * OPEN_PART)}
    drawn: list[tuple[float, int]] = []
    for is_open, spread in ((True, timedelta(days=4)), (False, timedelta(days=60))):
        which = [place for place, each in enumerate(templates) if each.is_open == is_open]
        weights = [templates[place].part for place in which]
        for place in chance.choices(which, weights, k=some[is_open]):
            came = templates[place].template.created_at.timestamp()
            drawn.append((came + chance.random() * spread.total_seconds(), place))
    return [place for _came, place in sorted(drawn)]


@dataclass(frozen=True, slots=True)
class _Work:
    """What every process needs that makes copies."""

    url: str
    templates: Sequence[Weighed]
    handlers: Sequence[Handler]
    site: Keys


# Of this process, once it has begun.
_given: list[_Work] = []


def _begin(work: _Work) -> None:
    _given.append(work)


def _make(chunk: Chunk) -> None:
    """Make the copies of a chunk and write them, in a process of its own."""
    from tests.bench._copies import Copies, Someone

    [work] = _given
    copies = Copies(chunk.next_ids, work.site)
    chance = random.Random(chunk.seed)
    for number, (place, reference) in enumerate(
        zip(chunk.templates, chunk.references, strict=True), chunk.seed
    ):
        forename, surname = _name(chance)
        who = Someone(
            reference,
            forename,
            surname,
            f"person{number}@example.org",
            f"+33 6 {number // 1000000:02} {number // 10000 % 100:02}"
            f" {number // 100 % 100:02} {number % 100:02}",
            chance.choice(work.handlers),
        )
        copies.add(work.templates[place].template, who)
    _write(work.url, copies)


def _write(url: str, copies: Copies) -> None:
    from tests.bench._copies import columns_of

    with psycopg.connect(url) as outside, outside.cursor() as cursor:
        # No triggers: the ids are right by construction, and ``selfcheck`` looks afterwards.
        cursor.execute("SET session_replication_role = replica")
        for table, lines in copies.lines.items():
            names = ", ".join(f'"{each}"' for each in columns_of(table))
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:  # type: ignore[call-overload]
                copy.write("".join(lines))


# Names --------------------------------------------------------------------------------------------

CONSONANTS, VOWELS = "bcdfghjklmnprstvz", "aeio"
ENDS = ("nd", "nt", "rd", "s", "x", "l", "n", "r", "lle", "nne", "tte", "rt", "st")


def _made(chance: random.Random, syllables: int) -> str:
    made = [chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(syllables)]
    return ("".join(made) + chance.choice(ENDS)).title()


_names = random.Random(1)
FORENAMES = [COMMON_FORENAME, *(_made(_names, 2) for _ in range(299))]
# The second is two thirds as frequent as the first, and so on: some 4 % have the first.
FREQUENCIES = [rank**-0.6 for rank in range(1, 301)]
SURNAMES = [_made(_names, 3) for _ in range(20_000)]


def _name(chance: random.Random) -> tuple[str, str]:
    return chance.choices(FORENAMES, FREQUENCIES)[0], chance.choice(SURNAMES)
