"""A request with all that belongs to it, read in one statement.

Its page asks some sixty questions, of twenty-five tables. Asked one by one each costs a query that
the ORM composes, about a millisecond of CPU, and that was two thirds of the page. Here the tables
are read together, as JSON, and stand with the request as after ``prefetch_related``: whoever asks
``subject_request.messages.all()`` finds them there, and a question of a deed works alike on a whole
request and on one that is locked, of which it reads the rows it needs.

What is read is as old as the page. No deed takes it: each locks and reads its request anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Model
from psycopg import sql

from dsr.accounts.models import User
from dsr.audit.models import Entry
from dsr.audit.services import request_chain
from dsr.notifications.models import OutboxMessage
from dsr.policies.services import KeptCopy, kept_copy
from dsr.vault.models import SafeKey, SealedFile, SealedModel

from .models import (
    AnswerElement,
    Attachment,
    ContactProof,
    Deadline,
    Decision,
    Dispute,
    DisputeDeadline,
    Enclosure,
    Evidence,
    Extension,
    FeeOffer,
    Finding,
    HeldContact,
    Hold,
    IdentityDocument,
    KeptReady,
    Note,
    Notice,
    Opinion,
    Order,
    Pause,
    Person,
    PrivateSession,
    Reading,
    ReadingCode,
    Receipt,
    RequestMessage,
    StatusLink,
    Stop,
    SubjectRequest,
    WaitingForDigest,
)
from .prefetched import keep_prefetched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a request: their model, which they are, and the column that names their owner.

    ``where`` may name {id}, {safe}, {reference} and {chain} of the request; empty: by the owner.
    """

    model: type[Model]
    owner: str = "subject_request"
    where: str = ""


def _of(table: str, column: str) -> str:
    """Those whose owner is itself a row of the request."""
    # Names of ours alone, none that came from outside.
    return f"{column} IN (SELECT id FROM {table} WHERE subject_request_id = {{id}})"  # noqa: S608


# By the name of the relation on the owner.
OWN = {
    "people": Table(Person),
    "evidence": Table(Evidence),
    "identity_documents": Table(IdentityDocument),
    "messages": Table(RequestMessage),
    "notes": Table(Note),
    "attachments": Table(Attachment),
    "enclosures": Table(Enclosure),
    "fee_offers": Table(FeeOffer),
    "deadlines": Table(Deadline),
    "receipts": Table(Receipt),
    "decisions": Table(Decision),
    "contact_proofs": Table(ContactProof),
    "held_contacts": Table(HeldContact),
    "disputes": Table(Dispute),
    "notices": Table(Notice),
    "kept_ready": Table(KeptReady),
    "holds": Table(Hold),
    "stops": Table(Stop),
    "findings": Table(Finding),
    "pauses": Table(Pause),
    "elements": Table(AnswerElement),
    "opinions": Table(Opinion),
    "links": Table(StatusLink),
    "private_sessions": Table(PrivateSession),
    "reading_codes": Table(ReadingCode),
    "waiting_for_digest": Table(WaitingForDigest),
}
OF_DEADLINES = _of("requests_deadline", "deadline_id")
FURTHER = {
    "extensions": Table(Extension, "deadline", OF_DEADLINES),
    "order": Table(Order, "deadline", OF_DEADLINES),
    "readings": Table(Reading, "message", _of("requests_requestmessage", "message_id")),
    "dispute_deadlines": Table(DisputeDeadline, "dispute", _of("requests_dispute", "dispute_id")),
    "keys": Table(SafeKey, where="safe_id = {safe}"),
    "files": Table(SealedFile, where="safe_id = {safe}"),
    "entries": Table(Entry, where="chain = {chain}"),
    "mails": Table(OutboxMessage, where="reference = {reference}"),
    # Whoever did something has a line of it.
    "users": Table(User, where="id IN (SELECT actor_id FROM audit_entry WHERE chain = {chain})"),
}
DESK_ALONE = frozenset(
    {
        *(
            "notes",
            "opinions",
            "links",
            "private_sessions",
            "reading_codes",
            "stops",
            "findings",
            "receipts",
        ),
        *("held_contacts", "identity_documents", "order", "dispute_deadlines", "kept_ready"),
        "users",
    }
)
ORDERED = {"entries": "seq", "mails": "owed_at, id"}


@dataclass(frozen=True, slots=True)
class Whole:
    """What stands beside the relations of a whole request: its history and its mails, in order."""

    entries: list[Entry]
    mails: list[OutboxMessage]
    users: Mapping[int, User]
    # What was asked of the database for this page already, by the name of the question.
    asked: dict[Hashable, Any] = field(default_factory=dict)


def asked_once(subject_request: SubjectRequest, question: Hashable, ask: Callable[[], T]) -> T:
    """What ``ask`` answers; for the page of a whole request it is asked once."""
    if subject_request.whole is None:
        return ask()
    known = subject_request.whole.asked
    if question not in known:
        known[question] = ask()
    answer: T = known[question]
    return answer


def take_kept(subject_request: SubjectRequest, kept: KeptCopy | None = None) -> SubjectRequest:
    """The same instance, with its right and organisation as the process keeps them."""
    subject_request.right = (kept or kept_copy()).right(subject_request.right_id)
    subject_request.organisation = subject_request.right.reading.version.policy.organisation
    return subject_request


def read_whole(subject_request: SubjectRequest, reader: User | None = None) -> SubjectRequest:
    """The same instance, with all its rows, in one statement however much was written; in two
    where a row names somebody who has never done anything here.

    ``reader``: who of staff looks, and is known already; None for the requester, whose page names
    nobody of the staff and shows nothing of ``DESK_ALONE``.
    """
    found = _read(subject_request, frozenset() if reader else DESK_ALONE)
    subject_request.safe.remember_keys(found["keys"])
    for name in OWN.keys() & found.keys():
        keep_prefetched(subject_request, **{name: found[name]})
    files = {each.pk: each for each in found["files"]}
    users = _users(found, subject_request, {reader.pk: reader}) if reader else {}
    for name, rows in found.items():
        _link(name, rows, subject_request, {SealedFile: files, User: users})
    _link_deadlines(found, subject_request)
    _link_messages(found)
    if reader:
        _link_desk(found)
    subject_request.whole = Whole(found["entries"], found["mails"], users)
    return subject_request


def _link_desk(found: dict[str, list[Any]]) -> None:
    for dispute in found["disputes"]:
        mine = [each for each in found["dispute_deadlines"] if each.dispute_id == dispute.pk]
        keep_prefetched(dispute, deadlines=mine)
    documents = {each.file_id: each for each in found["identity_documents"]}
    for file in found["files"]:
        _cache(file)["identity_document"] = documents.get(file.pk)
    orders = {each.deadline_id: each for each in found["order"]}
    for deadline in found["deadlines"]:
        _cache(deadline)["order"] = orders.get(deadline.pk)


def mails_of(subject_request: SubjectRequest) -> list[OutboxMessage]:
    """What was or is owed of this request, to whomever, the oldest first."""
    if subject_request.whole is not None:
        return subject_request.whole.mails
    return list(OutboxMessage.objects.of(subject_request.reference))


def _link_deadlines(found: dict[str, list[Any]], subject_request: SubjectRequest) -> None:
    calendar = subject_request.organisation.calendar
    follows = {each.deadline_id: each for each in found.get("findings", ())}
    by_id = {each.pk: each for each in found["deadlines"]}
    for deadline in found["deadlines"]:
        extensions = [each for each in found["extensions"] if each.deadline_id == deadline.pk]
        keep_prefetched(deadline, extensions=extensions)
        if deadline.pk in follows:
            _cache(deadline)["finding"] = follows[deadline.pk]
        if deadline.calendar_id == calendar.pk:
            _cache(deadline)["calendar"] = calendar
    for name in ("extensions", "order", "holds", "findings"):
        for row in found.get(name, ()):
            _cache(row)["deadline"] = by_id[row.deadline_id]


def _link_messages(found: dict[str, list[Any]]) -> None:
    messages = {each.pk: each for each in found["messages"]}
    extensions = {each.pk: each for each in found["extensions"]}
    pauses = {each.pk: each for each in found["pauses"]}
    for message in messages.values():
        readings = [each for each in found["readings"] if each.message_id == message.pk]
        enclosures = [each for each in found["enclosures"] if each.message_id == message.pk]
        keep_prefetched(message, readings=readings, enclosures=enclosures)
    for name in ("enclosures", "notices", "kept_ready"):
        for row in found.get(name, ()):
            _cache(row)["message"] = messages.get(row.message_id)
    for notice in found["notices"]:
        _cache(notice)["extension"] = extensions.get(notice.extension_id)
        _cache(notice)["pause"] = pauses.get(notice.pause_id)


def _cache(row: Model) -> dict[str, Any]:
    cache: dict[str, Any] = row._state.fields_cache
    return cache


def _link(
    name: str,
    rows: Iterable[Model],
    subject_request: SubjectRequest,
    known: Mapping[type[Model], Mapping[int, Model]],
) -> None:
    """Give rows the request, its safe, and the files and people that they name."""
    for row in rows:
        cache = _cache(row)
        if name in OWN:
            cache["subject_request"] = subject_request
        # Of another safe it would be somebody else's key, and the text would look tampered with.
        if isinstance(row, SealedModel) and row.safe_id == subject_request.safe_id:
            cache["safe"] = subject_request.safe
        for name_of, attname, model in _named(row.__class__):
            if (value := getattr(row, attname)) in known[model]:
                cache[name_of] = known[model][value]


def _users(
    found: Mapping[str, list[Any]], subject_request: SubjectRequest, known: dict[int, User]
) -> dict[int, User]:
    """Everybody whom a row names, and the history besides."""
    wanted = {subject_request.assignee_id}
    wanted |= {each.actor_id for each in found["entries"]}
    wanted |= {to for each in found["entries"] if isinstance(to := each.facts.get("to"), int)}
    for rows in found.values():
        for row in rows:
            wanted |= {
                getattr(row, attname) for _f, attname, m in _named(row.__class__) if m is User
            }
    known |= {each.pk: each for each in found["users"] if each.pk not in known}
    unknown = [pk for pk in wanted - known.keys() if pk is not None]
    return known | (User.objects.in_bulk(unknown) if unknown else {})


@cache
def _named(model: type[Model]) -> tuple[tuple[str, str, type[Model]], ...]:
    """The fields of a model that name a file or a member of staff."""
    return tuple(
        (each.name, each.attname, each.related_model)
        for each in model._meta.concrete_fields
        if isinstance(each, models.ForeignKey) and each.related_model in (User, SealedFile)
    )


def _read(subject_request: SubjectRequest, but: frozenset[str]) -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(but),
            {
                "id": subject_request.pk,
                "safe": subject_request.safe_id,
                "reference": subject_request.reference,
                "chain": request_chain(subject_request.pk),
            },
        )
        columns = cursor.fetchone()
    return {
        name: [_row(table.model, values) for values in rows or ()]
        for (name, table), rows in zip(_tables(but).items(), columns, strict=True)
    }


@cache
def _tables(but: frozenset[str]) -> dict[str, Table]:
    return {name: table for name, table in {**OWN, **FURTHER}.items() if name not in but}


@cache
def _statement(but: frozenset[str]) -> str:
    """Composed once: of each table one array of rows, each an array of its columns."""
    return "SELECT " + ", ".join(_rows_of(name, table) for name, table in _tables(but).items())


def _rows_of(name: str, table: Table) -> str:
    meta = table.model._meta
    columns = sql.SQL(", ").join(sql.Identifier(each.column) for each in _columns(table.model))
    where = table.where or "subject_request_id = {id}"
    values = {each: f"%({each})s" for each in ("id", "safe", "reference", "chain")}
    order = ORDERED.get(name) or _order(table.model)
    return (
        sql.SQL(
            "(SELECT json_agg(json_build_array({columns}) ORDER BY {order}) FROM {table}"
            " WHERE {where})"
        )
        .format(
            columns=columns,
            order=sql.SQL(order),
            table=sql.Identifier(meta.db_table),
            where=sql.SQL(where.format(**values)),
        )
        .as_string()
    )


def _order(model: type[Model]) -> str:
    """As the model itself says, by which all that reads them in order goes."""
    names = [str(each) for each in model._meta.ordering or ["pk"]]
    columns = {"pk": "id"} | {each.name: each.column for each in _columns(model)}
    return ", ".join(
        columns[name.lstrip("-")] + (" DESC" if name.startswith("-") else "") for name in names
    )


@cache
def _columns(model: type[Model]) -> tuple[Any, ...]:
    return tuple(model._meta.concrete_fields)


def _row(model: type[Model], values: list[Any]) -> Model:
    readers = _readers(model)
    read = [
        value if reader is None or value is None else reader(value)
        for reader, value in zip(readers, values, strict=True)
    ]
    return model.from_db(connection.alias, _attnames(model), read)


@cache
def _attnames(model: type[Model]) -> list[str]:
    return [each.attname for each in _columns(model)]


@cache
def _readers(model: type[Model]) -> tuple[Callable[[Any], Any] | None, ...]:
    return tuple(_reader(each) for each in _columns(model))


def _reader(column: Any) -> Callable[[Any], Any] | None:
    """From what JSON holds to what the field gives; None where that is the same."""
    for kind, reader in READERS.items():
        if isinstance(column, kind):
            return reader
    return None


# A time before a day: in Django one is a kind of the other.
READERS: dict[type[models.Field[Any, Any]], Callable[[Any], Any]] = {
    models.DateTimeField: datetime.fromisoformat,
    models.DateField: date.fromisoformat,
    models.UUIDField: UUID,
    # As PostgreSQL writes bytes in a text: \x and two digits for each.
    models.BinaryField: lambda text: bytes.fromhex(text[2:]),
}
