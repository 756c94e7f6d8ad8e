"""Running every rule over a study and gathering the findings.

The rules themselves stand in the neighbouring modules; what is done about findings is decided by
the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.checks import columns, course, keys, scores
from analysis.checks.catalogue import catalogue, described_rules
from analysis.checks.completions import COMPLETION_RULES
from analysis.checks.events import EVENT_RULES
from analysis.checks.links import LINK_RULES
from analysis.checks.located import located_rows
from analysis.checks.measurements import MEASUREMENT_RULES
from analysis.checks.one_reading import remembered
from analysis.checks.sessions import SESSION_RULES
from analysis.errors import DataError
from analysis.progress import progress
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Finding, Study, findings_frame, scan_folder
from analysis.study.findings import in_order
from analysis.study.lines import with_file_lines

__all__ = ["RULES", "CheckResult", "check", "check_folder", "rule_list"]

RULES: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    columns.required_values,
    columns.allowed_values,
    columns.ranges,
    columns.declared_codes,
    keys.unique_keys,
    keys.followed_up,
    course.observation,
    course.within_observation,
    course.session_order,
    course.first_session,
    course.dose_per_weight,
    scores.known_scales,
    scores.total_ranges,
    scores.item_ranges,
    scores.totals_of_items,
    scores.monitoring_units,
    scores.unused_scales,
    *LINK_RULES,
    *EVENT_RULES,
    *SESSION_RULES,
    *COMPLETION_RULES,
    *MEASUREMENT_RULES,
)
"""Every rule about a study, in the order in which they run."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckResult:
    """What checking a study found.

    Parameters
    ----------
    findings : tuple of Finding
        All findings, structural ones first.
    n_rules : int
        Rules that were run.
    n_rows : int
        Rows that were checked.
    study : Study, optional
        The study, when it could be read.
    folder : pathlib.Path, optional
        Where it was read; None for a study in memory. Never shown.
    """

    findings: tuple[Finding, ...]
    n_rules: int
    n_rows: int
    study: Study | None = None
    folder: Path | None = field(default=None, repr=False)

    def copy(self) -> CheckResult:
        """Return the same with tables of its own."""
        if self.study is None:
            return self
        own = {name: frame.copy() for name, frame in self.study.tables.items()}
        return replace(self, study=replace(self.study, tables=own))

    @property
    def n_errors(self) -> int:
        """Findings that stop every analysis."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may remain."""
        return self.n_errors == 0

    def frame(self) -> pd.DataFrame:
        """Put the findings into a frame, errors first; true counts, not for release.

        Returns
        -------
        pandas.DataFrame
            Columns ``rule, severity, table, column, count, what, remedy``.
        """
        return findings_frame(self.findings)

    def ordered(self) -> list[Finding]:
        """List the findings in the order of `frame`: errors first, then by table, rule, column.

        Returns
        -------
        list of Finding
            The same findings; those that are alike in all four stay in the order of the rules.
        """
        return in_order(self.findings)

    def locate(self, code: str) -> pd.DataFrame:
        """Say where every row is that breaks a rule: file, line and key; for the clinic only.

        Parameters
        ----------
        code : str
            Code of a rule, such as ``"KEY-001"``; see `analysis.checks.rule_list`.

        Returns
        -------
        pandas.DataFrame
            One row per broken row of every finding with this code: ``file``; ``row``, the line on
            which it begins as an editor counts lines (for Parquet, and for a study in memory,
            the number of the row with the header as 1); the key columns of the tables concerned,
            missing where the table could not be read; ``column, rule, severity, what, remedy``.
            Empty when no row breaks the rule. ``attrs["patient_level"]`` is True, so that no
            release takes it.

        Raises
        ------
        DataError
            For a code that no rule has, and when the files changed since they were checked.

        Examples
        --------
        >>> from analysis.study import read_study
        >>> from analysis.synthetic import example_folder
        >>> located = check(read_study(example_folder("clinic-network"))).locate("KEY-001")
        >>> len(located), located.attrs["patient_level"]
        (0, True)
        """
        known = {rule.code for rule in described_rules(RULES)}
        known |= {finding.rule for finding in self.findings}
        if code not in known:
            raise DataError(
                "No rule has this code. Codes look like KEY-001; analysis.checks.rule_list() and "
                "the option --list-rules of the command check list them all."
            )
        chosen = [finding for finding in self.ordered() if finding.rule == code]
        return located_rows(chosen, study=self.study, folder=self.folder)

    def summary(self) -> str:
        """Say in one sentence what was run and found.

        Returns
        -------
        str
            Rules, rows, errors and warnings.
        """
        found = (
            f"{_counted(self.n_errors, 'error')}, "
            f"{_counted(len(self.findings) - self.n_errors, 'warning')}."
        )
        if self.study is None:
            return f"The study could not be read, so no rule about values was run: {found}"
        return f"{self.n_rules} rules over {self.n_rows:,} rows: {found}"

    def require_ok(self) -> Study:
        """Return the study, or refuse one with errors.

        Returns
        -------
        Study
            The checked study.

        Raises
        ------
        DataError
            When there is any error; the message lists rules, places and remedies.
        """
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if errors or self.study is None:
            lines = "\n".join(f"  {finding}" for finding in errors)
            raise DataError(
                f"The study has {_counted(len(errors), 'error')} that analyses cannot pass over.\n"
                f"{lines}"
            )
        return self.study

    def __repr__(self) -> str:
        """Show the sentence of `summary` and the rules broken."""
        if not self.findings:
            return self.summary()
        shown = self.frame()[["rule", "severity", "table", "column"]]
        return f"{self.summary()}\n{frame_to_text(shown)}"

    def _repr_html_(self) -> str:
        shown = self.frame()[["rule", "severity", "table", "column", "what", "remedy"]]
        return frame_to_html(shown, caption=self.summary())


def _counted(n: int, noun: str) -> str:
    """Put a number before a noun."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def check(study: Study) -> CheckResult:
    """Run every rule over a study.

    Parameters
    ----------
    study : Study
        Canonical tables, read or made.

    Returns
    -------
    CheckResult
        Findings with counts and row numbers, never values. A clean study has none.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> check(read_study(example_folder("clinic-network"))).ok
    True
    """
    findings = tuple(
        finding
        for rule in progress(RULES, doing="Checking", unit="rule")
        for finding in rule(study)
    )
    n_rows = sum(len(frame) for frame in study.tables.values())
    return CheckResult(findings=findings, n_rules=len(RULES), n_rows=n_rows, study=study)


def check_folder(folder: Path | str) -> CheckResult:
    """Read a study folder and run every rule, structural ones included.

    Parameters
    ----------
    folder : path
        Holds ``study.json`` and one file per table.

    Returns
    -------
    CheckResult
        With `study` when the folder could be read; otherwise only structural findings.
    """
    return remembered(Path(folder), _checked)


def _checked(root: Path) -> CheckResult:
    """Read and check."""
    study, structural = scan_folder(root)
    if study is None:
        return CheckResult(findings=tuple(structural), n_rules=0, n_rows=0, folder=root)
    result = check(study)
    return CheckResult(
        findings=(*structural, *with_file_lines(result.findings, root)),
        n_rules=result.n_rules,
        n_rows=result.n_rows,
        study=study,
        folder=root,
    )


def rule_list() -> pd.DataFrame:
    """List every rule that a study folder is checked against.

    Returns
    -------
    pandas.DataFrame
        Columns ``code, severity, tables, rule``, in the order of the codes; structural rules
        about files and columns (FIL, COL) first. `severity` is "error", "warning" or both;
        `tables` is "any" for rules about columns of whatever table.

    Examples
    --------
    >>> rules = rule_list().set_index("code")
    >>> rules.loc["KEY-001", "rule"]
    'Two rows have the same key.'
    """
    return catalogue(RULES)
