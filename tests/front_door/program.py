"""Runs the program as a person would: other processes, a folder of their own, nothing inherited."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def surroundings(var: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DSR_MODE": "trial", "DSR_VAR": str(var), **more}


def manage(var: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=surroundings(var, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(var: Path) -> dict[int, str]:
    """Every living process that was started for this folder."""
    mark = f"DSR_VAR={var}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command:
                    found[int(folder.name)] = command
        except OSError:
            continue
    return found


def gone(var: Path, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while processes_of(var):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


class Run:
    """One `manage.py run` with what it printed."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.port = port
        self.printed = var.with_name(f"{var.name}.printed")
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=surroundings(var, DSR_PORT=str(port)),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    @property
    def text(self) -> str:
        return self.printed.read_text(encoding="utf-8")

    def wait_for(self, words: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < until, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def running(var: Path, port: int | None = None) -> Iterator[Run]:
    run = Run(var, port or free_port())
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)
