"""Where bytes come from: a file of the disk or a member of an archive."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZipFile

from analysis.privacy.files.pieces.limits import Limits, TooMuchError

__all__ = ["Source"]

_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """Bytes with a name.

    Parameters
    ----------
    name : str
        Name of the file or member; it decides how the bytes are read and is never shown.
    size : int
        Number of bytes.
    path : pathlib.Path, optional
        The file.
    content : bytes, optional
        The bytes of a small part of another file.
    archive : zipfile.ZipFile, optional
        The archive whose member `member` has the bytes.
    member : str
        Name of the member.
    nesting : int
        Archives around it.
    """

    name: str
    size: int
    path: Path | None = None
    content: bytes | None = None
    archive: ZipFile | None = None
    member: str = ""
    nesting: int = 0

    @property
    def ending(self) -> str:
        """The ending of the name in small letters, with its point."""
        return PurePosixPath(self.name.replace("\\", "/")).suffix.casefold()

    @property
    def stem(self) -> str:
        """The name without folders and ending."""
        return PurePosixPath(self.name.replace("\\", "/")).stem

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the bytes for reading.

        Yields
        ------
        file object
            Binary; seekable for files of the disk and small parts.
        """
        if self.path is not None:
            with self.path.open("rb") as handle:
                yield handle
        elif self.archive is not None:
            with self.archive.open(self.member) as member:
                yield member  # type: ignore[misc]
        else:
            yield io.BytesIO(self.content or b"")

    def read(self, limits: Limits, *, at_most: int | None = None) -> bytes:
        """Read all bytes, never more than allowed, whatever the header of an archive promises.

        Parameters
        ----------
        limits : Limits
            Limits of the file.
        at_most : int, optional
            Another limit than ``limits.whole_bytes``.

        Returns
        -------
        bytes
            The content.

        Raises
        ------
        TooMuchError
            When there are more bytes than the limit.
        """
        limit = limits.whole_bytes if at_most is None else at_most
        parts, total = [], 0
        with self.open() as handle:
            while block := handle.read(_BLOCK):
                total += len(block)
                if total > limit:
                    raise TooMuchError
                parts.append(block)
        return b"".join(parts)
