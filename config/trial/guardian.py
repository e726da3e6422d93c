"""Cleans up after a program that could not do it itself, because it was killed.

The guardian waits for the end of its standard input, a pipe that only its parent holds open:
however the parent ends, SIGKILL included, the pipe closes. The parent writes down the process
groups that it starts, one number per line. Works the same on Linux and macOS.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

from config.trial.embedded import stop_servers, system

GRACE_SECONDS = 10.0


class Guardian:
    """The parent's end of the pipe."""

    def __init__(self, var: Path, *, stop: Collection[str] = (), remove: bool = False) -> None:
        flags = [*(f"--stop={name}" for name in stop), *(["--remove"] if remove else [])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "config.trial.guardian", str(var), *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # A signal to the parent's whole group must not reach the one who cleans up after it.
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )

    def watch(self, group: int) -> None:
        """Remember a process group that must not outlive the parent."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{group}\n".encode())
        # At once: a parent that is killed a moment later can tell nothing more.
        self._process.stdin.flush()

    def release(self) -> None:
        """Let the guardian clean up now, and wait until it has."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            # Closing is the message, the same one that a killed parent sends.
            self._process.stdin.close()
        self._process.wait()


def end_groups(groups: list[int], seconds: float = GRACE_SECONDS) -> None:
    """Ask process groups to end, and end those that do not."""
    _signal_all(groups, signal.SIGTERM)
    until = time.monotonic() + seconds
    while any(_lives(group) for group in groups) and time.monotonic() < until:
        time.sleep(0.05)
    _signal_all(groups, signal.SIGKILL)


def _signal_all(groups: list[int], number: signal.Signals) -> None:
    for group in groups:
        try:
            os.killpg(group, number)
        # Gone already, or its number belongs to somebody else by now, who is left alone.
        except (ProcessLookupError, PermissionError):
            continue


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("var", type=Path)
    arguments.add_argument("--stop", action="append", default=[])
    arguments.add_argument("--remove", action="store_true")
    options = arguments.parse_args()
    # It ends with the pipe and with nothing else, or the servers would be left running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = [int(line) for line in sys.stdin]
    end_groups(groups)
    # After the groups: children that still write must not lose their servers first.
    if options.stop:
        stop_servers(options.var, options.stop)
    if options.remove:
        shutil.rmtree(system.socket_folder(options.var), ignore_errors=True)
        shutil.rmtree(options.var, ignore_errors=True)


if __name__ == "__main__":
    main()
