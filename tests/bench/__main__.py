"""Measures everything and prints one table; ends with 1 where something is over its limit.

``python -m tests.bench quick`` measures what is looked at most, in under three minutes where a
filled site is kept from before (``_filled``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench._site import FIGURES, QUICK

QUICKLY = ("bench_deadlines", "bench_lists", "bench_submission")


def main(quick: bool) -> int:
    folder = Path(__file__).parent
    scripts = sorted(each.stem for each in folder.glob("bench_*.py"))
    failed = []
    with tempfile.TemporaryDirectory() as made:
        figures = Path(made) / "figures"
        figures.touch()
        environment = os.environ | {FIGURES: str(figures)} | ({QUICK: "1"} if quick else {})
        for script in QUICKLY if quick else scripts:
            print(f"{script} ...", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", f"tests.bench.{script}"]
            done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
            failed += [script] if done.returncode else []
        lines = figures.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    print(table(rows))
    for script in failed:
        print(f"{script} broke off")
    over = [row for row in rows if row["kept"] is False]
    print(
        f"{len(over)} over their limit of {sum(bool(row['limit']) for row in rows)} that have one"
    )
    return 1 if over or failed else 0


def table(rows: list[dict[str, Any]]) -> str:
    """What was measured, the figure, its limit, and whether it is within it."""
    words = {None: "", True: "ok", False: "OVER"}
    head = ("what", "figure", "limit", "")
    lines = [
        head,
        *((row["what"], row["figure"], row["limit"], words[row["kept"]]) for row in rows),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    return "\n".join(
        "  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


if __name__ == "__main__":
    sys.exit(main("quick" in sys.argv[1:]))
