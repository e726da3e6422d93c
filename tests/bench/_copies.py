"""Further requests like one that lived its life through the program, as rows for COPY.

What a copy has of its own: its ids and reference, its person and addresses, its safe with three new
keys, every sealed value sealed anew in its own place, its tokens of the blind index, its chain of
history hashed anew, and who of the handlers had it. All of that is made by the program's own
functions. What it shares with its original: the days and instants of its life, the trace of its
deadlines, the words of its mails.

What is not honest about it, and does not matter to a list: many requests have the days of one
original; what a decision rests on was hashed over the original's ids, so a copy that waits for its
second person or its answer can be looked at, and not be sent.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

from dsr.audit.chain import GENESIS, entry_hash
from dsr.audit.models import Entry, Head
from dsr.audit.services import KEYS_SETTING, request_chain
from dsr.notifications.models import OutboxMessage
from dsr.requests.models import SubjectRequest, WaitingForDigest
from dsr.vault import blind_index, cipher
from dsr.vault.files import CHUNK_BYTES, ContentKey
from dsr.vault.keyring import Key, key_ring
from dsr.vault.models import (
    BlindToken,
    FileChunk,
    KeyPurpose,
    Safe,
    SafeKey,
    SealedFile,
    SealedModel,
)
from dsr.vault.services import EMAIL, NAME_WORD
from tests.bench._originals import FORENAME, MAILBOX, PHONE, SURNAME

# While the originals are made, ids come from here on, and of each table from a range of its own:
# such a number in any text of theirs is an id, and says of which row.
FIRST_ID, RANGE = 10**9, 10**7
# So many ids are kept for the tokens of each: nobody's name has more words.
MOST_TOKENS = 24
# The version of every key of a new safe.
FIRST = 1
# Made for each copy anew, or of use for an hour only.
LEFT_OUT = (BlindToken, SafeKey, WaitingForDigest)


def _row_key() -> str:
    drawn = os.urandom(16).hex()
    return f"{drawn[:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}-{drawn[20:]}"


# Columns of which no two rows may have the same, whatever they stand for.
FRESH: dict[str, Callable[[], str]] = {
    "row_key": _row_key,
    "message_id": lambda: f"<{os.urandom(16).hex()}@demo.example>",
    "token_hash": lambda: os.urandom(32).hex(),
}
# In place of the letters, which are some 20 kB each, the same in all that matters to a list.
LETTER = b"%PDF-1.7 a letter"
# What each copy has of its own beside its ids, in this order behind them.
OWN = ("reference", "forename", "surname", "mailbox", "phone", "handler_id", "handler_mail")


def move_sequences() -> None:
    """From now on every table numbers its rows in a range of its own."""
    with connection.cursor() as cursor:
        for number, model in enumerate(apps.get_models(include_auto_created=True)):
            if _counts(model):
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s, false)",
                    [model._meta.db_table, model._meta.pk.column, FIRST_ID + RANGE * number],
                )


def _counts(model: type[Model]) -> bool:
    return model._meta.pk.get_internal_type().endswith("AutoField")


@dataclass(frozen=True, slots=True)
class Words:
    """A text with places in it, which each copy fills with values of its own."""

    text: str
    places: tuple[int, ...]

    def filled(self, values: Sequence[str]) -> str:
        return self.text % tuple([values[place] for place in self.places])


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed column says, and with which key of which safe it is sealed."""

    words: Words
    purpose: str
    column: str
    of_site: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The key of a file, which each copy has of its own."""

    purpose: str
    content_type: str


# Or the name of one in ``FRESH``, or what a file holds.
Column = Words | Sealed | Header | str
CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a line of COPY, of which ``columns`` fill the places."""

    table: str
    line: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of history; ``facts`` are its facts in json, ``at`` its instant."""

    entry: Entry
    place: int
    at: str
    actor: Words
    facts: Words


@dataclass(frozen=True, slots=True)
class Template:
    """One original, taken apart; ``tables`` has one name for each of its ids, in their order."""

    tables: tuple[str, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    request_place: int
    safe_place: int
    created_at: datetime
    country: str
    has_phone: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """Somebody of the staff, who has copies: the id and the address of the account."""

    pk: int
    mail: str


# Reading an original ------------------------------------------------------------------------------


def template_of(subject_request: SubjectRequest, handler: Handler) -> Template:
    """Take an original apart; ``handler`` worked on it."""
    rows = _rows_of(subject_request)
    counted = [row for row in rows if _counts(type(row)) and row.pk >= FIRST_ID]
    places = {row.pk: number for number, row in enumerate(counted)}
    own = {name: len(counted) + number for number, name in enumerate(OWN)}
    reader = _Reader(
        {str(pk): place for pk, place in places.items()}
        | {
            subject_request.reference: own["reference"],
            FORENAME: own["forename"],
            SURNAME: own["surname"],
            PHONE: own["phone"],
            str(handler.pk): own["handler_id"],
            handler.mail: own["handler_mail"],
        },
        own["mailbox"],
    )
    return Template(
        tables=tuple(row._meta.db_table for row in counted),
        rows=tuple(reader.row(row) for row in rows if not isinstance(row, Entry)),
        lines=tuple(reader.told(row, places[row.pk]) for row in rows if isinstance(row, Entry)),
        request_place=places[subject_request.pk],
        safe_place=places[subject_request.safe_id],
        created_at=subject_request.created_at,
        country=subject_request.organisation.country,
        has_phone=any(each.reveal("phone") for each in subject_request.people.all()),
    )


def _rows_of(subject_request: SubjectRequest) -> list[Model]:
    """The request and every row that hangs on it, each once; its history in its order."""
    found: dict[type[Model], dict[Any, Model]] = defaultdict(dict)
    fresh: list[Model] = [subject_request, Safe.objects.get(pk=subject_request.safe_id)]
    fresh += OutboxMessage.objects.filter(reference=subject_request.reference)
    while fresh:
        for row in fresh:
            found[type(row)][row.pk] = row
        fresh = [row for row in _hanging_on(fresh) if row.pk not in found[type(row)]]
    rows = [row for same in found.values() for row in same.values()]
    return [*rows, *Entry.objects.filter(chain=request_chain(subject_request.pk)).order_by("seq")]


def _hanging_on(rows: Iterable[Model]) -> Iterator[Model]:
    ids = defaultdict(set)
    for row in rows:
        ids[type(row)].add(row.pk)
    for model in (each for each in apps.get_models() if each not in LEFT_OUT):
        for each in model._meta.concrete_fields:
            if isinstance(each, ForeignKey) and each.related_model in ids:
                wanted = {f"{each.name}__in": ids[each.related_model]}
                yield from model._base_manager.filter(**wanted)


class _Reader:
    """Finds in the texts of an original what each copy has of its own, by ``stands_for``."""

    def __init__(self, stands_for: Mapping[str, int], mailbox: int) -> None:
        self.stands_for, self.mailbox = stands_for, mailbox
        longest = sorted(map(re.escape, stands_for), key=len, reverse=True)
        self.pattern = re.compile(rf"{MAILBOX}\d+@example\.org|{'|'.join(longest)}")

    def words(self, text: str) -> Words:
        places: list[int] = []

        def place(found: re.Match[str]) -> str:
            places.append(self.stands_for.get(found[0], self.mailbox))
            return "\0"

        marked = self.pattern.sub(place, text).replace("%", "%%").replace("\0", "%s")
        return Words(marked, tuple(places))

    def row(self, row: Model) -> Row:
        line, columns = [], []
        for each, text in zip(row._meta.concrete_fields, _texts(row), strict=True):
            found = self._column(row, each.name, text)
            if isinstance(found, Words) and not found.places:
                line.append(found.text)
            else:
                line.append("%s")
                columns.append(found)
        return Row(row._meta.db_table, "\t".join(line) + "\n", tuple(columns))

    def _column(self, row: Model, name: str, text: str | None) -> Column:
        if text is None:
            return Words(r"\N", ())
        if name in FRESH:
            return name
        if isinstance(row, FileChunk) and name == "sealed":
            return CONTENT
        if isinstance(row, SealedFile) and name == "size":
            return Words(str(len(LETTER)), ())
        if isinstance(row, SealedFile) and name == "header":
            return Header(row.purpose, row.content_type)
        if isinstance(row, SealedModel) and name in {each.name for each in row.sealed_fields()}:
            return self._sealed(row, name)
        return self.words(_for_copy(text))

    def _sealed(self, row: SealedModel, name: str) -> Sealed:
        plain = row.unseal_bytes(name)
        assert plain is not None
        of_site = row.safe.kind == Safe.Kind.SITE
        return Sealed(self.words(plain.decode()), str(row.purpose_of(name)), name, of_site)

    def told(self, entry: Entry, place: int) -> Line:
        actor = self.words("" if entry.actor_id is None else str(entry.actor_id))
        return Line(entry, place, entry.at.isoformat(), actor, self.words(json.dumps(entry.facts)))


def columns_of(table: str) -> list[str]:
    """In the order in which a line has them."""
    model = next(each for each in apps.get_models() if each._meta.db_table == table)
    return [each.column for each in model._meta.concrete_fields]


def _texts(row: Model) -> Sequence[str | None]:
    """Every column as PostgreSQL spells it."""
    spelt = ", ".join(f'"{each.column}"::text' for each in row._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {spelt} FROM "{row._meta.db_table}" WHERE "{row._meta.pk.column}" = %s',
            [row.pk],
        )
        found: Sequence[str | None] = cursor.fetchone()
    return found


def _for_copy(text: str) -> str:
    for plain, spelt in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = text.replace(plain, spelt)
    return text


# Making copies ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Someone:
    """The reference of a copy, its person, and who has it."""

    reference: str
    forename: str
    surname: str
    mailbox: str
    phone: str
    handler: Handler

    def own(self) -> list[str]:
        who = [self.forename, self.surname, self.mailbox, self.phone]
        return [self.reference, *who, str(self.handler.pk), self.handler.mail]


@dataclass(frozen=True, slots=True)
class Keys:
    """The first keys of a safe, opened, by their purpose."""

    pk: int
    opened: dict[str, bytes]

    def seal(self, table: str, row_key: str, column: str, purpose: str, plain: bytes) -> str:
        # As `cipher.binding` spells it, which takes twice as long as the sealing.
        place = f'[{self.pk},"{table}","{row_key}","{column}",{FIRST}]'.encode()
        return _hex(cipher.seal(self.opened[purpose], FIRST, plain, place))


def keys_of(safe: Safe) -> Keys:
    return Keys(safe.pk, {str(each): safe.data_key(each, FIRST) for each in KeyPurpose})


class Copies:
    """Makes copies, and collects their lines by table; ``next_ids`` are the first ids to give."""

    def __init__(self, next_ids: Mapping[str, int], site: Keys) -> None:
        self.next_ids, self.site = dict(next_ids), site
        self.master = key_ring("DSR_MASTER_KEYS").newest
        self.lines: dict[str, list[str]] = defaultdict(list)
        self.audit_key = key_ring(KEYS_SETTING).newest
        self.index_key = key_ring("DSR_INDEX_KEYS").newest

    def add(self, template: Template, who: Someone) -> None:
        ids = [str(self._next(table)) for table in template.tables]
        own = who.own()
        values = ids + own
        # As json spells them in what is sealed.
        spelt = ids + [json.dumps(each)[1:-1] for each in own]
        safe = self._keys(template, int(ids[template.safe_place]))
        sealing = _Sealing(safe, self.site)
        for row in template.rows:
            self.lines[row.table].append(sealing.line(row, values, spelt))
        self._tokens(safe, template, who)
        self._history(template, values)

    def _next(self, table: str) -> int:
        given = self.next_ids[table]
        self.next_ids[table] = given + 1
        return given

    def _keys(self, template: Template, safe_id: int) -> Keys:
        """A key for each purpose, wrapped under the master key as those of every new safe."""
        table, at = SafeKey._meta.db_table, template.created_at.isoformat()
        keys = Keys(safe_id, {})
        for purpose in KeyPurpose:
            key = keys.opened[str(purpose)] = cipher.new_data_key()
            place = cipher.binding("key", safe_id, purpose, FIRST)
            wrapped = _hex(cipher.wrap(self.master, key, place))
            columns = [self._next(table), safe_id, purpose, FIRST, wrapped]
            self.lines[table].append(_line(*columns, self.master.kid, at, None))
        return keys

    def _tokens(self, safe: Keys, template: Template, who: Someone) -> None:
        table = BlindToken._meta.db_table
        name = f"{who.forename} {who.surname}"
        terms = [(NAME_WORD, term) for term in blind_index.terms_of(NAME_WORD, name)]
        # An address like these is its own term, which saves a third of the time of all.
        terms.append((EMAIL, who.mailbox))
        if template.has_phone:
            given = blind_index.terms_of(blind_index.PHONE, who.phone, template.country)
            terms += [(blind_index.PHONE, term) for term in given]
        for field, term in terms:
            row_key = _row_key()
            sealed = safe.seal(table, row_key, "value", "content", json.dumps(term).encode())
            columns = [self._next(table), row_key, safe.pk, field]
            token = _token(self.index_key, field, term)
            self.lines[table].append(_line(*columns, token, self.index_key.kid, sealed))

    def _history(self, template: Template, values: Sequence[str]) -> None:
        """The chain of the copy: each line hashed with the one before it, by the audit's own."""
        chain, key = request_chain(int(values[template.request_place])), self.audit_key
        before = GENESIS
        for line in template.lines:
            entry, facts = line.entry, line.facts.filled(values)
            actor = line.actor.filled(values)
            entry.chain, entry.facts, entry.prev_hash = chain, json.loads(facts), before
            entry.actor_id, entry.key_id = int(actor) if actor else None, key.kid
            hashed = entry_hash(entry, key)
            place = [values[line.place], chain, entry.seq, line.at]
            told = [entry.by, entry.code, entry.from_state, entry.to_state, _for_copy(facts)]
            hashes = [_hex(before), _hex(hashed)]
            self.lines[Entry._meta.db_table].append(
                _line(*place, entry.actor_id, *told, *hashes, key.kid)
            )
            before = hashed
        self.lines[Head._meta.db_table].append(_line(chain, len(template.lines), _hex(before)))


class _Sealing:
    """The rows of one copy, sealed in its own safe, or in the site's where its original is."""

    def __init__(self, safe: Keys, site: Keys) -> None:
        self.safe, self.site = safe, site
        self.file: ContentKey | None = None

    def line(self, row: Row, values: Sequence[str], spelt: Sequence[str]) -> str:
        filled: list[str] = []
        row_key = ""
        for column in row.columns:
            if isinstance(column, Words):
                filled.append(column.filled(values))
            elif isinstance(column, Sealed):
                plain = column.words.filled(spelt).encode()
                safe = self.site if column.of_site else self.safe
                name, purpose = column.column, column.purpose
                filled.append(safe.seal(row.table, row_key, name, purpose, plain))
            elif isinstance(column, Header):
                filled.append(self._header(column, row.table, row_key))
            elif column == CONTENT:
                assert self.file is not None
                filled.append(_hex(self.file.seal(0, bytearray(LETTER), last=True)))
            else:
                filled.append(FRESH[column]())
                row_key = filled[-1] if column == "row_key" else row_key
        return row.line % tuple(filled)

    def _header(self, column: Header, table: str, row_key: str) -> str:
        """As ``ContentKey.new``: the key of the file and the length of its chunks."""
        of_chunks = (FileChunk._meta.db_table, row_key, column.purpose, column.content_type)
        place = cipher.binding(self.safe.pk, *of_chunks)
        self.file = ContentKey(cipher.new_data_key(), CHUNK_BYTES, place)
        plain = self.file.key + CHUNK_BYTES.to_bytes(4, "big")
        return self.safe.seal(table, row_key, "header", column.purpose, plain)


def _hex(value: bytes | None) -> str:
    assert value is not None
    return rf"\\x{value.hex()}"


def _line(*columns: str | int | None) -> str:
    return "\t".join([r"\N" if each is None else str(each) for each in columns]) + "\n"


# A forename that many have is hashed once.
@lru_cache(maxsize=100_000)
def _token(key: Key, name: str, term: str) -> str:
    return _hex(blind_index.hash_term(key, name, term))
