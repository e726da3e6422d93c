"""Files go in and out as streams; what was done to a chunk is noticed before it is believed."""

import io
import tempfile
import zipfile
from collections.abc import Callable

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from psycopg.pq import TransactionStatus

from dsr.vault import files
from dsr.vault.errors import KeyDestroyed, Tampered
from dsr.vault.files import FileWriter
from dsr.vault.models import FileChunk, KeyPurpose, SealedFile
from dsr.vault.services import destroy, open_file, open_safe
from tests.vault.cast import AT, LATER, a_file, content_of, read_again

pytestmark = pytest.mark.django_db

MB = 1024 * 1024
TEXT = b"0123456789abcdefghijklmnopqrstuvwxyz"  # Two chunks of 16 and one of 4.


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 16)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# In and out -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        pytest.param(0, [0], id="an empty file has one empty chunk"),
        pytest.param(1, [1], id="one byte"),
        pytest.param(15, [15], id="one less than a chunk"),
        pytest.param(16, [16], id="the last chunk may be full and is never empty"),
        pytest.param(17, [16, 1], id="one more than a chunk"),
        pytest.param(48, [16, 16, 16], id="three full ones"),
        pytest.param(50, [16, 16, 16, 2], id="three and a rest"),
    ],
)
def test_what_was_stored_comes_back(small_chunks, size, lengths):
    content = bytes(range(size))
    file = a_file(content=content)
    assert content_of(file) == content
    assert (file.size, read_again(file).size) == (size, size)
    chunks = FileChunk.objects.order_by("seq").values_list("seq", "sealed")
    # Two bytes of format and sixteen of tag.
    assert [(seq, len(chunk) - 18) for seq, chunk in chunks] == list(enumerate(lengths))


@pytest.mark.parametrize(
    "pieces", [[TEXT], [TEXT[:1], b"", TEXT[1:20], TEXT[20:]], [TEXT[:16], TEXT[16:]]]
)
def test_pieces_of_any_length_make_the_same_chunks(small_chunks, pieces):
    assert content_of(a_file(content=iter(pieces))) == TEXT
    assert FileChunk.objects.count() == 3


def test_a_file_object_is_read_from_its_beginning(small_chunks):
    upload = SimpleUploadedFile("scan.pdf", TEXT)
    upload.read(5)
    assert content_of(a_file(content=upload)) == TEXT
    with tempfile.TemporaryFile() as temporary:
        temporary.write(TEXT)
        assert content_of(a_file(content=temporary)) == TEXT


def test_a_program_can_write_bit_by_bit(small_chunks):
    writer = FileWriter(open_safe(AT), "all.zip", "application/zip", KeyPurpose.CONTENT, AT)
    with zipfile.ZipFile(writer, "w") as archive:
        archive.writestr("a.txt", TEXT * 9)
    file = writer.finish()
    with zipfile.ZipFile(open_file(read_again(file))) as archive:
        assert archive.read("a.txt") == TEXT * 9


def test_nothing_of_it_is_readable_in_the_table(small_chunks):
    a_file(content=TEXT)
    stored = b"".join(map(bytes, FileChunk.objects.values_list("sealed", flat=True)))
    assert b"0123" not in stored
    assert b"wxyz" not in stored


def test_the_same_content_is_sealed_differently_each_time(small_chunks):
    a_file(content=TEXT)
    a_file(content=TEXT)
    assert len({bytes(chunk.sealed) for chunk in FileChunk.objects.all()}) == 6


def test_the_file_has_its_name_and_can_seek(small_chunks):
    with open_file(read_again(a_file(name="Zoë Müller.pdf", content=TEXT))) as stream:
        assert stream.name == "Zoë Müller.pdf"
        assert (stream.seek(30), stream.read(3)) == (30, b"uvw")
        assert (stream.seek(-2, io.SEEK_END), stream.read()) == (34, b"yz")
        assert (stream.seek(14), stream.read(4), stream.tell()) == (14, b"efgh", 18)
        assert (stream.seek(99), stream.read(1)) == (99, b"")


def test_a_negative_position_is_an_error():
    with open_file(a_file()) as stream, pytest.raises(ValueError, match="before the beginning"):
        stream.raw.seek(-1)


def test_files_made_with_another_length_of_chunks_still_open(small_chunks, monkeypatch):
    file = a_file(content=TEXT)
    monkeypatch.setattr(files, "CHUNK_BYTES", 5)
    assert content_of(file) == TEXT


def test_a_file_of_many_megabytes_is_never_whole_in_memory():
    process, piece = psutil.Process(), bytes(range(256)) * 1024
    seen: list[int] = []

    def pieces(size: int):
        for _ in range(size // len(piece)):
            seen.append(process.memory_info().rss)
            yield piece

    content_of(a_file(content=pieces(4 * MB)))  # What is loaded once is not the file's.
    before = process.memory_info().rss
    seen.clear()
    file = a_file(content=pieces(64 * MB))
    with open_file(read_again(file)) as stream:
        while read := stream.read(len(piece)):
            assert read == piece
            seen.append(process.memory_info().rss)
    assert len(seen) == 512
    assert max(seen) - before < 16 * MB


def test_a_range_costs_the_chunks_it_touches_and_the_last(small_chunks):
    file = read_again(a_file(content=TEXT * 100))
    asked: list[object] = []

    def note(execute, statement, values, many, context):
        if statement == files.SELECT:
            asked.append(values[1])
        return execute(statement, values, many, context)

    with connection.execute_wrapper(note), open_file(file) as stream:
        stream.seek(1000)
        assert stream.read(4) == TEXT[28:32]
        assert asked == [224, 62]
        assert stream.read(9000) == (TEXT * 100)[1004:]
        assert asked == [224, *range(62, 225)]


@pytest.mark.django_db(transaction=True)
def test_reading_holds_no_transaction_open(small_chunks):
    with open_file(read_again(a_file(content=TEXT))) as stream:
        assert stream.read(20) == TEXT[:20]
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE


# Altered --------------------------------------------------------------------------------------


def sealed(file: SealedFile, seq: int) -> bytes:
    return bytes(FileChunk.objects.get(file=file, seq=seq).sealed)


def put(file: SealedFile, seq: int, value: bytes) -> None:
    where = "WHERE file_id = %s AND seq = %s"
    sql(f"UPDATE vault_filechunk SET sealed = %s {where}", value, file.pk, seq)


def swap(file: SealedFile) -> None:
    sql("UPDATE vault_filechunk SET seq = 9 WHERE file_id = %s AND seq = 0", file.pk)
    sql("UPDATE vault_filechunk SET seq = 0 WHERE file_id = %s AND seq = 1", file.pk)
    sql("UPDATE vault_filechunk SET seq = 1 WHERE file_id = %s AND seq = 9", file.pk)


def drop_first(file: SealedFile) -> None:
    sql("DELETE FROM vault_filechunk WHERE file_id = %s AND seq = 0", file.pk)
    sql("UPDATE vault_filechunk SET seq = seq - 1 WHERE file_id = %s", file.pk)
    sql("UPDATE vault_sealedfile SET size = 20 WHERE id = %s", file.pk)


def drop_middle(file: SealedFile) -> None:
    sql("DELETE FROM vault_filechunk WHERE file_id = %s AND seq = 1", file.pk)


def drop_last(file: SealedFile) -> None:
    sql("DELETE FROM vault_filechunk WHERE file_id = %s AND seq = 2", file.pk)


def cut_off_at_a_border(file: SealedFile) -> None:
    drop_last(file)
    sql("UPDATE vault_sealedfile SET size = 32 WHERE id = %s", file.pk)


def drop_all(file: SealedFile) -> None:
    sql("DELETE FROM vault_filechunk WHERE file_id = %s", file.pk)
    sql("UPDATE vault_sealedfile SET size = 0 WHERE id = %s", file.pk)


def repeat(file: SealedFile) -> None:
    put(file, 1, sealed(file, 0))


def append_a_repeated(file: SealedFile) -> None:
    FileChunk.objects.create(file=file, seq=3, sealed=sealed(file, 2))


def append_and_say_so(file: SealedFile) -> None:
    append_a_repeated(file)
    sql("UPDATE vault_sealedfile SET size = 52 WHERE id = %s", file.pk)


def shorten(file: SealedFile) -> None:
    put(file, 2, sealed(file, 2)[:-1])


def flip(file: SealedFile) -> None:
    value = bytearray(sealed(file, 1))
    value[9] ^= 1
    put(file, 1, bytes(value))


def in_clear(file: SealedFile) -> None:
    put(file, 1, b"sixteen letters.")


def of_another_file(file: SealedFile) -> None:
    other = a_file(file.safe, content=TEXT)
    put(file, 1, sealed(other, 1))


def of_another_request(file: SealedFile) -> None:
    other = a_file(content=TEXT)
    put(file, 1, sealed(other, 1))


def whole_content_of_another_file(file: SealedFile) -> None:
    other = a_file(file.safe, content=TEXT)
    sql("DELETE FROM vault_filechunk WHERE file_id = %s", file.pk)
    sql("UPDATE vault_filechunk SET file_id = %s WHERE file_id = %s", file.pk, other.pk)


def with_its_header(file: SealedFile) -> None:
    other = a_file(file.safe, content=TEXT)
    header = bytes(other.header)
    sql("DELETE FROM vault_filechunk WHERE file_id = %s", file.pk)
    sql("UPDATE vault_filechunk SET file_id = %s WHERE file_id = %s", file.pk, other.pk)
    sql("UPDATE vault_sealedfile SET header = %s WHERE id = %s", header, file.pk)


def larger_than_it_is(file: SealedFile) -> None:
    sql("UPDATE vault_sealedfile SET size = 37 WHERE id = %s", file.pk)


def as_large_as_a_film(file: SealedFile) -> None:
    sql("UPDATE vault_sealedfile SET size = 4294967296 WHERE id = %s", file.pk)


def another_type(file: SealedFile) -> None:
    sql("UPDATE vault_sealedfile SET content_type = 'text/html' WHERE id = %s", file.pk)


def another_purpose(file: SealedFile) -> None:
    sql("UPDATE vault_sealedfile SET purpose = 'record' WHERE id = %s", file.pk)


AT_ONCE = [
    *(drop_first, drop_middle, drop_last, cut_off_at_a_border, drop_all, append_a_repeated),
    *(append_and_say_so, shorten, whole_content_of_another_file, with_its_header),
    *(larger_than_it_is, as_large_as_a_film, another_type, another_purpose),
]
WHEN_REACHED = [swap, repeat, flip, in_clear, of_another_file, of_another_request]


@pytest.mark.parametrize("alter", AT_ONCE)
def test_a_file_altered_in_its_ends_is_refused_before_the_first_byte(
    small_chunks, alter: Callable[[SealedFile], None]
):
    file = a_file(content=TEXT)
    alter(file)
    with pytest.raises(Tampered):
        open_file(read_again(file))


@pytest.mark.parametrize("alter", WHEN_REACHED)
def test_an_altered_chunk_is_refused_when_it_is_reached(
    small_chunks, alter: Callable[[SealedFile], None]
):
    file = a_file(content=TEXT)
    alter(file)
    with open_file(read_again(file)) as stream:
        stream.seek(32)
        assert stream.read() == b"wxyz"
        stream.seek(16)
        with pytest.raises(Tampered):
            stream.read(1)


def test_a_chunk_taken_away_while_the_file_is_read_is_refused(small_chunks):
    file = a_file(content=TEXT)
    with open_file(read_again(file)) as stream:
        drop_middle(file)
        assert stream.read(16) == TEXT[:16]
        with pytest.raises(Tampered):
            stream.read(1)


def test_the_same_place_cannot_be_taken_twice(small_chunks):
    file = a_file(content=TEXT)
    with pytest.raises(IntegrityError):
        FileChunk.objects.create(file=file, seq=0, sealed=sealed(file, 1))


def test_what_was_never_finished_is_no_file(small_chunks):
    with FileWriter(open_safe(AT), "a.pdf", "application/pdf", KeyPurpose.CONTENT, AT) as writer:
        writer.write(TEXT)
    with pytest.raises(Tampered):
        open_file(read_again(writer.file))


def test_a_refusal_is_reported_with_the_number_of_the_file_and_nothing_else(small_chunks, caplog):
    file = a_file(name="Zoe.pdf", content=TEXT)
    drop_last(file)
    with pytest.raises(Tampered):
        open_file(read_again(file))
    assert caplog.messages == [f"Content of file {file.pk} refused: Tampered"]


def test_an_erased_file_does_not_open():
    passport, letter = a_file(purpose=KeyPurpose.IDENTITY), a_file()
    for file in (passport, letter):
        destroy(file.safe, [KeyPurpose.IDENTITY], LATER)
    with pytest.raises(KeyDestroyed):
        content_of(passport)
    assert content_of(letter) == b"%PDF-1.7 Zoe"
