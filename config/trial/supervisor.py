"""`make run`: starts everything, says where to look, and ends everything it started.

Ctrl-C and SIGTERM end the children politely. When the supervisor itself is killed, the guardian,
which holds the other end of a pipe, ends them.
"""

from __future__ import annotations

import errno
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings

from config.problems import FrontDoorError
from config.trial.embedded import embedded_servers, missing_servers, start_servers
from config.trial.guardian import Guardian, end_groups
from config.trial.runfiles import (
    check_port,
    check_room,
    first_page_status,
    last_word,
    log_file,
    the_only_run,
)

FIRST_PAGE_SECONDS = 60
# Whoever ends again within seconds of its start will not get better by another one.
SHORT_LIFE_SECONDS, SHORT_LIVES = 10, 3
STOP_SECONDS = 10


class Stopped(Exception):
    """Somebody asked for the end while something was still starting."""


@dataclass
class Child:
    """A process that runs as long as the program does."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    arguments: Sequence[str] = ()
    begun: float = field(default_factory=time.monotonic)
    # How often in a row it ended soon after it began.
    short_lives: int = 0

    def last_line(self) -> str:
        return (
            f"The {self.name} ended by itself (status {self.process.returncode}): "
            f"{last_word(self.log)} - see {self.log}, then start again."
        )


class Supervisor:
    """One run of the program."""

    def __init__(self) -> None:
        self.var: Path = settings.VAR_DIR
        self.children: list[Child] = []
        self.guardian: Guardian | None = None
        self.stopping = False
        self.begun = time.monotonic()
        self.told = ""
        # Started by make, it must not outlive make.
        self.parent = os.getppid() if "MAKELEVEL" in os.environ else None

    def run(self) -> int:
        """Run until somebody asks for the end; the exit status of the program."""
        self._listen()
        try:
            with the_only_run(self.var):
                self._start()
                self._watch()
            return 0
        except Stopped:
            return 0
        except FrontDoorError as error:
            print(error, file=sys.stderr, flush=True)
            return 1
        except OSError as error:
            # Anything else is a defect and shows itself whole.
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            print(f"The disk that holds {self.var} is full: make room.", file=sys.stderr)
            return 1
        finally:
            self._end()

    # Starting -------------------------------------------------------------------------------------

    def _start(self) -> None:
        # Before anything is started: what cannot work is said at once and in one line.
        check_room(self.var)
        check_port(settings.DSR_PORT)
        self._start_servers()
        self._prepare()
        self._start_web()
        self._await_first_page()
        self._start_background()
        self._tell()

    def _start_servers(self) -> None:
        missing = missing_servers(self.var, embedded_servers())
        # Before the servers: whatever happens from here on, they are stopped again.
        self.guardian = Guardian(self.var, stop=missing)
        if missing:
            first = " for the first time" if not (self.var / "postgres").exists() else ""
            self._say(f"Starting {' and '.join(missing)}{first} ...")
            start_servers(self.var, missing)

    def _prepare(self) -> None:
        """Tables, policies, static files, and the first time a demonstration."""
        self._say("Preparing database and pages ...")
        # The owner's role is for the preparation alone; web and worker never get it.
        surroundings = {**os.environ, "DSR_DATABASE_ROLE": "owner", "DSR_STATIC": "collected"}
        # Passwords of the demonstration are shown once and kept in no file with a name.
        with tempfile.TemporaryFile() as told:
            child = self._spawn(
                "preparation", ["manage.py", "prepare_trial"], surroundings, out=told
            )
            # Looked at and not waited for, so that Ctrl-C is heard meanwhile.
            while child.process.poll() is None:
                self._pause()
            # It has ended as it should; any other child that ends is a fault.
            self.children.remove(child)
            if child.process.returncode != 0:
                raise FrontDoorError(child.last_line())
            told.seek(0)
            self.told = told.read().decode()

    def _start_web(self) -> None:
        self._say("Starting web, worker and beat ...")
        self._spawn("web", ["-m", "gunicorn", "-c", "config/gunicorn.py"])

    def _start_background(self) -> None:
        """Worker and beat come after the first page: somebody is waiting for that one."""
        self._forget_schedule()
        celery = ["-m", "celery", "-A", "config.celery", "--quiet"]
        # The only worker of its broker has nobody to talk to.
        alone = [
            "--without-gossip",
            "--without-mingle",
            f"--hostname=trial-{os.getpid()}@localhost",
        ]
        calls = {
            "worker": [*celery, "worker", "--loglevel=INFO", "--concurrency=1", *alone],
            # No pid file: one that a killed beat left behind would keep the next from starting.
            "beat": [*celery, "beat", "--loglevel=INFO", "--pidfile="],
        }
        for name, arguments in calls.items():
            self._spawn(name, arguments)

    def _forget_schedule(self) -> None:
        """The notes of beat on its last round may be half-written; the sweeps need none."""
        for left in self.var.glob("celerybeat-schedule*"):
            left.unlink(missing_ok=True)

    def _spawn(
        self,
        name: str,
        arguments: Sequence[str],
        environment: dict[str, str] | None = None,
        *,
        out: IO[bytes] | None = None,
    ) -> Child:
        log = log_file(self.var, name.split()[0])
        with log.open("ab") as log_handle:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out or log_handle,
                stderr=log_handle,
                cwd=settings.BASE_DIR,
                env=environment,
                # Ctrl-C at the terminal reaches the supervisor alone, which knows the order.
                start_new_session=True,
            )
        assert self.guardian is not None
        self.guardian.watch(process.pid)
        child = Child(name, process, log, arguments)
        self.children.append(child)
        return child

    def _await_first_page(self) -> None:
        until = time.monotonic() + FIRST_PAGE_SECONDS
        status = 0
        while time.monotonic() < until:
            # A server that has ended never answers, and its log says why.
            self._end_if_one_ended()
            status = first_page_status()
            if status == http.client.OK:
                return
            self._pause(0.1)
        raise FrontDoorError(
            f"The first page does not come (last answer: {status or 'none'}): "
            f"see {self.var / 'logs' / 'web.log'}."
        )

    def _tell(self) -> None:
        base = settings.BASE_URL
        self._say("Ready.")
        lines = [
            "",
            f"  Ask as a requester     {base}/",
            f"  Work as staff          {base}/staff/",
            f"  Mail that would leave  {base}/trial/mailbox/",
            "",
            *([self.told.rstrip(), ""] if self.told.strip() else []),
            f"Logs are in {self.var / 'logs'}. Ctrl-C stops everything.",
        ]
        print("\n".join(lines), flush=True)

    # Running --------------------------------------------------------------------------------------

    def _watch(self) -> None:
        looked = time.monotonic()
        try:
            while True:
                self._pause(0.2)
                self._revive_children()
                # Seldom: each look asks both servers.
                if time.monotonic() - looked > 5:
                    self._revive_servers()
                    looked = time.monotonic()
        except Stopped:
            self._say("Stopping ...")

    def _end_if_one_ended(self) -> None:
        for child in self.children:
            if child.process.poll() is not None:
                raise FrontDoorError(child.last_line())

    def _revive_children(self) -> None:
        """Whoever was killed begins anew, as the servers do; who cannot live ends the run."""
        for child in [each for each in self.children if each.process.poll() is not None]:
            lived = time.monotonic() - child.begun
            short_lives = child.short_lives + 1 if lived < SHORT_LIFE_SECONDS else 0
            if short_lives >= SHORT_LIVES:
                raise FrontDoorError(child.last_line())
            # Its own children first: they would go on working beside the new ones.
            end_groups([child.process.pid], seconds=2)
            self._forget_schedule()
            self.children.remove(child)
            again = self._spawn(child.name, child.arguments)
            again.short_lives = short_lives
            self._say(f"The {child.name} had stopped and runs again.")

    def _revive_servers(self) -> None:
        if started := start_servers(self.var, embedded_servers()):
            self._say(f"{' and '.join(started)} had stopped and runs again.")

    def _pause(self, seconds: float = 0.05) -> None:
        time.sleep(seconds)
        if self.stopping or (self.parent is not None and os.getppid() != self.parent):
            raise Stopped

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a closed terminal is no reason to stop.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        # Noted only: an exception from here could break off anything half done.
        self.stopping = True

    def _say(self, line: str) -> None:
        print(f"[{time.monotonic() - self.begun:5.1f} s] {line}", flush=True)

    # Ending ---------------------------------------------------------------------------------------

    def _end(self) -> None:
        """End the children in one go; what does not listen, and the servers, are the guardian's."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        if self.guardian is not None:
            self.guardian.release()
