"""The history of a request in plain sentences, from the codes and ids that the chain holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.dashboard.words import short
from dsr.requests import queries
from dsr.requests.models import Deadline, SubjectRequest
from dsr.requests.states import Channel, EvidenceKind, Outcome

PAST: dict[str, str | Promise] = {
    "submit": gettext_lazy("Received"),
    "start": gettext_lazy("Work began"),
    "ask_identity": gettext_lazy("Proof of identity was asked for"),
    "strike_evidence": gettext_lazy("A piece of evidence was struck"),
    "accept_identity": gettext_lazy("The identity was accepted"),
    "ask_requester": gettext_lazy("The requester was asked something"),
    "reply": gettext_lazy("The requester replied"),
    "approve": gettext_lazy("The decision was approved"),
    "return_to_work": gettext_lazy("Returned to work"),
    "send_answer": gettext_lazy("The answer went out"),
    "record_posting": gettext_lazy("The letter was posted"),
    "close": gettext_lazy("Closed"),
    "withdraw": gettext_lazy("The request was withdrawn"),
    "lapse": gettext_lazy("The request was declared lapsed"),
    "freeze": gettext_lazy("Frozen"),
    "unfreeze": gettext_lazy("No longer frozen"),
    "declare_out_of_scope": gettext_lazy("Declared out of scope"),
    "forward": gettext_lazy("Forwarded"),
    "reopen": gettext_lazy("Reopened"),
    "note": gettext_lazy("A note was added"),
    "edit_contact": gettext_lazy("The contact was corrected"),
    "complete": gettext_lazy("What was missing was added"),
    "record_receipt": gettext_lazy("A further receipt was recorded"),
    "correct_receipt": gettext_lazy("The day of receipt was corrected"),
    "extend": gettext_lazy("The time limit was extended"),
    "ask_fee": gettext_lazy("A fee was announced"),
    "settle_fee": gettext_lazy("The fee was paid or waived"),
    "state_facts": gettext_lazy("Facts on which laws depend were stated"),
    "record_order": gettext_lazy("An order was recorded"),
    "mail_bounced": gettext_lazy("A mail came back"),
    "file_read": gettext_lazy("A file was downloaded"),
    "denied": gettext_lazy("Somebody tried what they may not do"),
}

CAUSES: dict[str, str | Promise] = {
    "pause_began": gettext_lazy("a pause began"),
    "pause_ended": gettext_lazy("a pause ended"),
    "receipt_corrected": gettext_lazy("the day of receipt changed"),
    "calendar_changed": gettext_lazy("the calendar of working days changed"),
    "extended": gettext_lazy("the time limit was extended"),
    "extension": gettext_lazy("the time limit was extended"),
    "reopened": gettext_lazy("the request was taken up again"),
    "fact_stated": gettext_lazy("a fact on which laws depend was stated"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline: what, when, by whom, and what changed with it."""

    text: str
    at: datetime
    by: str
    note: str


def timeline(subject_request: SubjectRequest) -> list[Line]:
    """Everything that happened, the newest first."""
    lines = queries.history(subject_request)
    names = _names(line.facts.get("to") for line in lines)
    names |= {f"deadline:{each.pk}": _clock(each) for each in subject_request.deadlines.all()}
    return [_said(line, names) for line in reversed(lines)]


def _clock(deadline: Deadline) -> str:
    """Which deadline is meant: what for, and who set it."""
    who = deadline.source if deadline.regime else deadline.get_set_by_display()
    return f"{deadline.get_purpose_display()}, {who}"


def since(subject_request: SubjectRequest, opened_at: datetime) -> list[Line]:
    """What happened after somebody opened the page, the newest first."""
    return [line for line in timeline(subject_request) if line.at > opened_at]


def _names(ids: Iterable[Any]) -> Names:
    wanted = {each for each in ids if isinstance(each, int)}
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "name") if wanted else ()
    return {f"user:{pk}": name for pk, name in rows}


def _said(line: queries.HistoryLine, names: Names) -> Line:
    say = SENTENCES.get(line.code)
    text = say(line.facts, names) if say else str(PAST.get(line.code, line.label))
    return Line(text, line.at, _who(line), _moved(line))


def _who(line: queries.HistoryLine) -> str:
    if line.code.startswith("deadline_"):
        return ""  # it follows from the deed beside it
    if line.by == "requester":
        return _("the requester")
    return line.actor or (_("the program") if line.by == "system" else "")


def _moved(line: queries.HistoryLine) -> str:
    if not line.from_state or line.from_state == line.to_state:
        return ""
    return f"{line.from_state} → {line.to_state}"


Facts = dict[str, Any]
Names = dict[str, str]


def _day(value: Any) -> str:
    return short(date.fromisoformat(value)) if isinstance(value, str) else _("no date")


def _submit(facts: Facts, names: Names) -> str:
    channel = Channel(facts["channel"]).label
    return _("Received on %(day)s (%(channel)s)") % {
        "day": _day(facts.get("received_on")),
        "channel": channel,
    }


def _assign(facts: Facts, names: Names) -> str:
    if facts.get("to") is None:
        return _("Assigned to nobody")
    return _("Assigned to %(name)s") % {"name": names.get(f"user:{facts['to']}", "?")}


def _evidence(facts: Facts, names: Names) -> str:
    sentence = _("Evidence: %(kind)s") if facts.get("confirmed") else _("Check failed: %(kind)s")
    return sentence % {"kind": EvidenceKind(facts["kind"]).label}


def _propose(facts: Facts, names: Names) -> str:
    return _("Decision proposed: %(outcome)s") % {"outcome": Outcome(facts["outcome"]).label}


def _decided(facts: Facts, names: Names) -> str:
    sentence = _("Decided by one person: %(outcome)s")
    if not facts.get("sole"):
        sentence = _("Decided: %(outcome)s")
    return sentence % {"outcome": Outcome(facts["outcome"]).label}


def _approved(facts: Facts, names: Names) -> str:
    return _("Decision approved: %(outcome)s") % {"outcome": Outcome(facts["outcome"]).label}


def _began(facts: Facts, names: Names) -> str:
    return _("Deadline began (%(which)s): %(day)s") % {
        "which": _which(facts, names),
        "day": _day(facts.get("due_on")),
    }


def _shifted(facts: Facts, names: Names) -> str:
    return _("Deadline moved (%(which)s) from %(old)s to %(new)s, because %(cause)s") % {
        "which": _which(facts, names),
        "old": _day(facts.get("from")),
        "new": _day(facts.get("to")),
        "cause": CAUSES.get(str(facts.get("cause")), facts.get("cause")),
    }


def _corrected(facts: Facts, names: Names) -> str:
    return _("Day of receipt corrected from %(old)s to %(new)s") % {
        "old": _day(facts.get("from")),
        "new": _day(facts.get("to")),
    }


def _ended(sentence: str | Promise) -> Callable[[Facts, Names], str]:
    return lambda facts, names: (
        str(sentence) % {"which": _which(facts, names), "day": _day(facts.get("on"))}
    )


def _which(facts: Facts, names: Names) -> str:
    return names.get(f"deadline:{facts.get('deadline')}", str(facts.get("code", "")))


SENTENCES: dict[str, Callable[[Facts, Names], str]] = {
    "submit": _submit,
    "assign": _assign,
    "add_evidence": _evidence,
    "propose": _propose,
    "decide_alone": _decided,
    "approve": _approved,
    "correct_receipt": _corrected,
    "deadline_began": _began,
    "deadline_moved": _shifted,
    "deadline_met": _ended(gettext_lazy("Deadline met (%(which)s) on %(day)s")),
    "deadline_missed": _ended(gettext_lazy("Deadline missed (%(which)s): done on %(day)s")),
    "deadline_cancelled": _ended(gettext_lazy("Deadline cancelled (%(which)s) on %(day)s")),
    "deadline_revived": _ended(gettext_lazy("Deadline runs again (%(which)s) since %(day)s")),
}
