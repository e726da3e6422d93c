"""Rights that a law gives beside the policies: described once, taken up by each policy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr.policies.catalogue.rights import (
    LEVELS,
    OPTIONAL,
    REQUIRED,
    channels,
    check_bounds,
    department_of,
    right_fields,
)
from dsr.policies.catalogue.shapes import RightEntry
from dsr.policies.documents import Value, read
from dsr.policies.kinds import Checked


@dataclass(frozen=True)
class LawRight:
    fields: dict[str, Any]


def read_laws(folder: Path) -> dict[str, dict[str, LawRight]]:
    """Short name of a law to short name of a right to what it says."""
    return {path.stem: _read_law(path) for path in sorted(folder.glob("*.yaml"))}


def _read_law(path: Path) -> dict[str, LawRight]:
    keys = read(path).mapping(["name", "full_name", "rights"], ["note"])
    name = keys["name"].text(40)
    keys["full_name"].text(200)
    found: dict[str, LawRight] = {}
    for value in keys["rights"].items():
        slug, right = _read_law_right(value, name)
        if slug in found:
            value.fail(f"slug “{slug}” is given twice")
        found[slug] = right
    return found


def _read_law_right(value: Value, law: str) -> tuple[str, LawRight]:
    keys = value.mapping([*REQUIRED, "article", "source", "checked"], OPTIONAL)
    fields = right_fields(keys) | {
        "law": law,
        "law_article": keys["article"].text(60),
        "law_source": keys["source"].text(300),
        "law_checked": keys["checked"].one_of(Checked.values),
        "clauses": [],
        "period_amount": None,  # the law's periods are duties of its regime, not of the policy
        "period_unit": "",
    }
    return keys["slug"].slug(), LawRight(fields)


def take_up(
    value: Value, laws: dict[str, dict[str, LawRight]], departments: set[str]
) -> RightEntry:
    """One line of `law_rights`: which right of which law, through which channels."""
    keys = value.mapping(["law", "right"], ["channels", "department", "note", "identity"])
    law = keys["law"].one_of(laws)
    slug = keys["right"].one_of(laws[law])
    fields = dict(laws[law][slug].fields)
    if "channels" in keys:
        fields["channels"] = channels(keys["channels"])
    if "identity" in keys:
        fields["identity_level"] = LEVELS.index(keys["identity"].one_of(LEVELS))
        check_bounds(keys, fields)
    if "note" in keys:
        fields["note"] = keys["note"].text(2000)
    return RightEntry(f"{law}-{slug}", fields, department_of(keys, departments), value)
