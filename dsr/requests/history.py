"""What happened to a request, in plain sentences, from the codes and ids that its chain holds.

Staff read every line with names; the requester reads what concerns them, without names and without
what happens behind the desk. The words of a deed stand beside the deed; here are those of the lines
that no deed writes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import Program, User
from dsr.audit.models import By, Entry
from dsr.days.place import standing_in
from dsr.policies.kinds import Level
from dsr.policies.law_words import law_in_words

from .chain import entries_of
from .deeds.declaration import DEEDS, LINES, Facts, Names, Saying, Words, history_line
from .file_words import which_files, with_files
from .findings import title_of
from .mail_names import mail_name
from .models import Deadline, IdentityRule, SubjectRequest
from .states import Channel, Status
from .words import day_in_words, short

CAUSES: dict[str, str | Promise] = {
    "pause_began": gettext_lazy("a pause began"),
    "pause_ended": gettext_lazy("a pause ended"),
    "receipt_corrected": gettext_lazy("the day of receipt changed"),
    "calendar_changed": gettext_lazy("the calendar of working days changed"),
    "extended": gettext_lazy("the time limit was extended"),
    "reopened": gettext_lazy("the request was taken up again"),
    "not_delivered": gettext_lazy("what had been sent did not arrive"),
    "delivered_after_all": gettext_lazy("the answer is to be delivered after all"),
    "fact_stated": gettext_lazy("a fact on which laws depend was stated"),
    "law_read_anew": gettext_lazy("it was accepted how the law is read now"),
}

# No names: the requester learns which side acted, and never who of the staff.
BY: dict[str, Words] = {
    "requester": gettext_lazy("you"),
    "staff": gettext_lazy("the organisation"),
    "system": gettext_lazy("automatically"),
    "program": gettext_lazy("automatically"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline: what, when, by whom, and which state followed which."""

    text: str
    at: datetime
    by: str
    note: str


def timeline(subject_request: SubjectRequest, files: Mapping[int, str] | None = None) -> list[Line]:
    """Everything that happened, as staff read it, the newest first.

    ``files`` are the names of those files that the reader may see; others have their number only.
    """
    entries = entries_of(subject_request)[::-1]
    names = (
        _names(entries, subject_request)
        | _rules(entries)
        | {f"deadline:{each.pk}": _which_deadline(each) for each in subject_request.deadlines.all()}
        | {f"file:{pk}": name for pk, name in (files or {}).items()}
        | _enclosed(subject_request)
        | _messages(subject_request)
    )
    with standing_in(subject_request.organisation.place):
        return [_line(entry, names) for entry in entries]


def since(subject_request: SubjectRequest, opened_at: datetime) -> list[Line]:
    """What happened after somebody opened the page, the newest first."""
    return [line for line in timeline(subject_request) if line.at > opened_at]


def news(subject_request: SubjectRequest, came: datetime) -> list[Line]:
    """What the requester did from that instant on, the newest first."""
    entries = [each for each in reversed(entries_of(subject_request)) if each.at >= came]
    brought = [each for each in entries if (deed := DEEDS.get(each.code)) and deed.brings_news]
    names = _names(brought, subject_request)
    return [_line(each, names) for each in brought]


def told(subject_request: SubjectRequest) -> Iterator[Line]:
    """What concerns the requester, the newest first."""
    # By number and not by time: all lines of one deed have the same instant.
    for entry in reversed(entries_of(subject_request)):
        # Closed by default: what a declaration does not tell them happened behind the desk.
        if text := _told(entry):
            yield Line(str(text), entry.at, str(BY[entry.by]), "")


def _told(entry: Entry) -> Words:
    declared = DEEDS.get(entry.code) or LINES.get(entry.code)
    said = declared.told if declared else ""
    # No names: the requester is told what was done and never by whom.
    return said(entry.facts, {}) if callable(said) else said


def _line(entry: Entry, names: Names) -> Line:
    return Line(_sentence(entry, names), entry.at, _who(entry, names), _moved(entry))


def _sentence(entry: Entry, names: Names) -> str:
    deed, line = DEEDS.get(entry.code), LINES.get(entry.code)
    # A deed that has nothing to add to its name is told by its name.
    said = (deed.history or deed.label) if deed else (line.history if line else entry.code)
    # A code without words is shown as it is: no line of the history is left out.
    return said(entry.facts, names) if callable(said) else str(said)


def _who(entry: Entry, names: Names) -> str:
    if entry.code.startswith("deadline_"):
        return ""  # it follows from the deed beside it
    if entry.by == By.REQUESTER:
        return _("the requester")
    if entry.by == By.PROGRAM:
        return names.get(f"program:{entry.actor_id}", "")
    nobody = _("the program") if entry.by == By.SYSTEM else ""
    return names.get(f"user:{entry.actor_id}", nobody)


def _moved(entry: Entry) -> str:
    if not entry.from_state or entry.from_state == entry.to_state:
        return ""
    return f"{Status(entry.from_state).label} → {Status(entry.to_state).label}"


def _names(entries: Iterable[Entry], subject_request: SubjectRequest) -> dict[str, str]:
    """Who did it, and whom it was given to, asked for once."""
    # Users and programs are numbered apart: the same id may be one of each.
    programs = {entry.actor_id for entry in entries if entry.by == By.PROGRAM}
    wanted = {entry.actor_id for entry in entries if entry.by != By.PROGRAM}
    # A person's id in an assignment, a day in a moved deadline: `_named` takes numbers only.
    wanted |= {entry.facts.get("to") for entry in entries}
    if subject_request.whole is None:
        users = _named("user", User, wanted)
    else:
        users = {f"user:{pk}": user.name for pk, user in subject_request.whole.users.items()}
    return users | _named("program", Program, programs)


def _rules(entries: Iterable[Entry]) -> dict[str, str]:
    """Who set a rule of identity, and why: it is named by every request that came under it."""
    wanted = {entry.facts["rule"] for entry in entries if entry.code == "level_lowered"}
    rules = IdentityRule.objects.filter(pk__in=wanted).select_related("set_by") if wanted else ()
    return {f"rule:{rule.pk}": rule_in_words(rule) for rule in rules}


def _enclosed(subject_request: SubjectRequest) -> dict[str, str]:
    """The hashes of what went with answers: they stay when the file itself is gone."""
    found: dict[str, str] = {}
    for each in subject_request.enclosures.all():
        each.safe = subject_request.safe
        sha = str(each.reveal("sha256", altered="") or "")
        found |= {f"enclosure:{each.pk}": sha, f"sha:{each.file_id}": sha}
    return found


def _messages(subject_request: SubjectRequest) -> dict[str, str]:
    """The day of each message of the request."""
    return {
        f"message:{each.pk}": short(each.happened_on) for each in subject_request.messages.all()
    }


def rule_in_words(rule: IdentityRule) -> str:
    return _("%(who)s set on %(day)s: %(why)s") % {
        "who": rule.set_by.name,
        "day": short(rule.set_at),
        "why": rule.why,
    }


def _named(what: str, model: type[Model], wanted: Iterable[object]) -> dict[str, str]:
    ids = {each for each in wanted if isinstance(each, int)}
    rows = model._default_manager.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {f"{what}:{pk}": name for pk, name in rows}


def _which_deadline(deadline: Deadline) -> str:
    """Which deadline is meant: what for, and who set it."""
    who = law_in_words(deadline.source) if deadline.regime else deadline.get_set_by_display()
    return f"{title_of(deadline)}, {who}"


def _which(facts: Facts, names: Names) -> str:
    return names.get(f"deadline:{facts.get('deadline')}", str(facts.get("code", "")))


def _received(facts: Facts, names: Names) -> str:
    said = _("Received on %(day)s (%(channel)s)") % {
        "day": day_in_words(facts.get("received_on")),
        "channel": Channel(facts["channel"]).label,
    }
    if not facts.get("age"):
        return said
    # Whoever checks authority should look at it.
    noted = _(
        "the day of birth does not fit who asks, or the ages of the right; it was asked about, and "
        "is meant"
    )
    return f"{said}; {noted}"


def _began(facts: Facts, names: Names) -> str:
    said = _("Deadline began (%(which)s): %(day)s") % {
        "which": _which(facts, names),
        "day": day_in_words(facts.get("due_on")),
    }
    return _because(said, facts)


def _because(said: str, facts: Facts) -> str:
    """With the cause where the line has one of its own."""
    if not facts.get("cause"):
        return said
    cause = CAUSES.get(str(facts["cause"]), facts["cause"])
    return _("%(what)s, because %(cause)s") % {"what": said, "cause": cause}


def _shifted(facts: Facts, names: Names) -> str:
    return _("Deadline moved (%(which)s) from %(old)s to %(new)s, because %(cause)s") % {
        "which": _which(facts, names),
        "old": day_in_words(facts.get("from")),
        "new": day_in_words(facts.get("to")),
        "cause": CAUSES.get(str(facts.get("cause")), facts.get("cause")),
    }


def _ended(sentence: Words) -> Saying:
    def say(facts: Facts, names: Names) -> str:
        told = {"which": _which(facts, names), "day": day_in_words(facts.get("on"))}
        return _because(str(sentence) % told, facts)

    return say


def _ended_or_undelivered(sentence: Words, undelivered: Words) -> Saying:
    """As ``_ended``, where it ended because nobody could be reached in words of its own."""

    def say(facts: Facts, names: Names) -> str:
        return _ended(undelivered if facts.get("undelivered") else sentence)(facts, names)

    return say


def _destroyed(facts: Facts, names: Names) -> str:
    sentence = _("Identity documents were destroyed, because they are no longer needed")
    if facts.get("why") == "time":
        sentence = _("Identity documents were destroyed, because two weeks were over")
    return with_files(sentence, facts, names)


def _read(facts: Facts, names: Names) -> str:
    if facts.get("letter"):
        return _("Letter %(number)s was downloaded: %(what)s") % {
            "number": facts["letter"],
            "what": mail_name(str(facts.get("kind") or "")) or _("a message"),
        }
    return _("File %(which)s was downloaded") % {"which": which_files(facts, names)}


def _lowered(facts: Facts, names: Names) -> str:
    return _("Less proof is asked for, “%(level)s”, by a rule that %(rule)s") % {
        "level": Level(facts["level"]).label,
        "rule": names.get(f"rule:{facts['rule']}", "?"),
    }


history_line("level_lowered", _lowered)
history_line("submit", _received, gettext_lazy("Your request was received."))
history_line("file_read", _read)
history_line(
    "identity_documents_destroyed",
    _destroyed,
    gettext_lazy("Documents that could prove your identity were destroyed."),
)
history_line("name_listed", gettext_lazy("The name was shown in a list of requests"))
history_line("denied", gettext_lazy("Somebody tried what they may not do"))
history_line("deadline_began", _began)
history_line("deadline_moved", _shifted)
history_line(
    "deadline_terms",
    _ended(gettext_lazy("Deadline keeps its day and has other terms (%(which)s)")),
)
history_line("deadline_met", _ended(gettext_lazy("Deadline met (%(which)s) on %(day)s")))
history_line(
    "deadline_missed",
    _ended_or_undelivered(
        gettext_lazy("Deadline missed (%(which)s): done on %(day)s"),
        gettext_lazy("Deadline missed (%(which)s): the answer was delivered to nobody by then"),
    ),
)
history_line(
    "deadline_cancelled",
    _ended_or_undelivered(
        gettext_lazy("Deadline cancelled (%(which)s) on %(day)s"),
        gettext_lazy("Deadline ended (%(which)s) on %(day)s: could not be delivered, so not met"),
    ),
)
history_line(
    "deadline_revived", _ended(gettext_lazy("Deadline runs again (%(which)s) since %(day)s"))
)
