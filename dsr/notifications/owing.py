"""Writing down what is owed, and taking it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from dsr.notifications import rechecks
from dsr.notifications.bell import ring
from dsr.notifications.letters import Letter, Letterhead, blocks_of, write
from dsr.notifications.models import OPEN, Medium, OutboxMessage, Status, Trouble
from dsr.notifications.rendering import Text, render
from dsr.vault.models import Purpose, Safe, SealedFile
from dsr.vault.services import store_file


def owe(
    *,
    key: str,
    kind: str,
    safe: Safe,
    to: str,
    language: str,
    context: Mapping[str, Any],
    at: datetime,
    reference: str = "",
    recheck: str = "",
    recheck_args: Mapping[str, Any] | None = None,
    useful_until: datetime | None = None,
    medium: str = Medium.EMAIL,
    recipient_user_id: int | None = None,
    owner_user_id: int | None = None,
    letterhead: Letterhead | None = None,
    file: SealedFile | None = None,
) -> OutboxMessage:
    """One message is owed from now on; for a key that is already owed, the message there is.

    Call it in the transaction of the deed. `to` is a mail address, or for a letter the lines of a
    postal address. The text is made now, from `templates/mail/<kind>/`, and sealed in `safe`.
    `recheck` is asked again before sending; after `useful_until` it is not sent any more.
    `owner_user_id` is who has to see to it when it cannot be delivered. A letter comes with its
    PDF as `file`, or with the letterhead under which its text is set.
    """
    if existing := OutboxMessage.objects.filter(key=key).first():
        return existing
    if not rechecks.is_known(recheck):
        raise LookupError(f"no recheck is called {recheck!r}")
    message = OutboxMessage(
        key=key,
        kind=kind,
        safe=safe,
        reference=reference,
        medium=Medium(medium),
        language=language,
        owed_at=at,
        next_try_at=at,
        useful_until=useful_until,
        recheck=recheck,
        recheck_args=dict(recheck_args or {}),
        message_id=new_message_id(),
        recipient_user_id=recipient_user_id,
        owner_user_id=owner_user_id,
        file=file,
    )
    text = render(kind, context, language=language, reference=reference)
    to = _checked(to, message.medium)
    message.seal(to_address=to, subject=text.subject, body=text.body)
    return _saved_once(message, _paper(message, to, text, letterhead))


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with an account to whom a mail is owed."""

    user_id: int
    to: str
    language: str


def owe_each(
    readers: Iterable[Reader],
    *,
    key: str,
    kind: str,
    safe: Safe,
    context: Mapping[str, Any],
    at: datetime,
    reference: str = "",
    recheck: str = "",
    recheck_args: Mapping[str, Any] | None = None,
    useful_until: datetime | None = None,
) -> int:
    """Like `owe`, the same mail to each of these people; returns how many were not owed before.

    The key of each ends with the reader's id. The text is made once for every language.
    """
    if not rechecks.is_known(recheck):
        raise LookupError(f"no recheck is called {recheck!r}")
    by_key = {f"{key}:{reader.user_id}": reader for reader in readers}
    there = OutboxMessage.objects.filter(key__in=by_key).values_list("key", flat=True)
    new = {each: by_key[each] for each in by_key.keys() - set(there)}
    texts = {
        language: render(kind, context, language=language, reference=reference)
        for language in {reader.language for reader in new.values()}
    }
    messages = []
    for each, reader in sorted(new.items()):
        message = OutboxMessage(
            key=each,
            kind=kind,
            safe=safe,
            reference=reference,
            language=reader.language,
            owed_at=at,
            next_try_at=at,
            useful_until=useful_until,
            recheck=recheck,
            recheck_args=dict(recheck_args or {}),
            message_id=new_message_id(),
            recipient_user_id=reader.user_id,
        )
        text = texts[reader.language]
        to = _checked(reader.to, message.medium)
        message.seal(to_address=to, subject=text.subject, body=text.body)
        messages.append(message)
    # Whoever owes the same at the same instant does no harm: one of the two rows stays.
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
    if messages:
        ring()
    return len(messages)


def cancel(key: str, *, prefix: bool = False) -> int:
    """Takes back what is not sent yet: the message of this key, or all whose keys begin so."""
    which = Q(key__startswith=key) if prefix else Q(key=key)
    return OutboxMessage.objects.filter(which, status__in=OPEN).update(
        status=Status.CANCELLED, last_error=Trouble.NOT_NEEDED
    )


def new_message_id() -> str:
    """Made once, when the mail is owed, so that a repeated mail is recognised as the same."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


def _checked(to: str, medium: str) -> str:
    """The error says nothing of the address: it may be logged."""
    if medium == Medium.LETTER:
        return "\n".join(line.strip() for line in to.splitlines() if line.strip())
    try:
        validate_email(to)
    except ValidationError as error:
        raise ValueError("a message is owed to what is no mail address") from error
    return to


def _paper(
    message: OutboxMessage, to: str, text: Text, letterhead: Letterhead | None
) -> bytes | None:
    if message.medium != Medium.LETTER or message.file or letterhead is None:
        return None
    letter = Letter(
        head=letterhead,
        recipient=to.splitlines(),
        subject=text.subject,
        body=blocks_of(text.body),
        written_on=letterhead.today(message.owed_at),
        reference=message.reference,
    )
    return write(letter, language=message.language, at=message.owed_at, template="message")


def _saved_once(message: OutboxMessage, paper: bytes | None) -> OutboxMessage:
    try:
        with transaction.atomic():
            if paper:
                message.file = _stored(message, paper)
            message.save(force_insert=True)
    except IntegrityError:
        # Somebody else owed the same at the same instant.
        return OutboxMessage.objects.get(key=message.key)
    ring()
    return message


def _stored(message: OutboxMessage, paper: bytes) -> SealedFile:
    name = f"{message.reference or message.kind}.pdf"
    return store_file(
        message.safe, name, paper, "application/pdf", Purpose.CONTENT, message.owed_at
    )
