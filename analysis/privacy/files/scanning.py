"""Scanning files and folders for what may show single patients, before anything is shared."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.errors import DataError
from analysis.privacy.files.file_scan import FileFinding, FileScan
from analysis.privacy.files.judging import Judged, judge
from analysis.privacy.files.patient_signs import (
    PATIENT_LIST,
    PATIENT_RECORD,
    PATIENT_ROWS,
    SMALL_COUNTS,
)
from analysis.privacy.files.pieces import DATA_ENDINGS, Limits, Source, pieces_of
from analysis.privacy.files.pieces.limits import TooMuchError
from analysis.privacy.files.pieces.notebook import read_notebook
from analysis.privacy.files.synthetic_origin import SyntheticOrigin, find_synthetic
from analysis.privacy.files.walk import FileToScan, files_to_scan, name_may_identify
from analysis.progress import progress

__all__ = ["scan_path"]

_FINE_WHEN_SYNTHETIC = {
    PATIENT_ROWS, PATIENT_RECORD, PATIENT_LIST, SMALL_COUNTS, "picture",
    "marks of single patients", "many marks",
}  # fmt: skip


def scan_path(path: Path | str | Sequence[Path | str], *, limits: Limits | None = None) -> FileScan:
    """Scan files for identifiers, rows of single patients and parts that nobody sees.

    Parameters
    ----------
    path : path or sequence of paths
        A file, a folder, or a list of files, such as those staged for a commit. Folders of
        programs, of git, and those named ``local`` inside a folder are left out; links are not
        followed.
    limits : Limits, optional
        How much of a file is opened.

    Returns
    -------
    FileScan
        Findings with place, kind and remedy, never a text of a file. Every file has an end: what
        is locked, broken or hostile is one finding, and the scan goes on.

    Raises
    ------
    DataError
        When a path is not there.

    Notes
    -----
    Outputs of notebooks below a folder ``notebooks`` may show rows and pictures when their stored
    provenance has the digest of data that a manifest in ``data/synthetic`` vouches for; identifiers
    stay findings there. A scan supports a decision and proves nothing.

    Examples
    --------
    >>> from analysis.synthetic import example_folder
    >>> scan_path(example_folder("clinic-network") / "subjects.csv").ok
    True
    """
    given = [path] if isinstance(path, str | Path) else list(path)
    paths = [Path(one) for one in given]
    missing = sum(not os.path.lexists(one) for one in paths)
    if missing:
        raise DataError(
            f"{missing} of {len(paths)} paths are not there. Give a file or a folder that exists."
        )
    files, left_out = files_to_scan(paths)
    origin = find_synthetic([*paths, Path()])
    scanned = [
        _scan_file(file, origin, limits or Limits())
        for file in progress(files, doing="Scanning", unit="file")
    ]
    findings = [finding for found, _ in scanned for finding in found]
    return FileScan(
        findings=tuple(sorted(findings, key=lambda one: (one.severity != "error", one.file))),
        n_files=len(files),
        n_synthetic=sum(is_synthetic for _, is_synthetic in scanned),
        n_left_out=left_out,
    )


def _scan_file(
    file: FileToScan, origin: SyntheticOrigin, limits: Limits
) -> tuple[list[FileFinding], bool]:
    """Scan one file; tell whether a manifest vouches for it."""
    before = _state(file.path)
    trouble = _trouble_of_state(before)
    judged: dict[tuple[str, str], Judged] = {}
    is_synthetic = False
    if any(map(name_may_identify, file.path.parts[-file.shown.count("/") - 1 :])):
        judged["name", "file name"] = Judged(where="name", kind="file name", element=1)
    if trouble:
        judged["file", trouble] = Judged(where="file", kind=trouble)
    elif before is not None:
        is_synthetic, found = _judged(file.path, before.st_size, origin, limits)
        for one in found:
            _add(judged, one)
        if not _is_same(before, _state(file.path)):
            judged["file", "changed"] = Judged(where="file", kind="changed")
    return [FileFinding.of_judged(one, file=file.shown) for one in judged.values()], is_synthetic


def _add(judged: dict[tuple[str, str], Judged], one: Judged) -> None:
    """Keep one finding per place and kind, with all counts together."""
    key = (one.where, one.kind)
    earlier = judged.get(key)
    count = one.count + (earlier.count if earlier else 0)
    judged[key] = Judged(where=one.where, kind=one.kind, element=one.element, count=count)


def _state(path: Path) -> os.stat_result | None:
    """Look at a file without following a link."""
    try:
        return path.lstat()
    except OSError:
        return None


def _trouble_of_state(state: os.stat_result | None) -> str:
    """Tell why a path cannot be opened as a file: it is gone, a link, a pipe, a device."""
    if state is None:
        return "cannot be read"
    if stat.S_ISLNK(state.st_mode):
        return "link"
    return "" if stat.S_ISREG(state.st_mode) else "cannot be read"


def _is_same(before: os.stat_result, after: os.stat_result | None) -> bool:
    """Tell whether a file is as it was."""
    return after is not None and (before.st_size, before.st_mtime_ns) == (
        after.st_size,
        after.st_mtime_ns,
    )


def _judged(
    path: Path, size: int, origin: SyntheticOrigin, limits: Limits
) -> tuple[bool, Iterator[Judged]]:
    """Judge the pieces of a file as its origin allows."""
    source = Source(name=path.name, size=size, path=path)
    try:
        if origin.vouches_for_file(path):
            return True, iter(())
        is_synthetic = path.suffix == ".ipynb" and _is_synthetic_notebook(
            source, path, origin, limits
        )
    except (OSError, TooMuchError):
        is_synthetic = False
    return is_synthetic, _findings_of(source, limits, is_synthetic=is_synthetic)


def _is_synthetic_notebook(
    source: Source, path: Path, origin: SyntheticOrigin, limits: Limits
) -> bool:
    """Tell whether a notebook has outputs of synthetic data only."""
    notebook = read_notebook(source, limits) if origin.studies else None
    return notebook is not None and origin.vouches_for_notebook(path, notebook)


def _findings_of(source: Source, limits: Limits, *, is_synthetic: bool) -> Iterator[Judged]:
    """Give the findings of a file piece by piece."""
    if source.ending in DATA_ENDINGS:
        yield Judged(where="file", kind="data file")
    for piece in pieces_of(source, limits):
        for one in judge(piece):
            if not (is_synthetic and one.kind in _FINE_WHEN_SYNTHETIC):
                yield one
