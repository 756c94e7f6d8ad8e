"""Opening archives: what they promise is checked before a byte is unpacked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from zipfile import ZipFile, ZipInfo

from analysis.privacy.files.pieces.limits import Limits, TooMuchError
from analysis.privacy.files.pieces.piece import Trouble
from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.walk import name_may_identify

__all__ = ["archive_notes", "member_source", "names_a_person", "require_safe", "unsafe_members"]

_SMALL = 1_000_000
_ENCRYPTED = 0x1


def require_safe(archive: ZipFile, limits: Limits) -> None:
    """Refuse an archive that promises more than is safe.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open archive.
    limits : Limits
        The limits.

    Raises
    ------
    TooMuchError
        For too many members, too many bytes, or a ratio that only a bomb has. Members that share
        their bytes, as in bombs without nesting, are counted each.
    """
    members = archive.infolist()
    if len(members) > limits.members:
        raise TooMuchError
    if sum(member.file_size for member in members) > limits.total_bytes:
        raise TooMuchError
    for member in members:
        packed = max(member.compress_size, 1)
        bomb = member.file_size > _SMALL and member.file_size > limits.ratio * packed
        if member.file_size > limits.member_bytes or bomb:
            raise TooMuchError


def unsafe_members(archive: ZipFile) -> Iterator[Trouble]:
    """Find members that leave the folder, are links, or are encrypted.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open archive.

    Yields
    ------
    Trouble
        With the number of the member, never its name.
    """
    for number, member in enumerate(archive.infolist(), start=1):
        where = f"member {number}"
        if _leaves(member.filename):
            yield Trouble(where=where, kind="leaves the folder")
        if _is_link(member):
            yield Trouble(where=where, kind="link")
        if member.flag_bits & _ENCRYPTED:
            yield Trouble(where=where, kind="encrypted")


def names_a_person(member: ZipInfo) -> bool:
    """Tell whether the name of a member or of its folders may identify a person.

    Parameters
    ----------
    member : zipfile.ZipInfo
        A file or a folder of an archive.

    Returns
    -------
    bool
        By the same rule as for files of the disk.
    """
    parts = re.split(r"[\\/]+", member.filename.strip("\\/"))
    return any(map(name_may_identify, parts))


def archive_notes(archive: ZipFile) -> tuple[str, ...]:
    """Give the comments of an archive and of its members, which no list of files shows.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open archive.

    Returns
    -------
    tuple of str
        Those that say something.
    """
    notes = [archive.comment, *(member.comment for member in archive.infolist())]
    return tuple(decoded(note) for note in notes if note.strip(b"\0 "))


def _leaves(name: str) -> bool:
    """Tell whether a name leads out of the folder."""
    path = PureWindowsPath(name)
    return bool(path.anchor) or name.startswith("/") or ".." in path.parts or "\0" in name


def _is_link(member: ZipInfo) -> bool:
    """Tell whether a member is a symbolic link."""
    return (member.external_attr >> 28) == 0xA


def member_source(archive: ZipFile, member: ZipInfo, *, nesting: int) -> Source | None:
    """Give the bytes of a member.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open archive.
    member : zipfile.ZipInfo
        One of its members.
    nesting : int
        Archives around the archive.

    Returns
    -------
    Source or None
        None for folders, links and encrypted members.
    """
    if member.is_dir() or _is_link(member) or member.flag_bits & _ENCRYPTED:
        return None
    name = re.sub(r"[\\/]+", "/", member.filename)
    return Source(
        name=name,
        size=member.file_size,
        archive=archive,
        member=member.filename,
        nesting=nesting + 1,
    )
