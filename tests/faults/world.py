"""A site of its own: PostgreSQL, Valkey, mail server, and the program's real processes.

Nothing here is faster than in production: commits reach the disk before they are acknowledged. The
tests look in from outside, through plain SQL, or step inside with `inside()`, and then every query
of Django in this process goes to the site's database.
"""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery
from django.conf import settings
from django.db import connection

from config.trial.embedded import SERVERS, postgres, system, valkey
from config.trial.guardian import Guardian
from tests import prepared_cluster
from tests.front_door.program import ROOT, free_port

READY = "ready"  # the database every test begins with
SWEEP = "dsr.requests.tasks.sweep_reminders"
DELIVER = "dsr.notifications.tasks.deliver"
CELERY = ("-m", "celery", "-A", "config.celery", "--quiet")


def until(question: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until the answer is yes; returns how long it took."""
    begun = time.monotonic()
    while not question():
        waited = time.monotonic() - begun
        assert waited < seconds, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)
    return time.monotonic() - begun


@dataclass
class Process:
    """One of the program's processes and all it has started."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """All of it at once, without a word."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def kill_child(self) -> bool:
        """Only one that it started itself, as the kernel does when memory runs out."""
        children = children_of(self.popen.pid)
        for pid in random.sample(children, min(1, len(children))):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(children)

    def end(self) -> int:
        self.popen.terminate()
        return self.popen.wait(timeout=60)

    def said(self, words: str) -> bool:
        return words in self.log.read_text(encoding="utf-8", errors="replace")


def children_of(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, of in pairs if int(of) == parent]


class MailServer:
    """The sink as the tests see it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        folder.mkdir()
        self.mode("take")
        self.start()

    def start(self) -> None:
        self.process = self.world.spawn("sink", "-m", "tests.faults.sink", str(self.folder))
        until((self.folder / "port").exists, 20, "the mail server")

    def mode(self, mode: str) -> None:
        draft = self.folder / "mode.draft"
        draft.write_text(mode)
        draft.rename(self.folder / "mode")

    @property
    def holds(self) -> bool:
        """Whether a mail waits in the middle of its way."""
        return (self.folder / "holding").exists()

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    @property
    def taken(self) -> list[tuple[str, str]]:
        """Message-ID and recipient of every mail, in the order in which they were taken."""
        lines = (self.folder / "taken").read_text().splitlines()
        return [(line.split()[0], line.split()[1]) for line in lines]

    def forget(self) -> None:
        os.truncate(self.folder / "taken", 0)


@dataclass
class World:
    var: Path
    cluster: postgres.Cluster
    store: valkey.Store
    guardian: Guardian
    processes: list[Process] = field(default_factory=list)
    mail: MailServer = field(init=False)

    # Beginning and end ----------------------------------------------------------------------------

    @classmethod
    def begin(cls, disk: Path | None = None) -> World:
        """`disk` is where the database lies, if not beside all the rest."""
        var = Path(tempfile.mkdtemp(prefix="dsr-faults-", dir=system.SHORT_FOLDER))
        var.chmod(0o711)
        guardian = Guardian(var, stop=SERVERS, remove=True)
        cluster = postgres.cluster_in(var)
        if disk is not None:
            cluster = replace(cluster, data=disk / "postgres")
        world = cls(var, cluster, valkey.store_in(var), guardian)
        # This process and those of the site hold the same keys.
        shutil.copytree(settings.VAR_DIR / "secrets", var / "secrets")
        # A small disk has its cluster made on it, as a site has.
        if disk is None:
            prepared_cluster.copy_to(cluster)
        world.start_database()
        valkey.start(world.store)
        return world

    def prepare(self) -> None:
        """Tables, rights of the application's role, the three policies; a mail server."""
        self.mail = MailServer(self, self.var / "mail")
        self.run("manage.py", "prepare", DSR_DATABASE_ROLE="owner")

    def close(self) -> None:
        self.end_processes()
        postgres.stop(self.cluster)
        self.guardian.release()

    def end_processes(self) -> None:
        for process in self.processes:
            process.kill()
        self.processes.clear()

    # The database ---------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """For looking in from outside, past every right."""
        return self.cluster.url("postgres")

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as outside:
            cursor = outside.execute(statement, values)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *values: Any) -> Any:
        return self.sql(statement, *values)[0][0]

    def keep_as_ready(self) -> None:
        """From now on every test begins with what stands in the database now."""
        self.copy(postgres.DATABASE, READY)

    def begin_anew(self) -> None:
        self.copy(READY, postgres.DATABASE)

    def copy(self, source: str, target: str) -> None:
        """Make one database like another, in place of what was there."""
        connection.close()
        with psycopg.connect(self.cluster.url("postgres", "postgres"), autocommit=True) as outside:
            outside.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
            outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [source],
            )
            outside.execute(
                f"CREATE DATABASE {target} TEMPLATE {source} OWNER {postgres.OWNER_ROLE}"
                # Copied page by page, a sequence would go back at a crash before the next
                # checkpoint: its last record in the log is of the database it came from.
                " STRATEGY FILE_COPY"
            )

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Django's queries in this process go to the site, with the rights of the application."""
        described, before = connection.settings_dict, dict(connection.settings_dict)
        connection.close()
        described |= {
            "NAME": postgres.DATABASE,
            "USER": postgres.APP_ROLE,
            "HOST": str(self.cluster.sockets),
            "PORT": "",
        }
        try:
            yield
        finally:
            connection.close()
            described |= before

    def kill_database(self) -> None:
        pid = self.database_pid
        for each in [pid, *children_of(pid)]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        until(lambda: not postgres.is_running(self.cluster), 20, "the end of PostgreSQL")

    def start_database(self) -> None:
        connection.close()  # what it knew of the old one is of no use
        postgres.start(self.cluster)
        # The guardian knows no other place for a cluster than its own.
        if self.cluster != postgres.cluster_in(self.var):
            self.guardian.watch(self.database_pid)

    @property
    def database_pid(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])

    # Processes ------------------------------------------------------------------------------------

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "DSR_MODE": "trial",
            "DSR_VAR": str(self.var),
            "DATABASE_URL": self.cluster.url(postgres.APP_ROLE),
            "DATABASE_OWNER_URL": self.cluster.url(postgres.OWNER_ROLE),
            "REDIS_URL": self.store.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}?tls=0" if self._has_mail else "",
            "DEFAULT_FROM_EMAIL": "privacy@example.org",
            # Each visitor comes from an address of their own.
            "TRUSTED_PROXIES": "1",
            **more,
        }

    @property
    def _has_mail(self) -> bool:
        return (self.var / "mail" / "port").exists()

    def run(self, *arguments: str, **more: str) -> str:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def spawn(self, name: str, *arguments: str, **more: str) -> Process:
        log = self.var / "logs" / f"{name}.{len(self.processes)}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as opened:
            popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=opened,
                start_new_session=True,
            )
        self.guardian.watch(popen.pid)
        process = Process(name, popen, log)
        self.processes.append(process)
        return process

    def worker(self, number: int = 1) -> Process:
        name = f"worker{number}-{len(self.processes)}"
        alone = ("--without-gossip", "--without-mingle", f"--hostname={name}@localhost")
        return self.spawn(name, *CELERY, "worker", "--loglevel=INFO", "--concurrency=1", *alone)

    def scheduler(self, notes_of: str = "") -> Process:
        """One with notes of its own, or with those that another of this name has left."""
        name = f"scheduler-{len(self.processes)}"
        notes = str(self.var / f"{notes_of or name}.schedule")
        return self.spawn(
            name, *CELERY, "beat", "--loglevel=INFO", "--pidfile=", f"--schedule={notes}"
        )

    def web(self, **more: str) -> Web:
        return Web(self, free_port(), more)

    def ring(self, task: str) -> None:
        """Ask for a sweep, as a scheduler does."""
        # Else it stays the app of this process, and later tests ring at a server that is gone.
        with Celery(broker=self.store.url, set_as_current=False) as bell:
            bell.send_task(task, ignore_result=True, expires=55)

    def deliver(self) -> str:
        """One sweep of the outbox by a process of its own; what it counted."""
        return self.run("manage.py", "deliver_mail").strip()

    def age_leases(self) -> None:
        """What dead processes hold was claimed long ago."""
        self.sql(
            "UPDATE notifications_outboxmessage SET lease_until = lease_until - interval '1 hour'"
            " WHERE status = 'claimed'"
        )

    def age_retries(self) -> None:
        """What waits for another try has waited long enough."""
        self.sql(
            "UPDATE notifications_outboxmessage SET next_try_at = owed_at WHERE status = 'owed'"
        )


@dataclass
class Web:
    """The web server; one that was killed comes back at the same address."""

    world: World
    port: int
    # Variables of its environment.
    more: dict[str, str] = field(default_factory=dict)
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.process = self.world.spawn(
            "web",
            *("-m", "gunicorn", "-c", "config/gunicorn.py"),
            DSR_PORT=str(self.port),
            **self.more,
        )
        until(self.answers, 90, "the first page")

    def answers(self) -> bool:
        """Whether a visitor gets the first page, which asks the database."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", "/", headers={"Host": "localhost"})
            return line.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
