"""Reading catalogue files into plain values. Nothing here touches the database."""

import hashlib
from pathlib import Path
from typing import Any

from dsr.policies.catalogue.laws import LawRight, read_laws, take_up
from dsr.policies.catalogue.rights import read_information, read_right
from dsr.policies.catalogue.shapes import (
    CalendarEntry,
    OrganisationEntry,
    PolicyDocument,
    VersionEntry,
)
from dsr.policies.documents import CatalogueError, Value, read

HOME = Path(__file__).parent
LAWS = HOME / "laws"
CALENDARS = HOME / "calendars.yaml"

_LANGUAGES = ("languages", "default_language")


def policy_files(path: Path) -> list[Path]:
    """A file, a folder of one policy, or a folder of such folders."""
    if path.is_file():
        return [path]
    found = sorted(path.glob("policy*.yaml")) or sorted(path.glob("*/policy*.yaml"))
    if not found:
        raise CatalogueError(path, 1, "no policy.yaml here")
    return found


def read_policies(paths: list[Path]) -> list[PolicyDocument]:
    """All documents, oldest version first, checked against each other."""
    laws = read_laws(LAWS)
    found = [read_policy(file, laws) for path in paths for file in policy_files(path)]
    owners: dict[str, PolicyDocument] = {}
    for document in found:
        other = owners.setdefault(document.policy["slug"], document)
        if other is not document and other.path.parent != document.path.parent:
            document.version.at.fail(f"policy “{document.policy['slug']}” is also in {other.path}")
    return sorted(found, key=lambda document: str(document.version.in_force_from or ""))


def read_policy(path: Path, laws: dict[str, dict[str, LawRight]]) -> PolicyDocument:
    keys = read(path).mapping(
        ["organisation", "policy", "version", "rights"], ["law_rights", "information"]
    )
    organisation = _organisation(keys["organisation"])
    departments = {department["slug"] for department in organisation.departments}
    version = _version(keys["version"], path.parent)
    rights = [read_right(item, version.text, departments) for item in keys["rights"].items()]
    if "law_rights" in keys:
        rights += [take_up(item, laws, departments) for item in keys["law_rights"].items()]
    _no_slug_twice([(right.slug, right.at) for right in rights])
    information = keys["information"].items() if "information" in keys else []
    items = [(read_information(item, version.text), item) for item in information]
    _no_slug_twice([(entry.slug, item) for entry, item in items])
    return PolicyDocument(
        path=path,
        file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        organisation=organisation,
        policy=_policy(keys["policy"]),
        version=version,
        rights=rights,
        information=[entry for entry, _item in items],
    )


def _no_slug_twice(slugs: list[tuple[str, Value]]) -> None:
    seen: dict[str, int] = {}
    for slug, value in slugs:
        if slug in seen:
            value.fail(f"slug “{slug}” is already used in line {seen[slug]}")
        seen[slug] = value.line


def _organisation(value: Value) -> OrganisationEntry:
    keys = value.mapping(
        [
            "slug",
            "name",
            "legal_name",
            "country",
            "zone",
            "calendar",
            "languages",
            "default_language",
            "target",
        ],
        ["contact_email", "postal_address", "phone", "regimes", "flags", "note", "departments"],
    )
    return OrganisationEntry(
        slug=keys["slug"].slug(),
        fields=_organisation_fields(keys),
        calendar=keys["calendar"].slug(),
        departments=[_department(item) for item in keys["departments"].items()]
        if "departments" in keys
        else [],
        at=value,
    )


def _organisation_fields(keys: dict[str, Value]) -> dict[str, Any]:
    target = keys["target"].period()
    if target is None:
        keys["target"].fail("target: the organisation's own target is a period")
    languages = [item.text(10) for item in keys["languages"].items()]
    return {
        "name": keys["name"].text(120),
        "legal_name": keys["legal_name"].text(200),
        "country": keys["country"].text(2),
        "zone": keys["zone"].text(64),
        "languages": languages,
        "default_language": keys["default_language"].one_of(languages),
        "target_amount": target[0],
        "target_unit": target[1],
        "contact_email": keys["contact_email"].email() if "contact_email" in keys else "",
        "regimes": [item.slug() for item in _list(keys, "regimes")],
        "flags": [item.text(40) for item in _list(keys, "flags")],
        **{
            name: keys[name].text(2000) if name in keys else ""
            for name in ("postal_address", "phone", "note")
        },
    }


def _list(keys: dict[str, Value], name: str) -> list[Value]:
    return keys[name].items() if name in keys else []


def _department(value: Value) -> dict[str, str]:
    keys = value.mapping(["slug", "name"], ["email", "postal_address"])
    return {
        "slug": keys["slug"].slug(),
        "name": keys["name"].text(120),
        "email": keys["email"].email() if "email" in keys else "",
        "postal_address": keys["postal_address"].text(500) if "postal_address" in keys else "",
    }


def _policy(value: Value) -> dict[str, str]:
    keys = value.mapping(["slug", "title", "language"], ["source_url"])
    return {
        "slug": keys["slug"].slug(),
        "title": keys["title"].text(200),
        "language": keys["language"].text(10),
        "source_url": keys["source_url"].url() if "source_url" in keys else "",
    }


def _version(value: Value, folder: Path) -> VersionEntry:
    keys = value.mapping(["label", "text", "sha256", "effective_on"], ["in_force_from"])
    content = _policy_text(keys["text"], folder)
    found = hashlib.sha256(content).hexdigest()
    if found != keys["sha256"].text(64):
        keys["sha256"].fail(f"sha256: the text has {found}")
    effective_on = keys["effective_on"].day()
    in_force_from = keys["in_force_from"].day() if "in_force_from" in keys else effective_on
    return VersionEntry(
        label=keys["label"].slug(),
        effective_on=effective_on,
        in_force_from=in_force_from,
        text=content.decode(),
        sha256=found,
        at=value,
    )


def _policy_text(value: Value, folder: Path) -> bytes:
    name = value.text(200)
    if Path(name).name != name:
        value.fail("text: a file in the same folder, without a path")
    try:
        content = (folder / name).read_bytes()
        content.decode()
    except OSError as error:
        value.fail(f"text: “{name}” cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        value.fail(f"text: “{name}” is not UTF-8")
    return content


def read_calendars(path: Path) -> list[CalendarEntry]:
    return [_calendar(item) for item in read(path).mapping(["calendars"], [])["calendars"].items()]


def _calendar(value: Value) -> CalendarEntry:
    keys = value.mapping(["slug", "name", "codes"], ["weekend", "days"])
    weekend = [item.integer() for item in _list(keys, "weekend")] or [5, 6]
    if not set(weekend) <= set(range(7)):
        value.fail("weekend: days are 0 (Monday) to 6 (Sunday)")
    return CalendarEntry(
        slug=keys["slug"].slug(),
        name=keys["name"].text(120),
        codes=[item.text(10) for item in keys["codes"].items()],
        weekend=weekend,
        days=[_calendar_day(item) for item in _list(keys, "days")],
    )


def _calendar_day(value: Value) -> dict[str, Any]:
    # The key is `day`: a bare `on` is a boolean in YAML.
    keys = value.mapping(["day", "change", "reason"], ["source"])
    day = keys["day"].day()
    if day is None:
        keys["day"].fail("day: a day is needed")
    return {
        "on": day,
        "change": keys["change"].one_of(["add", "remove"]),
        "reason": keys["reason"].text(200),
        "source": keys["source"].text(300) if "source" in keys else "",
    }
