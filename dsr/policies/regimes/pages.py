"""Each law as a page for people: its rules, what it asks and demands, and how far that was checked.

In English, as the files are; made by `manage.py law_pages` and compared by a test, so that no page
says anything else than its file.
"""

from collections.abc import Iterable

from dsr.policies.kinds import Kind
from dsr.policies.regimes.duties import Duty, PauseEffect, Source
from dsr.policies.regimes.regime import Regime, all_regimes

DEGREES = {
    "read": "the text was read",
    "secondary": "read in a report about it",
    "remembered": "from memory, not read again",
}
STATUSES = {
    "official": "as the text says",
    "derived": "computed from the text",
    "convention": "our reading, where the text is silent",
    "proposed": "**proposed or not confirmed: shown, never computed**",
}


def pages() -> dict[str, str]:
    """The pages by file name, with an index `README.md`."""
    found = {f"{slug}.md": page(law) for slug, law in sorted(all_regimes().items())}
    return {"README.md": _index(), **found}


def page(law: Regime) -> str:
    """One law, in Markdown."""
    parts = [
        f"# {law.name}",
        "Made from its file by `manage.py law_pages`; change the file, not this page.",
        law.full_name + ("" if not law.note else f" — {law.note}"),
        _facts_of(law),
        *_section("Duties", [_duty(law, each) for each in law.duties]),
        *_section(
            "Facts that somebody states",
            [
                f"- {each.label} (with: {each.asked}; {_cited(each.source)})"
                for each in law.facts.values()
            ],
        ),
        *_section("What lets a part wait", [_hold(law, name) for name in law.holds]),
        *_section("Grounds of refusal", [_ground(law, name) for name in law.grounds]),
        *_section("What an answer has to say", [_element(law, name) for name in law.elements]),
        *_section("What may be charged", [_fee(law, name) for name in law.fees]),
        *_section("Sources", [_source(each) for each in law.sources.values()]),
    ]
    return "\n\n".join(parts) + "\n"


def _index() -> str:
    rows = [
        f"| [{law.name}]({slug}.md) | {law.full_name} | {law.checked_on or ''} |"
        for slug, law in sorted(all_regimes().items())
    ]
    head = "| law | full name | last checked |\n|---|---|---|"
    return (
        "\n\n".join(
            [
                "# The laws, one page each",
                "Made by `manage.py law_pages` from `dsr/policies/regimes/`. How a file is written "
                "stands in [regimes.md](../regimes.md).",
                "\n".join([head, *rows]),
            ]
        )
        + "\n"
    )


def _facts_of(law: Regime) -> str:
    lines = [f"- last checked on {law.checked_on}"] if law.checked_on else []
    if law.follows:
        lines.append(f"- follows [{law.follows}]({law.follows}.md)")
    if law.starts_on:
        lines.append(f"- in force from {law.starts_on}")
    if law.ends_on:
        lines.append(f"- no longer from {law.ends_on} on")
    for name, places in (
        ("requester", law.binds.requester),
        ("organisation", law.binds.organisation),
    ):
        if places:
            lines.append(f"- binds where the {name} is in: {', '.join(sorted(places))}")
    if law.binds.flags:
        lines.append(f"- only an organisation marked {', '.join(sorted(law.binds.flags))}")
    return "\n".join(lines)


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "\n".join(lines)] if lines else []


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(str(Kind(each).label) for each in kinds) or "every kind"


def _cited(source: Source) -> str:
    return f"{source.title}: {DEGREES[source.checked]}"


def _duty(law: Regime, duty: Duty) -> str:
    said = [f"- **{duty.code.replace('_', ' ')}**: {_length(duty)}; {_kinds(duty.kinds)}"]
    if duty.starts_on:
        said.append(f"from {duty.starts_on}")
    said += [_when(name, value) for name, value in duty.when.items()]
    if duty.extension:
        more = duty.extension
        said.append(f"{more.amount} {more.unit}s more with notice, at most {more.most} time")
        if more.needs:
            said.append(f"only where stated: {', '.join(more.needs)}")
    said += [_pause(each) for each in duty.pauses]
    if duty.calendar is not None:
        said.append(f"calendar: {', '.join(duty.calendar) or 'weekends only'}")
    said.append(STATUSES[duty.status])
    said.append(_cited(duty.source))
    return "; ".join(said)


def _length(duty: Duty) -> str:
    if duty.since:
        return f"from {duty.since} on"
    period = duty.rule.period
    if period is None:
        return "at once" if duty.code == "stop" else "without delay, no number"
    unit = period.unit.replace("_", " ")
    return f"{period.amount} {unit}{'' if period.amount == 1 else 's'}"


def _when(name: str, value: object) -> str:
    fact = name.replace("_", " ")
    if isinstance(value, bool):
        return f"where it is {'' if value else 'not '}so: {fact}"
    return f"where {fact} is {value}"


def _pause(effect: PauseEffect) -> str:
    words = {"suspend": "suspends it", "restart": "begins it anew", "none": "does not stop it"}
    said = f"{effect.reason} {words[effect.effect]}"
    if effect.kinds:
        said += f" (only {_kinds(effect.kinds)})"
    if effect.needs:
        said += f" where {', '.join(effect.needs).replace('_', ' ')}"
    return said if effect.settled else f"{said}, unsettled"


def _hold(law: Regime, name: str) -> str:
    terms = law.holds[name]
    said = [f"- {terms.label}", _kinds(terms.kinds)]
    if terms.most_days:
        said.append(f"at most {terms.most_days} days from the statement")
    if terms.silent:
        said.append("the answer shows nothing of it")
    if terms.needs_document:
        said.append("with its document")
    return "; ".join([*said, _cited(terms.source)])


def _ground(law: Regime, name: str) -> str:
    terms = law.grounds[name]
    said = [f"- `{name}`: {terms.label}", _kinds(terms.kinds)]
    if terms.owner != "anyone":
        said.append(f"only by: {terms.owner.replace('_', ' ')}")
    if terms.reviewable:
        said.append("can be reviewed")
    if terms.in_part_only:
        said.append("for a part only")
    if terms.instead_hold:
        said.append("the part is held back instead")
    if terms.carries:
        said.append(f"carries a policy's: {', '.join(terms.carries)}")
    return "; ".join([*said, _cited(terms.source)])


def _element(law: Regime, name: str) -> str:
    terms = law.elements[name]
    outcomes = ", ".join(each.replace("_", " ") for each in terms.outcomes) or "every outcome"
    return f"- {terms.label}; {_kinds(terms.kinds)}; {outcomes}; {_cited(terms.source)}"


def _fee(law: Regime, name: str) -> str:
    terms = law.fees[name]
    parts = ", ".join(terms.parts) or "nothing"
    said = [f"- {terms.label}", terms.occasion.replace("_", " "), _kinds(terms.kinds)]
    return "; ".join([*said, f"parts: {parts}", _cited(terms.source)])


def _source(source: Source) -> str:
    link = f"[{source.title}]({source.url})" if source.url else source.title
    note = f" {source.note}" if source.note else ""
    return f"- {link}: {DEGREES[source.checked]}.{note}"
