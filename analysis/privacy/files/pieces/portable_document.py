"""Reading PDF without a library: properties, annotations, plain text of pages."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from analysis.privacy.files.pieces.limits import Limits, TooMuchError
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.source import Source

__all__ = ["pdf_pieces"]

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LONGEST_HEAD = 4_000
_STRING = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\s]*>"
_ENTRY = re.compile(
    rb"/(?P<name>Author|Creator|Producer|Title|Subject|Keywords|Contents|T|TU|V|F"
    rb"|UF|URI|Alt|ActualText|[A-Z]\w{2,30})\s*(?P<value>" + _STRING + rb")",
    re.DOTALL,
)
_OPERATOR = re.compile(
    rb"(?P<array>\[(?:[^\]\\()]|\\.|"
    + _STRING
    + rb")*\])\s*TJ|(?P<show>"
    + _STRING
    + rb")\s*(?:Tj|'|\")"
    rb"|(?P<td>[-+.\d]+\s+[-+.\d]+)\s+T[dD]\b|(?P<tm>(?:[-+.\d]+\s+){5}[-+.\d]+)\s+Tm\b"
    rb"|(?P<cm>(?:[-+.\d]+\s+){5}[-+.\d]+)\s+cm\b"
    rb"|(?P<next>T\*)|(?P<begin>\bBT\b)|(?P<save>(?<![\w/])q(?!\w))|(?P<restore>(?<![\w/])Q(?!\w))",
    re.DOTALL,
)
_NO_TEXT = re.compile(
    rb"/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType)|/Length1\b|/Type\s*/XRef|/FunctionType"
)
_TIMES = {"CreationDate", "ModDate", "M", "Producer", "Creator", "ID"}
_ESCAPES = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"",
    b"f": b"",
    b"(": b"(",
    b")": b")",
    b"\\": b"\\",
}
_MOST_STREAMS = 5_000


def pdf_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give what can be read of a PDF file.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size.

    Yields
    ------
    Piece or Trouble
        Properties, annotations, links, metadata, and the text of pages, one line per height on
        the page. Text in fonts with numbers of their own cannot be read and is said to be so.

    Raises
    ------
    TooMuchError
        When streams unpack to more than the limit.
    """
    content = source.read(limits)
    if not content[:1024].lstrip().startswith(b"%PDF"):
        yield Trouble(where="file", kind="damaged")
        return
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<", content):
        yield Trouble(where="file", kind="encrypted")
        return
    if b"%%EOF" not in content[-2048:]:
        yield Trouble(where="file", kind="damaged")
    yield from _entry_pieces(_outside_streams(content))
    yield from _stream_pieces(content, limits)


def _outside_streams(content: bytes) -> bytes:
    """Leave out the streams of a file."""
    parts, position = [], 0
    for match in _STREAM.finditer(content):
        if match.start() >= position:
            parts.append(content[position : match.start()])
            end = content.find(b"endstream", match.end())
            position = end if end >= 0 else len(content)
    return b" ".join([*parts, content[position:]])


def _entry_pieces(content: bytes) -> Iterator[Piece]:
    """Give the texts of dictionaries: properties, annotations, fields, links."""
    other: list[str] = []
    for match in _ENTRY.finditer(content):
        name, text = match["name"].decode("ascii"), _text(match["value"])
        if name in _TIMES or not text.strip():
            continue
        if name == "Author":
            yield Piece(where="document properties: author", role="label", text=text)
        else:
            other.append(text)
    yield Piece(where="document properties and notes", role="prose", text="\n".join(other))


def _stream_pieces(content: bytes, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the streams: pages as text, stored objects as entries, metadata as text."""
    total = pages = 0
    for number, match in enumerate(_STREAM.finditer(content)):
        before = content[max(0, match.start() - _LONGEST_HEAD) : match.start()]
        head = before[before.rfind(b"obj") + 1 :]
        if number > _MOST_STREAMS:
            raise TooMuchError
        if re.search(rb"/Subtype\s*/Image", head):
            yield Piece(where="pictures", role="picture")
        if _NO_TEXT.search(head):
            continue
        end = content.find(b"endstream", match.end())
        raw = content[match.end() : end if end >= 0 else len(content)]
        data = _unpacked(raw, head, limits)
        if data is None:
            yield Trouble(where="stream", kind="damaged")
            continue
        total += len(data)
        if total > limits.total_bytes:
            raise TooMuchError
        pages += b"BT" in data
        yield from _of_stream(head, data, pages)


def _of_stream(head: bytes, data: bytes, page: int) -> Iterator[Piece | Trouble]:
    """Give what one stream holds, by what its dictionary says of it."""
    if re.search(rb"/Type\s*/ObjStm", head):
        yield from _entry_pieces(data)
    elif re.search(rb"/Type\s*/Metadata", head):
        yield Piece(where="metadata", role="prose", text=_metadata(data))
    elif re.search(rb"/Type\s*/EmbeddedFile", head):
        yield Trouble(where="file inside the document", kind="unknown kind")
    elif b"BT" in data and b"ET" in data:
        text, n_unreadable = _page_text(data)
        yield Piece(where=f"text {page}", role="printed", text=text)
        if n_unreadable:
            yield Trouble(where="text", kind="partly read")


def _unpacked(raw: bytes, head: bytes, limits: Limits) -> bytes | None:
    """Unpack a stream; None when that fails, and bytes as they are for other filters."""
    if b"FlateDecode" not in head and b"/Fl" not in head:
        return raw
    packer = zlib.decompressobj()
    try:
        data = packer.decompress(raw, limits.member_bytes)
    except zlib.error:
        return None
    if packer.unconsumed_tail:
        raise TooMuchError
    return data


def _metadata(data: bytes) -> str:
    """Take the texts out of XMP without reading it as XML; times of saving are left out."""
    text = data.decode("utf-8", errors="replace")
    text = re.sub(
        r"<(\w+:(?:CreateDate|ModifyDate|MetadataDate|date|CreatorTool|Producer"
        r"|DocumentID|InstanceID))>.*?</\1>",
        " ",
        text,
        flags=re.DOTALL,
    )
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<[^>]*>", "\n", text)).strip()


def _text(value: bytes) -> str:
    """Read a string of PDF: in brackets with escapes, or in hexadecimal digits."""
    if value.startswith(b"<"):
        digits = re.sub(rb"\s", b"", value[1:-1])
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raw = re.sub(rb"\\([0-7]{1,3}|\r?\n|.)", _unescaped, value[1:-1], flags=re.DOTALL)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    return raw.decode("latin-1")


def _unescaped(match: re.Match[bytes]) -> bytes:
    """Turn one escape into its byte."""
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPES.get(code, b"" if code.strip() == b"" else code)


def _page_text(data: bytes) -> tuple[str, int]:
    """Put the texts of a page into lines by their height; count those that cannot be read."""
    lines: dict[float, list[tuple[float, str]]] = {}
    x = y = shift_x = shift_y = 0.0
    stack: list[tuple[float, float]] = []
    unreadable = 0
    for match in _OPERATOR.finditer(data):
        kind = match.lastgroup
        if kind == "begin":
            x = y = 0.0
        elif kind == "save":
            stack.append((shift_x, shift_y))
        elif kind == "restore":
            shift_x, shift_y = stack.pop() if stack else (0.0, 0.0)
        elif kind in ("td", "tm", "cm"):
            across, up = _last_two(match[kind])
            if kind == "td":
                x, y = x + across, y + up
            elif kind == "tm":
                x, y = across, up
            else:
                shift_x, shift_y = shift_x + across, shift_y + up
        elif kind == "next":
            y -= 12
        else:
            text = _shown(match["array"] or match["show"])
            unreadable += not _is_readable(text)
            lines.setdefault(round(y + shift_y), []).append((x + shift_x, text))
    ordered = [
        sorted(lines[height], key=lambda part: part[0]) for height in sorted(lines, reverse=True)
    ]
    return "\n".join("  ".join(text for _, text in line) for line in ordered), unreadable


def _last_two(numbers: bytes) -> tuple[float, float]:
    """Read the last two of some numbers."""
    try:
        across, up = (float(number) for number in numbers.split()[-2:])
    except ValueError:
        return 0.0, 0.0
    return across, up


def _shown(value: bytes) -> str:
    """Join the strings that one operator shows; wide gaps between them are spaces."""
    parts = []
    for match in re.finditer(_STRING + rb"|-?\d+(?:\.\d+)?", value, re.DOTALL):
        if match[0][:1] in (b"(", b"<"):
            parts.append(_text(match[0]))
        elif float(match[0]) < -200:
            parts.append(" ")
    return "".join(parts)


def _is_readable(text: str) -> bool:
    """Tell whether a text is letters and not numbers of a font's own."""
    odd = sum(not letter.isprintable() for letter in text)
    return odd <= 0.2 * len(text)
