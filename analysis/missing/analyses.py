"""What is asked of completed scores: ANCOVA, contrasts of a repeated-measures model, or a function.

Every analysis gives estimates for weighted patients, as resampling needs, and estimates with
standard errors, as Rubin's rules need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_fixed
from analysis.formulas.population import Population
from analysis.formulas.rank import determined_columns
from analysis.missing.schedule import Schedule
from analysis.mixed.mmrm import mmrm
from analysis.mixed.result import LinearMixedModel
from analysis.results import TIDY_COLUMNS, FloatArray, counted

__all__ = [
    "Analysis",
    "Ancova",
    "RepeatedMeasures",
    "UserFunction",
    "arm_designs",
    "comparison_labels",
    "completed_frame",
    "make_ancova",
]

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
    rows = [(f"{arm} - {arms[0]}", None, visit) for visit in at for arm in arms[1:]]
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Ancova:
    """Analysis of covariance at each visit, with means standardised to all patients.

    Parameters
    ----------
    labels : pandas.DataFrame
        Of `comparison_labels`.
    visits : tuple of int
        Visits that are analysed.
    design : array, shape (N, q)
        Arm and covariates.
    of_arms : array, shape (A, N, q)
        The same with every patient in each arm in turn.
    """

    labels: pd.DataFrame
    visits: tuple[int, ...]
    design: FloatArray
    of_arms: FloatArray

    @property
    def is_linear(self) -> bool:
        """Least squares is linear in the scores."""
        return True

    @property
    def n_fixed(self) -> int:
        """Coefficients."""
        return int(self.design.shape[1])

    def estimate(self, completed: FloatArray, weights: FloatArray) -> FloatArray:
        """Answer for scores (N, T) of patients who count ``weights`` times (N,); shape (k,)."""
        weighted = self.design * weights[:, None]
        scores = completed[:, self.visits]
        try:
            beta = np.linalg.solve(weighted.T @ self.design, weighted.T @ scores)
        except np.linalg.LinAlgError:
            raise ModelError(_few_in_resample()) from None
        return np.concatenate([(rows @ beta).T.ravel() for rows in self._rows(weights)])

    def inference(self, completed: FloatArray) -> Inference:
        """Return estimates, standard errors and degrees of freedom, each of shape (k,)."""
        weights = np.ones(len(completed))
        inverse = np.linalg.inv(self.design.T @ self.design)
        scores = completed[:, self.visits]
        beta = inverse @ (self.design.T @ scores)
        df = float(len(scores) - self.n_fixed)
        variance = ((scores - self.design @ beta) ** 2).sum(axis=0) / df
        errors = [
            np.sqrt(np.outer(variance, np.einsum("kq,qr,kr->k", rows, inverse, rows))).ravel()
            for rows in self._rows(weights)
        ]
        estimate = self.estimate(completed, weights)
        return estimate, np.concatenate(errors), np.full(estimate.shape, df)

    def _rows(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Say which functions of the coefficients differences and means are."""
        means = np.einsum("n,anq->aq", weights / weights.sum(), self.of_arms)
        return means[1:] - means[0], means


def _few_in_resample() -> str:
    return (
        "A resample of the patients does not determine the analysis: a level of a covariate has "
        "too few patients. Leave it out, or merge levels."
    )


def make_ancova(schedule: Schedule, covariates: Sequence[str], visits: tuple[int, ...]) -> Ancova:
    """Build the analysis of covariance.

    Parameters
    ----------
    schedule : Schedule
        Patients and their covariates.
    covariates : sequence of str
        Terms beside the arm, such as ``"baseline"``; what they read is one value per patient.
    visits : tuple of int
        Visits that are analysed.

    Returns
    -------
    Ancova
        For all patients.

    Raises
    ------
    DataError
        When a covariate changes within patients.
    ModelError
        When the covariates determine each other or the arm.
    """
    design, of_arms = arm_designs(schedule, covariates)
    return Ancova(
        labels=comparison_labels(schedule, visits), visits=visits, design=design, of_arms=of_arms
    )


def arm_designs(schedule: Schedule, covariates: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Evaluate arm and covariates for every patient, and with every patient in each arm.

    Parameters
    ----------
    schedule : Schedule
        Patients and their covariates.
    covariates : sequence of str
        Terms beside the arm.

    Returns
    -------
    design : array, shape (N, q)
        As they were.
    of_arms : array, shape (A, N, q)
        With every patient in each arm in turn; the same once without arms.

    Raises
    ------
    DataError
        When a covariate changes within patients.
    ModelError
        When columns determine each other.
    """
    arm = schedule.arm_column
    terms = [*([f"`{arm}`"] if arm else []), *covariates] or ["1"]
    parsed = read_fixed(f"`{schedule.outcome}` ~ {' + '.join(terms)}")
    _check_constant(schedule, parsed.predictors)
    rows = schedule.patients()
    columns, _, _ = read_columns(rows, parsed.predictors, factors=parsed.factors, whole=())
    encoding = encode(parsed, columns, len(rows))
    population = Population.describe(columns, encoding=encoding, parsed=parsed, n_rows=len(rows))
    design = population.design(rows)
    _check_rank(design, encoding.names)
    if arm is None:
        return design, design[None]
    given = [population.design(rows.assign(**{arm: label})) for label in schedule.arms]
    return design, np.stack(given)


def _check_constant(schedule: Schedule, names: Sequence[str]) -> None:
    """Refuse covariates of the analysis that change within patients."""
    for name in names:
        codes = pd.factorize(schedule.frame[name])[0].reshape(schedule.scores.shape)
        changing = int((codes != codes[:, :1]).any(axis=1).sum())
        if changing:
            raise DataError(
                f"Column {name!r} changes within {counted(changing, 'patient')}; covariates of "
                "the analysis are known before treatment, one value per patient."
            )


def _check_rank(design: FloatArray, names: Sequence[str]) -> None:
    """Name columns of the analysis that those before them determine."""
    lengths = np.linalg.norm(design, axis=0)
    unit = design / np.where(lengths > 0.0, lengths, np.inf)
    idle = [names[index] for index in determined_columns(unit.T @ unit)]
    if idle or len(design) <= design.shape[1]:
        raise ModelError(
            f"The analysis has {design.shape[1]} columns for {counted(len(design), 'patient')}, "
            f"of which {len(idle)} are determined by those before them. Leave out covariates that "
            "repeat each other, or the arm."
        )


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
