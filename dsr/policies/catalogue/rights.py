"""Reading one right of a catalogue file, and the bounds that no catalogue may break."""

from typing import Any

from dsr.policies.catalogue.clauses import find_clauses
from dsr.policies.catalogue.shapes import InformationEntry, RightEntry
from dsr.policies.documents import Value
from dsr.policies.kinds import FOUR_EYES, LIGHT, PROVEN, Asker, Audience, Kind
from dsr.policies.particulars import CODES

STRENGTHS = ("must", "should", "may", "never")
CHANNELS = ("form", "post", "email", "phone", "web")
LEVELS = ("none", "locate", "reasonable", "high")

REQUIRED = (
    *("slug", "kind", "title", "summary", "audience_code", "audience", "who_may_ask"),
    *("identity", "two_people"),
)
OPTIONAL = (
    *STRENGTHS,
    *("channels", "fee", "look_back", "exceptions", "department", "must_grant", "note"),
    "translations",
)


def read_right(value: Value, text: str, departments: set[str]) -> RightEntry:
    """A right that the policy grants: it rests on at least one clause of the text."""
    keys = value.mapping([*REQUIRED, "clauses", "period"], OPTIONAL)
    fields = right_fields(keys)
    fields["clauses"] = find_clauses(keys["clauses"], text)
    if not fields["clauses"]:
        keys["clauses"].fail("a right of a policy rests on at least one clause")
    fields |= amount_fields("period", keys["period"])
    return RightEntry(keys["slug"].slug(), fields, department_of(keys, departments), value)


def right_fields(keys: dict[str, Value]) -> dict[str, Any]:
    """The columns that a policy's right and a law's right have in common."""
    fields: dict[str, Any] = {
        "kind": keys["kind"].one_of(Kind.values),
        "title": keys["title"].text(160),
        "summary": keys["summary"].text(2000),
        "audience_code": keys["audience_code"].one_of(Audience.values),
        "audience": keys["audience"].text(200),
        "who_may_ask": keys["who_may_ask"].several_of(Asker.values),
        "identity_level": LEVELS.index(keys["identity"].one_of(LEVELS)),
        "two_people": keys["two_people"].boolean(),
        "must_grant": "must_grant" in keys and keys["must_grant"].boolean(),
        "fee": keys["fee"].text(200) if "fee" in keys else "",
        "note": keys["note"].text(2000) if "note" in keys else "",
        "channels": channels(keys["channels"]) if "channels" in keys else [],
        "exceptions": _exceptions(keys["exceptions"]) if "exceptions" in keys else [],
        "translations": translations(keys.get("translations"), _RIGHT_WORDS),
    }
    _check_translated_exceptions(keys, fields)
    if not fields["who_may_ask"]:
        keys["who_may_ask"].fail("who_may_ask: somebody must be able to ask")
    fields |= amount_fields("look_back", keys.get("look_back"))
    fields |= _strengths(keys)
    check_bounds(keys, fields)
    return fields


def check_bounds(keys: dict[str, Value], fields: dict[str, Any]) -> None:
    """Too little proof hands data to a stranger; too much keeps people from their rights."""
    kind, level = fields["kind"], fields["identity_level"]
    if kind in PROVEN and level == 0:
        keys["identity"].fail(f"identity: “{kind}” is never answered without a check")
    if kind in LIGHT and level > 1:
        keys["identity"].fail(f"identity: “{kind}” never asks for more than finding the record")
    if kind in FOUR_EYES and not fields["two_people"]:
        keys["two_people"].fail(f"two_people: “{kind}” is decided by two people")


def _strengths(keys: dict[str, Value]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for strength in STRENGTHS:
        found[strength] = keys[strength].several_of(CODES) if strength in keys else []
        for code in found[strength]:
            if code in seen:
                keys[strength].fail(f"“{code}” is both {seen[code]} and {strength}")
            seen[code] = strength
    return found


def amount_fields(name: str, value: Value | None) -> dict[str, Any]:
    period = value.period() if value else None
    amount, unit = period or (None, "")
    return {f"{name}_amount": amount, f"{name}_unit": unit}


def channels(value: Value) -> list[dict[str, str]]:
    found = []
    for item in value.items():
        keys = item.mapping(["kind", "address"], ["note"])
        kind = keys["kind"].one_of(CHANNELS)
        address = keys["address"].email() if kind == "email" else keys["address"].text(300)
        note = {"note": keys["note"].text(300)} if "note" in keys else {}
        found.append({"kind": kind, "address": address, **note})
    return found


def _exceptions(value: Value) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for item in value.items():
        keys = item.mapping(["code", "text"], [])
        code = keys["code"].slug()
        if any(code == other["code"] for other in found):
            keys["code"].fail(f"exception “{code}” is given twice")
        found.append({"code": code, "text": keys["text"].text(500)})
    return found


_RIGHT_WORDS = ("title", "summary", "audience", "fee", "exceptions")
_INFORMATION_WORDS = ("title", "text")


def translations(value: Value | None, words: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for language, translated in (value.any_mapping() if value else {}).items():
        keys = translated.mapping([], words)
        found[language] = {
            name: _by_code(word) if name == "exceptions" else word.text(2000)
            for name, word in keys.items()
        }
    return found


def _check_translated_exceptions(keys: dict[str, Value], fields: dict[str, Any]) -> None:
    known = {each["code"] for each in fields["exceptions"]}
    for language, words in fields["translations"].items():
        if unknown := set(words.get("exceptions", {})) - known:
            keys["translations"].fail(f"{language}: no exception is called “{min(unknown)}”")


def _by_code(value: Value) -> dict[str, str]:
    return {code: word.text(500) for code, word in value.any_mapping().items()}


def department_of(keys: dict[str, Value], departments: set[str]) -> str:
    return keys["department"].one_of(departments) if "department" in keys else ""


def read_information(value: Value, text: str) -> InformationEntry:
    keys = value.mapping(["slug", "title", "text"], ["clauses", "url", "translations"])
    fields: dict[str, Any] = {
        "title": keys["title"].text(160),
        "text": keys["text"].text(2000),
        "url": keys["url"].url() if "url" in keys else "",
        "clauses": find_clauses(keys["clauses"], text) if "clauses" in keys else [],
        "translations": translations(keys.get("translations"), _INFORMATION_WORDS),
    }
    return InformationEntry(keys["slug"].slug(), fields)
