"""A PostgreSQL cluster with all tables in it, made once per state of the tables and then copied.

To run the migrations takes longer than most rooms' tests; every process of a run needs their
outcome, and so does every site that the tests start.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg

from config.trial.embedded import postgres, programs, system
from config.trial.guardian import Guardian

ROOT = Path(__file__).resolve().parent.parent
# `make clean` removes it with everything else in var/.
KEPT = ROOT / "var" / "prepared-clusters"
# Of these files the tables are made: when one of them changes, the old cluster is of no use.
MADE_OF = (
    *("dsr/*/migrations/*.py", "dsr/*/models.py", "dsr/*/models/*.py", "dsr/vault/fields.py"),
    *("config/migrations/*.py", "config/trial/embedded/*.py", "config/settings.py"),
    *("requirements*.txt", "tests/prepared_cluster.py"),
)
# Nothing of a test run is worth waiting for a disk.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}
# The database that pytest-django makes, and keeps when it is there already.
TESTED = f"test_{postgres.DATABASE}"


def copy_to(cluster: postgres.Cluster) -> None:
    """Put the prepared cluster where `cluster` expects its data; it is not started."""
    runner = programs.runner_for(cluster.data)
    ready = KEPT / fingerprint()
    # Under the lock also while it is copied: who finds it out of date removes it.
    with system.only_one(KEPT):
        if not ready.exists():
            _make(ready)
        shutil.copytree(ready, cluster.data)
    if runner.user is not None:
        _give(cluster.data, runner.user)


def fingerprint(*more: str) -> str:
    """Another one whenever a file changes that the tables are made of, or one of these patterns."""
    seen = hashlib.sha256(f"{programs.programs()} {sys.version}".encode())
    for pattern in (*MADE_OF, *more):
        for file in sorted(ROOT.glob(pattern)):
            seen.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return seen.hexdigest()[:20]


def _make(ready: Path) -> None:
    """It gets its name when it is whole: one that was interrupted is never taken for ready."""
    for old in KEPT.glob("*/"):
        shutil.rmtree(old)
    var = Path(tempfile.mkdtemp(prefix="dsr-test-", dir=system.SHORT_FOLDER))
    var.chmod(0o711)
    guardian = Guardian(var, stop=("PostgreSQL",), remove=True)
    try:
        cluster = replace(postgres.cluster_in(var), options=FAST)
        postgres.start(cluster)
        _fill(cluster, var)
        postgres.stop(cluster)
        unfinished = ready.with_name("unfinished")
        shutil.copytree(cluster.data, unfinished)
        unfinished.rename(ready)
    finally:
        guardian.release()


def _fill(cluster: postgres.Cluster, var: Path) -> None:
    owner = cluster.url(postgres.OWNER_ROLE)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DSR_MODE": "trial",
            "DSR_VAR": str(var),
            "DATABASE_URL": owner,
            "DATABASE_OWNER_URL": owner,
            "REDIS_URL": "redis://127.0.0.1:1",
        },
        check=True,
    )
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as outside:
        outside.execute(
            f"CREATE DATABASE {TESTED} TEMPLATE {postgres.DATABASE} OWNER {postgres.OWNER_ROLE}"
        )


def _give(folder: Path, user: int) -> None:
    os.chown(folder, user, -1)
    for each in folder.rglob("*"):
        os.chown(each, user, -1)
