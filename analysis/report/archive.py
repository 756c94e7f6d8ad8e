"""Packing the parts of an Office file so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

__all__ = ["pack", "repacked"]

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can state
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts in the order of their names, without times or owners.

    Parameters
    ----------
    parts : mapping of str to bytes
        Name inside the archive to content.

    Returns
    -------
    bytes
        A zip archive. ``[Content_Types].xml`` comes first, as programs expect it that tell files
        by their beginning.

    Examples
    --------
    >>> pack({"b": b"2", "a": b"1"}) == pack({"a": b"1", "b": b"2"})
    True
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, date_time=_FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX  # else it says on which system the file was made
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, parts[name])
    return target.getvalue()


def repacked(content: bytes, changes: Mapping[str, bytes]) -> bytes:
    """Pack an archive anew, with some parts exchanged.

    Parameters
    ----------
    content : bytes
        A zip archive that this program made.
    changes : mapping of str to bytes
        Name of a part to its new content.

    Returns
    -------
    bytes
        As `pack` gives it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return pack({**parts, **changes})
