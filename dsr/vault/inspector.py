"""Opens one untrusted file from standard input, in a process of its own (see `uploads`).

Writes what may be stored to standard output, or one of the reasons of `uploads.REASONS` to
standard error with exit status 1. It imports nothing of ours and no Django, and has no secrets.
"""

import contextlib
import io
import re
import resource
import sys
import zlib
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
MAX_PIXELS = {"JPEG": 60_000_000, "PNG": 20_000_000}
# Larger photographs are halved while they are decoded, which keeps the memory small.
SHARP_ENOUGH = 16_000_000
MAX_PAGES = 200
MAX_INFLATED = 32 * 1024 * 1024

# What makes a PDF do something, carry something else along, or reach outside (ISO 32000-2,
# 7.11.4, 12.6.4, 12.7.8, 13). Links to web pages and jumps inside of the document are harmless.
ACTIVE = frozenset(
    {
        *("/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA"),
        *("/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound"),
    }
)
# Shorter names turn up in compressed data by chance; the walk over the objects finds those.
ACTIVE_BYTES = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Rendition)(?![A-Za-z0-9])"
)


class Refused(Exception):
    """With the key of a reason."""


def main() -> int:
    _limit()
    content = sys.stdin.buffer.read()
    try:
        kept = inspect(content, sys.argv[1])
    except Refused as refused:
        sys.stderr.write(str(refused))
        return 1
    except Exception:  # noqa: BLE001 (whatever a parser raises on a stranger's file: not taken)
        sys.stderr.write("unreadable")
        return 1
    sys.stdout.buffer.write(kept)
    return 0


def inspect(content: bytes, content_type: str) -> bytes:
    if content_type == "application/pdf":
        check_pdf(content)
        return content
    return made_anew(content, {"image/jpeg": "JPEG", "image/png": "PNG"}[content_type])


def made_anew(content: bytes, kind: str) -> bytes:
    """The pixels of the picture and nothing else: no metadata, no place, nothing behind its end."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # Our own limit is below, before anything is decoded.
    picture: Any = Image.open(io.BytesIO(content), formats=[kind])
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS[kind]:
        raise Refused("too_large_image")
    if pixels > SHARP_ENOUGH:
        picture.draft(None, (picture.width // 2, picture.height // 2))
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    transparent = picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info
    grey = picture.mode in ("1", "L")
    mode = "RGBA" if transparent and kind == "PNG" else "L" if grey else "RGB"
    picture = picture.convert(mode)
    picture.info.clear()
    made = io.BytesIO()
    picture.save(made, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return made.getvalue()


def check_pdf(content: bytes) -> None:
    """Raises Refused. The bytes are searched as well as the objects, because readers differ in
    which objects of a damaged or repeatedly saved file they believe.
    """
    if b"%%EOF" not in content[-1024:]:
        raise Refused("unreadable")
    for part in (content, *_object_streams(content)):
        if ACTIVE_BYTES.search(_plain_names(part)):
            raise Refused("active")
    _walk(content)


def _plain_names(part: bytes) -> bytes:
    """Names may be written with hexadecimal escapes: /J#61vaScript."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), part)


def _object_streams(content: bytes) -> list[bytes]:
    """Every compressed object stream, also of an older revision of the file."""
    inflated = []
    for match in re.finditer(rb"/ObjStm", _plain_names(content)):
        start = content.find(b"stream", match.end())
        body = content[start + 6 : content.find(b"endstream", start)].lstrip(b"\r\n")
        # Not every filter is deflate; the walk knows the others.
        with contextlib.suppress(zlib.error):
            inflated.append(zlib.decompressobj().decompress(body, MAX_INFLATED))
    return inflated


def _walk(content: bytes) -> None:
    from pypdf import PdfReader
    from pypdf.generic import IndirectObject

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Refused("encrypted")
    if len(reader.pages) > MAX_PAGES:
        raise Refused("too_many_pages")
    numbers = {
        *((number, generation) for generation, of in reader.xref.items() for number in of),
        *((number, 0) for number in reader.xref_objStm),
    }
    _look_at(reader.trailer)
    for number, generation in sorted(numbers):
        if number:
            _look_at(reader.get_object(IndirectObject(number, generation, reader)))


def _look_at(root: Any) -> None:
    """Names anywhere in one object; references are objects with numbers of their own."""
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(dict.keys(value))
            waiting.extend(dict.values(value))
        elif isinstance(value, list):
            waiting.extend(list.__iter__(value))
        elif isinstance(value, str) and value in ACTIVE:
            raise Refused("active")


def _limit() -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        # Some systems do not know every limit; the caller's time limit holds everywhere.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
