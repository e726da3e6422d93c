"""Files kept sealed in the database, written and read as streams: none is ever whole in memory.

The content of a file is cut into chunks. Each is a row, sealed under a key of this file alone with
its number, and the last one is marked (see `cipher.seal_chunk`). The file's key stands in the
file's own row, sealed under the data key of the file's purpose: destroying that erases the file.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Self, cast

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Max

from . import cipher
from .altered import CONTENT, noted
from .errors import Tampered
from .fields import log
from .keyring import KEY_BYTES
from .models import FileChunk, KeyPurpose, Safe, SealedFile

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

# Measured: 256 KiB is slower to read, 1 MiB is no faster and takes twice the memory.
CHUNK_BYTES = 512 * 1024

INSERT = "INSERT INTO vault_filechunk (file_id, seq, sealed) VALUES (%s, %s, %b)"
SELECT = "SELECT sealed FROM vault_filechunk WHERE file_id = %s AND seq = %s"

Content = bytes | IO[bytes] | Iterable[bytes]


def store_file(
    safe: Safe,
    name: str,
    content: Content,
    content_type: str,
    purpose: KeyPurpose,
    at: datetime,
    scan: str = SealedFile.Scan.UNSCANNED,
) -> SealedFile:
    """Saves in the caller's transaction. Uploads pass `uploads.check_uploads` first.

    A binary file is read from its beginning; an iterable gives its bytes in pieces of any length.
    """
    writer = FileWriter(safe, name, content_type, purpose, at)
    writer.file.scan = scan
    for piece in _pieces(content):
        writer.write(piece)
    return writer.finish()


def open_file(file: SealedFile) -> io.BufferedReader:
    """The content as a binary file that can seek, with the file's own `name`.

    Raises a VaultError before the first byte where the file is erased, cut off or altered in its
    ends. A range proves only the chunks that it touches: one altered in the middle raises Tampered
    when it is reached, and a download then breaks off.
    """
    return io.BufferedReader(FileReader(file))


def sealed_chunk(file: SealedFile, seq: int) -> bytes | None:
    """One chunk as it lies in the table; None where there is none."""
    with _binary_cursor() as cursor:
        cursor.execute(SELECT, [file.pk, seq])
        row: tuple[bytes] | None = cursor.fetchone()
    return row[0] if row else None


# No `repr`: a traceback with local variables must not print a key.
@dataclass(frozen=True, repr=False)
class ContentKey:
    """The key of one file, the length of its chunks, and what they are bound to.

    The length is kept with each file, so that it can be changed for new ones.
    """

    key: bytes
    chunk_bytes: int
    place: bytes

    @classmethod
    def new(cls, file: SealedFile) -> Self:
        """Sets the header of a file that is being made (does not save)."""
        made = cls(cipher.new_data_key(), CHUNK_BYTES, file.chunk_place)
        file.seal_bytes("header", made.key + made.chunk_bytes.to_bytes(4, "big"))
        return made

    @classmethod
    def of(cls, file: SealedFile) -> Self:
        """Raises a VaultError."""
        header = file.unseal_bytes("header") or b""
        length = int.from_bytes(header[KEY_BYTES:], "big")
        return cls(header[:KEY_BYTES], length, file.chunk_place)

    def last(self, size: int) -> int:
        """The number of the last chunk of so many bytes; an empty file has one, too."""
        return max(size - 1, 0) // self.chunk_bytes

    def seal(self, seq: int, plaintext: bytearray, *, last: bool) -> bytes:
        return cipher.seal_chunk(self.key, seq, plaintext, self.place, last=last)

    def open(self, seq: int, sealed: cipher.Sealed, *, last: bool) -> bytes:
        return cipher.unseal_chunk(self.key, seq, sealed, self.place, last=last)


class FileWriter(io.RawIOBase):
    """Takes bytes in pieces of any length and writes full chunks; `finish` writes the last.

    `close` does not finish: what an error left half written never looks like a whole file.
    """

    def __init__(
        self, safe: Safe, name: str, content_type: str, purpose: KeyPurpose, at: datetime
    ) -> None:
        self.file = SealedFile(
            safe=safe, content_type=content_type, size=0, purpose=purpose, added_at=at
        )
        self.file.seal(name=name)
        self._key = ContentKey.new(self.file)
        self._waiting, self._seq = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        step = self._key.chunk_bytes
        # A view: bytes that are large already are not copied to be cut.
        with memoryview(data).cast("B") as view:
            for start in range(0, len(view), step):
                self._take(view[start : start + step])
            return len(view)

    def finish(self) -> SealedFile:
        """Seals what is left as the last chunk and saves the size of the whole."""
        # A file of one chunk, as nearly all are, is inserted with its size and never updated.
        written = self.file.pk is not None
        self.file.size += len(self._waiting)
        self._seal(last=True)
        if written:
            self.file.save(update_fields=["size"])
        return self.file

    def _take(self, piece: memoryview) -> None:
        room = self._key.chunk_bytes - len(self._waiting)
        # A full chunk waits until more comes, because only then is it known not to be the last:
        # the last chunk is never empty but for an empty file.
        if len(piece) > room:
            self._waiting += piece[:room]
            self.file.size += len(self._waiting)
            self._seal(last=False)
            piece = piece[room:]
        self._waiting += piece

    def _seal(self, *, last: bool) -> None:
        if self.file.pk is None:
            self.file.save()
        sealed = self._key.seal(self._seq, self._waiting, last=last)
        with _binary_cursor() as cursor:
            cursor.execute(INSERT, [self.file.pk, self._seq, sealed])
        self._seq += 1
        self._waiting.clear()


class FileReader(io.RawIOBase):
    """Reads with one statement for each chunk, and keeps one chunk.

    Between two statements nothing is open in the database but the connection: a browser that takes
    an hour must not hold a transaction, which would stop VACUUM on every table, nor a cursor. For
    the same reason a download that has begun before an erasure may end.
    """

    def __init__(self, file: SealedFile) -> None:
        self.name = str(file.unseal("name"))
        self._file, self._key = file, ContentKey.of(file)
        self._last = self._key.last(file.size)
        self._position, self._at, self._chunk = 0, -1, b""
        self._check_ends()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}[whence]
        if start + offset < 0:
            raise ValueError("A position before the beginning of the file.")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        with memoryview(buffer).cast("B") as view:
            seq, start = divmod(self._position, self._key.chunk_bytes)
            piece = memoryview(self._load(seq))[start : start + len(view)]
            view[: len(piece)] = piece
            self._position += len(piece)
            return len(piece)

    def _check_ends(self) -> None:
        """A shortened file must not look like a short one: the last chunk is opened first.

        It opens only under its own number and with the mark, and its length makes up the size, so
        that the size in the row is proved too.
        """
        # Rows behind the end would be ignored; somebody put them there all the same.
        there = FileChunk.objects.filter(file=self._file).aggregate(n=Count("pk"), last=Max("seq"))
        whole = there == {"n": self._last + 1, "last": self._last}
        rest = self._file.size - self._last * self._key.chunk_bytes
        if not whole or len(self._load(self._last)) != rest:
            raise self._refused()

    def _load(self, seq: int) -> bytes:
        """The plaintext of one chunk; only the latest is kept. Empty behind the end."""
        if seq > self._last:
            return b""
        if seq != self._at:
            # Let go first: two chunks at once would be two in memory.
            self._at, self._chunk = -1, b""
            self._chunk = self._opened(seq)
            self._at = seq
        return self._chunk

    def _opened(self, seq: int) -> bytes:
        sealed = sealed_chunk(self._file, seq)
        if sealed is None:
            raise self._refused()
        try:
            return self._key.open(seq, sealed, last=seq == self._last)
        except Tampered:
            raise self._refused() from None

    def _refused(self) -> Tampered:
        log.error("Content of file %s refused: Tampered", self._file.pk)
        return noted(self._file, CONTENT, Tampered())


def _binary_cursor() -> CursorWrapper:
    """A cursor that sends and fetches bytes as they are.

    Django's own writes them into the statement as hexadecimal text, twice as long: measured, that
    is a third of the speed both ways. This one leaves no statement in the query log of DEBUG,
    either, which would keep the file in memory after all.
    """
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    return CursorWrapper(cursor, connection)


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "read"):
        stream = cast("IO[bytes]", content)
        # Whoever checked the upload has read it, and one form may make several requests.
        if stream.seekable():
            stream.seek(0)
        # By length: a binary file gone through line by line could be read all at once.
        while piece := stream.read(CHUNK_BYTES):
            yield piece
    else:
        yield from content
