"""The environment is made by a Python that has nothing yet, perhaps by an old one."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.front_door.program import ROOT

SCRIPT = ROOT / "config" / "trial" / "bootstrap.py"


def test_an_old_python_can_read_it_to_the_line_that_says_which_is_needed() -> None:
    """The oldest that `python3` may still mean on somebody's machine."""
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("how", ["script", "module"])
def test_it_runs_before_any_package_is_there(how: str, tmp_path: Path) -> None:
    called = [str(SCRIPT)] if how == "script" else ["-m", "config.trial.bootstrap"]
    # Without `site` there are no packages but those of Python itself.
    ended = subprocess.run(
        [sys.executable, "-S", "-E", "-X", "importtime", *called, "nonsense"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    said = ended.stderr.splitlines()
    assert (ended.returncode, said[-1]) == (1, "Say which environment: trial or dev.")
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in said if "|" in line}
    assert loaded.isdisjoint({"django", "dsr", "psycopg", "celery"})


def test_no_module_beside_it_hides_one_of_pythons_own() -> None:
    """A script's own folder comes first: `import mailbox` would find the trial's."""
    beside = {path.stem for path in SCRIPT.parent.iterdir()}
    assert beside.isdisjoint(sys.stdlib_module_names)
