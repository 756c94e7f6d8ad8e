"""Which files a scan looks into, and how their names are shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.privacy.files.table_columns import looks_like_code
from analysis.privacy.patterns import identifiers_in

__all__ = ["FileToScan", "files_to_scan", "name_may_identify"]

_LEFT_OUT = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache",
        ".ruff_cache", ".pytest_cache",
        ".hypothesis", ".tox", ".nox", ".eggs", "site-packages", ".import_linter_cache",
        "wheelhouse", ".idea", ".vscode",
    }
)  # fmt: skip
_LOCAL = "local"
_IN_NAMES = {1, 4, 5, 6, 7, 8, 9, 10}
_OF_PERSONS = {"given name", "full name", "name before a degree", "name after a title"}
_PAPER = re.compile(r"[a-z]+-20\d\d")  # author and year
_DIGEST = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, kw_only=True)
class FileToScan:
    """A file and the name under which findings show it.

    Parameters
    ----------
    path : pathlib.Path
        The file; for a link, the link.
    shown : str
        Its path from the folder scanned, without parts that may identify a person.
    """

    path: Path
    shown: str


def name_may_identify(name: str) -> bool:
    """Tell whether the name of a file or folder may identify a person.

    Parameters
    ----------
    name : str
        One part of a path.

    Returns
    -------
    bool
        Whether it seems to hold a name, a contact, a number of a record, or a patient's code.

    Examples
    --------
    >>> name_may_identify("Kowalski, Anna.xlsx"), name_may_identify("p000017.csv")
    (True, True)
    >>> name_may_identify("05-time-to-relapse.ipynb")
    False
    """
    stem = name.rpartition(".")[0] or name
    if _PAPER.fullmatch(stem):
        return False
    words = re.sub(r"[_+]+", " ", stem)
    if any(match.element in _IN_NAMES for match in identifiers_in(f"{words}.")):
        return True
    if any(match.kind in _OF_PERSONS for match in identifiers_in(f"{words.title()}.")):
        return True
    parts = [part for part in re.split(r"[_ .+()]+", stem) if part]
    codes = [part for part in parts if looks_like_code(part) and not _DIGEST.fullmatch(part)]
    return any(re.search(r"\d{3}", code) for code in codes)


def files_to_scan(
    paths: Sequence[Path], *, with_local: bool = False
) -> tuple[list[FileToScan], int]:
    """List the files at some places.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files are taken as they are; folders are searched, without following links.
    with_local : bool
        Whether folders named ``local`` are searched too.

    Returns
    -------
    tuple of list of FileToScan and int
        Files in a fixed order, each once, and the number of folders left out: those of programs
        and of git, and folders named ``local`` unless the place itself is one.
    """
    found: dict[Path, str] = {}
    left_out = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            n_before = left_out
            for folder, n in _folders(path, with_local=with_local):
                left_out = n_before + n
                for file in folder:
                    found.setdefault(file, _shown(file, path))
        else:
            found.setdefault(path, _shown(path, path.parent if path.is_absolute() else Path()))
    return [FileToScan(path=path, shown=shown) for path, shown in found.items()], left_out


def _folders(root: Path, *, with_local: bool) -> Iterator[tuple[list[Path], int]]:
    """Give the files of every folder, and how many folders were left out so far."""
    left_out = 0
    for folder, inner, names in os.walk(root, followlinks=False):
        links = [name for name in inner if (Path(folder) / name).is_symlink()]
        kept = [
            name
            for name in inner
            if name not in _LEFT_OUT and (with_local or name != _LOCAL) and name not in links
        ]
        left_out += len(inner) - len(kept) - len(links)
        inner[:] = sorted(kept)
        yield [Path(folder) / name for name in sorted([*names, *links])], left_out


def _shown(path: Path, root: Path) -> str:
    """Write a path from the root, with numbers in the place of parts that may identify a person."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        parts = (path.name,)
    shown = []
    for depth, part in enumerate(parts):
        folder = root.joinpath(*parts[:depth])
        shown.append(_number(part, folder) if name_may_identify(part) else _printable(part))
    return "/".join(shown)


def _printable(part: str) -> str:
    """Write a name without characters that would change what a terminal shows."""
    return "".join(letter if letter.isprintable() else "?" for letter in part)


def _number(part: str, folder: Path) -> str:
    """Name a file by its number among those of its folder, and its ending."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
        number = names.index(part) + 1
    except (OSError, ValueError):
        number = 0
    ending = Path(part).suffix
    kept = ending if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending) else ""
    return f"[name {number} of the folder]{kept}" if number else f"[name hidden]{kept}"
