"""How much of a file is opened: against archive bombs, endless nesting and memory that runs out."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits", "TooMuchError"]


class TooMuchError(Exception):
    """A limit was passed while a file was read; becomes a finding and never reaches a user."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of reading one file.

    Parameters
    ----------
    member_bytes : int
        Unpacked size of one member of an archive.
    total_bytes : int
        Unpacked size of all members together.
    ratio : int
        Unpacked size over packed size, for members over 1 MB.
    members : int
        Members of an archive.
    nesting : int
        Archives inside archives.
    whole_bytes : int
        Size up to which a file that must be read as a whole (JSON, XML, PDF) is read.
    depth : int
        Elements inside elements of XML, objects inside objects of JSON.
    rows : int
        Rows of a table that are looked at.
    text_bytes : int
        Text up to which every line is searched for every identifier; of longer files the lines
        beyond are searched for the surest signs.
    """

    member_bytes: int = 200_000_000
    total_bytes: int = 500_000_000
    ratio: int = 200
    members: int = 5_000
    nesting: int = 3
    whole_bytes: int = 150_000_000
    depth: int = 200
    rows: int = 200_000
    text_bytes: int = 2_000_000
