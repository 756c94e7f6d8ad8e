"""Any function of completed rows as an analysis, and what it may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.missing.analyses import Inference, completed_frame
from analysis.missing.schedule import Schedule
from analysis.results import TIDY_COLUMNS, FloatArray

__all__ = ["UserFunction", "read_answers"]


@dataclass(frozen=True, kw_only=True, eq=False)
class UserFunction:
    """A function of the completed rows.

    Parameters
    ----------
    labels : pandas.DataFrame
        What the function names its answers.
    schedule : Schedule
        Patients.
    function : callable
        From completed rows to answers; see `read_answers`.
    """

    labels: pd.DataFrame
    schedule: Schedule
    function: Callable[[pd.DataFrame], Any]

    @classmethod
    def tried(
        cls, function: Callable[[pd.DataFrame], Any], schedule: Schedule, completed: FloatArray
    ) -> UserFunction:
        """Call the function once to learn the names of its answers."""
        labels, _ = read_answers(function(completed_frame(schedule, completed)))
        return cls(labels=labels, schedule=schedule, function=function)

    @property
    def is_linear(self) -> bool:
        """Nobody knows."""
        return False

    @property
    def is_batched(self) -> bool:
        """Data sets are answered one by one."""
        return False

    @property
    def n_fixed(self) -> int:
        """Nobody knows."""
        return 0

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:
        """Answer for scores (N, T) of patients who count ``weights`` times (N,); shape (k,)."""
        return self._answers(completed_frame(self.schedule, completed, weights))[0]

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (k,)."""
        answers = self._answers(completed_frame(self.schedule, completed))
        if np.isnan(answers[1]).any():
            raise ModelError(
                "inference='draws' needs a standard error beside every answer of the function: "
                "return a frame with 'term', 'estimate' and 'std_error' (and 'df'), or take "
                "inference='bootstrap' or 'jackknife'."
            )
        return answers

    def _answers(self, frame: pd.DataFrame) -> Inference:
        labels, answers = read_answers(self.function(frame))
        if labels["term"].tolist() != self.labels["term"].tolist():
            raise ModelError(
                "The function names other answers for other rows; return the same terms in the "
                "same order every time."
            )
        return answers


def read_answers(given: Any) -> tuple[pd.DataFrame, Inference]:
    """Read what a user's function returned.

    Parameters
    ----------
    given : number, mapping, pandas.Series, pandas.DataFrame, or a result with ``tidy()``
        Estimates by name; frames have ``estimate`` and perhaps ``std_error`` and ``df``, and
        labels in their other columns.

    Returns
    -------
    labels : pandas.DataFrame
        ``term`` first.
    answers : tuple of arrays, shape (k,)
        Estimates, standard errors (missing if not given), degrees of freedom.

    Raises
    ------
    ModelError
        When it is none of these, or an estimate is not a finite number.
    """
    if hasattr(given, "tidy"):
        given = given.tidy()
    if isinstance(given, (int, float, np.number)):
        given = {"answer": given}
    if isinstance(given, (Mapping, pd.Series)):
        items = list(given.items())
        given = pd.DataFrame(
            {"term": [str(k) for k, _ in items], "estimate": [v for _, v in items]}
        )
    if not isinstance(given, pd.DataFrame) or "estimate" not in given.columns or given.empty:
        raise ModelError(
            "The function of the analysis must return a number, a mapping of names to numbers, or "
            "a frame with 'term' and 'estimate' (and 'std_error' and 'df' for "
            "inference='draws')."
        )
    numbers = given.reindex(columns=["estimate", "std_error", "df"]).astype(float)
    numbers["df"] = numbers["df"].fillna(np.inf)
    if not np.isfinite(numbers["estimate"]).all():
        raise ModelError("The function of the analysis returned an estimate that is not finite.")
    labels = given.drop(columns=[n for n in TIDY_COLUMNS if n in given.columns]).astype(object)
    if "term" not in labels.columns:
        terms = [" at ".join(map(str, row)) for row in labels.itertuples(index=False)]
        labels.insert(0, "term", terms)
    columns = numbers.to_numpy().T
    return labels.reset_index(drop=True), (columns[0], columns[1], columns[2])
