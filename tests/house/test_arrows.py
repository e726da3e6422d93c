"""Which room may import which: the table of the house, held against the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

GROUND = frozenset({"vault", "audit", "notifications", "accounts", "policies", "deadlines"})
CORE = GROUND | {"requests", "fulfilment"}
MAY_IMPORT = {
    "deadlines": frozenset(),
    "vault": frozenset(),
    "audit": frozenset({"vault"}),
    "notifications": frozenset({"vault"}),
    "policies": frozenset({"deadlines", "audit"}),
    "accounts": frozenset({"policies", "audit", "notifications", "vault"}),
    "requests": GROUND,
    "fulfilment": GROUND | {"requests"},
    "portal": CORE,
    "dashboard": CORE,
    "api": CORE,
}
ROOMS = sorted(path.name for path in (ROOT / "dsr").iterdir() if (path / "__init__.py").exists())
PURE = ("deadlines",)
FRAMEWORK = {"django", "celery", "psycopg", "config"}


def sources(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / "dsr" / room).rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside of a function, with its full name."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources(room)
        for module in imported(file)
        if module.startswith("dsr.")
        and (other := module.split(".")[1]) != room
        and other not in MAY_IMPORT[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_the_wiring(room: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources(room)
        for module in imported(file)
        if module.split(".")[0] == "config"
    ]
    assert wrong == []


@pytest.mark.parametrize("room", PURE)
def test_the_core_knows_no_framework(room: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources(room)
        for module in imported(file)
        if module.split(".")[0] in FRAMEWORK
    ]
    assert wrong == []


def test_the_table_names_every_room() -> None:
    assert set(ROOMS) <= set(MAY_IMPORT)
