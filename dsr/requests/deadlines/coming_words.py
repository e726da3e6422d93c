"""Why a deadline would move, begin or fall away: which law, which of its rules; in the reader's
language, for the page and for the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.policies import duty_words
from dsr.policies.kinds import Checked
from dsr.policies.law_words import law_in_words
from dsr.policies.regimes import all_regimes
from dsr.requests.deadlines import law_facts
from dsr.requests.models import Deadline
from dsr.requests.states import DeadlineStatus

from .coming import Change, What


def which(change: Change) -> str:
    """What the deadline is for, and whose: `Answer, GDPR Art. 12(3)`."""
    deadline = change.before or change.after
    who = law_in_words(deadline.source) if deadline.regime else deadline.get_set_by_display()
    return f"{deadline.get_purpose_display()}, {who}"


def day_before(change: Change) -> str:
    """The day as it is; in words where there is none."""
    if change.before is None or change.what == What.RUNS_AGAIN:
        return _("none")
    return _day(change.before, change.old)


def day_after(change: Change) -> str:
    """The day as it would be; in words where there is none."""
    if change.what == What.ENDS:
        return _("none")
    after = change.after
    if not after.is_live and after.ended_on:
        return _("%(day)s, met already on %(on)s") % {
            "day": _day(after, change.new),
            "on": day_words(after.ended_on),
        }
    return _day(after, change.new)


def _day(deadline: Deadline, day: date | None) -> str:
    if deadline.status == DeadlineStatus.PAUSED:
        return _("none while it is paused")
    return day_words(day) if day else _("without delay, no number")


def why(change: Change) -> list[str]:
    """One sentence for each thing that the law has otherwise."""
    if change.what == What.ENDS:
        return [_ended(change.after.regime)]
    limit = _limit(change.after)
    if change.what == What.BEGINS:
        return [_("The law as it is read now sets this limit: %(rule)s.") % {"rule": limit}]
    if change.what == What.RUNS_AGAIN:
        return [_("The law as it is read now applies again: %(rule)s.") % {"rule": limit}]
    if change.before is None or not change.differs:
        return [_("The organisation’s own aim goes along with the duty that it serves.")]
    return list(_differences(change.before, change.after, change.differs))


def _ended(slug: str) -> str:
    if slug not in all_regimes():
        return _("The program no longer knows this law.")
    return _(
        "Under the law as it is read now, and the laws that the organisation names, this is not "
        "owed here."
    )


def _differences(before: Deadline, after: Deadline, terms: tuple[str, ...]) -> Iterator[str]:
    limits = {"rule", "calendar_codes"} & set(terms)
    if limits and _limit(before) != _limit(after):
        yield _otherwise(_("The limit"), *_only_what_differs(_limit(before), _limit(after)))
    elif limits:
        yield _("A detail of the count, or another reading shown beside it, is otherwise.")
    if "pauses" in terms:
        old, new = before.pauses_admitted, after.pauses_admitted
        changed = [each for each in {**old, **new} if old.get(each) != new.get(each)]
        yield _otherwise(_("What waiting does"), _pauses(old, changed), _pauses(new, changed))
    said: dict[str, tuple[str, Callable[[Deadline], str]]] = {
        "extension": (_("More time"), _more_time),
        "source": (_("The source"), lambda each: law_in_words(each.source)),
        "checked": (_("How far it was checked"), lambda each: str(Checked(each.checked).label)),
        "label": (_("The name of the law"), lambda each: law_in_words(each.label)),
    }
    for name, (what, words) in said.items():
        if name in terms:
            yield _otherwise(what, words(before), words(after))


def _otherwise(what: str, old: str, new: str) -> str:
    return _("%(what)s: “%(old)s” until now, “%(new)s” as it is read now.") % {
        "what": what,
        "old": old,
        "new": new,
    }


def _only_what_differs(old: str, new: str) -> tuple[str, str]:
    """Two limits without the parts that they share; whole where one holds nothing else."""
    mine, theirs = old.split("; "), new.split("; ")
    shorter = "; ".join(each for each in mine if each not in theirs)
    other = "; ".join(each for each in theirs if each not in mine)
    return (shorter, other) if shorter and other else (old, new)


def _limit(deadline: Deadline) -> str:
    return duty_words.rule_in_words(deadline.rule, deadline.calendar_codes)


def _pauses(pauses: Mapping[str, Any], reasons: Iterable[str]) -> str:
    # A reason that stops nothing is not kept.
    runs_on = {"effect": "none", "needs": []}
    return "; ".join(_pause(reason, pauses.get(reason, runs_on)) for reason in reasons)


def _pause(reason: str, says: Mapping[str, Any]) -> str:
    needs = [duty_words.seen_in_words(each) or law_facts.words(each) for each in says["needs"]]
    effect = duty_words.effect_in_words(reason, says["effect"])
    return f"{effect} ({', '.join(needs)})" if needs else effect


def _more_time(deadline: Deadline) -> str:
    terms = deadline.extension_rule
    if not terms:
        return _("none")
    needs = [law_facts.words(each) for each in terms.get("needs", ())]
    length = duty_words.period(terms["amount"], terms["unit"])
    return f"{length} ({', '.join(needs)})" if needs else length
