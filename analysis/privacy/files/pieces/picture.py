"""Reading what pictures carry beside the picture: text of PNG, Exif, XMP and comments of JPEG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.source import Source

__all__ = ["picture_pieces"]

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_MOST_TEXT = 1_000_000
_OF_PROGRAMS = {"software", "creation time", "date:create", "date:modify", "date:timestamp", "dpi"}
_AUTHORS = {"author", "artist", "creator"}
_GPS, _EXIF = 0x8825, 0x8769
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_TIMES = {0x0132, 0x9003, 0x9004}
_PROGRAM, _ARTIST = 0x0131, 0x013B
_MOST_ENTRIES = 500


def picture_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the metadata of a picture, and that there is one.

    Parameters
    ----------
    source : Source
        PNG or JPEG; of others only that there is a picture is said.
    limits : Limits
        Limits of size.

    Yields
    ------
    Piece or Trouble
        ``"metadata"`` texts; a hidden piece for bytes after the end of the picture.
    """
    content = source.read(limits)
    where = "metadata"
    yield Piece(where="picture", role="picture")
    try:
        if content.startswith(_PNG):
            yield from _png_pieces(content, where)
        elif content.startswith(_JPEG):
            yield from _jpeg_pieces(content, where)
        elif source.ending in (".png", ".jpg", ".jpeg"):
            yield Trouble(where="file", kind="damaged")
    except (struct.error, zlib.error, IndexError):
        yield Trouble(where=where, kind="damaged")


def _label(where: str, name: str, text: str) -> Iterator[Piece]:
    """Give one text of the metadata; authors have a place of their own."""
    if name.casefold() in _OF_PROGRAMS or not text.strip():
        return
    place = f"{where}: author" if name.casefold() in _AUTHORS else where
    shown = text if name.casefold() in _AUTHORS else f"{name}: {text}"
    yield Piece(where=place, role="label", text=shown)


def _png_pieces(content: bytes, where: str) -> Iterator[Piece | Trouble]:
    """Go through the chunks of a PNG."""
    position = len(_PNG)
    while position + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        data = content[position + 8 : position + 8 + length]
        position += 12 + length
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            name, text = _png_text(kind, data)
            yield from _label(where, name, text)
        elif kind == b"eXIf":
            yield from _exif_pieces(data, where)
        elif kind == b"IEND":
            if content[position:].strip(b"\0"):
                yield Piece(
                    where=where,
                    role="printed",
                    text=decoded(content[position:][:_MOST_TEXT]),
                    hidden="after the end",
                )
            return
    yield Trouble(where="file", kind="damaged")


def _png_text(kind: bytes, data: bytes) -> tuple[str, str]:
    """Read a chunk of text: its keyword and the text, unpacked where needed."""
    keyword, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\x01"
        rest = rest[2:].split(b"\0", 2)[-1]
    elif packed:
        rest = rest[1:]
    if packed:
        rest = zlib.decompressobj().decompress(rest, _MOST_TEXT)
    return keyword.decode("latin-1"), decoded(rest)


def _jpeg_pieces(content: bytes, where: str) -> Iterator[Piece | Trouble]:
    """Go through the segments of a JPEG up to the picture itself."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker in (0xD9, 0xDA):
            break
        if marker == 0xFF:
            position += 1
            continue
        (length,) = struct.unpack(">H", content[position + 2 : position + 4])
        yield from _segment(marker, content[position + 4 : position + 2 + length], where)
        position += 2 + length
    else:
        yield Trouble(where="file", kind="damaged")
        return
    end = content.rfind(b"\xff\xd9")
    if end < 0:
        yield Trouble(where="file", kind="damaged")
    elif content[end + 2 :].strip(b"\0"):
        yield Piece(
            where=where,
            role="printed",
            text=decoded(content[end + 2 :][:_MOST_TEXT]),
            hidden="after the end",
        )


def _segment(marker: int, data: bytes, where: str) -> Iterator[Piece | Trouble]:
    """Read one segment of a JPEG."""
    if marker == 0xFE:
        yield from _label(where, "comment", decoded(data))
    elif marker == 0xE1 and data.startswith(b"Exif\0"):
        yield from _exif_pieces(data[6:], where)
    elif marker in (0xE1, 0xED):
        yield from _label(where, "text", _printable(data))


def _printable(data: bytes) -> str:
    """Keep the runs of letters of binary data: XMP and IPTC are text in between."""
    text = data[:_MOST_TEXT].decode("utf-8", errors="replace")
    parts = "".join(letter if letter.isprintable() else "\n" for letter in text).split("\n")
    return "\n".join(part for part in parts if len(part) >= 4 and not part.startswith("<?xpacket"))


def _exif_pieces(data: bytes, where: str) -> Iterator[Piece | Trouble]:
    """Read the texts of Exif, and where a picture was taken."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        yield Trouble(where=where, kind="damaged")
        return
    (first,) = struct.unpack(order + "I", data[4:8])
    waiting, seen = [(first, False)], set[int]()
    while waiting:
        offset, is_gps = waiting.pop()
        if offset in seen or len(seen) > 20:
            continue
        seen.add(offset)
        degrees = []
        for tag, kind, count, value in _entries(data, offset, order):
            if tag in (_GPS, _EXIF):
                waiting.append((struct.unpack(order + "I", value[:4])[0], tag == _GPS))
            elif is_gps and kind == 5 and count == 3 and tag in (2, 4):
                degrees.append(_degrees(value, order))
            elif kind == 2 and not is_gps and tag not in (_PROGRAM, *_TIMES):
                text = decoded(value).strip("\0 ")
                yield from _label(where, "artist" if tag == _ARTIST else f"tag {tag}", text)
        if degrees:
            yield Piece(where=f"{where}: place", role="label", text=f"latitude {degrees[0]:.5f}")


def _entries(data: bytes, offset: int, order: str) -> Iterator[tuple[int, int, int, bytes]]:
    """Give tag, type, count and bytes of the entries of a directory."""
    (number,) = struct.unpack(order + "H", data[offset : offset + 2])
    for entry in range(min(number, _MOST_ENTRIES)):
        start = offset + 2 + 12 * entry
        tag, kind, count = struct.unpack(order + "HHI", data[start : start + 8])
        size = _SIZES.get(kind, 1) * count
        place = (
            start + 8 if size <= 4 else struct.unpack(order + "I", data[start + 8 : start + 12])[0]
        )
        yield tag, kind, count, data[place : place + min(size, _MOST_TEXT)]


def _degrees(value: bytes, order: str) -> float:
    """Turn degrees, minutes and seconds into degrees."""
    parts = struct.unpack(order + "6I", value[:24])
    shares = [
        above / below if below else 0.0
        for above, below in zip(parts[::2], parts[1::2], strict=True)
    ]
    return shares[0] + shares[1] / 60 + shares[2] / 3600
