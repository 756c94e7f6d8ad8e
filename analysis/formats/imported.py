"""What every reader gives: a study or none, every finding, and what became of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.disclosure import RELEASE, Policy, masked_count
from analysis.errors import DataError
from analysis.results import frame_to_html, frame_to_text
from analysis.study import TABLES, Finding, Study, findings_frame
from analysis.study.casting import typed_table
from analysis.study.findings import in_order

__all__ = ["SOURCE_COLUMNS", "Imported", "assemble"]

SOURCE_COLUMNS = ("source", "table", "rows_read", "rows_used", "rows_left_out", "reason")
"""Columns of `Imported.sources`: one row per source, target table and reason."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Imported:
    """What a reader made of the files it was given.

    Parameters
    ----------
    study : Study or None
        None when any finding is an error. Its values are not checked yet: that is the duty of
        `analysis.checks.check`.
    findings : tuple of Finding
        Everything that a reader noticed, errors first; no value of the data.
    sources : pandas.DataFrame
        `SOURCE_COLUMNS`: how many rows of which source went into which table, and why others did
        not. True counts.
    """

    study: Study | None
    findings: tuple[Finding, ...]
    sources: pd.DataFrame = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether there is a study."""
        return self.study is not None

    def require_study(self) -> Study:
        """Return the study, or refuse with every reason.

        Returns
        -------
        Study
            The study.

        Raises
        ------
        DataError
            When any finding is an error; the message lists places and remedies, and no value.
        """
        if self.study is None:
            errors = [finding for finding in self.findings if finding.severity == "error"]
            lines = "\n".join(f"  {finding}" for finding in errors)
            raise DataError(f"The files cannot be made into a study.\n{lines}")
        return self.study

    def rows(self, policy: Policy = RELEASE) -> pd.DataFrame:
        """Return what became of the rows as text, small counts hidden as the policy says.

        Parameters
        ----------
        policy : Policy
            The least count that may be shown.

        Returns
        -------
        pandas.DataFrame
            `SOURCE_COLUMNS`; for release without ``rows_read``, from which a hidden count could
            be found by subtraction.
        """
        shown = self.sources.astype(object)
        for name in ("rows_read", "rows_used", "rows_left_out"):
            shown[name] = [masked_count(n, policy) for n in self.sources[name]]
        return shown if policy.confidential else shown.drop(columns=["rows_read"])

    def locate(self, rule: str) -> pd.DataFrame:
        """Say on which lines of the files a rule is broken; for the clinic only.

        Parameters
        ----------
        rule : str
            Code of a rule, such as ``"FMT-064"``.

        Returns
        -------
        pandas.DataFrame
            One row per line of every finding with this code: ``source, line, column, severity,
            what``; `column` is a path of the mapping. Lines as an editor counts them (rows of a
            sheet in a workbook). Empty when no finding with this code has lines.
            ``attrs["patient_level"]`` is True, so that no release takes it.
        """
        rows = [
            (finding.table, int(line), finding.column, finding.severity, finding.what)
            for finding in self.findings
            if finding.rule == rule and finding.mask is not None
            for line in finding.mask.rows()
        ]
        frame = pd.DataFrame(rows, columns=["source", "line", "column", "severity", "what"])
        frame.attrs["patient_level"] = True
        return frame

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a frame, errors first; true counts."""
        return findings_frame(self.findings)

    def summary(self) -> str:
        """Return what became of the rows, and the number of findings, as text."""
        n_errors = sum(finding.severity == "error" for finding in self.findings)
        n_warnings = len(self.findings) - n_errors
        return f"{n_errors} errors, {n_warnings} warnings\n{frame_to_text(self.sources)}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.sources, caption="What became of the rows")


def assemble(
    tables: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    *,
    findings: Sequence[Finding] = (),
    sources: pd.DataFrame | None = None,
) -> Imported:
    """Give tables their canonical types and make a study of them.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Canonical tables by name; values may still be text, as a CSV file has them.
    about : mapping
        ``title, sites, instruments`` and what else `Study` knows about itself.
    findings : sequence of Finding
        What the reader has noticed so far.
    sources : pandas.DataFrame, optional
        What became of the rows.

    Returns
    -------
    Imported
        With a study when no finding is an error.

    Examples
    --------
    >>> assemble({}, {"title": "None", "sites": ("A",), "instruments": ()}).ok
    False
    """
    found, typed = list(findings), {}
    for name, table in TABLES.items():
        if name not in tables:
            if table.required:
                found.append(_missing_table(name))
            continue
        frame, noticed = typed_table(tables[name], table)
        found += noticed
        if frame is not None:
            typed[name] = frame
    failed = any(finding.severity == "error" for finding in found)
    return Imported(
        study=None if failed else Study(tables=typed, **about),
        findings=tuple(in_order(found)),
        sources=pd.DataFrame(columns=list(SOURCE_COLUMNS)) if sources is None else sources,
    )


def _missing_table(name: str) -> Finding:
    """Say that no source fills a table that every study needs."""
    return Finding(
        rule="FMT-001",
        severity="error",
        table=name,
        what="No source fills this table, which every study needs.",
        remedy="Map a source to it.",
    )
