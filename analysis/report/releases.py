"""Releases: a report made against the ledger of earlier ones, and the page that goes with it."""

from __future__ import annotations

import html
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from analysis import storage
from analysis.disclosure import RELEASE, Ledger, Policy
from analysis.disclosure.ledger import LEDGER_VARIABLE
from analysis.disclosure.record import Record
from analysis.errors import DisclosureError
from analysis.report.plain_page import plain_page
from analysis.results import counted, frame_to_html
from analysis.study import in_local_zone

__all__ = ["against_ledger", "write_release_page"]

PAGE = "release.html"
_FILES = "files"
_UNNAMED = "this report"
_MEANING = "This page supports the decision of the person who signs it; it certifies nothing."


@contextmanager
def against_ledger(ledger: Path | None, release: str) -> Iterator[Callable[[], Ledger]]:
    """Protect the tables of notebooks run inside against each other and earlier releases.

    What is told is noted if all goes well.

    Parameters
    ----------
    ledger : pathlib.Path, optional
        File of the ledger, in the local zone; None: only the tables inside are held against each
        other, and nothing is kept.
    release : str
        Label of the release, such as "2026-11"; without a ledger any.

    Yields
    ------
    callable
        Reads what was told so far, earlier releases included. When something fails inside, the
        ledger stays as it was.

    Raises
    ------
    DisclosureError
        When the ledger lies outside the local zone or cannot be read, or the release is there
        already.
    """
    if ledger is not None:
        _open(ledger, release)
    before = os.environ.get(LEDGER_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="ko-ledger-") as scratch:
        working = Path(scratch) / "releases.jsonl"
        if ledger is not None and ledger.exists():
            shutil.copyfile(ledger, working)
        label = release or _UNNAMED
        os.environ[LEDGER_VARIABLE] = f"{label}|{working}"
        try:
            yield lambda: Ledger(release=label, path=working)
        finally:
            os.environ.pop(LEDGER_VARIABLE)
            if before is not None:
                os.environ[LEDGER_VARIABLE] = before
        if ledger is not None and working.exists():
            storage.write_bytes(ledger, working.read_bytes())


def _open(ledger: Path, release: str) -> Ledger:
    """Read a ledger for a new release."""
    if not in_local_zone(ledger.parent):
        raise DisclosureError(
            "The ledger of releases holds true counts, so it must lie in a folder named local, "
            "which never leaves the clinic."
        )
    found = Ledger(release=release, path=ledger)
    if any(record.release == release for record in found.records):
        raise DisclosureError(
            f"The release {release!r} is in the ledger already. Give this one another label; what "
            "was released cannot be taken back."
        )
    return found


def write_release_page(
    folder: Path | str, *, ledger: Path | str, release: str, policy: Policy = RELEASE
) -> Path:
    """Write the page that says what leaves the clinic, and note its files in the ledger.

    Parameters
    ----------
    folder : path
        Everything that leaves; the page is added to it.
    ledger : path
        Of the releases, in the local zone.
    release : str
        Label of the release whose report was made against the ledger.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pathlib.Path
        The page: policy, what was hidden in which table, files with their digests, and a line to
        sign.

    Raises
    ------
    DisclosureError
        When the folder is empty or not there, the ledger does not know the release, or its files
        were noted already.

    Notes
    -----
    The page supports the decision of whoever signs it; it certifies nothing.
    """
    root = Path(folder)
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.name != PAGE)
    if not files:
        raise DisclosureError("The folder of the release holds no file.")
    if not in_local_zone(Path(ledger).parent):
        raise DisclosureError("The ledger of releases must lie in a folder named local.")
    known = Ledger(release=release, path=Path(ledger))
    told = known.to_frame()
    told = told[(told["release"] == release) & (told["about"] != _FILES)]
    if told.empty:
        raise DisclosureError(
            "The ledger knows nothing of this release. Make its report with --ledger and the same "
            "--release first."
        )
    digests = {path.relative_to(root).as_posix(): storage.file_sha256(path) for path in files}
    if any(record.about == _FILES for record in known.present()):
        raise DisclosureError("The files of this release are noted already; give a new label.")
    known.add(Record(release=release, about=_FILES, counts={}, shown=digests, sums=()))
    body = _body(told.drop(columns="release"), digests, policy)
    page = plain_page(f"Release {release}", subtitle="What leaves the clinic", body=body)
    return storage.write_text(storage.confined(PAGE, within=root), page)


def _body(told: pd.DataFrame, digests: dict[str, str], policy: Policy) -> str:
    """Write policy, tables, files and the line to sign."""
    hidden, counts = int(told["hidden"].sum()), int(told["counts"].sum())
    files = pd.DataFrame({"file": list(digests), "SHA-256": list(digests.values())})
    rule = (
        f"{policy.rule} What would give them away is hidden as well, "
        "within a table, between the tables of this release, and against earlier releases. Of "
        f"{counted(counts, 'count')} {hidden} are hidden."
    )
    return "\n".join(
        [
            f"<p>{html.escape(rule)}</p>",
            frame_to_html(told, caption="Counts per table"),
            frame_to_html(files, caption="Files"),
            f"<p>{_MEANING}</p>",
            "<p>Released by: ______________________ &nbsp; Date: ______________</p>",
        ]
    )
