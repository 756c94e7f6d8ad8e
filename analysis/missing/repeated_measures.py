"""A model for repeated measures of completed scores: differences and means at visits."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.missing.analyses import Inference, completed_frame
from analysis.missing.schedule import Schedule
from analysis.mixed.mmrm import mmrm
from analysis.mixed.result import LinearMixedModel
from analysis.results import FloatArray

__all__ = ["RepeatedMeasures"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedMeasures:
    """Contrasts and means of a model for repeated measures of the completed scores.

    Parameters
    ----------
    labels : pandas.DataFrame
        Of `comparison_labels`.
    schedule : Schedule
        Patients.
    visits : tuple of int
        Visits that are analysed.
    formula : str
        The mean, as of the imputation model.
    """

    labels: pd.DataFrame
    schedule: Schedule
    visits: tuple[int, ...]
    formula: str

    @property
    def is_linear(self) -> bool:
        """The covariance is estimated from the completed scores."""
        return False

    @property
    def is_batched(self) -> bool:
        """Data sets are answered one by one."""
        return False

    @property
    def n_fixed(self) -> int:
        """Not known before the fit."""
        return 0

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:
        """Answer for scores (N, T) of patients who count ``weights`` times (N,); shape (k,)."""
        frame = completed_frame(self.schedule, completed, weights)
        return self._answers(self._fit(frame, "residual"))[0]

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (k,)."""
        return self._answers(self._fit(completed_frame(self.schedule, completed), None))

    def _fit(self, frame: pd.DataFrame, df: str | None) -> LinearMixedModel:
        schedule = self.schedule
        subject, visit = schedule.subject_column, schedule.visit_column
        return mmrm(self.formula, frame, subject=subject, visit=visit, df=df)

    def _answers(self, fit: LinearMixedModel) -> Inference:
        """Read differences, then means, at the visits that are analysed."""
        visit, arm = self.schedule.visit_column, self.schedule.arm_column
        at = [self.schedule.visits[index] for index in self.visits]
        if arm is None:
            frames = [fit.marginal_means(visit).tidy()]
        else:
            means = fit.marginal_means(arm, by=visit)
            frames = [means.contrasts(self.schedule.arms[0]).tidy(), means.tidy()]
        parts = [frame[frame[visit] == label] for frame in frames for label in at]
        found = pd.concat(parts)[["estimate", "std_error", "df"]].to_numpy(dtype=float)
        return found[:, 0], found[:, 1], found[:, 2]
