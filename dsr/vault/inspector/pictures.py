"""Pictures are made anew: the pixels and nothing else, in no more bytes than may be stored."""

import io
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps

from .reasons import Reason, Refused

MAX_BYTES = 10 * 1024 * 1024
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}
MAX_PIXELS = {"JPEG": 60_000_000, "PNG": 20_000_000, "HEIF": 60_000_000}
# Larger photographs are halved, JPEG while it is decoded, which keeps the memory small.
SHARP_ENOUGH = 16_000_000
# Pillow loads these only when it meets such a file.
LATE = ("PIL.MpoImagePlugin", "PIL.TiffImagePlugin")
# Not the best of compression, but a third of the time.
PNG_EFFORT = 4


def opener(content_type: str) -> Callable[[bytes], bytes]:
    """What makes pictures of this type anew."""
    kind = KINDS[content_type]
    # Now, since nothing can be loaded once the file is read.
    Image.preinit()
    for name in LATE:
        import_module(name)
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.THUMBNAILS = False
    pi_heif.register_heif_opener()
    # Our own limit is asked before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    return partial(made_anew, kind=kind)


def made_anew(content: bytes, kind: str) -> bytes:
    """No metadata, no place, nothing behind its end; a HEIC becomes a JPEG, which all can open."""
    picture: Any = Image.open(io.BytesIO(content), formats=[kind])
    if picture.width * picture.height > MAX_PIXELS[kind]:
        raise Refused(Reason.TOO_LARGE_PICTURE)
    if kind == "PNG":
        return _png(picture)
    picture.draft(None, _halved(picture))
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    picture = picture.reduce(2) if picture.size != _halved(picture) else picture
    return _jpeg(picture)


def _halved(picture: Any) -> tuple[int, int]:
    """The size at which a photograph is sharp enough."""
    by = 2 if picture.width * picture.height > SHARP_ENOUGH else 1
    return -(-picture.width // by), -(-picture.height // by)


def _png(picture: Any) -> bytes:
    """As few bits for each pixel as it came with: a drawing of four colours stays one."""
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    options: dict[str, Any] = {"compress_level": PNG_EFFORT}
    clear = picture.info.pop("transparency", None)
    if clear is not None and picture.mode == "P":
        options["transparency"] = clear
    elif clear is not None:
        picture.info["transparency"] = clear
        picture = picture.convert("RGBA")
    elif picture.mode.startswith("I"):
        # 16 bits of grey, of which the upper ones can be seen.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        picture = picture.convert("RGBA")
    picture.info.clear()
    if made := _saved(picture, "PNG", **options):
        return made
    # Photographs are what does not fit, and JPEG is made for them.
    picture.info |= {name: options[name] for name in ("transparency",) if name in options}
    return _jpeg(picture)


def _jpeg(picture: Any) -> bytes:
    if picture.has_transparency_data:
        paper = Image.new("RGB", picture.size, "white")
        picture = picture.convert("RGBA")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    picture.info.clear()
    quality = 90
    while not (made := _saved(picture, "JPEG", quality=quality)):
        # First coarser, then smaller.
        picture, quality = (picture, 75) if quality == 90 else (picture.reduce(2), 75)
    return made


class _Full(Exception):
    """More was written than may be stored."""


class _Bounded(io.BytesIO):
    def write(self, data: Any, /) -> int:
        written = super().write(data)
        if self.tell() > MAX_BYTES:
            raise _Full
        return written


def _saved(picture: Any, kind: str, **options: Any) -> bytes:
    """Nothing where it would not fit; found out before all of it is made."""
    made = _Bounded()
    try:
        picture.save(made, kind, **options)
    except _Full:
        return b""
    return made.getvalue()
