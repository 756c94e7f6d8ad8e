"""What is asked of completed scores: the protocol of an analysis, its labels and its rows.

Every analysis gives estimates for weighted patients, as resampling needs, and estimates with
standard errors, as Rubin's rules need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.missing.schedule import Schedule
from analysis.results import FloatArray

__all__ = ["Analysis", "Inference", "comparison_labels", "completed_frame"]

Inference = tuple[FloatArray, FloatArray, FloatArray]


class Analysis(Protocol):
    """A question about completed scores, with k answers."""

    @property
    def labels(self) -> pd.DataFrame:
        """Labels of the answers, k rows."""

    @property
    def is_linear(self) -> bool:
        """Whether the answers are linear in the completed scores."""

    @property
    def is_batched(self) -> bool:
        """Whether `estimate` and `inference` take many data sets at once, along a first axis."""

    @property
    def n_fixed(self) -> int:
        """Coefficients of the analysis, for the residual degrees of freedom; 0 if not known."""

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:
        """Answer for scores (N, T) of patients who count ``weights`` times (N,); shape (k,)."""

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (k,)."""


def comparison_labels(schedule: Schedule, visits: Sequence[int]) -> pd.DataFrame:
    """Name differences between arms first, then the means of arms.

    Parameters
    ----------
    schedule : Schedule
        Arms and visits.
    visits : sequence of int
        Visits that are analysed.

    Returns
    -------
    pandas.DataFrame
        ``term, contrast``, the arm (of means only) and the visit. Without arms there are means
        only.
    """
    arms, at = schedule.arms, [schedule.visits[index] for index in visits]
    rows: list[tuple[Any, Any, Any]] = [
        (f"{arm} - {arms[0]}", None, visit) for visit in at for arm in arms[1:]
    ]
    rows += [(None, arm, visit) for visit in at for arm in (arms if len(arms) else [None])]
    frame = pd.DataFrame(rows, columns=["contrast", "arm", "visit"], dtype=object)
    what = frame["contrast"].where(frame["contrast"].notna(), _mean_of(frame["arm"]))
    terms = [f"{name} at {visit}" for name, visit in zip(what, frame["visit"], strict=True)]
    named = {"arm": schedule.arm_column or "arm", "visit": schedule.visit_column}
    frame = frame.drop(columns=[] if schedule.arm_column else ["arm"]).rename(columns=named)
    frame.insert(0, "term", terms)
    return frame


def _mean_of(arm: pd.Series[Any]) -> pd.Series[Any]:
    """Name the mean of an arm, or of all patients."""
    return pd.Series([f"mean of {label}" if label is not None else "mean" for label in arm])


def completed_frame(
    schedule: Schedule, completed: FloatArray, weights: FloatArray | None = None
) -> pd.DataFrame:
    """Put completed scores into rows of patients and visits.

    Parameters
    ----------
    schedule : Schedule
        Columns and labels.
    completed : array, shape (N, T)
        Scores without gaps.
    weights : array, shape (N,), optional
        How often each patient is there; with it patients are numbered.

    Returns
    -------
    pandas.DataFrame
        All columns of the data.
    """
    frame = schedule.frame.assign(**{schedule.outcome: completed.ravel()})
    if weights is None:
        return frame
    who = np.repeat(np.arange(len(weights)), weights.astype(np.intp))
    n_visits = schedule.n_visits
    rows = (who[:, None] * n_visits + np.arange(n_visits)).ravel()
    numbered = np.repeat(np.arange(who.size), n_visits)
    return frame.take(rows).assign(**{schedule.subject_column: numbered}).reset_index(drop=True)
