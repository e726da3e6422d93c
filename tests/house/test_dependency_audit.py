"""`make audit` tells three things apart: nothing known, something known, nobody asked."""

from __future__ import annotations

from typing import Any

import pytest

from config import dependency_audit
from config.dependency_audit import report

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
FLAWED = {
    "name": "pillow",
    "version": "12.0.0",
    "vulns": [
        {"id": "PYSEC-2026-1", "fix_versions": ["12.0.1"]},
        {"id": "X-2", "fix_versions": []},
    ],
}
UNKNOWN = {"name": "kombu", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        pytest.param([SOUND], 0, "Nothing known against 1 packages.", id="nothing known"),
        pytest.param(
            [SOUND, FLAWED],
            1,
            "pillow 12.0.0: PYSEC-2026-1 (repaired in 12.0.1)\n"
            "pillow 12.0.0: X-2 (repaired in no version yet)",
            id="something known",
        ),
        pytest.param([UNKNOWN, SOUND], 2, "", id="not everything could be asked"),
        pytest.param(
            [UNKNOWN, FLAWED],
            1,
            "pillow 12.0.0: PYSEC-2026-1 (repaired in 12.0.1)\n"
            "pillow 12.0.0: X-2 (repaired in no version yet)",
            id="what is known comes first",
        ),
    ],
)
def test_the_exit_status_says_what_was_found(
    packages: list[dict[str, Any]], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report({"dependencies": packages}) == status
    assert capsys.readouterr().out.strip() == said


def test_silence_is_no_good_news(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dependency_audit, "TOOL", "./no-such-folder")
    assert dependency_audit.main() == 2
    assert "The dependencies could not be audited: " in capsys.readouterr().err
