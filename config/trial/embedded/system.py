"""What both servers ask of the system: a private place for sockets, one starter at a time, and the
questions about processes that the standard library does not answer.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.problems import FrontDoorError

# Not the system's own temporary folder: it differs between log-in, cron and sudo, and two
# commands of one checkout must meet at the same socket.
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - what is made in it is private


def socket_folder(var: Path) -> Path:
    """A short path for the sockets of `var`: the system allows about 100 bytes for one."""
    mark = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:10]
    return SHORT_FOLDER / f"dsr-{os.getuid()}-{mark}"


def make_private(folder: Path, owner: int | None = None) -> None:
    """Make `folder` readable by its owner only, and refuse one that somebody else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not `stat`: in a folder that is everybody's somebody may have put a link.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in _ours():
        raise FrontDoorError(f"{folder} belongs to somebody else: remove it and start again.")
    if owner is not None and found.st_uid != owner:
        os.chown(folder, owner, -1)
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _ours() -> set[int]:
    """Whose folders may be used: our own, and root also those of the server it runs as `nobody`."""
    if os.getuid() != 0:
        return {os.getuid()}
    return {0} | {user.pw_uid for user in pwd.getpwall() if user.pw_name == "nobody"}


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock under which embedded servers of `var` are started and stopped."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        # A server that inherited the handle would hold the lock as long as it runs.
        handle = os.open(var / "servers.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise FrontDoorError(
            f"{var} belongs to another user: run as that user, or remove the folder."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# Processes ----------------------------------------------------------------------------------------


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
        # A program's name may hold blanks and brackets: the last bracket ends it.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        # Gone between the two questions.
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
