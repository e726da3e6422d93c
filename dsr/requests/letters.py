"""The letter of an answer: as data, so that nothing typed can become markup."""

from __future__ import annotations

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.days.words import day_words
from dsr.notifications import letters
from dsr.policies.models import Organisation
from dsr.requests import elements, enclosures, holds
from dsr.requests.deeds.doing import Doing
from dsr.requests.models import Decision, RequestMessage, SubjectRequest
from dsr.requests.people import lines_of, writes_to
from dsr.requests.remedies import address_lines, in_letter, why
from dsr.vault.addresses import readable
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import store_file


def seal_letter(doing: Doing, answer: RequestMessage) -> SealedFile:
    subject_request = doing.subject_request
    content = letters.write(_written(doing, answer), language=subject_request.language, at=doing.at)
    return store_file(
        subject_request.safe,
        # No person's name: names of files end up in logs and in folders that others see.
        name=f"{subject_request.reference}.pdf",
        content=content,
        content_type="application/pdf",
        # A letter of the record: it must still be there when the content of the request is erased.
        purpose=KeyPurpose.RECORD,
        at=doing.at,
    )


def _written(doing: Doing, answer: RequestMessage) -> letters.Letter:
    """The letter as data, so that nothing typed can become markup."""
    subject_request = doing.subject_request
    organisation, language = subject_request.organisation, subject_request.language
    person, right = writes_to(subject_request), subject_request.right
    decision = _decision(subject_request, answer)
    ground, outcome = (decision.ground, decision.outcome) if decision else ("", "")
    with translation.override(language):
        return letters.Letter(
            head=letterhead(organisation),
            recipient=lines_of(person),
            subject=_("Your request: %(right)s") % {"right": right.in_language("title", language)},
            body=letters.blocks_of(str(answer.unseal("body"))),
            written_on=doing.today,
            reference=subject_request.reference,
            signatory=[organisation.legal_name],
            remedies=in_letter(subject_request, ground),
            enclosures=[
                enclosures.described(each, subject_request) for each in enclosures.sent_with(answer)
            ],
            facts={_("Received on"): day_words(subject_request.received_on)},
            why=why(subject_request, ground),
            elements=[
                {"title": each.label, "text": letters.blocks_of(each.text)}
                for each in elements.in_letter(subject_request, outcome)
            ],
            later=holds.told(subject_request),
        )


def letterhead(organisation: Organisation) -> letters.Letterhead:
    return letters.Letterhead(
        name=organisation.legal_name,
        lines=address_lines(organisation.legal_name, organisation.postal_address),
        contact=[
            each for each in (readable(organisation.contact_email), organisation.phone) if each
        ],
        country=organisation.country,
    )


def _decision(subject_request: SubjectRequest, answer: RequestMessage) -> Decision | None:
    """The decision that this letter tells: of several answers, its own."""
    settled = subject_request.decisions.filter(settled_at__lte=answer.at)
    # What was decided before an earlier answer was put away when the request was opened again.
    standing = settled.filter(Q(put_away_at=None) | Q(put_away_at__gt=answer.at))
    return standing.order_by("settled_at", "pk").last()
