"""How much proof an organisation asks for: rules are set and ended here, each time on record.

A rule that is changed ends, and another takes its place: a request that came under the old one
still says who had lowered its level, and why (promise A 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.audit.services import SITE, append
from dsr.policies.kinds import HANDS_OVER, Kind, Level
from dsr.policies.models import Organisation
from dsr.policies.regimes import all_regimes
from dsr.requests.errors import BadInput, Unmet
from dsr.requests.identity_levels import within_bounds
from dsr.requests.models import IdentityRule
from dsr.requests.states import Channel

SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGiven:
    """For whom and what it holds (blank: any), how sure one must be, and why."""

    level: int
    why: str
    organisation: Organisation | None = None
    kind: str = ""
    channel: str = ""
    regime: str = ""


def set_rule(
    given: RuleGiven, *, by: User, at: datetime, replaces: IdentityRule | None = None
) -> IdentityRule:
    """A rule for the requests that come from now on. Raises BadInput, each sentence by its field;
    Unmet where the rule that it replaces has ended meanwhile.
    """
    if problems := refusals(given):
        raise BadInput(problems)
    with transaction.atomic():
        if replaces:
            _end(replaces.pk, by, at)
        rule = IdentityRule.objects.create(
            organisation=given.organisation,
            kind=given.kind,
            channel=given.channel,
            regime=given.regime,
            level=given.level,
            why=given.why.strip(),
            set_at=at,
            set_by=by,
        )
        facts = {"replaces": replaces.pk if replaces else None, "level": given.level}
        _record("identityrule_set", rule, by, at, **facts)
    return rule


def end_rule(rule: IdentityRule, *, by: User, at: datetime) -> None:
    """It holds for no request that comes later. Raises Unmet where it has ended already."""
    with transaction.atomic():
        _end(rule.pk, by, at)
        _record("identityrule_ended", rule, by, at)


def refusals(given: RuleGiven) -> dict[str, str]:
    """What is wrong with a rule, by field."""
    problems: dict[str, str] = {}
    if len(given.why.strip()) < SHORTEST_REASON:
        problems["why"] = _("Say why: every request under this rule shows it.")
    if given.kind not in ("", *Kind.values):
        problems["kind"] = _("There is no such kind of right.")
    if given.channel not in ("", *Channel.values):
        problems["channel"] = _("There is no such channel.")
    if given.regime and given.regime not in all_regimes():
        problems["regime"] = _("There is no such law.")
    if given.level not in Level.values:
        problems["level"] = _("Choose one of the levels.")
    elif given.kind and within_bounds(given.kind, given.level) != given.level:
        problems["level"] = _(
            "This level is not possible for this right: it is too little proof, or too much."
        )
    elif given.kind in HANDS_OVER and given.level < Level.HIGH and given.organisation is None:
        problems["organisation"] = _("Name the organisation that asks for less proof.")
    return problems


def _end(rule_id: int, by: User, at: datetime) -> None:
    # In one statement: of two people who change the same rule one wins, and the other is told.
    standing = IdentityRule.objects.filter(pk=rule_id, ended_at=None)
    if not standing.update(ended_at=at, ended_by=by):
        raise Unmet(_("This rule has ended. Look at the rules that hold now."))


def _record(code: str, rule: IdentityRule, by: User, at: datetime, **facts: int | None) -> None:
    named = {"identityrule": rule.pk, "organisation": rule.organisation_id}
    append(SITE, code, at=at, actor_id=by.pk, by="staff", facts=named | facts)
