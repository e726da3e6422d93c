"""Writing down what is owed, and what is asked once more just before it goes out.

A room that owes messages registers its questions here by name, so that this room needs to know no
request.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import Model

from dsr.notifications.bell import ring
from dsr.notifications.models import Medium, OutboxMessage, Status, Trouble
from dsr.notifications.rendering import Text, render
from dsr.vault.addresses import AddressRefused, canonical
from dsr.vault.models import Safe, SealedFile

log = logging.getLogger(__name__)

Recheck = Callable[[Mapping[str, Any], datetime], bool]

# Filled once per process, in `ready()` of the rooms that owe messages.
_registered: dict[str, Recheck] = {}


def register_recheck(name: str, question: Recheck) -> None:
    """`question(args, at)` answers whether the message still holds; args are ids and codes."""
    # The same question under its name once more is no clash: `ready()` may run twice.
    if _registered.setdefault(name, question) is not question:
        raise ValueError(f"two rechecks are called {name}")


Follower = Callable[[Sequence[str], datetime], None]
_followers: list[Follower] = []


def register_follower(follower: Follower) -> None:
    """`follower(keys, at)` is called after messages were sent or given up, in no transaction.

    It only makes what follows quick: who must not miss an end asks the rows, in a sweep.
    """
    if follower not in _followers:
        _followers.append(follower)


def tell_followers(keys: Sequence[str], at: datetime) -> None:
    for follower in _followers:
        try:
            follower(keys, at)
        # The mail is out, whatever becomes of this: the sweep of the room above comes again.
        except Exception:
            log.exception("What follows from %d messages met a defect.", len(keys))


def is_known(name: str) -> bool:
    return name == "" or name in _registered


def still_holds(name: str, args: Mapping[str, Any], at: datetime) -> bool:
    return name == "" or _registered[name](args, at)


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
    file: SealedFile | None = None,
    into: list[Model] | None = None,
    text_of: str = "",
    sender: str = "",
) -> None:
    """One message is owed from now on; of a key that is already owed nothing changes.

    Call it in the transaction of the deed. `to` is a mail address, or for a letter the lines of a
    postal address. The text is made now, from `templates/mail/<kind>/`, and sealed in `safe`.
    `recheck` is asked again before sending; after `useful_until` it is not sent any more.
    `recipient_user_id` is the reader's account, where there is one. A letter may come
    with its PDF as `file`; else its text is set when it is printed. Who writes many new rows at
    once takes this one, unsaved, `into` a list. `text_of` names another folder of words,
    `sender` another address to send from than the program's.
    """
    # A name that nothing answers to would keep the mail waiting: better that the deed fails.
    _check_is_known(recheck)
    # Made now, in the transaction of the deed: later the request has moved on.
    text = render(text_of or kind, context, language=language, reference=reference)
    message = _sealed(
        to,
        text,
        key=key,
        kind=kind,
        safe=safe,
        reference=reference,
        medium=Medium(medium),
        language=language,
        owed_at=at,
        useful_until=useful_until,
        recheck=recheck,
        recheck_args=dict(recheck_args or {}),
        recipient_user_id=recipient_user_id,
        file=file,
        sender=sender,
    )
    _save([message], into)


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
    into: list[Model] | None = None,
) -> None:
    """Like `owe`, the same mail to each of these people.

    The key of each ends with the reader's id. The text is made once for every language.
    """
    _check_is_known(recheck)
    # Who is named twice, for two roles, is owed one mail.
    given = {reader.user_id: reader for reader in readers}
    texts = {
        language: render(kind, context, language=language, reference=reference)
        for language in {reader.language for reader in given.values()}
    }
    _save(
        [
            _sealed(
                reader.to,
                texts[reader.language],
                key=f"{key}:{user_id}",
                kind=kind,
                safe=safe,
                reference=reference,
                language=reader.language,
                owed_at=at,
                useful_until=useful_until,
                recheck=recheck,
                recheck_args=dict(recheck_args or {}),
                recipient_user_id=user_id,
            )
            # Always in the same order: whoever owes the same at the same instant waits in line.
            for user_id, reader in sorted(given.items())
        ],
        into,
    )


def new_message_id(sender: str = "") -> str:
    """Made once, when the mail is owed, so that a repeated mail is recognised as the same."""
    domain = parseaddr(sender or settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


def _check_is_known(recheck: str) -> None:
    if not is_known(recheck):
        raise LookupError(f"no recheck is called {recheck!r}")


def _sealed(to: str, text: Text, **columns: Any) -> OutboxMessage:
    message = OutboxMessage(
        message_id=new_message_id(columns.get("sender", "")),
        next_try_at=columns["owed_at"],
        **columns,
    )
    message.seal(to_address=_addressed(message, to), subject=text.subject, body=text.body)
    return message


def owe_together(messages: Iterable[OutboxMessage]) -> None:
    """Save messages that `owe` or `owe_each` took into a list."""
    # A key that is there already, since long or since this instant, keeps its row.
    if OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True):
        ring()


def _save(messages: list[OutboxMessage], into: list[Model] | None) -> None:
    if into is None:
        owe_together(messages)
    elif messages:
        # They are saved in the same transaction, and the bell waits for its commit.
        into.extend(messages)
        ring()


def _addressed(message: OutboxMessage, to: str) -> str:
    """Where it goes, in the form in which it is sent.

    What is no mail address has failed before it was tried, and waits for a person. No error: one
    address that came in past the doors would else stop a deed, or the reminders of everybody.
    """
    if message.medium == Medium.LETTER:
        return "\n".join(line.strip() for line in to.splitlines() if line.strip())
    try:
        return canonical(to)
    except AddressRefused:
        message.status, message.last_error = Status.FAILED, Trouble.NO_ADDRESS
        log.warning("A message (%s) is owed to what is no mail address.", message.kind)
        return to
