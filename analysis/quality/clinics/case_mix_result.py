"""What clinics could expect of their patients, with the model behind it and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure import Statement
from analysis.quality.clinics.funnel_disclosure import hidden_note
from analysis.results import counted, frame_to_html, frame_to_text

__all__ = ["CaseMix"]

_EVENTS_PER_COEFFICIENT = 10.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CaseMix:
    """Observed and expected outcomes of clinics.

    Parameters
    ----------
    by, outcome : str
        Columns of the clinic and of the outcome.
    kind : {"proportion", "rate", "mean"}
        What is expected.
    covariates : tuple of str
        What patients brought with them.
    true : pandas.DataFrame
        True counts, expected ones and variances.
    coefficients, fit : pandas.DataFrame
        The model of patients, and one row about it.
    missing : mapping of str to int
        Patients without a value, per covariate.
    statement : Statement
        What leaves: the clinics, not the model.
    """

    by: str
    outcome: str
    kind: str
    covariates: tuple[str, ...]
    true: pd.DataFrame = field(repr=False)
    coefficients: pd.DataFrame = field(repr=False)
    fit: pd.DataFrame = field(repr=False)
    missing: Mapping[str, int]
    statement: Statement = field(repr=False)

    def clinics(self) -> pd.DataFrame:
        """Return true observed and expected outcomes of clinics, marked as confidential.

        Returns
        -------
        pandas.DataFrame
            The clinic; ``denominator`` (patients; ``patients`` for a rate), ``events`` or ``mean``,
            ``expected``;
            ``expected_std_error`` (how unsure the model is of the expected) and ``variance`` (of
            the observed less the expected). In the order of names.
        """
        frame = self.true.copy()
        frame.attrs["confidential"] = True
        return frame

    def tidy(self) -> pd.DataFrame:
        """Return the coefficients of the model of patients: ``term, estimate, std_error``."""
        return self.coefficients.copy()

    def glance(self) -> pd.DataFrame:
        """Return one row about the model.

        Returns
        -------
        pandas.DataFrame
            ``n_patients, n_events, n_coefficients, dispersion`` and ``concordance`` (0.5: the
            covariates tell nothing) or ``r_squared``.
        """
        return self.fit.copy()

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows."""
        return self.statement.frame.copy()

    def notes(self) -> tuple[str, ...]:
        """Say what was adjusted for and how far the model can be trusted, in sentences."""
        about = self.fit.iloc[0]
        adjusted = ", ".join(self.covariates) or "nothing"
        per = about["n_events"] / about["n_coefficients"]
        few = per < _EVENTS_PER_COEFFICIENT  # false for means, which have no events
        lacking = ", ".join(f"{name} of {counted(n, 'patient')}" for name, n in self._missing())
        adjusted_for = (
            f"Expected from the patients of all clinics by {adjusted}; what clinics choose is not "
            "adjusted for."
        )
        sure = f"The model knows the expected to within {self._error()}."
        least = f"{_EVENTS_PER_COEFFICIENT:.0f}"
        poor = f"It has {per:.1f} events per coefficient, fewer than {least}: adjust for less."
        gaps = f"Not recorded: {lacking}; taken as average or as a level of its own."
        said = [adjusted_for, sure, poor if few else "", gaps if lacking else ""]
        said.append(hidden_note(self.statement))
        return tuple(part for part in said if part)

    def _missing(self) -> list[tuple[str, int]]:
        """List covariates with missing values that may be told."""
        least = 1 if self.statement.policy.confidential else self.statement.policy.minimum_count
        return [(name, n) for name, n in self.missing.items() if n >= least]

    def _error(self) -> str:
        """Say how unsure the model is of the expected of the least sure clinic."""
        if self.kind == "mean":
            return f"{self.true['expected_std_error'].max():.2f} (standard error) in every clinic"
        share = (self.true["expected_std_error"] / self.true["expected"]).max()
        return f"{100 * share:.0f}% (standard error) in every clinic"

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return self.statement

    def summary(self) -> str:
        """Return the shown clinics and what was adjusted for, as text."""
        return "\n".join([frame_to_text(self.shown), *self.notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.shown, caption=" ".join(self.notes()))
