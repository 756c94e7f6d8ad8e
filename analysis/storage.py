"""The one place that writes files: atomic, confined to a folder, and hashed.

A file is written beside its target and moved into place, so a reader sees the old content or the
new, never half of it. What the files hold is the business of the rooms above.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

from analysis.errors import ReportError

__all__ = [
    "confined",
    "file_sha256",
    "filling",
    "folder_sha256",
    "locked",
    "remove",
    "replacing",
    "write_bytes",
    "write_secret",
    "write_text",
    "write_together",
]

_RESERVED = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
_LONGEST_NAME = 255  # bytes; what the usual file systems take
_HALF = re.compile("[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"|?*\ud800-\udfff]')


def confined(name: str, *, within: Path) -> Path:
    """Return the path of a file name below a folder, or refuse one that would leave it.

    Parameters
    ----------
    name : str
        Relative path with ``/`` between folders.
    within : pathlib.Path
        The folder that must hold the file.

    Returns
    -------
    pathlib.Path
        Absolute path below `within`; links are followed before the check.

    Raises
    ------
    ReportError
        For absolute names, ``..``, names and characters that Windows reserves, and links that
        lead out or round in a circle.

    Examples
    --------
    >>> confined("report/index.html", within=Path("outputs")).name
    'index.html'
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    absolute = PureWindowsPath(name).anchor != "" or name.startswith(("/", "\\"))
    root = within.resolve()
    target = root
    if parts and not absolute and all(_is_plain_name(part) for part in parts):
        with suppress(OSError, RuntimeError):  # links in a circle, names too long for the disk
            target = root.joinpath(*parts).resolve()
    if target == root or not target.is_relative_to(root):
        raise ReportError(
            "A file name leaves the folder it is meant for or is reserved by Windows. "
            "Allowed are relative names without '..'. Choose another name."
        )
    return target


def _is_plain_name(part: str) -> bool:
    """Tell whether one part of a path is a name on every system, not a device or a way up."""
    device = part.split(".", maxsplit=1)[0].rstrip().upper() in _RESERVED
    if device or part.endswith((".", " ")) or _NOT_IN_NAMES.search(part):
        return False
    return len(part.encode("utf-8")) <= _LONGEST_NAME


@contextmanager
def replacing(target: Path, *, owner_only: bool = False) -> Iterator[Path]:
    """Give a temporary path beside the target, and move it into place when the block succeeds.

    Parameters
    ----------
    target : pathlib.Path
        The file to write; its folder is made when missing.
    owner_only : bool
        Nobody but its owner may read or write the file, where the system knows owners; else it
        gets the permissions of any new file.

    Yields
    ------
    pathlib.Path
        An empty temporary file in the same folder; it is deleted when the block fails.

    Raises
    ------
    ReportError
        When the folder or the file cannot be written, for example because another program holds
        the file open. The earlier file is left as it was.
    """
    temporary = _temporary_beside(target)
    try:
        yield temporary
        _move(temporary, target, owner_only=owner_only)
    except OSError as error:
        raise ReportError(
            f"{target.name} could not be written ({type(error).__name__}); an earlier file was "
            "left as it was. Look for free space on the disk and try again."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_beside(target: Path) -> Path:
    """Make an empty temporary file in the folder of the target."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".writing-", suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise ReportError(
            f"The folder for {target.name} cannot be written ({type(error).__name__}). "
            "Choose a folder in which you may write, with --output."
        ) from None
    os.close(handle)
    return Path(name)


def _move(temporary: Path, target: Path, *, owner_only: bool) -> None:
    """Move a finished file into place with the permissions of a normal new file, or of a secret."""
    umask = os.umask(0)
    os.umask(umask)
    try:
        temporary.chmod(0o600 if owner_only else 0o666 & ~umask)
        temporary.replace(target)
    except OSError:
        raise ReportError(
            f"{target.name} could not be replaced; the earlier file was left as it was. "
            "It is probably open in another program: close it there and try again."
        ) from None


def write_bytes(target: Path, content: bytes) -> Path:
    """Write bytes to a file, whole or not at all.

    Parameters
    ----------
    target : pathlib.Path
        The file; its folder is made when missing.
    content : bytes
        The whole content.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ReportError
        When the file cannot be written; an earlier one is left as it was.
    """
    with replacing(target) as temporary:
        temporary.write_bytes(content)
    return target


def write_secret(target: Path, content: bytes) -> Path:
    """Write a secret to a new file that only its owner may read, whole or not at all.

    Parameters
    ----------
    target : pathlib.Path
        A file that is not there; its folder is made when missing.
    content : bytes
        The whole content.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ReportError
        When the file is there, since a secret that is written over is lost, or cannot be written.
    """
    with locked(target):
        if os.path.lexists(target):
            raise ReportError(
                f"{target.name} is there and was left as it was: a secret is never written over. "
                "Choose another name, or remove the file if nobody needs it any more."
            )
        with replacing(target, owner_only=True) as temporary:
            temporary.write_bytes(content)
    return target


def write_text(target: Path, content: str) -> Path:
    r"""Write UTF-8 text with ``\n`` line ends to a file, whole or not at all.

    Parameters
    ----------
    target : pathlib.Path
        The file; its folder is made when missing.
    content : str
        The whole content.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ReportError
        When the file cannot be written, or the text holds halves of characters, which no file in
        UTF-8 can; an earlier file is left as it was.
    """
    if _HALF.search(content):
        raise ReportError(
            f"{target.name} could not be written: a text holds half of a character, as broken "
            "exports do. An earlier file was left as it was. Correct the text at its source."
        )
    return write_bytes(target, content.encode("utf-8"))


def write_together(
    folder: Path, files: Mapping[str, bytes], *, instead_of: Iterable[str] = ()
) -> dict[str, Path]:
    """Write files of one folder that belong together: all of them, or none.

    Parameters
    ----------
    folder : pathlib.Path
        Made when missing.
    files : mapping of str to bytes
        Relative name, such as ``pictures/figure-01.png``, to the whole content.
    instead_of : iterable of str
        Names of earlier files that the new ones stand for: they go when the new ones are there.

    Returns
    -------
    dict of str to pathlib.Path
        Name to path.

    Raises
    ------
    ReportError
        When one cannot be written, or is open in another program: all earlier files are then as
        they were.
    """
    targets = {name: confined(name, within=folder) for name in files}
    with _beside(folder) as new, _beside(folder) as old:
        ready = [new / str(number) / path.name for number, path in enumerate(targets.values())]
        for path, content in zip(ready, files.values(), strict=True):
            write_bytes(path, content)
        earlier = {confined(name, within=folder) for name in instead_of} | set(targets.values())
        gone = sorted(path for path in earlier if path.is_file())
        steps = [(path, old / str(number)) for number, path in enumerate(gone)]
        _move_all([*steps, *zip(ready, targets.values(), strict=True)])
    return targets


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give an empty folder, and move its files into another when the block succeeds: all, or none.

    For files that are too large to be handed to `write_together`.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files go; made when missing.

    Yields
    ------
    pathlib.Path
        An empty folder on the same disk; it is deleted, with what is in it, when the block fails.
        Its files are moved in the order of their names.

    Raises
    ------
    ReportError
        When a folder cannot be written, or one of the files cannot be moved.
    """
    with _beside(folder) as new:
        yield new
        _move_all([(path, folder / path.name) for path in sorted(new.iterdir())])


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give an empty folder on the same disk, which goes in the end with all that is left in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    except OSError as error:
        raise ReportError(
            f"The folder {folder.name} cannot be written ({type(error).__name__}). "
            "Choose a folder in which you may write, with --output."
        ) from None
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _move_all(steps: Sequence[tuple[Path, Path]]) -> None:
    """Move files one after the other; on any failure move all of them back."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in steps:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            done.append((source, target))
    except BaseException as error:
        for earlier, later in reversed(done):
            later.rename(earlier)
        if not isinstance(error, OSError):
            raise
        raise ReportError(
            f"{source.name} could not be replaced; all earlier files were left as they were. "
            "It is probably open in another program: close it there and try again."
        ) from None


@contextmanager
def locked(target: Path, *, patience: float = 10.0) -> Iterator[None]:
    """Keep other processes from changing a file until the block ends.

    Parameters
    ----------
    target : pathlib.Path
        The file, which need not exist; its folder is made when missing. A file with the further
        ending ``.lock`` stands beside it meanwhile.
    patience : float
        Seconds to wait for another process.

    Raises
    ------
    ReportError
        When the file stays locked, or its folder cannot be written.
    """
    lock = target.with_name(f"{target.name}.lock")
    _take(lock, until=time.monotonic() + patience)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _take(lock: Path, *, until: float) -> None:
    """Make a lock file that is not there, or wait until it is gone."""
    refused = ReportError(
        f"{lock.name} cannot be made, so the file beside it may be in use. Wait for the other "
        "program; delete that file if no program is running."
    )
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise refused from None
    while not _made(lock):
        if time.monotonic() >= until:
            raise refused
        time.sleep(0.05)


def _made(lock: Path) -> bool:
    """Make a lock file unless it is there; Windows also refuses one that is just being removed."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except OSError:
        return False
    return True


def remove(target: Path) -> None:
    """Remove a file that is about to be written anew; one that is not there is no fault.

    Parameters
    ----------
    target : pathlib.Path
        The file.

    Raises
    ------
    ReportError
        When the file cannot be removed, for example because another program holds it open.
    """
    try:
        target.unlink(missing_ok=True)
    except OSError:
        raise ReportError(
            f"{target.name} could not be replaced; it was left as it was. "
            "It is probably open in another program: close it there and try again."
        ) from None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Parameters
    ----------
    path : pathlib.Path
        The file to read.

    Returns
    -------
    str
        The digest.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def folder_sha256(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, whatever their order.

    Parameters
    ----------
    files : iterable of pathlib.Path
        Files of one folder; only their names, not their folders, enter the digest.

    Returns
    -------
    str
        One digest for all: equal when every name and every byte is equal.
    """
    lines = sorted(f"{path.name}\0{file_sha256(path)}\n" for path in files)
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
