"""`make audit` does not believe metadata alone: each way in which the GPL came along is found."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from config import dependency_audit, licences
from config.licence_texts import Verdict, grants, of_expression
from config.licences import ACCEPTED, LOCKS, Report, reports

ROOT = Path(__file__).resolve().parent.parent.parent
MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
GPL = "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n\nCopyright (C) 2007 Free Software"
LGPL = (
    "GNU LESSER GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n\nThis version of the GNU "
    "Lesser General Public License incorporates the terms and conditions of version 3 of the GNU "
    "General Public License, supplemented by the additional permissions listed below."
)
MPL = (
    'Mozilla Public License Version 2.0 1.12. "Secondary License" means either the GNU General '
    "Public License, Version 2.0, the GNU Lesser General Public License, Version 2.1, or later."
)
BUNDLED = "Binary wheels combine several libraries.\n\nName: libheif\nLicense: LGPLv3\n\n"
X265 = "Name: x265\nLicense: GPLv2\nFiles: libx265.[dylib|so|dll]\n"
COMPILER = "Name: GCC runtime\nLicense: GPL-3.0-with-GCC-exception (libgcc)\n"
AUTOCONF = (
    "under the terms of the GNU General Public License as published by the Free Software "
    "Foundation; either version 2 of the License, or (at your option) any later version. As a "
    "special exception to it, you may include this under the terms of the rest of that program."
)

Wheel = Callable[..., None]


@pytest.fixture
def wheel(tmp_path: Path) -> Wheel:
    """Installs an invented package: lines of metadata, and files by their path in the wheel."""
    for lock in LOCKS:
        (tmp_path / lock).touch()

    def install(
        name: str, *lines: str, files: dict[str, str] | None = None, lock: str = LOCKS[0]
    ) -> None:
        info = f"{name.replace('-', '_')}-1.0.dist-info"
        head = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *lines]
        written = {f"{info}/METADATA": "\n".join(head) + "\n", **(files or {})}
        record = "".join(f"{path},,\n" for path in [*written, f"{info}/RECORD"])
        for path, text in {**written, f"{info}/RECORD": record}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        if lock:
            with (tmp_path / lock).open("a") as opened:
                opened.write(f"{name}==1.0 \\\n    --hash=sha256:00\n")

    return install


def told(folder: Path) -> list[Report]:
    return reports(folder, list(distributions(path=[str(folder)])))


def refused(folder: Path) -> list[str]:
    return [str(package) for report in told(folder) for package in report.refused]


@pytest.mark.parametrize(
    ("lines", "files"),
    [
        pytest.param(["License-Expression: MIT"], {}, id="expression"),
        pytest.param(["License: BSD"], {}, id="old field"),
        pytest.param(["Classifier: License :: OSI Approved :: MIT License"], {}, id="classifier"),
        pytest.param([], {"sound/LICENSE": MIT}, id="only a licence file"),
        pytest.param(["License-Expression: GPL-2.0-or-later OR MIT"], {}, id="GPL or MIT"),
        pytest.param(["License: GPL or MIT"], {}, id="GPL or MIT in the old field"),
        pytest.param(["License: LGPL-3.0-only"], {"x/LICENSE": LGPL}, id="LGPL"),
        pytest.param(
            ["License: LGPL-3.0-only"],
            {"x/COPYING": GPL, "x/COPYING.LESSER": LGPL},
            id="LGPL, both",
        ),
        pytest.param(["License: MPL-2.0"], {"x/LICENSE": MPL}, id="MPL"),
        pytest.param(
            ["License: MIT"], {"x/LICENSES_bundled.txt": BUNDLED + COMPILER}, id="compiler runtime"
        ),
        pytest.param(["License: MIT"], {"x/LICENSE": AUTOCONF}, id="special exception"),
        pytest.param(
            ["License: BSD"], {"x/LICENSE": "This license is GPL-compatible(1)."}, id="compatible"
        ),
        pytest.param(
            [
                "Classifier: License :: OSI Approved :: Artistic License",
                "Classifier: License :: OSI Approved :: GNU General Public License (GPL)",
            ],
            {"x/LICENSE": "under the terms of either: * GPL or GPLv2+, or * Artistic License"},
            id="two classifiers and a text that offers the choice",
        ),
    ],
)
def test_what_may_be_used_is_not_refused(
    wheel: Wheel, tmp_path: Path, lines: list[str], files: dict[str, str]
) -> None:
    wheel("sound", *lines, files=files)
    assert refused(tmp_path) == []


@pytest.mark.parametrize(
    ("lines", "files", "line"),
    [
        pytest.param(
            ["License: BSD-3-Clause"],
            {"trap-1.0.dist-info/licenses/LICENSES_bundled.txt": BUNDLED + X265},
            "GPL in trap-1.0.dist-info/licenses/LICENSES_bundled.txt (License: GPLv2)",
            id="a list of bundled libraries",
        ),
        pytest.param(
            ["License: BSD-3-Clause"],
            {"trap.libs/libx265-4883ecb5.so.217": ""},
            "GPL library in trap.libs/libx265-4883ecb5.so.217",
            id="a bundled library without a word",
        ),
        pytest.param(
            ["License: BSD"],
            {"trap/flash/LICENSE.txt": GPL},
            "GPL in trap/flash/LICENSE.txt (GNU GENERAL PUBLIC LICENSE Version 3, 29 June)",
            id="a licence file inside of the package",
        ),
        pytest.param(
            ["License-Expression: GPL-3.0-or-later"],
            {},
            "GPL in its metadata (GPL-3.0-or-later)",
            id="expression",
        ),
        pytest.param(
            ["License: Dual Licensed - GNU AFFERO GPL 3.0 or Artifex Commercial License"],
            {},
            "GPL in its metadata "
            "(Dual Licensed - GNU AFFERO GPL 3.0 or Artifex Commercial License)",
            id="a choice for money",
        ),
        pytest.param(
            [
                "Classifier: License :: OSI Approved :: MIT License",
                "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            ],
            {"trap/LICENSE": MIT},
            "GPL in its metadata (GNU General Public License v3 (GPLv3))",
            id="two classifiers and nothing that offers a choice",
        ),
        pytest.param(
            ["License-Expression: MIT AND GPL-2.0-only"],
            {},
            "GPL in its metadata (MIT AND GPL-2.0-only)",
            id="both at once",
        ),
        pytest.param(["License: Our own"], {}, "its licence is not known", id="unknown"),
        pytest.param([], {}, "its licence is not known", id="nothing said"),
    ],
)
def test_what_must_not_be_used_is_named_with_the_place(
    wheel: Wheel, tmp_path: Path, lines: list[str], files: dict[str, str], line: str
) -> None:
    wheel("trap", *lines, files=files)
    assert refused(tmp_path) == [f"trap 1.0: {line}"]


def test_a_dependency_of_a_dependency_is_found_and_told_who_needs_it(
    wheel: Wheel, tmp_path: Path
) -> None:
    """Also where the lock does not name it: what is installed counts."""
    wheel("office", "License: MIT", "Requires-Dist: middle>=1")
    wheel("middle", "License: BSD", "Requires-Dist: Deep_Down", lock="")
    wheel("deep-down", "License: GPL", lock="")
    wheel("elsewhere", "License: GPL", lock="")
    assert refused(tmp_path) == ["deep-down 1.0, needed by middle: GPL in its metadata (GPL)"]


def test_what_nobody_knows_is_refused_where_the_program_runs_and_told_elsewhere(
    wheel: Wheel, tmp_path: Path
) -> None:
    wheel("odd", "License: Our own", lock=LOCKS[2])
    wheel("strong", "License: AGPL-3.0", lock=LOCKS[1])
    _, trial, dev = told(tmp_path)
    assert list(dev.lines()) == [
        "Licences of requirements-dev.txt: 1 packages, 0 refused.",
        "  unknown: odd 1.0: its licence is not known",
    ]
    assert [str(each) for each in trial.refused] == ["strong 1.0: GPL in its metadata (AGPL-3.0)"]


def test_what_is_not_as_locked_is_told(wheel: Wheel, tmp_path: Path) -> None:
    wheel("old", "License: MIT", lock="")
    (tmp_path / LOCKS[0]).write_text("old==2.0 \\\nwindows-only==3 ; sys_platform == 'win32' \\\n")
    assert list(told(tmp_path)[0].lines()) == [
        "Licences of requirements.txt: 1 packages, 0 refused.",
        "  not the version that is locked: old",
        "  not installed here, so not looked at: windows-only",
    ]


def test_one_reason_accepts_one_finding_and_no_other(
    wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACCEPTED, ("tool", "readline"), "nothing here starts it")
    wheel("tool", "License: MIT", files={"tool.libs/libreadline-6.so.7": ""}, lock=LOCKS[1])
    assert refused(tmp_path) == []
    assert "  accepted: tool 1.0: " in "\n".join(told(tmp_path)[1].lines())
    wheel("tool", "License: GPL", files={"tool.libs/libreadline-6.so.7": ""}, lock="")
    assert len(refused(tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", Verdict.MAY),
        ("(MIT OR GPL-3.0-only) AND GPL-2.0-only", Verdict.MUST_NOT),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Verdict.MAY),
        ("GPLv2 or later", Verdict.MUST_NOT),
        ("MIT (some files GPL)", Verdict.MUST_NOT),
        ("Mozilla Public License 2.0 (MPL 2.0)", Verdict.MAY),
        ("MIT AND Our-Own", Verdict.UNKNOWN),
        ("", Verdict.UNKNOWN),
    ],
)
def test_an_expression_is_read_as_it_is_meant(text: str, verdict: Verdict) -> None:
    assert of_expression(text) is verdict


def test_a_grant_beside_a_warranty_is_still_a_grant() -> None:
    """Words such as "either" and "or" stand in every disclaimer: they offer no choice."""
    text = (
        "This part is distributed under the terms of the GNU General Public License. "
        "It comes without warranty of any kind, either express or implied. MIT Licence above."
    )
    assert list(grants(text)) == ["under the terms of the GNU General Public"]


def test_what_is_installed_today_may_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert dependency_audit.read_licences() == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith(("  refused", "  unknown"))] == []


def test_every_accepted_package_is_still_locked_and_none_runs_on_a_site() -> None:
    locked = {lock: {name for name, _ in licences._locked(ROOT / lock)} for lock in LOCKS}
    accepted = {canonicalize_name(name) for name, _ in ACCEPTED}
    assert accepted <= locked[LOCKS[1]] | locked[LOCKS[2]]
    assert accepted.isdisjoint(locked[LOCKS[0]])
