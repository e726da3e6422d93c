"""Looking for words in clear in the whole database, whatever table they might have ended up in."""

import base64
import json
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection
from psycopg import sql

# Asked of the database and not of the models: tables of Django, of packages and of old versions
# are looked at, too.
TEXT_TYPES = ("text", "character varying", "character", "json", "jsonb")
COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
  AND (c.data_type = ANY(%s) OR c.data_type = 'bytea')
ORDER BY 1, 2
"""


def search(words: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """For every column: its place, its rows, and how many of them hold one of the words.

    Words are found in any case, as UTF-8 in binary columns, and in base64 inside of text.
    """
    wanted = [word for word in words if word.strip()]
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(TEXT_TYPES)])
        for table, column, kind in cursor.fetchall():
            yield f"{table}.{column}", *_hits(table, column, kind == "bytea", wanted)
    # Sessions are signed and compressed: their words are in no column as they are.
    if apps.is_installed("django.contrib.sessions"):
        yield "sessions, decoded", *_sessions(wanted)


def _hits(table: str, column: str, binary: bool, words: list[str]) -> tuple[int, int]:
    name = sql.Identifier(column)
    if binary:
        needles: list[str] | list[bytes] = [word.encode() for word in words]
        match = sql.SQL("position(needle in {}) > 0").format(name)
        array = sql.SQL("%s::bytea[]")
    else:
        needles = [form for word in words for form in _written(word)]
        match = sql.SQL("strpos(lower({}::text), lower(needle)) > 0").format(name)
        array = sql.SQL("%s::text[]")
    # The server searches, row by row: neither a million rows nor a file of 2 GB comes here.
    query = sql.SQL(
        "SELECT count(*), count(*) FILTER (WHERE EXISTS"
        " (SELECT 1 FROM unnest({array}) AS needle WHERE {match})) FROM {table}"
    ).format(array=array, match=match, table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.connection), [needles])
        rows, hits = cursor.fetchone() or (0, 0)
    return rows, hits


def _written(word: str) -> list[str]:
    """The word itself, as JSON escapes it, and at the three places it can have within base64."""
    escaped = json.dumps(word)[1:-1]
    plain = word.encode()
    # Base64 writes three bytes as four letters: the same word looks different at each of the
    # three places, and its first and last letters depend on its neighbours.
    encoded = [
        base64.b64encode(b"\0" * shift + plain)[4 * (shift > 0) : -4].decode().rstrip("=")
        for shift in range(3)
    ]
    # Fewer than eight letters are found in every long text by chance.
    return list({word, escaped, *(text for text in encoded if len(text) >= 8)})


def _sessions(words: list[str]) -> tuple[int, int]:
    from django.contrib.sessions.models import Session

    rows = hits = 0
    for session in Session.objects.iterator(chunk_size=500):
        text = json.dumps(session.get_decoded(), ensure_ascii=False, default=str).lower()
        rows += 1
        hits += any(word.lower() in text for word in words)
    return rows, hits
