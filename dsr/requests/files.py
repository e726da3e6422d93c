"""Files that belong to a request: sealed under one of its keys, and attached to what they prove."""

from __future__ import annotations

from datetime import datetime

from dsr.requests.models import Attachment, IdentityDocument, SubjectRequest
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import add_key, store_file
from dsr.vault.uploads import CheckedUpload


def keep_file(
    subject_request: SubjectRequest,
    upload: CheckedUpload,
    *,
    at: datetime,
    purpose: KeyPurpose = KeyPurpose.CONTENT,
    about: str = "",
) -> Attachment:
    """Seal a checked upload under one of the request's keys and attach it."""
    # Content unless somebody says that it proves an identity: each key dies on its own day.
    stored = keep_proof(subject_request, upload, at=at, purpose=purpose)
    return Attachment.objects.create(
        subject_request=subject_request, file=stored, about=about, at=at
    )


def keep_proof(
    subject_request: SubjectRequest,
    proof: CheckedUpload,
    *,
    at: datetime,
    purpose: KeyPurpose = KeyPurpose.RECORD,
) -> SealedFile:
    """Seal a document that belongs to the record of a deed: a notice, an order, a proof.

    What may show an identity document gets a key of its own, and a day on which that is destroyed.
    """
    if purpose == KeyPurpose.IDENTITY:
        add_key(subject_request.safe, purpose, at)
    # Of the record by default: that a notice went out must be shown when the content is erased.
    stored = store_file(
        subject_request.safe,
        name=proof.name,
        content=proof.content,
        content_type=proof.content_type,
        purpose=purpose,
        at=at,
        scan=proof.scan,
    )
    if purpose == KeyPurpose.IDENTITY:
        IdentityDocument.objects.create(subject_request=subject_request, file=stored, added_at=at)
    return stored
