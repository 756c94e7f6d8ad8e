"""One reading of a study folder for all chapters of a report, while its files stay the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.checks.runner import CheckResult

__all__ = ["read_once", "remembered"]

_FileStates = tuple[tuple[str, int, int, int], ...]
_memory: dict[Path, tuple[_FileStates, CheckResult]] | None = None


def read_once() -> None:
    """Let `check_folder` remember, in this process, what it found in a folder.

    Called by the report in the kernel that runs its chapters, each of which checks the study that
    it is about. Elsewhere every call reads and checks anew.
    """
    global _memory  # noqa: PLW0603 - of the process, as the files are
    _memory = {}


def remembered(folder: Path, check: Callable[[Path], CheckResult]) -> CheckResult:
    """Check a folder, or return what was found in it before where that is remembered.

    Parameters
    ----------
    folder : pathlib.Path
        A study folder.
    check : callable
        Reads and checks it.

    Returns
    -------
    CheckResult
        Of the files as they are now; what a caller changes in its tables stays with the caller.
    """
    if _memory is None:
        return check(folder)
    now = _states(folder)
    before, result = _memory.get(folder, (None, None))
    if result is None or before != now:
        result = check(folder)
        _memory[folder] = (now, result)
    return result.copy()


def _states(folder: Path) -> _FileStates:
    """Tell apart states of a folder; one that cannot be looked into is like an empty one."""
    try:
        found = [(path.name, path.stat()) for path in folder.rglob("*")]
    except OSError:
        return ()
    return tuple(
        sorted((name, state.st_ino, state.st_size, state.st_mtime_ns) for name, state in found)
    )
