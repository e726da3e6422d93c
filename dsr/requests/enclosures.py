"""The files that go out with an answer: which they are now, and who has looked into them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.accounts.models import User
from dsr.requests.models import Decision, Enclosure, EnclosureOpened, RequestMessage, SubjectRequest
from dsr.requests.states import Outcome
from dsr.vault.outgoing import KINDS


def standing(subject_request: SubjectRequest) -> QuerySet[Enclosure]:
    """What goes with the next answer; what went out, or was taken away, does not."""
    unsent = Q(message=None) | Q(message__taken_back_at__isnull=False)
    return subject_request.enclosures.filter(unsent, removed_at=None).select_related("file")


def of(decision: Decision, subject_request: SubjectRequest) -> list[Enclosure]:
    """What goes, or went, with the answer of a decision. Nothing goes with an ending."""
    if decision.ends_as:
        return []
    messages = {each.pk: each for each in subject_request.messages.all()}
    return [
        each
        for each in subject_request.enclosures.all()
        if each.removed_at is None and _goes(messages.get(each.message_id or 0), decision)
    ]


def _goes(message: RequestMessage | None, decision: Decision) -> bool:
    """Whether what went out with this message, or with none, is of this decision's answer."""
    return (
        message is None or message.at >= decision.proposed_at or message.taken_back_at is not None
    )


def sent_with(message: RequestMessage) -> list[Enclosure]:
    return [each for each in message.enclosures.all() if each.removed_at is None]


def opened(subject_request: SubjectRequest, file_id: int, *, by: User, at: datetime) -> None:
    """Somebody of the staff took this file, where it is one of these."""
    for each in subject_request.enclosures.filter(file=file_id):
        EnclosureOpened.objects.create(enclosure=each, by=by, at=at)


def unopened(decision: Decision, subject_request: SubjectRequest, by: User) -> int:
    """How many of them this person has not opened."""
    there = [each.pk for each in of(decision, subject_request)]
    opened_by = EnclosureOpened.objects.filter(enclosure__in=there, by=by)
    return len(there) - opened_by.values("enclosure").distinct().count()


def opened_needed(decision: Decision, subject_request: SubjectRequest, by: User) -> str:
    """Nobody approves what they have not seen; a sentence, or empty."""
    left = unopened(decision, subject_request, by)
    if not left:
        return ""
    return ngettext(
        "%(left)d file that goes with this answer has not been opened by you. Open it below, look "
        "at whose data it holds, then approve.",
        "%(left)d files that go with this answer have not been opened by you. Open each below, "
        "look at whose data it holds, then approve.",
        left,
    ) % {"left": left}


def takes_files(outcome: str) -> bool:
    """A refusal gives nothing, and may go to somebody who is not proved."""
    return outcome != Outcome.REFUSED


def kind_of(enclosure: Enclosure) -> str:
    """Its pages where they are known, else its kind: ``12 pages``, ``XLSX``."""
    if enclosure.pages:
        return ngettext("%(n)d page", "%(n)d pages", enclosure.pages) % {"n": enclosure.pages}
    assert enclosure.file is not None
    types = {content_type: each.upper() for each, (content_type, _signs) in KINDS.items()}
    return types.get(enclosure.file.content_type, "")


def described(enclosure: Enclosure, subject_request: SubjectRequest) -> str:
    """As a letter lists it: name, pages or kind, size, and the hash that tells it from any other.

    Raises KeyDestroyed or Tampered.
    """
    assert enclosure.file is not None
    enclosure.safe = enclosure.file.safe = subject_request.safe
    return _("%(name)s (%(kind)s, %(size)s; SHA-256 %(hash)s)") % {
        "name": enclosure.file.unseal("name"),
        "kind": kind_of(enclosure),
        "size": filesizeformat(enclosure.file.size),
        "hash": enclosure.unseal("sha256"),
    }
