"""What staff recorded beside the answer: parts held back, systems that stopped, findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dsr.days.words import day_words, instant_words
from dsr.requests import findings, holds
from dsr.requests.file_words import FileKind
from dsr.requests.models import SubjectRequest
from dsr.vault.models import SealedFile, SealedModel


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One entry: what it is, where it stands, the sealed words, and who wrote them when."""

    title: str
    stands: str
    texts: tuple[str, ...]
    by: str
    at: datetime


def entries(subject_request: SubjectRequest) -> list[OnRecord]:
    """Every entry, the earliest first."""
    found = [*_held(subject_request), *_stopped(subject_request), *_found(subject_request)]
    return sorted(found, key=lambda each: each.at)


def documents(subject_request: SubjectRequest) -> list[tuple[SealedFile, FileKind]]:
    """The files that prove them."""
    held = [(each.document, FileKind.HELD) for each in subject_request.holds.all()]
    found = [(each.document, FileKind.FINDING) for each in subject_request.findings.all()]
    return [(document, kind) for document, kind in [*held, *found] if document]


def _held(subject_request: SubjectRequest) -> Iterator[OnRecord]:
    for each in subject_request.holds.all():
        stands = _("held back until %(day)s") % {"day": day_words(each.ended_on or each.until_on)}
        if each.taken_up_at:
            stands = _("taken up on %(day)s") % {"day": _day(subject_request, each.taken_up_at)}
        elif each.continued_by_id:
            stands = _("goes on with another statement")
        said = (_sealed(subject_request, each, "part"),)
        yield OnRecord(holds.words(each.ground), stands, said, each.by.name, each.recorded_at)


def _stopped(subject_request: SubjectRequest) -> Iterator[OnRecord]:
    for each in subject_request.stops.all():
        stands = _("on %(when)s") % {"when": instant_words(each.stopped_at)}
        title = _("The use stopped everywhere") if each.last else _("The use stopped in a system")
        said = (_sealed(subject_request, each, "system"),)
        yield OnRecord(title, stands, said, each.by.name, each.recorded_at)


def _found(subject_request: SubjectRequest) -> Iterator[OnRecord]:
    for each in subject_request.findings.all():
        stands = _("known since %(when)s") % {"when": instant_words(each.known_at)}
        said = [_sealed(subject_request, each, "what")]
        if each.ended and each.ended_at and each.ended_by:
            stands = _("%(how)s, %(when)s, %(who)s") % {
                "how": each.get_ended_display(),
                "when": instant_words(each.ended_at),
                "who": each.ended_by.name,
            }
            said.append(_sealed(subject_request, each, "outcome"))
        title = findings.words(each.code)
        yield OnRecord(title, stands, tuple(said), each.by.name, each.recorded_at)


def _sealed(subject_request: SubjectRequest, row: SealedModel, field: str) -> str:
    row.safe = subject_request.safe
    return str(row.shown(field, _("(erased)")))


def _day(subject_request: SubjectRequest, at: datetime) -> str:
    return day_words(subject_request.organisation.today(at))
