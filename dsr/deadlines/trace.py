"""The trace of a date: its steps as plain values, stored beside it and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alternative:
    """The date under another reading (`switch=value`), and why somebody reads it so.

    `due` is the ISO date or instant, `None` when that reading gives none.
    """

    reading: str
    due: str | None
    why: str
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"reading": self.reading, "due": self.due, "why": self.why, "source": self.source}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Alternative:
        return cls(data["reading"], data["due"], data["why"], data.get("source", ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `code` names the sentence, `values` are JSON (days and instants in ISO form).

    `source` is the provision or data behind it, `alternatives` the dates of other readings.
    """

    code: str
    values: Mapping[str, Any]
    source: str = ""
    alternatives: tuple[Alternative, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "values": dict(self.values),
            "source": self.source,
            "alternatives": [each.to_json() for each in self.alternatives],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        """Read back what `to_json` wrote."""
        others = tuple(Alternative.from_json(each) for each in data.get("alternatives", ()))
        return cls(data["code"], data["values"], data.get("source", ""), others)
