"""Small questions about processes that the standard library does not answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def read_pid(file: Path) -> int | None:
    """The process number in the first line of a pid file, or None where there is none."""
    try:
        return int(file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, PermissionError, IndexError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """Whether the process runs. A dead one that nobody has collected yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # In a container whose first process collects nobody, the dead stay visible for ever.
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    if sys.platform != "linux":
        return ""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def command_of(pid: int) -> str:
    """The command line of a process, or nothing when it cannot be read."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        shown = subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip()
    except (OSError, UnicodeDecodeError):
        return ""


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended; False when it still runs after that time."""
    until = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def end(pid: int, politely: signal.Signals, seconds: float) -> None:
    """End a process: the polite signal first, SIGKILL when it does not listen."""
    try:
        os.kill(pid, politely)
        if not wait_gone(pid, seconds):
            os.kill(pid, signal.SIGKILL)
            wait_gone(pid, 5)
    except ProcessLookupError:
        pass
