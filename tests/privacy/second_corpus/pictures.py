"""Pictures and pages: PNG, JPEG with EXIF, SVG, PDF."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.privacy.second_corpus.packing import compressed

# Eight by eight grey dots, made once with Pillow; JPEG cannot be written by hand in a few lines.
SMALL_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////"
    "////////////////////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABUQAQEA"
    "AAAAAAAAAAAAAAAAAABB/9oACAEBAAA/AHr/2Q=="
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Write one chunk of a PNG file."""
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(
    dots: Sequence[bytes],
    texts: dict[str, str] | None = None,
    long_texts: dict[str, str] | None = None,
    exif: bytes = b"",
) -> bytes:
    """Write grey rows of dots, with tEXt chunks, iTXt chunks and EXIF."""
    head = struct.pack(">IIBBBBB", len(dots[0]), len(dots), 8, 0, 0, 0, 0)
    chunks = [_chunk(b"IHDR", head)]
    for key, text in (texts or {}).items():
        chunks.append(_chunk(b"tEXt", f"{key}\x00{text}".encode("latin-1")))
    for key, text in (long_texts or {}).items():
        chunks.append(_chunk(b"iTXt", f"{key}\x00\x00\x00\x00\x00{text}".encode()))
    if exif:
        chunks.append(_chunk(b"eXIf", exif))
    chunks.append(_chunk(b"IDAT", compressed(b"".join(b"\x00" + row for row in dots))))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


def bars(heights: Sequence[int], height: int = 40, width: int = 6) -> list[bytes]:
    """Draw grey bars on white."""
    return [
        b"".join((b"\x60" if level < tall else b"\xff") * width + b"\xff" * 2 for tall in heights)
        for level in range(height, 0, -1)
    ]


def face(size: int = 48) -> list[bytes]:
    """Draw a crude face: it stands for a portrait, and is nobody's."""
    middle = size / 2

    def dot(x: int, y: int) -> int:
        eye = min((x - size * 0.35) ** 2, (x - size * 0.65) ** 2) + (y - size * 0.4) ** 2 < 9
        mouth = abs(y - size * 0.7) < 2 and abs(x - middle) < size * 0.18
        skin = (x - middle) ** 2 + (y - middle) ** 2 < (size * 0.46) ** 2
        return 30 if eye or mouth else 190 if skin else 245

    return [bytes(dot(x, y) for x in range(size)) for y in range(size)]


def exif(entries: dict[int, str], place: tuple[int, int] | None = None) -> bytes:
    """Write a TIFF block with texts by tag, and a place in whole degrees north and west."""
    tags = sorted(entries) + ([0x8825] if place else [])
    offset = 8 + 2 + 12 * len(tags) + 4
    directory, tail = struct.pack("<H", len(tags)), b""
    for tag in sorted(entries):
        text = entries[tag].encode("ascii") + b"\x00" * (5 if len(entries[tag]) < 4 else 1)
        directory += struct.pack("<HHII", tag, 2, len(text), offset + len(tail))
        tail += text + b"\x00" * (len(text) % 2)
    if place:
        at = offset + len(tail)
        directory += struct.pack("<HHII", 0x8825, 4, 1, at)
        values = at + 2 + 4 * 12 + 4
        tail += struct.pack("<H", 4) + struct.pack("<HHI4s", 1, 2, 2, b"N\x00\x00\x00")
        tail += struct.pack("<HHII", 2, 5, 3, values)
        tail += struct.pack("<HHI4s", 3, 2, 2, b"W\x00\x00\x00")
        tail += struct.pack("<HHII", 4, 5, 3, values + 24) + struct.pack("<I", 0)
        for degrees in place:
            tail += struct.pack("<6I", degrees, 1, 47, 1, 1234, 100)
    return b"II*\x00\x08\x00\x00\x00" + directory + struct.pack("<I", 0) + tail


def jpeg(block: bytes = b"", comment: str = "") -> bytes:
    """Write the small JPEG with an EXIF block and a comment in front."""
    parts = SMALL_JPEG[:2]
    if block:
        body = b"Exif\x00\x00" + block
        parts += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    if comment:
        parts += b"\xff\xfe" + struct.pack(">H", len(comment.encode()) + 2) + comment.encode()
    return parts + SMALL_JPEG[2:]


def svg(body: str, width: int = 320, height: int = 200) -> bytes:
    """Wrap shapes and texts as a picture of vectors."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n{body}\n</svg>\n'
    ).encode()


def svg_line(heights: Sequence[float], title: str = "", colour: str = "#1f77b4") -> str:
    """Draw one line over visits, with the title a pointer shows."""
    points = " ".join(f"{40 + 60 * at},{180 - 5 * high:g}" for at, high in enumerate(heights))
    shown = f"<title>{escape(title)}</title>" if title else ""
    return f'<polyline fill="none" stroke="{colour}" points="{points}">{shown}</polyline>'


def svg_text(x: int, y: int, text: str) -> str:
    """Write a word at a place."""
    return f'<text x="{x}" y="{y}" font-size="10">{escape(text)}</text>'


def pdf(
    lines: Sequence[str],
    info: dict[str, str] | None = None,
    note: str = "",
    attached: tuple[str, bytes] | None = None,
    packed: bool = False,
) -> bytes:
    """Write one page of lines; its text may be compressed, as programs do it."""
    shown = "".join(f"({_pdf_text(line)}) Tj 0 -14 Td\n" for line in lines)
    page = f"BT /F1 10 Tf 50 780 Td\n{shown}ET".encode("latin-1")
    stream = compressed(page) if packed else page
    method = "/Filter /FlateDecode " if packed else ""
    entries = " ".join(f"/{key} ({_pdf_text(text)})" for key, text in (info or {}).items())
    catalog = "<< /Type /Catalog /Pages 2 0 R{} >>"
    objects: list[bytes] = [
        b"",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >>" + (b" /Annots [7 0 R]" if note else b"") + b" >>",
        f"<< {method}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _latin(f"<< {entries} >>"),
    ]
    if note:
        place = "/Rect [50 50 70 70]"
        objects.append(
            _latin(f"<< /Type /Annot /Subtype /Text {place} /Contents ({_pdf_text(note)}) >>")
        )
    files = ""
    if attached:
        name, content = attached
        first = len(objects) + 1
        head = f"<< /Type /EmbeddedFile /Length {len(content)} >>\nstream\n".encode()
        objects.append(head + content + b"\nendstream")
        objects.append(
            f"<< /Type /Filespec /F ({name}) /EF << /F {first} 0 R >> >>".encode("latin-1")
        )
        files = f" /Names << /EmbeddedFiles << /Names [({name}) {first + 1} 0 R] >> >>"
    objects[0] = catalog.format(files).encode("latin-1")
    return _assemble(objects)


def _assemble(objects: Sequence[bytes]) -> bytes:
    """Number the objects of a PDF file and list where each begins."""
    out, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    return (
        out
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def _latin(text: str) -> bytes:
    """Encode as the standard font of a page reads it."""
    return text.encode("latin-1")


def _pdf_text(text: str) -> str:
    """Guard the signs that end a text."""
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
