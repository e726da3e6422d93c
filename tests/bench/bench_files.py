"""Sealed files: 2 GB in and out through the database, and how much the process grows by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from tests.bench._site import note, say, site

MB = 1024 * 1024
SIZE = 2048 * MB
MOST_GROWTH = 50 * MB
PIECE = bytes(range(256)) * 256


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """The most memory that this process has had since, in bytes (Linux counts it)."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]


def taken(what: Callable[[], object]) -> float:
    begun = perf_counter()
    what()
    return perf_counter() - begun


def pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // len(PIECE)):
        yield PIECE


def main(size: int = SIZE) -> None:
    with site():
        from django.db import transaction

        from dsr.vault import cipher
        from dsr.vault.files import CHUNK_BYTES
        from dsr.vault.models import KeyPurpose, SealedFile
        from dsr.vault.services import open_file, open_safe, store_file

        at = datetime.now(UTC)
        safe = open_safe(at)

        def put(size: int) -> SealedFile:
            with transaction.atomic():
                return store_file(
                    safe, "big.zip", pieces(size), "application/zip", KeyPurpose.CONTENT, at
                )

        def get(file: SealedFile) -> None:
            read = 0
            with open_file(file) as stream:
                while piece := stream.read(65536):
                    assert piece == PIECE
                    read += len(piece)
            assert read == file.size

        def seal_only(size: int) -> None:
            key, plaintext = cipher.new_data_key(), bytes(CHUNK_BYTES)
            for seq in range(size // CHUNK_BYTES):
                cipher.seal_chunk(key, seq, plaintext, b"", last=False)

        get(put(8 * MB))  # What is loaded once is not the file's.
        forget_peak()
        before = peak()
        note("storing")
        made: list[SealedFile] = []
        stored = taken(lambda: made.append(put(size)))
        grown_in = peak() - before
        note("reading")
        fetched = taken(lambda: get(made[0]))
        grown = peak() - before
        with open_file(made[0]) as stream:
            stream.seek(size * 3 // 4)
            ten = taken(lambda: stream.read(10))
        alone = taken(lambda: seal_only(size // 8)) * 8
    for what, seconds in (("stored", stored), ("read", fetched)):
        rate = f"{size / MB / seconds:.0f} MB/s, {seconds / alone:.1f} times sealing alone"
        say(f"{size // MB} MB {what}", rate)
    say("ten bytes at three quarters", f"{ten * 1000:.1f} ms")
    most = f"{MOST_GROWTH // MB} MB"
    for when, size_grown in (("while storing", grown_in), ("in all", grown)):
        kept = size_grown < MOST_GROWTH
        say(f"the process grew {when} by", f"{size_grown / MB:.0f} MB", most, kept)


if __name__ == "__main__":
    main()
