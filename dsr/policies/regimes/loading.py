"""Reading regime files: `<slug>.yaml`, strictly, with the line of what is wrong."""

from functools import cache
from pathlib import Path
from typing import Any

from dsr.deadlines import DeadlineInputError, Period, Rule
from dsr.deadlines.rulecodec import read_rule
from dsr.policies.documents import Value, read
from dsr.policies.kinds import Checked, Kind
from dsr.policies.regimes.shapes import Duty, ExtensionTerms, PauseEffect, Regime, Source

DATA = Path(__file__).parent

DUTIES = [
    "acknowledge",
    "respond",
    "refuse",
    "extension_notice",
    "opt_out",
    "appeal",
    "not_before",
    "look_back",
]
_SWITCHES = ("optional", "when_unknown")
STATUSES = ("official", "derived", "convention")
EFFECTS = ("suspend", "restart", "none")
COUNTINGS = ("inclusive_both", "exclude_first", "between")
NEEDS = ("asked_promptly", "doubt_recorded", "document")
EXTENSION_REASONS = ("complexity", "number")

# Places that are written as one word: the states of the European Economic Area.
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
PLACES = {"EEA": frozenset(_EEA.split())}


def regime_slugs() -> list[str]:
    return sorted(path.stem for path in DATA.glob("*.yaml"))


@cache
def all_regimes() -> dict[str, Regime]:
    """The regimes that ship with the program, by short name."""
    return {slug: read_regime(DATA / f"{slug}.yaml") for slug in regime_slugs()}


def read_regime(path: Path) -> Regime:
    """A regime from its file. Errors: CatalogueError, `path:line: reason`."""
    keys = read(path).mapping(
        ["name", "full_name", "applies", "sources", "duties"],
        ["starts_on", "ends_on", "calendar_elsewhere", "note"],
    )
    applies = keys["applies"].mapping([], ["requester", "organisation", "flags"])
    sources = _sources(keys["sources"])
    return Regime(
        slug=path.stem,
        name=keys["name"].text(40),
        full_name=keys["full_name"].text(300),
        starts_on=keys["starts_on"].day() if "starts_on" in keys else None,
        ends_on=keys["ends_on"].day() if "ends_on" in keys else None,
        requester_places=_places(applies.get("requester")),
        organisation_places=_places(applies.get("organisation")),
        flags=frozenset(_texts(applies.get("flags"))),
        sources=tuple(sources.values()),
        duties=tuple(_duty(item, path.stem, sources) for item in keys["duties"].items()),
        calendar_elsewhere=tuple(_texts(keys.get("calendar_elsewhere"))),
    )


def _texts(value: Value | None) -> list[str]:
    return [item.text(60) for item in value.items()] if value else []


def _places(value: Value | None) -> frozenset[str]:
    names = _texts(value)
    return frozenset().union(*(PLACES.get(name, frozenset({name})) for name in names))


def _sources(value: Value) -> dict[str, Source]:
    found = {}
    for code, item in value.any_mapping().items():
        keys = item.mapping(["title", "checked"], ["url", "note"])
        found[code] = Source(
            code=code,
            title=keys["title"].text(300),
            url=keys["url"].url() if "url" in keys else "",
            checked=keys["checked"].one_of(Checked.values),
            note=keys["note"].text(1000) if "note" in keys else "",
        )
    return found


def _duty(value: Value, regime: str, sources: dict[str, Source]) -> Duty:
    keys = value.mapping(
        ["duty", "kinds", "rule", "source", "status"],
        ["calendar", "when", "extension", "pauses", "starts_on", *_SWITCHES],
    )
    kinds = frozenset(keys["kinds"].several_of(Kind.values))
    source = _source(keys["source"], sources)
    extension = _extension(keys["extension"], sources) if "extension" in keys else None
    rule, rule_json = _rule(keys["rule"], source, extension)
    return Duty(
        regime=regime,
        code=keys["duty"].one_of(DUTIES),
        kinds=kinds,
        rule=rule,
        rule_json=rule_json,
        source=source,
        status=keys["status"].one_of(STATUSES),
        calendar=tuple(_texts(keys["calendar"])) if "calendar" in keys else None,
        when=keys["when"].plain() if "when" in keys else {},
        extension=extension,
        pauses=tuple(_pause(item, sources) for item in keys["pauses"].items())
        if "pauses" in keys
        else (),
        **{name: name in keys and keys[name].boolean() for name in _SWITCHES},
        starts_on=keys["starts_on"].day() if "starts_on" in keys else None,
    )


def _source(value: Value, sources: dict[str, Source]) -> Source:
    return sources[value.one_of(sources)]


def _rule(
    value: Value, source: Source, extension: ExtensionTerms | None
) -> tuple[Rule, dict[str, Any]]:
    """The rule as the engine reads it; the source and the extension's terms go into it."""
    data = dict(value.plain()) if value.is_mapping() else value.fail("rule: keys expected")
    data.setdefault("source", source.title)
    data["max_extensions"] = extension.most if extension else 0
    if extension:
        together = extension.period.amount * extension.most
        data["extension_cap"] = {"amount": together, "unit": extension.period.unit}
    if extension and extension.reasons:
        data["extension_reasons"] = list(extension.admitted_reasons)
    try:
        return read_rule(data), data
    except DeadlineInputError as error:
        value.fail(f"rule: {error}")


def _extension(value: Value, sources: dict[str, Source]) -> ExtensionTerms:
    keys = value.mapping(["amount", "unit", "most", "source"], ["reasons", "needs_all_reasons"])
    return ExtensionTerms(
        period=_period(value, keys),
        most=keys["most"].integer(),
        reasons=tuple(keys["reasons"].several_of(EXTENSION_REASONS)) if "reasons" in keys else (),
        needs_all_reasons="needs_all_reasons" in keys and keys["needs_all_reasons"].boolean(),
        source=_source(keys["source"], sources),
    )


def _period(value: Value, keys: dict[str, Value]) -> Period:
    try:
        return Period(keys["amount"].integer(), keys["unit"].text(20))  # type: ignore[arg-type]
    except DeadlineInputError as error:
        value.fail(str(error))


def _pause(value: Value, sources: dict[str, Source]) -> PauseEffect:
    keys = value.mapping(
        ["reason", "effect", "source"], ["counting", "kinds", "needs", "most_days", "settled"]
    )
    effect = keys["effect"].one_of(EFFECTS)
    if effect == "suspend" and "counting" not in keys:
        value.fail("counting: a suspension says how its days are counted")
    return PauseEffect(
        reason=keys["reason"].text(40),
        effect=effect,
        source=_source(keys["source"], sources),
        counting=keys["counting"].one_of(COUNTINGS) if "counting" in keys else "",
        kinds=frozenset(keys["kinds"].several_of(Kind.values)) if "kinds" in keys else frozenset(),
        needs=tuple(keys["needs"].several_of(NEEDS)) if "needs" in keys else (),
        most_days=keys["most_days"].integer() if "most_days" in keys else None,
        settled="settled" not in keys or keys["settled"].boolean(),
    )
