"""What the attack on a bundle found, in counts and words: no patient's value."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.results import counted, frame_to_html, frame_to_text

__all__ = ["AttackResult", "Finding"]

_COLUMNS = ["where", "how", "patients", "recovered"]
_SPELT_OUT = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the sums tell.

    Parameters
    ----------
    where : str
        Which part of the bundle.
    how : str
        What makes it follow.
    patients : int
        How many patients it is about, at most.
    is_recovered : bool
        Whether the values of these patients follow; otherwise that of a group of so few, or a
        value that all have.
    """

    where: str
    how: str
    patients: int
    is_recovered: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class AttackResult:
    """What follows from a bundle about single patients and small groups.

    Parameters
    ----------
    n_patients : int
        Patients behind the sums.
    minimum : int
        Groups of fewer patients are small.
    findings : tuple of Finding
        What was found, in the order of the bundle.
    tried : tuple of str
        What was tried, in words.
    not_tried : tuple of str
        What was not, and why.

    Notes
    -----
    That nothing was found is no proof that nothing can be: it says that the ways listed do not
    lead to a patient.
    """

    n_patients: int
    minimum: int
    findings: tuple[Finding, ...]
    tried: tuple[str, ...]
    not_tried: tuple[str, ...] = ()

    @property
    def n_recovered(self) -> int:
        """Patients whose values follow with certainty; several findings may be of one patient."""
        found = sum(found.patients for found in self.findings if found.is_recovered)
        return min(found, self.n_patients)

    @property
    def is_safe(self) -> bool:
        """Whether nothing was found, neither a patient nor a small group."""
        return not self.findings

    @property
    def statement(self) -> str:
        """The result in sentences, to be printed with the bundle."""
        told = [found for found in self.findings if not found.is_recovered]
        small = f"{counted(len(told), 'other way')} to a group of fewer than {self.minimum}"
        if not told:
            small = f"no group of fewer than {self.minimum} told"
        recovered = f"{self.n_recovered} of {self.n_patients}"
        lines = [f"Reconstruction attack: {recovered} patients recovered, {small}."]
        lines += [f"Found: {_sentence(found)}." for found in self.findings[:_SPELT_OUT]]
        if len(self.findings) > _SPELT_OUT:
            lines.append(f"Found besides: {len(self.findings) - _SPELT_OUT} more, see tidy().")
        lines += [f"Tried: {'; '.join(self.tried)}."] if self.tried else []
        lines += [f"Not tried: {'; '.join(self.not_tried)}."] if self.not_tried else []
        return "\n".join(lines)

    def tidy(self) -> pd.DataFrame:
        """List what was found.

        Returns
        -------
        pandas.DataFrame
            Columns ``where, how, patients, recovered``; no row when nothing was found.
        """
        rows = [
            (found.where, found.how, found.patients, found.is_recovered) for found in self.findings
        ]
        return pd.DataFrame(rows, columns=_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """Describe the attack in one row.

        Returns
        -------
        pandas.DataFrame
            Columns ``n_patients, n_recovered, n_findings, minimum, safe``.
        """
        return pd.DataFrame(
            {
                "n_patients": [self.n_patients],
                "n_recovered": [self.n_recovered],
                "n_findings": [len(self.findings)],
                "minimum": [self.minimum],
                "safe": [self.is_safe],
            }
        )

    def summary(self) -> str:
        """Return the statement, and the findings as a table where there are any."""
        table = f"\n\n{frame_to_text(self.tidy())}" if self.findings else ""
        return f"{self.statement}{table}"

    def __repr__(self) -> str:
        return self.statement.partition("\n")[0]

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy() if self.findings else self.glance())


def _sentence(found: Finding) -> str:
    """Write a finding."""
    about = "recovered" if found.is_recovered else "in it at most"
    return f"{found.where}: {found.how} ({counted(found.patients, 'patient')} {about})"
