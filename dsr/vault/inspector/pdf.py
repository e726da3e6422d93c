"""A clean copy of a PDF: what its pages draw, and nothing else of the file.

Readers differ in what they believe of a damaged, repeatedly saved or cunning file, so looking for
what is bad is never enough. The copy is written anew from the page tree, and a dictionary keeps
only the keys named in `KEPT`; what is not known to be harmless is not there. Comments and filled in
forms are drawn into the page first. Tags for screen readers, links, bookmarks and electronic
signatures are lost.

Before that, whoever sends a file with more in it than pages is told so: an attached file that was
left out without a word would be missed by nobody.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, StreamDecodeLevel

from .reasons import Reason, Refused

MAX_PAGES = 200
# A thick book has some ten thousand.
MAX_OBJECTS = 300_000

# What makes a PDF do something, carry something else along, or reach outside (ISO 32000-2, 7.11,
# 12.6.4, 12.7.8, 13, 14.13), as a key or as a name. Links to web pages and jumps inside of the
# document do no harm where somebody has to click; those of their own accord are below.
ACTIVE = frozenset(
    {
        *("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF"),
        *("/FileAttachment", "/RichMedia", "/RichMediaContent", "/3D", "/3DD", "/XFA"),
        *("/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/GoTo3DView", "/GoToDp", "/Rendition"),
        *("/Movie", "/Sound", "/Screen"),
    }
)
# What opens with the page, and may only turn to a place in the document.
OF_ITSELF = frozenset({"/OpenAction", "/AA"})
JUMPS = frozenset({"/GoTo", "/Named"})

# Dictionaries whose keys are names that the file made up, such as /F1 for a font.
MAPS = frozenset(
    {
        *("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"),
        *("/CharProcs", "/Colorants"),
    }
)
KEPT = frozenset(
    {
        # Document and pages (7.7), and layers (8.11): a hidden one must stay hidden.
        *("/Root", "/Size", "/ID", "/Type", "/Pages", "/Kids", "/Count", "/Parent", "/Lang"),
        *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit"),
        *("/Resources", "/Contents", "/OCProperties", "/OCGs", "/D", "/BaseState", "/ON", "/OFF"),
        *("/AS", "/Event", "/Category", "/Usage", "/View", "/ViewState", "/Print", "/PrintState"),
        *("/Export", "/ExportState", "/Zoom", "/min", "/max", "/Intent", "/OC", "/P", "/VE"),
        # Streams (7.3.8, 7.4); /F would name a file elsewhere.
        *("/Length", "/Filter", "/DecodeParms", "/Predictor", "/Colors", "/BitsPerComponent"),
        *("/Columns", "/EarlyChange", "/K", "/EndOfLine", "/EncodedByteAlign", "/Rows"),
        *("/EndOfBlock", "/BlackIs1", "/DamagedRowsBeforeError", "/JBIG2Globals"),
        *("/ColorTransform", "/Length1", "/Length2", "/Length3"),
        # Resources and graphics states (7.8.3, 8.4.5).
        *("/ProcSet", *MAPS, "/LW", "/LC", "/LJ", "/ML", "/RI", "/OP", "/op", "/OPM", "/BG"),
        *("/BG2", "/UCR", "/UCR2", "/TR", "/TR2", "/HT", "/FL", "/SM", "/SA", "/BM", "/SMask"),
        *("/CA", "/ca", "/AIS", "/TK", "/UseBlackPtComp", "/HTO"),
        # Colours, patterns, shadings, functions, half-tones (7.10, 8.6, 8.7, 10.6).
        *("/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range", "/N", "/Alternate"),
        *("/PatternType", "/PaintType", "/TilingType", "/BBox", "/XStep", "/YStep"),
        *("/ShadingType", "/Background", "/AntiAlias", "/Domain", "/Function", "/Coords"),
        *("/Extend", "/BitsPerCoordinate", "/BitsPerFlag", "/VerticesPerRow", "/Decode"),
        *("/FunctionType", "/C0", "/C1", "/Functions", "/Bounds", "/Encode", "/Order"),
        *("/BitsPerSample", "/HalftoneType", "/Frequency", "/Angle", "/SpotFunction"),
        *("/AccurateScreens", "/TransferFunction", "/Default", "/Width2", "/Height2"),
        *("/Subtype", "/Process", "/Components", "/MixingHints", "/Solidities", "/PrintingOrder"),
        # Pictures, forms, transparency (8.9, 8.10, 11).
        *("/Width", "/Height", "/ImageMask", "/Mask", "/Interpolate", "/SMaskInData", "/Matte"),
        *("/FormType", "/Group", "/S", "/CS", "/I", "/G", "/BC", "/Name"),
        # Fonts (9).
        *("/BaseFont", "/FirstChar", "/LastChar", "/Widths", "/FontDescriptor", "/Encoding"),
        *("/ToUnicode", "/FontBBox", "/FontMatrix", "/DescendantFonts", "/CIDSystemInfo"),
        *("/Registry", "/Ordering", "/Supplement", "/DW", "/W", "/DW2", "/W2", "/CIDToGIDMap"),
        *("/BaseEncoding", "/Differences", "/CMapName", "/WMode", "/UseCMap", "/FontName"),
        *("/FontFamily", "/FontStretch", "/FontWeight", "/Flags", "/ItalicAngle", "/Ascent"),
        *("/Descent", "/Leading", "/CapHeight", "/XHeight", "/StemV", "/StemH", "/AvgWidth"),
        *("/MaxWidth", "/MissingWidth", "/FontFile", "/FontFile2", "/FontFile3", "/CharSet"),
        *("/CIDSet", "/Style", "/Panose", "/FD"),
    }
)


def opener() -> Callable[[bytes], bytes]:
    """What makes the copy."""
    # The library wants random numbers from a file, also for opening what is encrypted, and keeps
    # it open: now, since no file can be opened later.
    first = Pdf.new()
    first.add_blank_page()
    first.save(io.BytesIO(), encryption=pikepdf.Encryption(owner="first", R=6))
    return clean_copy


def page_counter() -> Callable[[bytes], bytes]:
    """What says how many pages a file has that nobody copies."""
    opener()
    return count_pages


def count_pages(content: bytes) -> bytes:
    with Pdf.open(io.BytesIO(content)) as opened:
        return str(len(opened.pages)).encode()


def clean_copy(content: bytes) -> bytes:
    """Raises Refused, or whatever the library raises on a damaged file."""
    if b"%%EOF" not in content[-1024:]:
        raise Refused(Reason.UNREADABLE)
    try:
        # The empty password opens what only the owner's password guards: everybody may read it.
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise Refused(Reason.ENCRYPTED) from None
    if not 0 < len(pdf.pages) <= MAX_PAGES:
        raise Refused(Reason.TOO_MANY_PAGES if pdf.pages else Reason.UNREADABLE)
    for value, _is_map in _reached(pdf.trailer):
        _look_at(value)
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for value, is_map in _reached(pdf.trailer):
        if not is_map:
            _keep_the_known(value)
    return _written(pdf)


def _written(pdf: Pdf) -> bytes:
    made = io.BytesIO()
    pdf.save(
        made,
        encryption=False,
        preserve_pdfa=False,
        fix_metadata_version=False,
        # Packed as they came: unpacking is where a few bytes become gigabytes.
        stream_decode_level=StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return made.getvalue()


def _reached(root: Object) -> Iterator[tuple[Object, bool]]:
    """Each dictionary, stream and array that can be reached, and whether it is one of `MAPS`.

    What the caller cuts off is not walked into. The same object may be used in both ways.
    """
    waiting: list[tuple[Object, bool]] = [(root, False)]
    seen: set[tuple[tuple[int, int], bool]] = set()
    count = 0
    while waiting:
        value, is_map = waiting.pop()
        if value.is_indirect:
            if (value.objgen, is_map) in seen:
                continue
            seen.add((value.objgen, is_map))
        count += 1
        if count > MAX_OBJECTS:
            raise Refused(Reason.TOO_MUCH_WORK)
        yield value, is_map
        waiting += _inside(value, is_map)


def _inside(value: Object, is_map: bool) -> Iterator[tuple[Object, bool]]:
    if isinstance(value, Array):
        for each in _items(value):
            if isinstance(each, Array | Dictionary | Stream):
                yield each, False
        return
    for key in value.keys():  # noqa: SIM118 (a PDF dictionary is iterated by its values otherwise)
        inner = value[key]
        if isinstance(inner, Array | Dictionary | Stream):
            yield inner, key in MAPS and not is_map and not isinstance(inner, Stream)


def _items(array: Array) -> list[Any]:
    return list(array)


def _look_at(value: Object) -> None:
    """Raises Refused where there is more than pages."""
    if isinstance(value, Array):
        names = {str(each) for each in _items(value) if isinstance(each, Name)}
    else:
        keys = set(value.keys())
        names = keys | {str(value[key]) for key in keys if isinstance(value[key], Name)}
        if isinstance(value, Stream) and "/F" in keys:
            raise Refused(Reason.ACTIVE)
        if any(not _only_jumps(key, value[key]) for key in OF_ITSELF & keys):
            raise Refused(Reason.ACTIVE)
    if names & ACTIVE:
        raise Refused(Reason.ACTIVE)


def _only_jumps(key: str, value: Object) -> bool:
    """A place to open at, or actions that only turn pages."""
    if not isinstance(value, Dictionary):
        return True
    actions = [value] if key == "/OpenAction" else [value[event] for event in value.keys()]  # noqa: SIM118
    return all(
        isinstance(action, Dictionary) and str(action.get("/S")) in JUMPS and "/Next" not in action
        for action in actions
    )


def _keep_the_known(value: Object) -> None:
    if not isinstance(value, Array):
        for key in set(value.keys()) - KEPT:
            del value[key]
