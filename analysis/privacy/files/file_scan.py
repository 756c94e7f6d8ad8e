"""What a scan of files found: places, kinds and remedies, never a text of a file."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.privacy.files.judging import Judged
from analysis.results import counted, frame_to_html, frame_to_text
from analysis.study import Finding
from analysis.study.findings import Severity

__all__ = ["FILE_COLUMNS", "FileFinding", "FileScan"]

FILE_COLUMNS = ("rule", "severity", "file", "where", "kind", "element", "count", "what", "remedy")
"""Columns of `FileScan.to_frame`."""

_SUPPORTS = (
    "This supports a decision by somebody who knows the data; it does not make it. A scan can miss "
    "what it should find, and cannot look into pictures."
)


@dataclass(frozen=True, kw_only=True)
class FileFinding:
    """One kind of thing in one place of a file.

    Parameters
    ----------
    rule : str
        Stable code: PRV-001 to PRV-018 for the elements of Safe Harbor, PRV-101 and on for files.
    severity : {"error", "warning"}
        An error stops a commit; a warning wants a person's look.
    file : str
        Path from the folder that was scanned; parts that may identify a person are replaced by
        their number among the files of their folder.
    where : str
        Place in the file, such as "cell 3, output 1".
    kind : str
        What seems to be there.
    element : int
        Element of Safe Harbor; 0 when it is none of them.
    what, remedy : str
        What is wrong and what to do.
    count : int
        How often; a true count.
    """

    rule: str
    severity: Severity
    file: str
    where: str
    kind: str
    element: int
    what: str
    remedy: str
    count: int = 1

    @classmethod
    def of_judged(cls, judged: Judged, *, file: str) -> FileFinding:
        """Make a finding of what was judged in a file."""
        return cls(
            rule=judged.code,
            severity=judged.severity,
            file=file,
            where=judged.where,
            kind=judged.kind,
            element=judged.element,
            what=judged.what,
            remedy=judged.remedy,
            count=judged.count,
        )

    @property
    def finding(self) -> Finding:
        """The finding in the form that all checks have."""
        return Finding(
            rule=self.rule,
            severity=self.severity,
            table=self.file,
            column=self.where,
            what=self.what,
            remedy=self.remedy,
            count=self.count,
        )

    def __str__(self) -> str:
        """Say place, rule and remedy in one line, without the count."""
        return f"[{self.rule}] {self.file}, {self.where}: {self.what} {self.remedy}"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FileScan:
    """What a scan of files found.

    Parameters
    ----------
    findings : tuple of FileFinding
        Errors first, then by file; no text of a file.
    n_files : int
        Files that were looked into.
    n_synthetic : int
        Files among them that a manifest of synthetic data vouches for.
    n_left_out : int
        Folders that were left out: of programs, of git, and the local zone.
    """

    findings: tuple[FileFinding, ...]
    n_files: int
    n_synthetic: int = 0
    n_left_out: int = 0

    @property
    def n_errors(self) -> int:
        """Findings that stop a commit."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may remain."""
        return self.n_errors == 0

    @property
    def exit_code(self) -> int:
        """What a command ends with: 0 without an error, 1 with one."""
        return 0 if self.ok else 1

    def as_findings(self) -> tuple[Finding, ...]:
        """Give the findings in the form that all checks have; true counts."""
        return tuple(found.finding for found in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Put the findings into a frame, errors first.

        Returns
        -------
        pandas.DataFrame
            Columns `FILE_COLUMNS`. True counts, not for release.
        """
        rows = [[getattr(found, name) for name in FILE_COLUMNS] for found in self.findings]
        return pd.DataFrame(rows, columns=list(FILE_COLUMNS)).astype(
            {"element": "int64", "count": "int64"}
        )

    def summary(self) -> str:
        """Say what was scanned and found, and what this is worth.

        Returns
        -------
        str
            A few sentences without any text of a file.
        """
        n_warnings = len(self.findings) - self.n_errors
        found = f"{counted(self.n_errors, 'error')}, {counted(n_warnings, 'warning')}"
        lines = [f"{counted(self.n_files, 'file')} scanned: {found}."]
        if self.n_synthetic:
            lines.append(f"Synthetic by manifest: {counted(self.n_synthetic, 'file')}.")
        if self.n_left_out:
            lines.append(f"Left out: {counted(self.n_left_out, 'folder')}.")
        return "\n".join([*lines, _SUPPORTS])

    def __repr__(self) -> str:
        if not self.findings:
            return self.summary()
        shown = self.to_frame()[["rule", "severity", "file", "where", "kind"]]
        return f"{self.summary()}\n{frame_to_text(shown)}"

    def _repr_html_(self) -> str:
        shown = self.to_frame()[["rule", "severity", "file", "where", "what", "remedy"]]
        return frame_to_html(shown, caption=self.summary())
