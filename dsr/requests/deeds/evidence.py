"""Evidence of who asks is recorded, read by a second person where it is a reason, and struck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.policies.kinds import Level
from dsr.requests.errors import BadInput
from dsr.requests.files import keep_proof
from dsr.requests.identity_levels import still_needed
from dsr.requests.models import Evidence, SubjectRequest
from dsr.requests.people import answers_go_to, notices_go_to
from dsr.requests.preconditions import unproved
from dsr.requests.services.held_contacts import check_cooled
from dsr.requests.states import (
    OPEN,
    POSSIBLE_MATCHES,
    About,
    AuthorityKind,
    Detail,
    EvidenceKind,
    RecordSource,
    Status,
)
from dsr.vault.models import KeyPurpose, SealedFile

from .declaration import Facts, Names, Place, Words, deed
from .doing import Doing
from .evidence_given import OTHER_KINDS, DetailGiven, EvidenceGiven
from .inputs import from_address


def _labels(choices: type[TextChoices], codes: Iterable[str]) -> str:
    # A code that is no longer offered keeps its name: no line of the history fails on it.
    known = dict(choices.choices)
    return ", ".join(str(known.get(code, code)) for code in codes)


def _recorded(facts: Facts, names: Names) -> str:
    said = []
    if matched := facts.get("matched"):
        said.append(_("Details matched: %(details)s") % {"details": _labels(Detail, matched)})
    if differed := facts.get("differed"):
        said.append(_("Details differed: %(details)s") % {"details": _labels(Detail, differed)})
    if facts.get("kind"):
        sentence = (
            _("Evidence: %(kind)s") if facts.get("confirmed") else _("Check failed: %(kind)s")
        )
        said.append(sentence % {"kind": _labels(EvidenceKind, [facts["kind"]])})
    return "; ".join(said)


def _how_far(subject_request: SubjectRequest) -> Words:
    required = Level(subject_request.required_level)
    missing = still_needed(subject_request.evidence.all(), required)
    enough = _("It reaches the level that this right requires.")
    # Not inside of the braces, where no text is found for the translators.
    recorded = _("The evidence is recorded.")
    return f"{recorded} {missing or enough}"


def _record_what_speaks(subject_request: SubjectRequest) -> Words:
    if subject_request.status == Status.RECEIVED:
        return gettext_lazy(
            "Make sure of who asks: match what they gave with what you hold, before asking for "
            "anything new."
        )
    return gettext_lazy(
        "Record what speaks for the identity, or decide without telling what is held."
    )


@deed(
    "add_evidence",
    gettext_lazy("Record evidence"),
    permissions=(Permission.IDENTIFY,),
    states=tuple(state for state in OPEN if state != Status.FROZEN),
    # A decision that was proposed before did not know of this check, and is void by it.
    rests_on=True,
    address="evidence",
    lead=gettext_lazy(
        "What was compared with what, and with which result. Whoever records evidence does not "
        "approve the decision."
    ),
    done=_how_far,
    history=_recorded,
    onward=100,
    next_when=lambda subject_request, actor: unproved(subject_request),
    hint=_record_what_speaks,
    shows=("identity",),
)
def add_evidence(doing: Doing, given: EvidenceGiven) -> None:
    """Record pieces of evidence. Raises BadInput when one does not say what was compared."""
    document = _check(given, doing)
    if _rests_on_contact(given):
        # Whoever takes over a life begins with the address (promise A4).
        asked = doing.subject_request
        for address, medium in {notices_go_to(asked), answers_go_to(asked)}:
            check_cooled(asked, address, medium, doing.today)
    for each in given.details:
        _keep(
            doing,
            given,
            kind=EvidenceKind.MATCHED_DATA,
            detail=each.detail,
            compared_with=each.compared_with,
            confirmed=bool(each.matches),
            unique=bool(each.matches and each.unique and each.detail not in POSSIBLE_MATCHES),
        )
    if given.kind:
        row = _keep(
            doing,
            given,
            kind=given.kind,
            compared_with=given.compared_with,
            confirmed=bool(given.confirmed),
            document=document or _sealed_document(given, doing),
        )
        if given.note.strip():
            row.seal(note=given.note.strip())
            row.save()
    # Closed codes alone: what was told, and what stands in the record, is nobody's here.
    doing.facts |= {"kind": given.kind, "confirmed": bool(given.confirmed)}
    doing.facts |= {
        "matched": [each.detail for each in given.details if each.matches],
        "differed": [each.detail for each in given.details if not each.matches],
    }


def _rests_on_contact(given: EvidenceGiven) -> bool:
    """Whether it says that the contact of this request is the one in the records."""
    if given.confirmed and given.kind in (
        EvidenceKind.CONTACT_ON_RECORD,
        EvidenceKind.CODE_TO_CONTACT,
    ):
        return True
    contacts = (Detail.EMAIL, Detail.POSTAL_ADDRESS)
    return any(each.matches and each.detail in contacts for each in given.details)


def _check(given: EvidenceGiven, doing: Doing) -> SealedFile | None:
    """The document that was sent already, where one was chosen."""
    problems: dict[str, str] = {}
    document = _chosen(given, doing)
    _check_rows(given.details, problems)
    if given.kind:
        _check_kind(given, document, problems)
    elif given.note.strip() or given.document or given.received or given.confirmed is not None:
        problems["kind"] = _("Choose the kind of evidence.")
    elif not given.details:
        problems["detail_1"] = _("Choose a detail that was compared, or another kind of evidence.")
    if given.seen_on and given.seen_on > doing.today:
        problems["seen_on"] = _("This day lies in the future. Enter the day of the check.")
    if problems:
        raise BadInput(problems)
    return document


def _check_rows(details: Iterable[DetailGiven], problems: dict[str, str]) -> None:
    seen: set[str] = set()
    for each in details:
        if each.detail not in Detail.values:
            problems[f"detail_{each.row}"] = _("Choose the detail that was compared.")
        elif each.detail in seen:
            problems[f"detail_{each.row}"] = _(
                "This detail stands in a row above. The same detail counts once."
            )
        seen.add(each.detail)
        if each.compared_with not in RecordSource.values:
            problems[f"compared_with_{each.row}"] = _("Choose with which record it was compared.")
        if each.matches is None:
            problems[f"matches_{each.row}"] = _("Say whether it matches.")
        elif each.matches and each.unique is None and each.detail not in POSSIBLE_MATCHES:
            problems[f"unique_{each.row}"] = _("Say whether others may have the same.")


def _check_kind(
    given: EvidenceGiven, document: SealedFile | None, problems: dict[str, str]
) -> None:
    # A closed list: secret questions prove nothing, so nobody can type them in (promise A1).
    if given.kind not in dict(OTHER_KINDS):
        problems["kind"] = _("Choose the kind of evidence.")
    if given.confirmed is None:
        problems["confirmed"] = _("Say whether it confirms.")
    stood = given.compared_with in RecordSource.values
    if given.compared_with and not stood:
        problems["compared_with"] = _("Choose one of these records.")
    if given.kind == EvidenceKind.CONTACT_ON_RECORD and not stood:
        problems["compared_with"] = _("Say in which record the contact stood before the request.")
    if given.kind in WANTED_NOTES and not given.note.strip():
        problems["note"] = str(WANTED_NOTES[EvidenceKind(given.kind)])
    if given.kind == EvidenceKind.ID_DOCUMENT and not (given.document or document):
        problems["document"] = _(
            "Add the document. Of one that was only shown to you, record that the person was seen."
        )


WANTED_NOTES = {
    EvidenceKind.VOUCHED: gettext_lazy("Say who vouches for the person."),
    EvidenceKind.NO_DOUBT: gettext_lazy(
        "Say why there is no reasonable doubt. A second person reads it."
    ),
}


def _chosen(given: EvidenceGiven, doing: Doing) -> SealedFile | None:
    if given.received is None:
        return None
    # Through the request: the number may be that of somebody else's file.
    kept = doing.subject_request.identity_documents.filter(
        file=given.received, destroyed_at=None
    ).first()
    if kept is None:
        raise BadInput({"received": _("This document is no longer here. Choose another.")})
    return kept.file


def _sealed_document(given: EvidenceGiven, doing: Doing) -> SealedFile | None:
    if given.document is None:
        return None
    # Under a key of its own: identity documents are destroyed long before the request is.
    return keep_proof(
        doing.subject_request, given.document, at=doing.at, purpose=KeyPurpose.IDENTITY
    )


def _keep(doing: Doing, given: EvidenceGiven, **columns: Any) -> Evidence:
    evidence = Evidence(
        safe=doing.subject_request.safe,
        subject_request=doing.subject_request,
        about=About.IDENTITY,
        seen_on=given.seen_on or doing.today,
        recorded_at=doing.at,
        # Who recorded it cannot approve what rests on it, so a name stands here (promise A8).
        by=doing.user,
        **columns,
    )
    evidence.save()
    return evidence


@dataclass(frozen=True, slots=True)
class Read:
    """Which piece of evidence a second person has read, by its id."""

    evidence_id: int = from_address()


@deed(
    "second_evidence",
    gettext_lazy("Agree with the reason"),
    permissions=(Permission.IDENTIFY, Permission.APPROVE),
    states=tuple(state for state in OPEN if state != Status.FROZEN),
    rests_on=True,
    address="evidence/<int:evidence_id>/second",
    lead=gettext_lazy(
        "You have read why a colleague has no reasonable doubt of who asks, and you see it alike. "
        "It counts from now on."
    ),
    done=_how_far,
    button=gettext_lazy("I have read it and agree"),
    history=gettext_lazy("A second person agreed that there is no reasonable doubt"),
    place=Place.ELSEWHERE,
    shows=("evidence",),
)
def second_evidence(doing: Doing, given: Read) -> None:
    """A second person read the reason for no reasonable doubt, and agrees: now it counts."""
    evidence = _standing(doing, given.evidence_id)
    if evidence.kind != EvidenceKind.NO_DOUBT or not evidence.confirmed:
        raise BadInput({"evidence": _("This evidence needs no second person.")})
    if evidence.seconded_by_id is not None:
        raise BadInput({"evidence": _("A second person agreed with it already.")})
    if evidence.by_id == doing.user.pk:
        raise BadInput({"evidence": _("You recorded it yourself. Another person has to read it.")})
    evidence.seconded_at, evidence.seconded_by = doing.at, doing.user
    evidence.save()
    doing.facts["evidence"] = evidence.pk


def _standing(doing: Doing, evidence_id: int) -> Evidence:
    # Through the request: the id in the address may be of another one, or of another house.
    evidence = doing.subject_request.evidence.filter(pk=evidence_id, struck_at=None).first()
    if evidence is None:
        raise BadInput({"evidence": _("This evidence was struck already.")})
    return evidence


@dataclass(frozen=True, slots=True)
class Strike:
    """Which piece of evidence no longer counts, by its id."""

    evidence_id: int = from_address()


def _struck(facts: Facts, names: Names) -> str:
    known = dict(EvidenceKind.choices) | dict(AuthorityKind.choices)
    sentence = _("A piece of evidence was struck: %(kind)s")
    return sentence % {"kind": known.get(str(facts.get("kind")), "")}


@deed(
    "strike_evidence",
    gettext_lazy("Strike evidence"),
    permissions=(Permission.IDENTIFY,),
    states=OPEN,
    rests_on=True,
    address="evidence/<int:evidence_id>/strike",
    lead=gettext_lazy("It no longer counts. The row stays, with who struck it and when."),
    done=gettext_lazy("The evidence is struck."),
    warning=True,
    history=_struck,
    place=Place.ELSEWHERE,
    shows=("evidence",),
)
def strike_evidence(doing: Doing, given: Strike) -> None:
    """Take a piece of evidence out of the count; the row stays and says who struck it when."""
    evidence = _standing(doing, given.evidence_id)
    # Never deleted: that somebody once relied on it is part of the record.
    evidence.struck_at, evidence.struck_by = doing.at, doing.user
    evidence.save()
    doing.facts |= {"evidence": evidence.pk, "kind": evidence.kind}
