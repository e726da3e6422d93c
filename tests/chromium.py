"""Which browser the walks use. They are left out, loudly, where there is none.

python -m tests.chromium     looks for one; root on Debian gets one installed
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# No sandbox: root may not have one. No visits home: a test run talks to nobody.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
ADVICE = "Install Chromium to run them (Debian, as root: apt-get install chromium)."


def path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> None:
    if path() is None and os.getuid() == 0 and shutil.which("apt-get"):
        print("No Chromium here: installing it for the walks in a browser ...", flush=True)
        _install()
    if path() is None:
        print(f"NO BROWSER: the walks in a browser will not run. {ADVICE}", flush=True)


def _install() -> None:
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", "-qq", *command], **quiet)  # type: ignore[call-overload]
        if done.returncode != 0:
            print(f"apt-get {command[0]} ended with status {done.returncode}.", file=sys.stderr)


if __name__ == "__main__":
    main()
