"""Reading catalogue files into plain values. Nothing here touches the database."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dsr.policies.catalogue.laws import Law
from dsr.policies.catalogue.rights import Row
from dsr.policies.catalogue.shapes import Around, CalendarFile, CalendarShape, PolicyFile
from dsr.policies.strict_yaml import CatalogueError, Document, Problem, read

HOME = Path(__file__).parent
LAWS = HOME / "laws"
CALENDARS = HOME / "calendars.yaml"


@dataclass(frozen=True)
class PolicyDocument:
    """A policy file that is sound in itself. `source` has its lines, for what the database says."""

    source: Document
    file_sha256: str
    said: PolicyFile
    rights: list[Row]
    information: list[Row]


def policy_files(path: Path) -> list[Path]:
    """A file, a folder of one policy, or a folder of such folders."""
    if path.is_file():
        return [path]
    # `policy*`: a folder holds a file for each version of its text.
    found = sorted(path.glob("policy*.yaml")) or sorted(path.glob("*/policy*.yaml"))
    if not found:
        raise CatalogueError([Problem(path, 1, "no policy.yaml here")])
    return found


def read_policies(paths: list[Path]) -> list[PolicyDocument]:
    """All documents, oldest version first, checked against each other."""
    # Read anew each time, unlike the regimes: loading is rare.
    laws = read_laws(LAWS)
    found = _all_or_errors([file for path in paths for file in policy_files(path)], laws)
    owners: dict[str, Path] = {}
    for document in found:
        slug, path = document.said.policy.slug, document.source.path
        other = owners.setdefault(slug, path)
        # The versions of a policy lie in one folder: elsewhere its name was used by mistake.
        if other.parent != path.parent:
            document.source.fail(("version",), f"policy “{slug}” is also in {other}")
    # Oldest first: each version ends the one before it.
    return sorted(found, key=lambda document: str(document.said.version.begins_on or ""))


def _all_or_errors(files: list[Path], laws: Mapping[str, Law]) -> list[PolicyDocument]:
    """Every file is read before the errors of all are told."""
    found: list[PolicyDocument] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found.append(read_policy(file, laws))
        except CatalogueError as error:
            problems += error.problems
    if problems:
        raise CatalogueError(problems)
    return found


def read_policy(path: Path, laws: Mapping[str, Law]) -> PolicyDocument:
    source = read(path)
    # A fresh `Around` each time: departments and text of one file are unknown to the next.
    said = source.read_as(PolicyFile, Around(path.parent, laws))
    return PolicyDocument(
        source=source,
        # The file as it is on disk, so that a reading can be traced to the bytes it came from.
        file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        said=said,
        rights=said.right_rows(laws),
        information=said.information_rows(),
    )


def read_laws(folder: Path) -> dict[str, Law]:
    """What each law gives, by its short name."""
    return {path.stem: read(path).read_as(Law) for path in sorted(folder.glob("*.yaml"))}


def read_calendars(path: Path) -> list[CalendarShape]:
    return list(read(path).read_as(CalendarFile).calendars)
