"""`make audit`: reads the licences of what is installed, which needs no network, and asks the
advisories of PyPI about every package of the locks, by pip-audit.

Exit status 0: nothing known. 1: something known, one line each. 2: nobody could be asked about
flaws, which is no good news and says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from config import licences

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
TOOL = "pip-audit==2.9.0"
# The locks name every package with its hash, so nothing has to be resolved or installed.
OPTIONS = ("--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off")
NOBODY = (
    "The dependencies could not be audited: {why}\n"
    "This says nothing about them: run `make audit` where the advisories of PyPI can be reached."
)
SECONDS = 300


def main() -> int:
    statuses = (read_licences(), ask_advisories())
    # What is known comes before what could not be asked.
    return 1 if 1 in statuses else max(statuses)


def read_licences() -> int:
    """Print what may and may not be used; the exit status."""
    found = licences.reports(ROOT)
    for each in found:
        print("\n".join(each.lines()), flush=True)
    return int(any(each.refused for each in found))


def ask_advisories() -> int:
    command = [sys.executable, "-m", "uv", "tool", "run", "--from", TOOL, "pip-audit", *OPTIONS]
    locks = [f"--requirement={lock}" for lock in LOCKS]
    try:
        asked = subprocess.run(
            [*command, *locks],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _nobody(f"no answer within {SECONDS} seconds.")
    try:
        told = json.loads(asked.stdout)
    except ValueError:
        return _nobody(_last_line(asked.stderr))
    return report(told)


def report(told: dict[str, Any]) -> int:
    """Print what pip-audit found; the exit status."""
    packages = told["dependencies"]
    skipped = [package for package in packages if "skip_reason" in package]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}"
        f" (repaired in {', '.join(flaw['fix_versions']) or 'no version yet'})"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if found:
        print("\n".join(found))
        return 1
    if skipped:
        return _nobody(f"the service knows nothing of {len(skipped)} of {len(packages)} packages.")
    print(f"Nothing known against {len(packages)} packages.")
    return 0


def _nobody(why: str) -> int:
    print(NOBODY.format(why=why), file=sys.stderr)
    return 2


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pip-audit said nothing."


if __name__ == "__main__":
    sys.exit(main())
