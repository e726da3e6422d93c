"""Writes the hash-locked requirements from the `.in` files: `make lock`.

The locks hold for every platform and every Python from 3.11.0 on, name no package index, and begin
with the reasons for the direct dependencies.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In this order: each set is held to the versions of the one before.
NAMES = ("requirements", "requirements-trial", "requirements-dev")


def main() -> None:
    for name in NAMES:
        _compile(name)
        _add_reasons(name)
        print(f"{name}.txt")


def _compile(name: str) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", f"{name}.in", "-o", f"{name}.txt"]
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
    subprocess.run([*command, *options, "--no-header", *sys.argv[1:]], cwd=ROOT, check=True)


def _add_reasons(name: str) -> None:
    source = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    reasons = [f"# {line}".replace("# #", "#").rstrip() for line in source if line[:1] != "-"]
    lock = ROOT / f"{name}.txt"
    header = ["# Written by `make lock`; the reasons are those of " + f"{name}.in.", "#", *reasons]
    lock.write_text("\n".join(header) + "\n\n" + lock.read_text(encoding="utf-8"), "utf-8")


if __name__ == "__main__":
    main()
