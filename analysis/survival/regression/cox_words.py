"""A Cox regression as text and as a small table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.results import frame_to_html, frame_to_text
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.regression_rows import Outcome

__all__ = ["CoxInWords"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxInWords:
    """What is shown of a Cox regression.

    Parameters
    ----------
    formula : str
        Its covariates.
    outcome : Outcome
        Its other columns.
    coefficients : Coefficients
        Log hazard ratios and their covariance.
    fit : pandas.DataFrame
        One row about the fit.
    """

    formula: str
    outcome: Outcome
    coefficients: Coefficients
    fit: pd.DataFrame

    def text(self) -> str:
        """Return coefficients and what was fitted as text."""
        return "\n".join([self._title(), frame_to_text(self._shown()), *self._notes()])

    def html(self) -> str:
        """Return the same as a table with a caption."""
        return frame_to_html(self._shown(), caption=". ".join([self._title(), *self._notes()]))

    def _shown(self) -> pd.DataFrame:
        """Show hazard ratios without the columns that a reader does not need."""
        frame = self.coefficients.tidy(exponentiate=True).drop(columns=["df", "statistic"])
        return frame.rename(columns={"estimate": "hazard_ratio", "std_error": "std_error_of_log"})

    def _title(self) -> str:
        """Name model and ties."""
        return f"Cox regression, {self.formula}; ties by {self.fit['ties'].iloc[0].capitalize()}"

    def _notes(self) -> list[str]:
        """Name numbers and conventions."""
        row = self.fit.iloc[0]
        notes = [f"{row['n_obs']:,} rows, {row['n_event']:,} events, {row['n_dropped']:,} left out"]
        if self.outcome.strata:
            notes.append(f"{row['n_strata']} strata by {', '.join(self.outcome.strata)}")
        if row["vcov"] != "model":
            notes.append(f"standard errors {row['vcov']}")
        return notes
