"""Compression that gives the same bytes with every version of zlib: zlib, gzip and zip."""

from __future__ import annotations

import struct
import zlib

DEFLATED = 8
FIRST_OF_1980 = 0x0021
UTF8_NAMES = 0x0800


def deflate(content: bytes) -> bytes:
    """Write every byte with the fixed codes of RFC 1951, 3.2.6, in one block without repeats."""
    codes = (
        f"{0x30 + byte:08b}" if byte < 144 else f"{0x190 + byte - 144:09b}" for byte in content
    )
    text = "110" + "".join(codes) + "0000000"  # last block, fixed codes; at the end its mark
    text += "0" * (-len(text) % 8)
    return bytes(int(text[at : at + 8][::-1], 2) for at in range(0, len(text), 8))


def compressed(content: bytes) -> bytes:
    """Wrap bytes as a zlib stream (RFC 1950)."""
    return b"\x78\x01" + deflate(content) + struct.pack(">I", zlib.adler32(content))


def gzip(content: bytes) -> bytes:
    """Wrap bytes as a gzip file (RFC 1952) without time and name."""
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + deflate(content) + struct.pack("<II", zlib.crc32(content), len(content))


def archive(parts: dict[str, str | bytes]) -> bytes:
    """Pack files as zip, dated 1 January 1980."""
    body, listed = b"", b""
    for name, text in parts.items():
        content = text.encode() if isinstance(text, str) else text
        packed, path = deflate(content), name.encode()
        facts = struct.pack(
            "<HHHHHIIIHH", 20, UTF8_NAMES, DEFLATED, 0, FIRST_OF_1980,
            zlib.crc32(content), len(packed), len(content), len(path), 0,
        )  # fmt: skip
        listed += b"PK\x01\x02" + struct.pack("<H", 20) + facts
        listed += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + path
        body += b"PK\x03\x04" + facts + path + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(parts), len(parts), len(listed), len(body), 0)
    return body + listed + b"PK\x05\x06" + end
