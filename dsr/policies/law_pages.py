"""A page for every law, written from its file: `docs/laws/<short name>.md`, and their index.

English alone, as all of docs/. A test compares the committed pages with what is written here.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from dsr.policies import duty_words
from dsr.policies.kinds import Checked
from dsr.policies.regimes import Charge, Duty, Regime, all_regimes

_STATUS = {
    "official": "The text itself says so.",
    "derived": "Derived: the text, applied by our code.",
    "convention": "A convention of ours; no text says it.",
    "proposed": "Proposed, or not confirmed: shown here, never computed.",
}
_ASKED = {
    "request": "of the request",
    "clarification": "with a question about the request",
    "identity": "with a question about the identity",
    "fee": "with a fee",
    "extension": "with an extension",
}
_OWNERS = {
    "anyone": "whoever decides",
    "two_people": "two people",
    "privacy_officer": "a privacy officer",
    "health_professional": "a licensed health professional",
}
_OUTCOMES = {
    "granted": "granted",
    "partly_granted": "granted in part",
    "refused": "refused",
    "nothing_held": "nothing held",
}
WRITTEN = "Written by `manage.py law_pages` from [the file of the law]({file}); change that one."


def pages() -> dict[str, str]:
    """Every page by the name of its file under docs/laws/. Errors: CatalogueError."""
    with translation.override("en"):
        regimes = all_regimes()
        written = {f"{slug}.md": _page(regime) for slug, regime in regimes.items()}
        return written | {"README.md": _text(_index())}


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _index() -> Iterator[str]:
    yield "# The laws that are known here"
    yield ""
    yield "One page each: whom it binds, what it demands, and how far anybody looked. Nothing here"
    yield "is legal advice. Written by `manage.py law_pages`; how the file of a law is written"
    yield "stands in [regimes.md](../regimes.md)."
    yield ""
    yield "| law | in force | last compared with its sources |"
    yield "| --- | --- | --- |"
    for regime in all_regimes().values():
        name = f"[{regime.name}]({regime.slug}.md), {_cell(regime.full_name)}"
        yield f"| {name} | {_in_force(regime)} | {regime.checked_on or 'not noted'} |"


def _in_force(regime: Regime) -> str:
    days = [f"from {regime.starts_on}"] if regime.starts_on else []
    # The first day on which it binds no more.
    days += [f"until the day before {regime.ends_on}"] if regime.ends_on else []
    return " ".join(days) or "yes"


def _page(regime: Regime) -> str:
    return _text(_lines(regime))


def _lines(regime: Regime) -> Iterator[str]:
    yield f"# {regime.name}"
    yield ""
    yield f"{regime.full_name}."
    yield ""
    yield WRITTEN.format(file=f"../../dsr/policies/regimes/{regime.slug}.yaml")
    if regime.note:
        yield from ("", regime.note)
    yield from _days(regime)
    yield from ("", "## Whom it binds", "")
    yield from (f"- {each}" for each in duty_words.whom_it_binds(regime))
    yield from ("", "## What it demands")
    for duty in regime.duties:
        yield from _duty(regime, duty)
    for part in (_facts, _holds, _findings, _grounds, _must_grant, _passing_on, _elements, _fees):
        yield from part(regime)
    yield from _sources(regime)


def _days(regime: Regime) -> Iterator[str]:
    yield from ("", f"- Last compared with its sources: {regime.checked_on or 'not noted'}")
    yield f"- In force: {_in_force(regime)}"
    if regime.follows:
        earlier = all_regimes()[regime.follows]
        yield (
            f"- Follows [{earlier.name}]({earlier.slug}.md): a request stays under the text of its "
            "day of receipt"
        )
    for later in all_regimes().values():
        if later.follows == regime.slug:
            yield f"- Followed by [{later.name}]({later.slug}.md)"


def _duty(regime: Regime, duty: Duty) -> Iterator[str]:
    yield from ("", f"### {duty_words.duty_name(duty.code)}", "")
    yield f"- For: {duty_words.kinds_in_words(duty.kinds)}"
    yield f"- Limit: {duty_words.limit_in_words(duty)}"
    if duty.starts_on:
        yield f"- From: {duty.starts_on}"
    if where := duty_words.only_where(duty):
        yield f"- Only where: {where}"
    if duty.optional:
        yield "- Binds only who wants to use it"
    if more := duty_words.more_time(regime, duty, "en"):
        yield f"- More time: {more}"
    for wait in duty_words.waiting(regime, duty, "en"):
        yield f"- Waiting for {wait}"
    for why in duty_words.readings(duty.rule_json):
        yield f"- Another reading, whose date is shown beside ours: {why}"
    yield f"- Source: {duty.source.title}. {_STATUS[duty.status]}"


def _facts(regime: Regime) -> Iterator[str]:
    if regime.facts:
        yield from ("", "## Facts that somebody states", "")
    for name, fact in regime.facts.items():
        yield f"- `{name}`, stated {_ASKED[fact.asked]}: “{fact.label}” ({fact.source.title})"


def _holds(regime: Regime) -> Iterator[str]:
    if regime.holds:
        yield from ("", "## What lets a part wait", "")
    for name, hold in regime.holds.items():
        said = [f"`{name}`: “{hold.label}”", f"for {duty_words.kinds_in_words(hold.kinds)}"]
        if hold.most_days:
            said.append(f"{duty_words.period(hold.most_days, 'day')} at most")
        if hold.silent:
            said.append("the answer does not show it")
        if hold.needs_document:
            said.append("with a document")
        yield f"- {'; '.join(said)} ({hold.source.title})"


def _findings(regime: Regime) -> Iterator[str]:
    if regime.findings:
        yield from ("", "## What begins a further limit", "")
    for name, finding in regime.findings.items():
        rule = finding.rule_json
        limit = duty_words.period(rule["amount"], rule["unit"])
        kinds = duty_words.kinds_in_words(finding.kinds) or "every right"
        yield (
            f"- `{name}`: “{finding.label}”; for {kinds}. Then, within {limit} of the moment at "
            f"which somebody knew: {finding.todo} ({finding.source.title})"
        )


def _grounds(regime: Regime) -> Iterator[str]:
    if regime.grounds:
        yield from ("", "## Grounds of refusal", "")
        yield from ("| ground | for | who may invoke it | source |", "| --- | --- | --- | --- |")
    for name, ground in regime.grounds.items():
        said = [f"`{name}`: {_cell(ground.label)}"]
        said += ["a part only"] if ground.in_part_only else []
        said += ["can be reviewed"] if ground.reviewable else []
        said += [f"held back instead of refused (`{ground.instead_hold}`)"] * bool(
            ground.instead_hold
        )
        kinds = duty_words.kinds_in_words(ground.kinds) or "every right"
        owner = _OWNERS[ground.owner]
        yield f"| {'; '.join(said)} | {kinds} | {owner} | {_cell(ground.source.title)} |"


def _must_grant(regime: Regime) -> Iterator[str]:
    if regime.must_grant:
        yield from ("", "## What may not be refused", "")
    for each in regime.must_grant:
        kinds = duty_words.kinds_in_words(each.kinds)
        said = regime.facts[each.fact].label
        yield f"- {kinds}, where this is stated: “{said}” ({each.source.title})"


def _passing_on(regime: Regime) -> Iterator[str]:
    if found := regime.passing_on:
        yield from ("", "## Copies to somebody else", "")
        kinds = duty_words.kinds_in_words(found.kinds)
        yield f"- {kinds}: “{found.label}” ({found.source.title})"


def _fees(regime: Regime) -> Iterator[str]:
    if regime.fees:
        yield from ("", "## What may be charged", "")
        yield from ("| what the law says | for | parts | source |", "| --- | --- | --- | --- |")
    for fee in regime.fees.values():
        kinds = duty_words.kinds_in_words(fee.kinds)
        parts = "; ".join(_charge(each) for each in fee.charges) or "nothing"
        yield f"| {_cell(fee.label)} | {kinds} | {parts} | {_cell(fee.source.title)} |"


def _charge(charge: Charge) -> str:
    said = ", ".join(charge.parts)
    if charge.grounds:
        said += f" (where it is {' or '.join(charge.grounds).replace('_', ' ')})"
    if charge.first_free_months:
        said += f" (after one that was free, within {charge.first_free_months} months)"
    return said


def _elements(regime: Regime) -> Iterator[str]:
    if regime.elements:
        yield from ("", "## What an answer has to say", "")
        yield from ("| element | for | where | source |", "| --- | --- | --- | --- |")
    for element in regime.elements.values():
        kinds = duty_words.kinds_in_words(element.kinds) or "every right"
        outcomes = ", ".join(_OUTCOMES[each] for each in element.outcomes) or "every answer"
        label = _cell(element.label)
        yield f"| {label} | {kinds} | {outcomes} | {_cell(element.source.title)} |"


def _sources(regime: Regime) -> Iterator[str]:
    yield from ("", "## Sources", "")
    yield from ("| source | how far it was checked | note |", "| --- | --- | --- |")
    for source in regime.sources.values():
        title = _cell(source.title)
        title = f"[{title}]({source.url})" if source.url else title
        yield f"| {title} | {Checked(source.checked).label} | {_cell(source.note)} |"


def _cell(text: str) -> str:
    # A stroke would end the cell.
    return text.replace("|", "\\|").replace("\n", " ")
