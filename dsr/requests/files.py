"""Files that belong to a request: sealed under one of its keys, and attached to what they prove."""

from __future__ import annotations

from datetime import datetime

from dsr.requests.models import Attachment, SubjectRequest
from dsr.vault.models import KeyPurpose, SealedFile
from dsr.vault.services import store_file
from dsr.vault.uploads import CheckedUpload


def keep_file(
    subject_request: SubjectRequest,
    upload: CheckedUpload,
    *,
    at: datetime,
    purpose: KeyPurpose = KeyPurpose.CONTENT,
) -> Attachment:
    """Seal a checked upload under one of the request's keys and attach it."""
    # Content unless somebody says that it proves an identity: each key dies on its own day.
    stored = store_file(
        subject_request.safe,
        name=upload.name,
        content=upload.content,
        content_type=upload.content_type,
        purpose=purpose,
        at=at,
        scan=upload.scan,
    )
    return Attachment.objects.create(subject_request=subject_request, file=stored, at=at)


def keep_proof(
    subject_request: SubjectRequest,
    proof: CheckedUpload,
    *,
    at: datetime,
    purpose: KeyPurpose = KeyPurpose.RECORD,
) -> SealedFile:
    """Seal a document that belongs to the record of a deed: a notice, an order, a proof."""
    # Of the record by default: that a notice went out must be shown when the content is erased.
    return store_file(
        subject_request.safe,
        name=proof.name,
        content=proof.content,
        content_type=proof.content_type,
        purpose=purpose,
        at=at,
        scan=proof.scan,
    )
