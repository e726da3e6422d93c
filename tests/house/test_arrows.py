"""Which room may import which: the table of the house, held against the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

GROUND = frozenset({"days", "vault", "audit", "notifications", "accounts", "policies", "deadlines"})
CORE = GROUND | {"requests", "fulfilment"}
MAY_IMPORT = {
    "deadlines": frozenset(),
    "days": frozenset(),
    "vault": frozenset(),
    "audit": frozenset({"days", "vault"}),
    "notifications": frozenset({"days", "vault"}),
    "policies": frozenset({"days", "deadlines", "audit", "vault"}),
    "accounts": frozenset({"days", "policies", "audit", "notifications", "vault"}),
    "requests": GROUND,
    "fulfilment": GROUND | {"requests"},
    "portal": CORE,
    "dashboard": CORE,
    "api": CORE,
}
ROOMS = sorted(path.name for path in (ROOT / "dsr").iterdir() if (path / "__init__.py").exists())
PURE = ("deadlines",)
FRAMEWORK = {"django", "celery", "psycopg", "config"}
# Where the program learns that there may be a trial, and nowhere else.
DOORS_OF_THE_TRIAL = {"config/settings.py", "config/urls.py", "config/commands.py"}
WORDS_OF_THE_TRIAL = re.compile(r"DSR_(TRIAL|MODE)|config\.trial|demonstration|\w_trial\b|\btrial_")


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


def test_the_house_is_one_by_itself() -> None:
    """Not a room and not what lies between them reaches for the wiring, and none knows a trial."""
    wrong = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "dsr").rglob("*.py"))
        if any(module.split(".")[0] == "config" for module in imported(file))
        or WORDS_OF_THE_TRIAL.search(file.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_only_named_doors_lead_into_the_wing_of_the_trial() -> None:
    outside = [
        file
        for folder in ("config", "dsr")
        for file in (ROOT / folder).rglob("*.py")
        if ROOT / "config" / "trial" not in file.parents
    ]
    doors = {str(file.relative_to(ROOT)) for file in outside if _names_the_wing(file)}
    assert doors == DOORS_OF_THE_TRIAL


def _names_the_wing(file: Path) -> bool:
    """By an import, or by a text that Django imports."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return any(
        re.fullmatch(r"config\.trial(\.[\w.]+)?", name) for name in (*texts, *imported(file))
    )


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
