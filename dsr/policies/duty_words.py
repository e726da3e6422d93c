"""What a duty of a law demands, in plain words and in the reader's language: its limit, what gives
more time, what waiting does. The same words for the pages of the laws and for what is to come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr.days.words import day_words
from dsr.deadlines.sentences import PERIODS
from dsr.policies.kinds import Kind
from dsr.policies.regimes import PLACES, Duty, Regime
from dsr.policies.territories import sort_key, territory_name

_DUTIES: dict[str, str | Promise] = {
    "respond": gettext_lazy("Answer"),
    "stop": gettext_lazy("Stop the use at once"),
    "acknowledge": gettext_lazy("Acknowledge receipt"),
    "refuse": gettext_lazy("Tell of a refusal"),
    "extension_notice": gettext_lazy("Announce an extension"),
    "opt_out": gettext_lazy("Stop the use"),
    "appeal": gettext_lazy("Answer an appeal"),
    "progress": gettext_lazy("Tell of the progress"),
    "not_before": gettext_lazy("Not before"),
    "look_back": gettext_lazy("How far back it reaches"),
}
_WAITS: dict[str, str | Promise] = {
    "identity": gettext_lazy("proof of identity"),
    "clarification": gettext_lazy("a question about the request"),
    "fee": gettext_lazy("the fee"),
}
_REASONS: dict[str, str | Promise] = {
    "complexity": gettext_lazy("the request is complex"),
    "number": gettext_lazy("the number of requests"),
    "complexity_and_number": gettext_lazy("the request is complex, and the number of requests"),
}
_SEEN: dict[str, str | Promise] = {
    "asked_promptly": gettext_lazy("it was asked within a week of the receipt"),
    "doubt_recorded": gettext_lazy("the doubt is on record"),
}
# What laws ask of an organisation besides its place.
FLAGS: dict[str, str | Promise] = {
    "hipaa_covered_entity": gettext_lazy("a covered entity under HIPAA"),
    "health_professional": gettext_lazy("a health professional or a health institution"),
    "public_health_body": gettext_lazy("a public body that keeps health data"),
    "texas_covered_entity": gettext_lazy(
        "an organisation that keeps electronic health records under Texas law (chapter 181)"
    ),
}


def duty_name(code: str) -> str:
    """What is to be done: Answer, Acknowledge receipt."""
    return str(_DUTIES.get(code, code))


def limit_in_words(duty: Duty) -> str:
    """The limit of a duty: a day from which a window is open, or what its rule says."""
    if duty.since:
        return _("from %(day)s on, whenever it is asked") % {"day": day_words(duty.since)}
    return rule_in_words(duty.rule_json, duty.calendar)


def rule_in_words(rule: Mapping[str, Any], calendar: Sequence[str] | None = None) -> str:
    """The limit in one line: how long, from when, what happens at a weekend.

    `rule` is spelled as in the file of its law; `calendar` are the codes that it names, None where
    the organisation's own counts.
    """
    return "; ".join(_limit(rule, calendar))


def _limit(rule: Mapping[str, Any], calendar: Sequence[str] | None) -> Iterator[str]:
    unit, amount = rule["unit"], rule.get("amount")
    if unit == "none":
        yield _("without delay: the text names no number")
        return
    if rule.get("direction") == "back":
        yield _("%(period)s back from the day of receipt") % {"period": period(amount, unit)}
        return
    yield period(amount, unit) if amount else _("on the same day")
    yield from _first_day(rule)
    yield from _last_day(rule)
    works = unit == "business_day" or rule.get("roll", "none") != "none"
    if works or rule.get("min_working_days"):
        yield _holidays(calendar)


def period(amount: Any, unit: str) -> str:
    """`1 month`, `10 working days`."""
    singular, plural = PERIODS[unit]
    return ngettext(singular, plural, amount).format(n=amount)


def _first_day(rule: Mapping[str, Any]) -> Iterator[str]:
    unit = rule["unit"]
    if not rule["amount"]:
        pass  # the day of receipt is the only one
    elif unit in ("day", "business_day", "week"):
        if rule.get("start", "next_day") == "same_day":
            yield _("the day of receipt is the first day")
        else:
            yield _("the day of receipt is not counted")
    elif unit in ("month", "year"):
        yield {
            "event": _("to the same date as the day of receipt"),
            "day_after": _("from the day after the receipt"),
            "day_before": _("to the eve of the same date"),
        }[rule.get("anchor", "event")]
    elif rule.get("hour_start") == "next_full_hour":
        yield _("from the next full hour")
    if cutoff := rule.get("cutoff"):
        yield _("what arrives at %(hour)s or later counts as of the next day") % {"hour": cutoff}
    if rule.get("receipt_on_non_working", "none") != "none":
        yield _("what arrives on a day of rest counts as of the next working day")


def _last_day(rule: Mapping[str, Any]) -> Iterator[str]:
    rolls = {
        "next_working_day": _("a last day that is not worked moves to the next working day"),
        "previous_working_day": _("a last day that is not worked moves to the one before"),
    }
    if rule.get("roll", "none") in rolls:
        yield rolls[rule["roll"]]
    elif rule["unit"] not in ("hour", "business_day"):
        yield _("weekends and holidays move nothing")
    if least := rule.get("min_working_days"):
        yield ngettext(
            "it holds %(n)d working day at least", "it holds %(n)d working days at least", least
        ) % {"n": least}


def _holidays(calendar: Sequence[str] | None) -> str:
    if calendar is None:
        return _("working days are those of the organisation")
    if not calendar:
        return _("only weekends are days of rest")
    return _("working days are those of %(places)s") % {"places": places_in_words(calendar)}


def readings(rule: Mapping[str, Any]) -> list[str]:
    """What speaks for another reading of the limit, in the words of the file."""
    return [str(each["why"]) for each in rule.get("unsettled", ())]


def more_time(regime: Regime, duty: Duty, language: str) -> str:
    """How far the limit can be extended, and for what; empty where it cannot."""
    terms = duty.extension
    if terms is None:
        return ""
    said = [period(terms.period.amount, terms.period.unit)]
    if terms.most > 1:
        times = ngettext("%(n)d time at most", "%(n)d times at most", terms.most)
        said.append(times % {"n": terms.most})
    if terms.admitted_reasons:
        reasons = [str(_REASONS.get(each, each)) for each in terms.admitted_reasons[:2]]
        said.append(_("because: %(reasons)s") % {"reasons": _(" or ").join(reasons)})
    said += _stated(regime, terms.needs, language)
    return "; ".join(said)


def waiting(regime: Regime, duty: Duty, language: str) -> list[str]:
    """What waiting for something does to the clock, a line for each reason."""
    return [_wait(regime, each, language) for each in duty.pauses]


def effect_in_words(reason: str, effect: str) -> str:
    """`proof of identity: the clock stands still`; the codes are those of the file."""
    effects = {
        "suspend": _("%(what)s: the clock stands still"),
        "restart": _("%(what)s: the time begins anew when it came"),
        "none": _("%(what)s: the clock runs on"),
    }
    return effects[effect] % {"what": str(_WAITS.get(reason, reason))}


def seen_in_words(need: str) -> str:
    """What the program sees for itself, of what a pause needs; empty for a fact of a law."""
    return str(_SEEN.get(need, ""))


def _wait(regime: Regime, effect: Any, language: str) -> str:
    said = [effect_in_words(effect.reason, effect.effect)]
    if effect.kinds:
        said.append(_("only for: %(kinds)s") % {"kinds": kinds_in_words(effect.kinds)})
    said += _stated(regime, effect.needs, language)
    if effect.most_days:
        most = ngettext("%(n)d day at most", "%(n)d days at most", effect.most_days)
        said.append(most % {"n": effect.most_days})
    if not effect.settled:
        said.append(_("no authority has confirmed this reading"))
    return "; ".join(said)


def _stated(regime: Regime, needs: Collection[str], language: str) -> list[str]:
    """What has to be so: what the program sees, then what somebody states."""
    seen = [str(_SEEN[each]) for each in needs if each in _SEEN]
    facts = [
        _("if somebody states: “%(fact)s”") % {"fact": regime.label_of("facts", each, language)}
        for each in needs
        if each not in _SEEN
    ]
    return [*(_("if %(what)s") % {"what": each} for each in seen), *facts]


def only_where(duty: Duty) -> str:
    """The facts of a request on which the duty depends, as the file spells them."""
    facts = [f"{name} = {_value(value)}" for name, value in duty.when.items()]
    if facts and duty.when_unknown:
        facts.append(_("or nobody has said"))
    return ", ".join(facts)


def _value(value: object) -> str:
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)


def kinds_in_words(kinds: Collection[str]) -> str:
    """The kinds of rights: access, copy, erasure."""
    return ", ".join(str(Kind(each).label) for each in kinds)


def places_in_words(places: Collection[str]) -> str:
    """Countries by name, those of the European Economic Area as one."""
    rest, named = set(places), []
    if rest >= PLACES["EEA"]:
        named, rest = [_("the European Economic Area")], rest - PLACES["EEA"]
    return ", ".join([*named, *sorted(map(territory_name, rest), key=sort_key)])


def whom_it_binds(regime: Regime) -> list[str]:
    """Whom a law binds: the organisation's place, the requester's, and what the one must be."""
    binds, said = regime.binds, []
    if binds.organisation:
        places = places_in_words(binds.organisation)
        said.append(_("an organisation in: %(places)s") % {"places": places})
    if binds.requester:
        said.append(
            _("any organisation, where the person who asks lives in: %(places)s")
            % {"places": places_in_words(binds.requester)}
        )
    if binds.flags:
        said.append(_("of these only who is: %(what)s") % {"what": flags_in_words(binds.flags)})
    return said


def flags_in_words(flags: Collection[str]) -> str:
    """What a law asks of an organisation besides its place: a covered entity under HIPAA."""
    return ", ".join(str(FLAGS.get(each, each)) for each in sorted(flags))
