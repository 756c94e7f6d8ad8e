"""Writes small PNG pictures byte by byte, the same on every machine."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Chunk: TypeAlias = tuple[bytes, bytes]

SIDE = 32


def stored(data: bytes) -> bytes:
    """Data as a stream of zlib without compression, which no version of zlib writes otherwise."""
    blocks = [data[i : i + 65535] for i in range(0, len(data), 65535)] or [b""]
    body = b"".join(
        struct.pack("<BHH", i == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for i, block in enumerate(blocks)
    )
    return b"\x78\x01" + body + struct.pack(">I", zlib.adler32(data))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(grey: Callable[[int, int], int], extra: Iterable[Chunk] = ()) -> bytes:
    """Picture in shades of grey from a function of column and row, with further chunks."""
    lines = b"".join(b"\0" + bytes(grey(x, y) for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", stored(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def bars(x: int, y: int) -> int:
    """Four bars of a chart on white."""
    heights = (24, 17, 12, 9)
    inside = x % 8 in range(2, 6)
    return 90 if inside and y >= SIDE - heights[x // 8] else 255


def face(x: int, y: int) -> int:
    """A drawn face from the front: oval, hair, two eyes, nose and mouth."""
    dx, dy = x - 15.5, y - 16.5
    if (dx / 10) ** 2 + (dy / 13) ** 2 > 1:
        return 235
    eye = dy**2 + min(abs(dx - 4.5), abs(dx + 4.5)) ** 2 * 0.6 < 8 and abs(dy + 2) < 1.6
    mouth = abs(dx) < 4.5 and abs(dy - 7) < 1
    nose = abs(dx) < 1 and 0 < dy < 4
    hair = dy < -7
    return 40 if eye or hair else 110 if mouth or nose else 190


def face_picture(extra: Iterable[Chunk] = ()) -> bytes:
    return picture(face, extra)


def chart_picture(extra: Iterable[Chunk] = ()) -> bytes:
    return picture(bars, extra)


def text(keyword: str, value: str) -> Chunk:
    """Plain text of a picture (tEXt)."""
    return b"tEXt", keyword.encode("latin-1") + b"\0" + value.encode("latin-1")


def international_text(keyword: str, value: str) -> Chunk:
    """Text in UTF-8 (iTXt), as used for XMP."""
    return b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + value.encode()


def packed_text(keyword: str, value: str) -> Chunk:
    """Text inside a stream of zlib (zTXt)."""
    return b"zTXt", keyword.encode("latin-1") + b"\0\0" + stored(value.encode("latin-1"))


def place_of_camera(latitude: tuple[int, int, int], longitude: tuple[int, int, int]) -> Chunk:
    """Chunk eXIf whose only directory is that of the satellite position, in the northwest."""

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(">HHI", tag, kind, count) + value.ljust(4, b"\0")

    def degrees(parts: tuple[int, int, int]) -> bytes:
        return b"".join(struct.pack(">II", part, 1) for part in parts)

    main = struct.pack(">H", 1) + entry(0x8825, 4, 1, struct.pack(">I", 26)) + struct.pack(">I", 0)
    values_at = 26 + 2 + 4 * 12 + 4
    position = struct.pack(">H", 4)
    position += entry(1, 2, 2, b"N\0") + entry(2, 5, 3, struct.pack(">I", values_at))
    position += entry(3, 2, 2, b"W\0") + entry(4, 5, 3, struct.pack(">I", values_at + 24))
    position += struct.pack(">I", 0) + degrees(latitude) + degrees(longitude)
    return b"eXIf", b"MM\0*" + struct.pack(">I", 8) + main + position
