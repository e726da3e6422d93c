"""One request made ready for its page: everything unsealed, said in words, and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.dashboard import on_record, words
from dsr.days.words import instant_words
from dsr.notifications.models import Medium, OutboxMessage, Trouble
from dsr.notifications.models import Status as MailStatus
from dsr.policies.kinds import Checked
from dsr.policies.law_words import law_in_words
from dsr.policies.particulars import PARTICULARS, FieldSpec
from dsr.requests import enclosures, fees, history, queries, remedies
from dsr.requests.deadlines import clocks, explain
from dsr.requests.deeds.deadline import extensions_waiting
from dsr.requests.deeds.post import to_send_again
from dsr.requests.file_words import FileKind
from dsr.requests.findings import title_of
from dsr.requests.grounds import grounds_for
from dsr.requests.mail_names import mail_name
from dsr.requests.models import (
    Attachment,
    Deadline,
    Enclosure,
    EnclosureOpened,
    Evidence,
    Extension,
    KeptReady,
    Notice,
    Person,
    RequestMessage,
    SubjectRequest,
)
from dsr.requests.people import writes_to
from dsr.requests.preconditions import (
    contact_needed,
    contact_proved,
    sent_answer,
    standing_decision,
)
from dsr.requests.services import codes, kept_ready, reading
from dsr.requests.services.identity_documents import gone_on
from dsr.requests.services.notices import announce_by
from dsr.requests.services.paper import FIRST_ANSWER
from dsr.requests.states import (
    POSSIBLE_MATCHES,
    About,
    EvidenceKind,
    Read,
    Scope,
)
from dsr.requests.whole import mails_of
from dsr.requests.words import Badge, short
from dsr.vault.addresses import readable
from dsr.vault.errors import Tampered
from dsr.vault.models import SealedModel

# A bound for the page: somebody may ask a hundred times for the same.
MOST_RELATED = 10


@dataclass(frozen=True, slots=True)
class Said:
    """A particular of the request: what it is called, how strongly asked, what was said."""

    label: Any
    strength: str
    values: list[tuple[Any, str]]


def said(subject_request: SubjectRequest) -> list[Said]:
    try:
        typed = subject_request.values()
    except Tampered as altered:
        return [Said(_("What was typed"), "", [("", str(altered))])]
    shown = []
    for code, values in typed.items():
        particular = PARTICULARS.get(code)
        # The catalogue of particulars may have lost a code; what was typed under it stays sealed.
        if particular is None:
            continue
        given = [(spec.label, _value(spec, values.get(spec.name))) for spec in particular.fields]
        given = [(label, value) for label, value in given if value]
        strength = subject_request.right.strength(code)
        if given:
            shown.append(Said(particular.label, strength, given))
    return shown


def missing(subject_request: SubjectRequest) -> list[Any]:
    return [PARTICULARS[code].label for code in subject_request.missing if code in PARTICULARS]


def _value(spec: FieldSpec, value: Any) -> str:
    """A stored value as people read it."""
    labels = dict(spec.choices)
    if isinstance(value, list):
        return ", ".join(str(labels.get(each, each)) for each in value)
    if spec.type == "date" and value:
        return day(str(value))
    return str(labels.get(str(value), value)) if value else ""


def day(iso: str) -> str:
    try:
        return short(date.fromisoformat(iso))
    # What is no date is shown as it was typed: the page must not fail on one value.
    except ValueError:
        return iso


@dataclass(frozen=True, slots=True)
class PersonShown:
    title: str
    person: Person
    name: str
    born_on: str
    email: str
    phone: str
    postal_address: str
    is_contact: bool


def people(subject_request: SubjectRequest) -> list[PersonShown]:
    """The data subject, and the requester where that is somebody else."""
    rows = in_safe(subject_request, subject_request.people.all())
    parts = {person.part: person for person in rows}
    requester = parts.get(Person.Part.REQUESTER)
    shown = []
    if requester:
        title = _("Who asks: %(role)s") % {"role": requester.get_role_display()}
        shown.append(_person(title, requester, is_contact=True))
    title = _("Whom the data is about") if requester else _("Who asks, and whom it is about")
    shown.append(_person(title, parts[Person.Part.SUBJECT], is_contact=requester is None))
    return shown


def _person(title: str, person: Person, *, is_contact: bool) -> PersonShown:
    # A destroyed key is a state and not a fault: the page says so and shows the rest.
    erased = _("(erased)")
    born_on = str(person.shown("born_on") or "")
    return PersonShown(
        title,
        person,
        str(person.shown("name", erased)),
        day(born_on) if born_on else "",
        email=readable(str(person.shown("email") or "")),
        phone=str(person.shown("phone") or ""),
        postal_address=str(person.shown("postal_address") or ""),
        is_contact=is_contact,
    )


def in_safe(subject_request: SubjectRequest, rows: Iterable[Any]) -> list[Any]:
    """Rows that share the request's safe also share its opened keys: no query for each row."""
    found = list(rows)
    for row in found:
        # Of another safe it would be somebody else's key, and the text would look tampered with.
        if isinstance(row, SealedModel) and row.safe_id == subject_request.safe_id:
            row.safe = subject_request.safe
    return found


def opened(subject_request: SubjectRequest, rows: Iterable[Any], field: str) -> list[Any]:
    """Rows with their sealed text as ``shown``; what was erased says so."""
    found = in_safe(subject_request, rows)
    for row in found:
        row.shown = str(row.shown(field, _("(erased)")) or "")
    return found


def evidence(subject_request: SubjectRequest) -> list[Any]:
    """The rows of evidence with what they say in words: ``title``, ``compared``, ``badge``."""
    rows = opened(subject_request, subject_request.evidence.all(), "note")
    for row in rows:
        row.title = row.get_detail_display() or row.get_kind_display()
        row.compared = _compared(row)
        row.badge = _evidence_badge(row)
        row.waits = row.kind == EvidenceKind.NO_DOUBT and not (row.seconded_by_id or row.struck_at)
    return rows


def _compared(row: Evidence) -> str:
    said = []
    if row.scope:
        said.append(_("reaches: %(scope)s") % {"scope": row.get_scope_display()})
    if row.expires_on:
        said.append(_("valid until %(day)s") % {"day": short(row.expires_on)})
    if row.compared_with:
        said.append(_("compared with: %(record)s") % {"record": row.get_compared_with_display()})
    if row.detail and row.confirmed and row.detail not in POSSIBLE_MATCHES:
        said.append(_("only this person has it") if row.unique else _("others may share it"))
    return "; ".join(said)


def _evidence_badge(row: Evidence) -> Badge:
    if row.struck_at:
        return Badge("plain", _("Struck"))
    if row.detail and not row.confirmed:
        return Badge("bad", _("Differs"))
    if not row.confirmed:
        return Badge("bad", _("Does not confirm"))
    if row.scope == Scope.OTHER:
        return Badge("warn", _("Does not reach this request"))
    if row.detail in POSSIBLE_MATCHES:
        return Badge("plain", _("Possible match"))
    if row.kind == EvidenceKind.NO_DOUBT and not row.seconded_by_id:
        return Badge("warn", _("A second person has to read it"))
    return Badge("good", _("Matches") if row.detail else _("Confirms"))


MESSAGE_KINDS = {
    RequestMessage.Kind.QUESTION: gettext_lazy("asked"),
    RequestMessage.Kind.IDENTITY: gettext_lazy("asked for proof of identity"),
    RequestMessage.Kind.NOTICE: gettext_lazy("wrote"),
    RequestMessage.Kind.ANSWER: gettext_lazy("answered"),
    RequestMessage.Kind.REPLY: gettext_lazy("wrote"),
}


def messages(subject_request: SubjectRequest) -> list[Any]:
    rows = opened(subject_request, subject_request.messages.all(), "body")
    for row in rows:
        row.label = MESSAGE_KINDS[RequestMessage.Kind(row.kind)]
    return rows


def news(subject_request: SubjectRequest) -> dict[str, Any]:
    """What came since somebody last read: what happened, what was written, which files."""
    since = subject_request.unread_since
    if since is None:
        return {}
    written = [each for each in messages(subject_request) if each.from_requester]
    return {
        "lines": history.news(subject_request, since),
        "messages": [each for each in reversed(written) if each.at >= since],
        "files": [each for each in files(subject_request, identity=False) if each.at >= since],
    }


@dataclass(frozen=True, slots=True)
class EnclosureShown:
    """A file of an answer, and whether this person has opened it."""

    pk: int
    file: int
    name: str
    kind: str
    size: int
    sha256: str
    scan: str
    opened: bool


def enclosed(
    subject_request: SubjectRequest, rows: Iterable[Enclosure], user: User
) -> list[EnclosureShown]:
    opened_by_me = set(
        EnclosureOpened.objects.filter(
            by=user, enclosure__subject_request=subject_request
        ).values_list("enclosure_id", flat=True)
    )
    found = in_safe(subject_request, rows)
    return [
        EnclosureShown(
            each.pk,
            each.file.pk,
            str(file.shown("name", _("(erased)"))),
            enclosures.kind_of(each),
            file.size,
            str(each.shown("sha256", "")),
            str(file.get_scan_display()),
            each.pk in opened_by_me,
        )
        for each in found
        for file in in_safe(subject_request, [each.file])
    ]


def decision(subject_request: SubjectRequest) -> dict[str, Any]:
    """The decision that stands, with its words; nothing where none does."""
    standing = standing_decision(subject_request)
    if standing is None:
        return {"decision": None}
    [row] = in_safe(subject_request, [standing])
    erased = _("(erased)")
    return {
        "decision": row,
        # A ground that is no longer offered keeps its code: the decision rested on it.
        "decision_ground": row.ends_because
        or dict(grounds_for(subject_request)).get(row.ground)
        or remedies.why(subject_request, row.ground),
        "decision_answer": row.shown("answer", erased),
        "decision_reasons": row.shown("reasons", erased),
        "answer_is_out": sent_answer(subject_request) is not None,
    }


@dataclass(frozen=True, slots=True)
class ClockShown:
    """Deadlines that end on one day; ``why`` has the reasons of each under its source."""

    first: Deadline
    title: str
    # The end in words where it is no whole day: 72 hours.
    hour: str
    badge: Badge
    set_by: str
    sources: list[str]
    unread: bool
    more_until: date | None
    beside: str
    why: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class ClocksShown:
    shown: list[ClockShown]
    folded: list[ClockShown]


def clocks_of(subject_request: SubjectRequest, at: datetime) -> ClocksShown:
    """What governs and what has to be done now; every other deadline is folded away."""
    today = subject_request.organisation.today(at)
    found = clocks.for_staff(subject_request, today)
    refusing = clocks.is_refusing(subject_request)

    def made(clock: clocks.Clock) -> ClockShown:
        return _clock(subject_request, clock, today, at, refusing=refusing)

    return ClocksShown([made(each) for each in found.shown], [made(each) for each in found.folded])


def _clock(
    subject_request: SubjectRequest,
    clock: clocks.Clock,
    today: date,
    at: datetime,
    *,
    refusing: bool,
) -> ClockShown:
    each_why = [(_source(each), explain.explain(each)) for each in clock.deadlines]
    more = [
        each.notice_by
        for each in clock.deadlines
        if each.notice_by and clocks.can_announce_more(each, subject_request, today)
    ]
    titles = dict.fromkeys(title_of(each) for each in clock.deadlines)
    return ClockShown(
        clock.first,
        ", ".join(titles),
        _hour(clock.first),
        words.deadline_badge(clock.first, today, at, refusing=refusing),
        explain.set_by(clock.deadlines),
        list(dict.fromkeys(source for source, _why in each_why)),
        any(each.checked != Checked.READ for each in clock.deadlines),
        min(more, default=None),
        explain.beside_the_pause(clock.first),
        each_why,
    )


def _hour(deadline: Deadline) -> str:
    hourly = deadline.rule.get("unit") == "hour"
    return instant_words(deadline.due_at) if hourly and deadline.due_at else ""


def _source(deadline: Deadline) -> str:
    # Stored untranslated, so that each reader gets their own language.
    return law_in_words(deadline.source)


@dataclass(frozen=True, slots=True)
class FileShown:
    pk: int
    name: str
    size: int
    kind: FileKind
    at: datetime
    scan: str
    until: datetime | None

    @property
    def what(self) -> str:
        return str(self.kind.label)


def files(subject_request: SubjectRequest, *, identity: bool) -> list[FileShown]:
    """Everything that can be downloaded; identity documents only for those who prove or approve."""
    # The download asks this same list, so nothing can be fetched that is not shown here.
    found = [(each.file, _came_as(each)) for each in subject_request.attachments.all()]
    found += [
        (each.letter, FileKind.LETTER) for each in subject_request.messages.all() if each.letter
    ]
    # Prefetched with the page, so asking for the messages twice costs nothing.
    found += [
        (each.proof, FileKind.ANSWER_PROOF) for each in subject_request.messages.all() if each.proof
    ]
    # An image of a passport is for those who judge it: it is not even named to others.
    # Once destroyed it is no file any more; the evidence says so.
    documents = {each.file_id: each for each in subject_request.identity_documents.all()}
    found += [
        (
            each.file,
            FileKind.GOES if each.message_id is None else FileKind.WENT,
        )
        for each in subject_request.enclosures.all()
        if each.file
    ]
    decisions = subject_request.decisions.all()
    found += [(each.given_proof, FileKind.GIVEN_PROOF) for each in decisions if each.given_proof]
    gone = {pk for pk, each in documents.items() if each.destroyed_at}
    if identity:
        sent = {file.pk for file, _what in found}
        rows = {each.document: each.about for each in subject_request.evidence.all()}
        found += [
            (file, FileKind.IDENTITY if about == About.IDENTITY else FileKind.AUTHORITY)
            for file, about in rows.items()
            if file and file.pk not in sent
        ]
    found = [
        (file, kind)
        for file, kind in found
        if file.pk not in gone and (identity or file.pk not in documents)
    ]
    deadlines = subject_request.deadlines.all()
    # Only a deadline set by a court or an authority has one, and Django raises for the others.
    found += [(each.order.document, FileKind.ORDER) for each in deadlines if hasattr(each, "order")]
    extensions = [each for deadline in deadlines for each in deadline.extensions.all()]
    found += [(each.proof, FileKind.EXTENSION) for each in extensions if each.proof]
    found += on_record.documents(subject_request)
    # For their names, which are sealed like the files themselves.
    in_safe(subject_request, [file for file, _kind in found])
    return [
        FileShown(
            file.pk,
            str(file.shown("name", _("(erased)"))),
            file.size,
            kind,
            file.added_at,
            str(file.get_scan_display()),
            gone_on(documents[file.pk]) if file.pk in documents else None,
        )
        for file, kind in found
    ]


def _came_as(attachment: Attachment) -> FileKind:
    if attachment.about == About.AUTHORITY:
        return FileKind.AUTHORITY
    return FileKind.CAME if attachment.from_requester else FileKind.STAFF


@dataclass(frozen=True, slots=True)
class MailShown:
    """A mail or letter to the requester, as the outbox has it; never its words."""

    pk: int
    what: str
    medium: str
    state: str
    at: datetime
    can_have_bounced: bool
    came_back: bool
    to_post: bool
    is_answer: bool


def mails(subject_request: SubjectRequest) -> list[MailShown]:
    # Without those to staff: what reminds the desk is no part of what the person was told.
    rows = [each for each in mails_of(subject_request) if each.recipient_user_id is None]
    return [
        MailShown(
            row.pk,
            # A room above may owe mail of a kind that has no words here yet.
            mail_name(row.kind),
            str(row.get_medium_display()),
            str(_posted_or_not(row)),
            row.sent_at or row.owed_at,
            can_have_bounced=row.status == MailStatus.SENT,
            came_back=row.status == MailStatus.FAILED and row.last_error == Trouble.BOUNCED,
            to_post=row.medium == Medium.LETTER and row.status == MailStatus.OWED,
            is_answer=row.key.startswith(FIRST_ANSWER),
        )
        for row in rows
    ]


def _posted_or_not(row: OutboxMessage) -> Any:
    if row.medium != Medium.LETTER:
        return row.get_status_display()
    if row.status == MailStatus.OWED:
        return _("Waiting to be posted")
    if row.posted_on and row.status == MailStatus.SENT:
        return _("Posted on %(day)s") % {"day": short(row.posted_on)}
    return row.get_status_display()


def fee(subject_request: SubjectRequest) -> fees.Shown | None:
    """The last fee that was announced, and what became of it."""
    offers = list(subject_request.fee_offers.all())
    if not offers:
        return None
    offers[-1].safe = subject_request.safe
    return fees.shown(offers[-1])


@dataclass(frozen=True, slots=True)
class KeptShown:
    """What is on record of an answer that can be delivered to nobody, opened."""

    row: KeptReady
    attempts: str
    other_ways: str
    why: str


def kept(subject_request: SubjectRequest) -> KeptShown | None:
    """Proposed or in force; None where neither is."""
    row = kept_ready.standing(subject_request)
    if row is None:
        return None
    return KeptShown(row, *(str(row.shown(each)) for each in ("attempts", "other_ways", "why")))


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What did not arrive, what that means, and what waits to be posted, by when."""

    lost: list[str]
    answer_is_lost: bool
    waiting: list[str]
    kept: KeptShown | None = None


def undelivered(subject_request: SubjectRequest, shown: list[MailShown]) -> Undelivered:
    lost = to_send_again(subject_request)
    waiting = [each.what for each in shown if each.to_post]
    waiting += [
        _extension_words(each, subject_request) for each in extensions_waiting(subject_request)
    ]
    return Undelivered(
        lost=[mail_name(each.kind) for each in lost],
        answer_is_lost=any(each.what == Notice.What.ANSWER for each in lost),
        waiting=waiting,
        kept=kept(subject_request),
    )


def _extension_words(extension: Extension, subject_request: SubjectRequest) -> str:
    by = announce_by(extension, subject_request)
    if by is None:
        return _("More time takes effect when it is told.")
    return _("More time takes effect when it is told, at the latest on %(day)s.") % {
        "day": short(by)
    }


def duplicates(subject_request: SubjectRequest, by: User) -> list[SubjectRequest]:
    return list(queries.possible_duplicates(subject_request, by)[:MOST_RELATED])


def related(subject_request: SubjectRequest, by: User) -> list[SubjectRequest]:
    return list(queries.related(subject_request, by)[:MOST_RELATED])


@dataclass(frozen=True, slots=True)
class Opened:
    """One answer that was released: until when it can be read, and what was done with it."""

    sent_on: date
    until: datetime
    is_over: bool
    is_kept: bool
    reads: int
    letters: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Access:
    """Who can come in, and who may read: links, sessions, codes, and the proof of the contact."""

    proofs: list[Any]
    is_proved: bool
    needed: str
    stolen: bool
    links: int
    sessions: int
    confirmed: int
    code: str
    code_until: datetime | None
    answers: list[Opened]
    held: list[Any]
    settle_by: date | None


def access(subject_request: SubjectRequest, at: datetime, *, sees_code: bool) -> Access:
    """The state of all that, for the page of the request; the code only for who may give it."""
    sessions = _standing(subject_request.private_sessions.all(), at)
    read_in = {
        each.session_id
        for message in subject_request.messages.all()
        for each in message.readings.all()
    }
    code = reading.code_at_counter(subject_request, at=at) if sees_code else None
    needed = contact_needed(subject_request)
    return Access(
        proofs=opened(subject_request, subject_request.contact_proofs.all(), "source"),
        is_proved=contact_proved(subject_request),
        needed=needed,
        stolen=writes_to(subject_request).email_stolen,
        held=opened(subject_request, subject_request.held_contacts.all(), "address"),
        settle_by=_settle_by(subject_request),
        links=len(_standing(subject_request.links.all(), at)),
        sessions=len(sessions),
        confirmed=sum(each.pk in read_in for each in sessions),
        code=codes.read_out(code) if code else "",
        code_until=code.expires_at if code else None,
        answers=[_opened(each, at) for each in reading.released(subject_request)],
    )


def _standing(rows: Iterable[Any], at: datetime) -> list[Any]:
    """Of links or sessions, those by which somebody comes in."""
    return [each for each in rows if each.ended_at is None and each.expires_at > at]


def _settle_by(subject_request: SubjectRequest) -> date | None:
    """By when an open objection has to be settled."""
    for dispute in subject_request.disputes.all():
        for deadline in dispute.deadlines.all() if dispute.settled_at is None else ():
            return deadline.due_on
    return None


def _opened(message: RequestMessage, at: datetime) -> Opened:
    done = [(each.what, each.at) for each in message.readings.all()]
    until = reading.readable_until(message)
    return Opened(
        sent_on=message.happened_on,
        until=until,
        is_over=reading.is_over(message, at),
        is_kept=message.kept_since is not None,
        reads=sum(what == Read.PAGE for what, _at in done),
        letters=sum(what == Read.LETTER for what, _at in done),
        last=max((when for _what, when in done), default=None),
    )
