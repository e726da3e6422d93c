"""YAML in which every value knows its line, read strictly.

Nothing is guessed: a key nobody knows, a number where text belongs or a value given twice
stops the loading with file, line and reason.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from dsr.policies.periods import TEN_YEARS

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# The one in C where the package has it: eight times as fast, the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


class CatalogueError(Exception):
    """What is wrong with a catalogue file: `path:line: reason`."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True)
class Value:
    """A node of the file, with the questions that the loader asks of it."""

    path: Path
    node: yaml.Node
    name: str = "the file"

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def fail(self, reason: str) -> NoReturn:
        raise CatalogueError(self.path, self.line, reason)

    def mapping(self, required: Collection[str], optional: Collection[str]) -> dict[str, "Value"]:
        """Key to value. A missing, unknown or repeated key is an error."""
        found = self.any_mapping()
        for key, value in found.items():
            if key not in required and key not in optional:
                value._at_key(self).fail(f"unknown key “{key}” in {self.name}")
        for key in required:
            if key not in found:
                self.fail(f"{self.name}: “{key}” is missing")
        return found

    def any_mapping(self) -> dict[str, "Value"]:
        if not isinstance(self.node, yaml.MappingNode):
            self.fail(f"{self.name}: keys and values expected")
        found: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            key = Value(self.path, key_node, "a key").text()
            if key in found:
                Value(self.path, key_node).fail(f"“{key}” is given twice in {self.name}")
            found[key] = Value(self.path, value_node, key)
        return found

    def items(self) -> list["Value"]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail(f"{self.name}: a list expected")
        return [Value(self.path, node, self.name) for node in self.node.value]

    def text(self, longest: int = 10_000) -> str:
        value = self._scalar("str", "text")
        if not value.strip():
            self.fail(f"{self.name}: is empty")
        if len(value) > longest:
            self.fail(f"{self.name}: longer than {longest} characters")
        return value

    def slug(self) -> str:
        value = self.text(50)
        if not SLUG.fullmatch(value):
            self.fail(f"{self.name}: “{value}” is not made of a-z, 0-9 and single hyphens")
        return value

    def email(self) -> str:
        value = self.text(254)
        try:
            validate_email(value)
        except ValidationError:
            self.fail(f"{self.name}: “{value}” is not an e-mail address")
        return value

    def url(self) -> str:
        value = self.text(500)
        if not re.fullmatch(r"https?://[^\s\"<>]+", value):
            self.fail(f"{self.name}: “{value}” is not an address that begins with http")
        return value

    def one_of(self, allowed: Collection[str]) -> str:
        value = self.text(200)
        if value not in allowed:
            self.fail(f"unknown {self.name} “{value}” (known: {', '.join(sorted(allowed))})")
        return value

    def several_of(self, allowed: Collection[str]) -> list[str]:
        found: list[str] = []
        for item in self.items():
            value = item.one_of(allowed)
            if value in found:
                item.fail(f"{self.name}: “{value}” is given twice")
            found.append(value)
        return found

    def boolean(self) -> bool:
        return self._scalar("bool", "true or false").lower() in ("true", "yes", "on")

    def integer(self) -> int:
        value = self._scalar("int", "a whole number")
        if not re.fullmatch(r"[-+]?\d{1,12}", value):
            self.fail(f"{self.name}: “{value}” is not a plain whole number")
        return int(value)

    def day(self) -> date | None:
        """A date as YYYY-MM-DD, or null."""
        if self.is_null():
            return None
        value = str(self.node.value)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{self.name}: “{value}” is not a day (YYYY-MM-DD)")

    def period(self) -> tuple[int, str] | None:
        """Amount and unit; `none` where the text states none."""
        if isinstance(self.node, yaml.ScalarNode):
            self.one_of(["none"])
            return None
        keys = self.mapping(["amount", "unit"], [])
        amount, unit = keys["amount"].integer(), keys["unit"].one_of(TEN_YEARS)
        if not 1 <= amount <= TEN_YEARS[unit]:
            self.fail(f"{self.name}: {amount} {unit} is no sensible period (1 to ten years)")
        return amount, unit

    def plain(self) -> Any:
        """Plain lists, dicts, texts, numbers and booleans; a day stays the text it is."""
        if isinstance(self.node, yaml.MappingNode):
            return {key: value.plain() for key, value in self.any_mapping().items()}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.plain() for item in self.items()]
        if self.node.tag == f"{_TAG}int":
            return self.integer()
        if self.node.tag == f"{_TAG}bool":
            return self.boolean()
        return None if self.is_null() else str(self.node.value)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def is_null(self) -> bool:
        return self.node.tag == f"{_TAG}null"

    def _scalar(self, tag: str, expected: str) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _TAG + tag:
            self.fail(f"{self.name}: {expected} expected")
        return str(self.node.value)

    def _at_key(self, mapping: "Value") -> "Value":
        for key_node, value_node in mapping.node.value:
            if value_node is self.node and key_node.value == self.name:
                return Value(self.path, key_node)
        return self


def read(path: Path) -> Value:
    """The root of a YAML file. Errors: CatalogueError for what is not YAML or not there."""
    try:
        root = yaml.compose(path.read_bytes(), Loader=_LOADER)
    except OSError as error:
        raise CatalogueError(path, 1, f"cannot be read ({error.strerror})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError(path, line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise CatalogueError(path, 1, f"not YAML: {error}") from error
    if root is None:
        raise CatalogueError(path, 1, "the file is empty")
    return Value(path, root)
