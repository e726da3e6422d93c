"""Where the embedded servers keep their sockets, and how only one command starts them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import stat
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
