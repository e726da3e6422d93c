"""YAML read strictly into pydantic models: every error of a file at once, each at its line.

pydantic says what is wrong and where in the value. Here the places get their lines, and each
kind of error the sentence that a person reads who wrote the file.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dsr.policies.field_types import SENTENCES, Place, Strict

Shape = TypeVar("Shape", bound=Strict)

_MAP, _SEQ, _TEXT, _INT, _BOOL, _NULL = (
    f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "bool", "null")
)
# The only words that are more than text: NO is Norway, and 2026-01-02, 1.5 and 010 stay as written.
_WORDS = {
    _INT: (re.compile(r"[-+]?(?:0|[1-9]\d{0,11})\Z"), "-+0123456789"),
    _BOOL: (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF"),
    _NULL: (re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]),
}
_BY_FIRST = {first: [(tag, word)] for tag, (word, firsts) in _WORDS.items() for first in firsts}
# The one in C where the package has it: eight times as fast, the same nodes.
_LOADER = type(
    "_Loader",
    (getattr(yaml, "CSafeLoader", yaml.SafeLoader),),
    {"yaml_implicit_resolvers": _BY_FIRST},
)
# Far beyond any real file, and far below what fills the memory of a process.
_DEEPEST, _MOST = 30, 200_000


class Problem(NamedTuple):
    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class CatalogueError(Exception):
    """What is wrong with a file: `path:line: reason`, one line of text for each problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        # In the order of the file, and one below the other: so they are worked through.
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Document:
    """A file as plain values. `lines` has the line of each value, `key_lines` of its key."""

    path: Path
    value: Any
    lines: dict[Place, int]
    key_lines: dict[Place, int]
    problems: list[Problem] = field(default_factory=list)

    def fail(self, place: Place, reason: str) -> NoReturn:
        # What only the database can know is told like every other error, at its line.
        raise CatalogueError([Problem(self.path, self.lines[place], reason)])

    def read_as(self, shape: type[Shape], context: Any = None) -> Shape:
        """The file as a model; validators find `context` in their info. Errors: CatalogueError."""
        # What is wrong as YAML is told together with what is wrong with the values.
        problems = list(self.problems)
        try:
            # As JSON: there, a list may become a tuple or a set although nothing else is turned.
            read = shape.model_validate_json(json.dumps(self.value), context=context)
        except ValidationError as errors:
            found = errors.errors(include_url=False, include_input=False)
            problems += [self._problem(error) for error in _mistyped_once(found)]
        if problems:
            raise CatalogueError(problems)
        return read

    def _problem(self, error: ErrorDetails) -> Problem:
        *above, key = error["loc"] or ("",)
        about_key = error["type"] in ("missing", "extra_forbidden")
        # A missing key has no line of its own, so the entry in which it is missing is named.
        place = self._known(above if about_key else error["loc"])
        line = self.key_lines.get((*place, key)) if about_key else None
        words: dict[str, Any] = {"key": key, "name": _name(place), "meant": ""}
        words |= error.get("ctx", {})
        words["line"] = self.lines.get(words.get("earlier", ()))
        # A kind without a sentence of ours still says something, in pydantic's words.
        sentence = SENTENCES.get(error["type"], "{name}: {error}")
        sentence = sentence.format(**{"error": error["msg"], **words})
        return Problem(self.path, line or self.lines[place], sentence)

    def _known(self, steps: Iterable[str | int]) -> Place:
        """pydantic's path has steps that are not in the file: a missing key, a kind of value."""
        place: Place = ()
        for step in steps:
            if (*place, step) in self.lines:
                place = (*place, step)
        return place


def _mistyped_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """A mistyped key is unknown, and the one that was meant is missing: said once, as one error."""
    missing = {error["loc"]: error for error in errors if error["type"] == "missing"}
    for error in errors:
        if error["type"] != "extra_forbidden":
            continue
        *above, key = error["loc"]
        # Only keys of the same entry can have been meant.
        beside = [str(loc[-1]) for loc in missing if loc[:-1] == tuple(above)]
        if meant := get_close_matches(str(key), beside, n=1):
            del missing[*above, meant[0]]
            error["ctx"] = {"meant": f": is “{meant[0]}” meant?"}
    return [e for e in errors if e["type"] != "missing" or e["loc"] in missing]


def _name(place: Place) -> str:
    """What people call a place: its key, or that of the list in which it stands."""
    return next((step for step in reversed(place) if isinstance(step, str)), "the file")


def read(path: Path) -> Document:
    """A YAML file. Errors: CatalogueError for what is not YAML or not there."""
    try:
        # Composed and not loaded: nodes keep their lines, and no tag ever makes an object.
        root = yaml.compose(path.read_bytes(), Loader=_LOADER)
    except OSError as error:
        raise _unreadable(path, 1, f"cannot be read ({error.strerror})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(path, line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise _unreadable(path, 1, f"not YAML: {error}") from error
    if root is None:
        raise _unreadable(path, 1, "the file is empty")
    walk = _Walk(path)
    return Document(path, walk.value(root, ()), walk.lines, walk.key_lines, walk.problems)


def _unreadable(path: Path, line: int, reason: str) -> CatalogueError:
    return CatalogueError([Problem(path, line, reason)])


class _Walk:
    """From YAML's nodes to values, with the line of each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.key_lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines[place] = _line(node)
        # An alias repeats what it names: a few of them inside each other fill any memory.
        if len(place) > _DEEPEST or len(self.lines) > _MOST:
            raise _unreadable(self.path, _line(node), "more, or deeper, than a file can say")
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            return [self.value(item, (*place, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and _is_plain(node):
            return _value(node)
        # Noted and gone on: the rest of the file may have errors of its own.
        self._say(node, f"{_name(place)}: the kind “{node.tag}” is not read here")
        return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag != _TEXT:
                self._say(key_node, f"{_name(place)}: a key is text (put it in quotation marks)")
            # YAML lets the last one win, and a clause would vanish without a word.
            elif key in found:
                self._say(key_node, f"“{key}” is given twice in {_name(place)}")
            else:
                self.key_lines[*place, key] = _line(key_node)
                found[key] = self.value(value_node, (*place, key))
        return found

    def _say(self, node: yaml.Node, reason: str) -> None:
        self.problems.append(Problem(self.path, _line(node), reason))


def _is_plain(node: yaml.ScalarNode) -> bool:
    # `!!int soon` has the kind of a number, and is none.
    return node.tag == _TEXT or (
        node.tag in _WORDS and _WORDS[node.tag][0].match(node.value) is not None
    )


def _value(node: yaml.ScalarNode) -> str | int | bool | None:
    text = str(node.value)
    if node.tag == _INT:
        return int(text)
    if node.tag == _BOOL:
        return text.lower() == "true"
    return None if node.tag == _NULL else text


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1
