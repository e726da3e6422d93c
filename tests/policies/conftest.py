"""A small policy of our own, written to a folder, and the three that ship."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from dsr.policies.catalogue.loading import Report, load
from dsr.policies.catalogue.reading import HOME

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TEXT = """Clinic policy
You may ask for a copy of your record. We answer within 14 days.
You may ask for a copy of your “bill”. We answer soon. We answer soon.
"""

POLICY = """\
organisation:
  slug: clinic
  name: Clinic
  legal_name: Clinic Ltd
  country: FR
  zone: Europe/Paris
  calendar: fr
  languages: [en]
  default_language: en
  target: {amount: 30, unit: day}
  departments:
    - {slug: office, name: Office, email: office@example.org}
policy: {slug: clinic, title: Clinic policy, language: en}
version:
  label: v1
  text: text.txt
  sha256: SHA
  effective_on: 2026-01-01
rights:
  - slug: copy
    kind: copy
    title: Copy
    summary: Get a copy.
    audience_code: anyone
    audience: Anyone
    who_may_ask: [subject]
    clauses:
      - "You may ask for a copy of your record."
    period: {amount: 14, unit: day}
    must: [written]
    may: [details]
    channels:
      - {kind: email, address: office@example.org}
    exceptions:
      - {code: lost, text: The record is lost.}
    department: office
    identity: high
    two_people: true
"""


class Folder:
    """A policy on disk. `edit` replaces one passage of the file, `text` writes its text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "policy.yaml"
        path.mkdir()
        self.file.write_text(POLICY)
        self.text(TEXT)

    def text(self, content: str, *, name: str = "text.txt") -> None:
        data = content.encode()
        (self.path / name).write_bytes(data)
        self._replace("sha256: ", f"sha256: {sha256(data).hexdigest()}")

    def _replace(self, beginning: str, line: str) -> None:
        lines = self.file.read_text().split("\n")
        kept = [f"  {line}" if each.strip().startswith(beginning) else each for each in lines]
        self.file.write_text("\n".join(kept))

    def edit(self, old: str, new: str) -> None:
        content = self.file.read_text()
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in the file"
        self.file.write_text(content.replace(old, new))

    def load(self) -> Report:
        return load([self.path], MORNING, actor_id=None)


@pytest.fixture
def clinic(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "clinic")


@pytest.fixture
def shipped(db: None) -> Report:
    return load([HOME], MORNING, actor_id=None)
