"""Makes the environment in `.venv` from the hash-locked requirements. Needs Python and pip only.

    python3 config/trial/bootstrap.py trial   what `make run` needs
    python3 config/trial/bootstrap.py dev     what `make test` needs: the same and test tools

Run again it looks at a stamp and ends within milliseconds. The stamp is written last, so an
environment that was interrupted is finished, or made anew, the next time.
"""

# Old versions of Python must get as far as the line that says which version is needed:
# no syntax here that is newer than Python 3.7. Run as a script, it has this folder first on its
# path: no module beside it may be called like one of the standard library.
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
# Also tells `manage.py` that this environment is for trying the program out: config/commands.py.
STAMP = ENVIRONMENT / "dsr-trial"
SETS = ("trial", "dev")


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted not in SETS:
        fail(f"Say which environment: {' or '.join(SETS)}.")
    if sys.version_info < OLDEST:
        use_newer_python()
    if is_made(wanted):
        return
    with open_lock():
        if not is_made(wanted):
            make(wanted)


def fail(line: str) -> NoReturn:
    sys.exit(line)


def use_newer_python() -> NoReturn:
    """Go on with a newer Python of this machine, or say that one is needed."""
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # A name on PATH may be a shim for a version that is not there.
        if found and quiet([found, "-c", ""]):
            os.execv(found, [found, *sys.argv])  # noqa: S606
    fail(
        f"This is Python {sys.version.split()[0]}, and 3.11 or newer is needed: install it, "
        "or name one, as in `make run PYTHON=/path/to/python3.12`."
    )


# Stamp --------------------------------------------------------------------------------------------


def lock_file(wanted: str) -> Path:
    return ROOT / f"requirements-{wanted}.txt"


def stamp_of(wanted: str) -> dict[str, str]:
    """What the environment holds: which set, by which lock, for which Python."""
    return {
        "set": wanted,
        "lock": hashlib.sha256(lock_file(wanted).read_bytes()).hexdigest(),
        "python": sys.version.split()[0],
        # A moved checkout has programs that begin with a path which is no longer there.
        "place": str(ENVIRONMENT),
    }


def is_made(wanted: str) -> bool:
    """Whether the set is there. The tools of the tests include what a trial needs."""
    found = read_stamp()
    enough = SETS[SETS.index(wanted) :]
    return any(found == stamp_of(each) for each in enough) and python_of_environment().exists()


def read_stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    # A stamp that was cut short by a full disk is none.
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def python_of_environment() -> Path:
    return ENVIRONMENT / "bin" / "python"


class open_lock:  # noqa: N801 - used like a function
    """Two commands at once make one environment: the second waits."""

    def __enter__(self) -> None:
        try:
            # The folder itself is locked: no file is left, and the system frees what we hold.
            self.handle = os.open(ROOT, os.O_RDONLY)
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is making the environment: waiting for it.")
            fcntl.flock(self.handle, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> None:
        os.close(self.handle)


# Making -------------------------------------------------------------------------------------------


def make(wanted: str) -> None:
    begun = time.monotonic()
    before = read_stamp()
    try:
        # The stamp goes first: from here on the environment is unfinished.
        if STAMP.exists():
            STAMP.unlink()
        installer = prepare(before)
        install(installer, wanted)
        STAMP.write_text(json.dumps(stamp_of(wanted)), encoding="utf-8")
    except PermissionError as error:
        fail(f"{error.filename} belongs to another user: run as that user, or remove .venv.")
    except OSError as error:
        fail(f"The environment could not be made in {ENVIRONMENT}: {error.strerror or error}.")
    say(f"Environment ready after {time.monotonic() - begun:.0f} s.")


def prepare(before: dict[str, str]) -> list[str]:
    """An environment with this Python, and the words that begin a call of its pip."""
    works = python_works() and before.get("place", str(ENVIRONMENT)) == str(ENVIRONMENT)
    if not works:
        if ENVIRONMENT.exists():
            say("The environment in .venv is incomplete or for another Python: making it anew.")
        else:
            say("Making the environment in .venv ...")
        create()
    own = [str(python_of_environment()), "-m", "pip"]
    return own if quiet([*own, "--version"]) else foreign_pip()


def python_works() -> bool:
    code = f"import sys; sys.exit(sys.version.split()[0] != {sys.version.split()[0]!r})"
    return python_of_environment().exists() and quiet([str(python_of_environment()), "-c", code])


def create() -> None:
    # Cleared: half of an old environment is worse than none.
    normal = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    if quiet(normal):
        return
    # Debian without the package python3-venv cannot put pip into an environment, but its own pip
    # can install into one.
    if not quiet([*normal, "--without-pip"]):
        # Once more, to hear the reason that the quiet call swallowed.
        made = subprocess.run(
            [*normal, "--without-pip"], capture_output=True, text=True, check=False
        )
        explain(made.stdout + made.stderr, "The environment could not be made")


def foreign_pip() -> list[str]:
    outer = [sys.executable, "-m", "pip", "--python", str(python_of_environment())]
    if not quiet([sys.executable, "-m", "pip", "--version"]):
        fail(
            f"{sys.executable} has no pip: install it (Debian: apt-get install python3-pip), "
            "then start again."
        )
    if not quiet([*outer, "--version"]):
        fail("The pip of this Python is older than 22.3: install python3-venv, then start again.")
    return outer


def install(installer: list[str], wanted: str) -> None:
    lock = lock_file(wanted)
    total = sum(line[:1].isalnum() for line in lock.read_text(encoding="utf-8").splitlines())
    say(f"Installing up to {total} packages from {lock.name}, each checked by its hash ...")
    command = [
        *installer,
        # Wheels only: a source would run code of its own here and might need a compiler.
        *("install", "--require-hashes", "--only-binary", ":all:", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "off", "--no-color"),
        *("--no-warn-script-location", "--root-user-action", "ignore", "-r", str(lock)),
    ]
    # Settings of the person that make sense outside of an environment only.
    surroundings = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    surroundings.pop("PYTHONPATH", None)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings
    )
    assert process.stdout is not None
    # Read to the end before waiting: pip would stop at a full pipe.
    output = [follow(line) for line in process.stdout]
    if process.wait() != 0:
        explain("".join(output), "The packages could not be installed")


def follow(line: str) -> str:
    """Show that something is going on, without showing everything."""
    words = line.split()
    if line.startswith("Collecting ") and len(words) > 1:
        step(words[1].split("==")[0])
    elif line.startswith("Installing collected packages"):
        say("\nUnpacking ...")
    return line


def step(name: str) -> None:
    # In a log the same line written over itself is a mess.
    if sys.stdout.isatty():
        print(f"\r  {name:<40}", end="", flush=True)
    else:
        print(".", end="", flush=True)


# Reasons ------------------------------------------------------------------------------------------

REASONS = (
    (("No space left on device",), "the disk is full: make room, then start again."),
    (
        ("DO NOT MATCH THE HASHES",),
        "a package differs from the one that was locked: nothing was installed. "
        "Check the package index in use.",
    ),
    (
        (
            *("Temporary failure in name resolution", "Network is unreachable", "Max retries"),
            *("NewConnectionError", "ReadTimeoutError", "Could not find a version", "ProxyError"),
        ),
        "the package index cannot be reached or lacks one of them: check the network "
        "(and PIP_INDEX_URL), then start again.",
    ),
)


def explain(output: str, what: str) -> NoReturn:
    """The reason in one line, with what to do."""
    for marks, reason in REASONS:
        if any(mark in output for mark in marks):
            fail(f"\n{what}: {reason}")
    told = [line for line in output.splitlines() if line.startswith("ERROR")] or output.split("\n")
    last = next((line for line in reversed(told) if line.strip()), "no reason given")
    fail(f"\n{what}: {last.strip()} - remove .venv and start again.")


def quiet(command: list[str]) -> bool:
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: start again to go on.")
