"""What a scan for identifiers found: by column and element, and the class of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from analysis.privacy.detector import ELEMENTS
from analysis.results import counted, frame_to_html, frame_to_text
from analysis.study import Finding

__all__ = ["FREE_TEXT", "ColumnFinding", "ScanResult", "Sign", "there"]

FREE_TEXT = 0
"""Stands in the place of an element for free text, which may hold any of them."""

_IN_LIMITED_DATA = {3, 18}
_PLACES_IN_LIMITED_DATA = {
    "ZIP code", "ZIP+4 code", "five-digit code", "postcode", "small ZIP3 area", "city",
    "city and state", "county",
}  # fmt: skip
_SUPPORTS = (
    "This supports a decision by somebody who knows the data and the law; it does not make it. "
    "A scan can miss identifiers and can take for one what is none."
)
_NOTHING = "No column was found that may identify a person."
_REMEDIES = {
    FREE_TEXT: "Leave the column out, or read every text and name the column in allowed_text.",
    3: "Turn dates into days since the first treatment and ages over 89 into 90 with deidentify.",
    2: "Keep the state at most; leave the column out.",
    18: "Replace it by a random pseudonym with deidentify, or leave the column out.",
}


def there(values: pd.Series) -> int:
    """Count values that are not missing.

    Examples
    --------
    >>> there(pd.Series([1.0, None]))
    1
    """
    return int(values.notna().sum())


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One reason to take a column for an identifier.

    Parameters
    ----------
    element : int
        Element of Safe Harbor, 0 for free text.
    why : {"header", "values", "cardinality", "derived", "flagged"}
        Where the reason lies.
    kind : str
        What the column seems to hold.
    count : int
        Rows concerned.
    """

    element: int
    why: str
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ColumnFinding:
    """One element of Safe Harbor in one column.

    Parameters
    ----------
    table, column : str
        Where; a name that could be a text of the data is replaced by its position.
    element : int
        Element of Safe Harbor, 0 for free text.
    why : tuple of str
        Where the reasons lie.
    kinds : tuple of str
        What the column seems to hold.
    count : int
        Rows concerned; a true count.
    """

    table: str
    column: str
    element: int
    why: tuple[str, ...]
    kinds: tuple[str, ...]
    count: int

    @classmethod
    def of_signs(cls, signs: Sequence[Sign], *, table: str, column: str) -> Iterator[ColumnFinding]:
        """Gather the signs of one column by element."""
        ordered = sorted(signs, key=lambda sign: sign.element)
        for element, group in groupby(ordered, key=lambda sign: sign.element):
            alike = list(group)
            from_values = [sign.count for sign in alike if sign.why != "header"]
            yield cls(
                table=table,
                column=column,
                element=element,
                why=tuple(dict.fromkeys(sorted(sign.why for sign in alike))),
                kinds=tuple(dict.fromkeys(sign.kind for sign in alike)),
                count=max(from_values or [sign.count for sign in alike]),
            )

    @property
    def name(self) -> str:
        """The name of the element."""
        return "free text" if self.element == FREE_TEXT else ELEMENTS[self.element]

    @property
    def finding(self) -> Finding:
        """The finding in the form that all checks have."""
        return Finding(
            rule=f"PRV-{self.element:03d}",
            severity="error",
            table=self.table or "table",
            column=self.column,
            what=f"The column may hold {self.name} ({', '.join(self.kinds)}; "
            f"by {', '.join(self.why)}).",
            remedy=_REMEDIES.get(self.element, "Leave the column out."),
            count=self.count,
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScanResult:
    """What a scan for identifiers found.

    Parameters
    ----------
    findings : tuple of ColumnFinding
        By element, table and column; no value of the data.
    n_columns, n_rows : int
        What was scanned.
    substance_use : bool
        Whether an indication, a diagnosis or a scale speaks of substance use, so that 42 CFR
        Part 2 may apply.
    """

    findings: tuple[ColumnFinding, ...]
    n_columns: int
    n_rows: int
    substance_use: bool

    @property
    def data_class(self) -> str:
        """The class of the data as far as the scan tells.

        Returns
        -------
        str
            "no dates" when nothing was found; "limited data set" when only what 45 CFR
            164.514(e)(2) leaves in one was found: dates, cities and ZIP codes, other codes;
            "identified" otherwise, also with free text that nobody has allowed.
        """
        if not self.findings:
            return "no dates"
        limited = all(map(_may_stay_in_limited_data, self.findings))
        return "limited data set" if limited else "identified"

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_findings(self) -> tuple[Finding, ...]:
        """Give the findings in the form that all checks have; true counts."""
        return tuple(found.finding for found in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Put the findings into a frame.

        Returns
        -------
        pandas.DataFrame
            Columns ``table, column, element, name, kinds, why, count``; one row per column and
            element. True counts, not for release.
        """
        return pd.DataFrame(
            {
                "table": [one.table for one in self.findings],
                "column": [one.column for one in self.findings],
                "element": pd.array([one.element for one in self.findings], dtype="int64"),
                "name": [one.name for one in self.findings],
                "kinds": [", ".join(one.kinds) for one in self.findings],
                "why": [", ".join(one.why) for one in self.findings],
                "count": pd.array([one.count for one in self.findings], dtype="int64"),
            }
        )

    def summary(self) -> str:
        """Say what was scanned and found, of which class the data seem, and what this is worth.

        Returns
        -------
        str
            A few sentences without a value of the data.
        """
        columns = len({(one.table, one.column) for one in self.findings})
        lines = [
            f"{counted(self.n_columns, 'column')} and {self.n_rows:,} rows scanned.",
            f"{counted(columns, 'column')} may identify a person." if columns else _NOTHING,
            f"Class of the data as far as a scan tells: {self.data_class}.",
        ]
        if self.substance_use:
            lines.append(
                "Substance use is named: 42 CFR Part 2 may apply. Ask who is responsible for it."
            )
        return "\n".join([*lines, _SUPPORTS])

    def __repr__(self) -> str:
        return (
            f"{self.summary()}\n{frame_to_text(self.to_frame())}"
            if self.findings
            else self.summary()
        )

    def _repr_html_(self) -> str:
        return frame_to_html(self.to_frame(), caption=self.summary())


def _may_stay_in_limited_data(found: ColumnFinding) -> bool:
    """Tell whether a limited data set may hold what was found."""
    if found.element == 2:
        return set(found.kinds) <= _PLACES_IN_LIMITED_DATA
    return found.element in _IN_LIMITED_DATA
