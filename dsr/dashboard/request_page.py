"""One request made ready for its page: everything unsealed, said in words, and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.models import User
from dsr.dashboard import on_record
from dsr.policies.particulars import PARTICULARS, FieldSpec
from dsr.requests import enclosures, fees, history, queries, remedies
from dsr.requests.file_words import FileKind
from dsr.requests.grounds import grounds_for
from dsr.requests.models import (
    Attachment,
    Enclosure,
    EnclosureOpened,
    Evidence,
    Person,
    RequestMessage,
    SubjectRequest,
)
from dsr.requests.preconditions import sent_answer, standing_decision
from dsr.requests.services.identity_documents import gone_on
from dsr.requests.states import POSSIBLE_MATCHES, About, EvidenceKind, Scope
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


def duplicates(subject_request: SubjectRequest, by: User) -> list[SubjectRequest]:
    return list(queries.possible_duplicates(subject_request, by)[:MOST_RELATED])


def related(subject_request: SubjectRequest, by: User) -> list[SubjectRequest]:
    return list(queries.related(subject_request, by)[:MOST_RELATED])


def fee(subject_request: SubjectRequest) -> fees.Shown | None:
    """The last fee that was announced, and what became of it."""
    offers = list(subject_request.fee_offers.all())
    if not offers:
        return None
    offers[-1].safe = subject_request.safe
    return fees.shown(offers[-1])
