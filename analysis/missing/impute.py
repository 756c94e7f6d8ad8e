"""One call from scores with gaps to an estimate: impute, analyse, and pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.parsing import read_fixed
from analysis.missing.about import describe_imputation
from analysis.missing.analyses import Analysis, comparison_labels
from analysis.missing.ancova import make_ancova
from analysis.missing.completing import Imputation
from analysis.missing.deltas import Delta, delta_values
from analysis.missing.imputation import imputer
from analysis.missing.model import fit_model
from analysis.missing.refits import refitter
from analysis.missing.repeated_measures import RepeatedMeasures
from analysis.missing.resampling import INFERENCE, repeat
from analysis.missing.responders import make_responders
from analysis.missing.result import ImputedAnalysis
from analysis.missing.schedule import Schedule, arrange
from analysis.missing.strategies import make_plan
from analysis.missing.user_function import UserFunction
from analysis.results import FloatArray, check_option

__all__ = ["impute_and_pool"]

ANALYSES = ("ancova", "mmrm", "responder")


def impute_and_pool(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    arm: str | None = None,
    reference: Any = None,
    strategy: str = "MAR",
    events: pd.DataFrame | None = None,
    after_event: str = "analysis",
    visits: Sequence[Any] | None = None,
    covariance: str | Sequence[str] = "unstructured",
    covariance_by: str | None = None,
    method: str = "reml",
    analysis: str | Callable[[pd.DataFrame], Any] = "ancova",
    covariates: Sequence[str] = (),
    response: Callable[[pd.DataFrame], Any] | None = None,
    at: Any = None,
    delta: Delta | None = None,
    inference: str = "jackknife",
    n_draws: int = 500,
    seed: int = 1,
) -> ImputedAnalysis:
    """Impute missing scores under a stated assumption, analyse, and pool.

    Answers what the difference between arms would be had everybody been followed up, if those who
    stopped went on as the strategy says. No data can tell which strategy is true: run several, and
    see `tipping_point`.

    Parameters
    ----------
    formula : str
        The imputation model, a model for repeated measures such as
        ``"change ~ baseline * visit + arm * visit"``.
    data : pandas.DataFrame
        One row per patient and visit. A missing score may have a row or not; covariates that
        change within patients must be known there.
    subject, visit : str
        Columns of patient and visit.
    arm : str, optional
        Column of the arms, one per patient. None: a cohort without arms.
    reference : label, optional
        The arm that others are compared with and that strategies borrow from.
    strategy : str
        What is assumed from the first visit without a score on: ``"MAR"`` (missing at random: as
        others of the arm with the same course), ``"JR"`` (jump to reference: the mean jumps to
        that of the reference arm), ``"CR"`` (copy reference: as if always in the reference arm),
        ``"CIR"`` (copy increments in reference: the mean goes on as the reference arm's changes
        do), ``"LMCF"`` (last mean carried forward). Gaps before it are missing at random.
    events : pandas.DataFrame, optional
        One row per patient with an event: `subject`, `visit` (the first one affected), and
        perhaps ``strategy``. Others have theirs after their last score.
    after_event : str
        Scores after an event: ``"analysis"`` (under a strategy other than MAR they are analysed,
        and imputations are conditional on them, but they do not inform the imputation model),
        ``"model"`` (they inform it too), ``"missing"`` (they are imputed).
    visits : sequence, optional
        All visits in order; None: categories in their order, else sorted.
    covariance, method : str
        As in `analysis.mixed.mmrm`.
    covariance_by : str, optional
        The column of the arms, for a covariance per arm.
    analysis : str or callable
        ``"ancova"`` at each visit of `at`; ``"mmrm"``: the model of `formula` again;
        ``"responder"``: logistic regression and standardised risk difference; or a function of
        the completed rows that returns a number, names and numbers, or a frame with ``term`` and
        ``estimate`` (``std_error`` and ``df`` for draws).
    covariates : sequence of str
        Terms beside the arm in the ANCOVA or logistic regression.
    response : callable, optional
        From the rows of a visit to whether each patient responded, for ``"responder"``.
    at : label or list of labels, optional
        Visits that are analysed; None: the last.
    delta : float, mapping or pandas.DataFrame, optional
        Added to imputed scores: to all at or after the event, per arm, or by a frame with
        ``delta`` and any of arm, visit and ``distance`` (1 = first visit affected).
    inference : str
        ``"jackknife"`` or ``"bootstrap"`` of conditional-mean imputation, ``"draws"``: approximate
        Bayesian multiple imputation with Rubin's rules.
    n_draws : int
        Resamples or completed data sets.
    seed : int
        Where random numbers begin.

    Returns
    -------
    ImputedAnalysis
        Differences between arms first, then means.

    Raises
    ------
    ColumnError, DataError
        When a column is absent, labels are missing or repeated, or a covariate is not known where
        a score is to be imputed.
    ModelError
        When an option, arm, strategy or visit is unknown, the reference is missing, there is a
        single visit, or fewer than two draws are asked for.
    ConvergenceError
        When the imputation model does not converge.

    Notes
    -----
    Conditional-mean imputation with the jackknife estimates the variance over repeated trials.
    Rubin's rules with reference-based strategies give a larger one, as if the borrowed
    information were that of patients (Cro and others 2019 call it information-anchored).

    References
    ----------
    Carpenter JR, Roger JH, Kenward MG (2013). J Biopharmaceutical Statistics 23:1352-1371.
    Wolbers M et al. (2022). Pharmaceutical Statistics 21:1246-1257.
    Cro S, Carpenter JR, Kenward MG (2019). J Royal Statistical Society A 182:623-645.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> data = pd.DataFrame({
    ...     "patient": np.repeat(np.arange(40), 2), "visit": ["v1", "v2"] * 40,
    ...     "arm": np.repeat(["iv", "oral"], 40), "change": rng.normal(-6, 4, 80).round(1)})
    >>> seen = data.drop(index=data.index[3:40:8])
    >>> result = impute_and_pool(
    ...     "change ~ arm * visit", seen, subject="patient", visit="visit", arm="arm",
    ...     reference="oral", strategy="JR")
    >>> result.tidy()[["contrast", "arm", "visit"]].fillna("").to_numpy().tolist()
    [['iv - oral', '', 'v2'], ['', 'oral', 'v2'], ['', 'iv', 'v2']]
    >>> int(result.glance()["n_imputed"].iloc[0])
    5
    """
    check_option("inference", inference, INFERENCE)
    if n_draws < 2:
        raise ModelError("n_draws= is below 2; a spread needs at least two draws.")
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    _check_arms(arm, reference, covariance_by)
    schedule = arrange(
        formula, data, subject=subject, visit=visit, arm=arm, reference=reference, visits=visits,
        needed=_columns_of(covariates),
    )  # fmt: skip
    plan = make_plan(schedule, strategy, events, after_event)
    fit = fit_model(
        formula, schedule, plan, covariance=covariance, covariance_by=covariance_by, method=method
    )
    imputation = Imputation(
        refits=refitter(fit, schedule),
        imputer=imputer(schedule, plan, fit.population, by_arm=covariance_by is not None),
        delta=delta_values(schedule, plan, delta),
        arm=schedule.arm,
    )
    completed = imputation.means(imputation.fitted)
    question = _question(analysis, schedule, formula, covariates, response, at, completed)
    repeats = repeat(imputation, question, inference, n_draws, seed)
    name = analysis if isinstance(analysis, str) else "function"
    return ImputedAnalysis(
        formula=formula,
        repeats=repeats,
        schedule=schedule,
        plan=plan,
        imputation=imputation,
        analysis=question,
        inference=inference,
        seed=seed,
        fit=describe_imputation(name, fit, schedule, plan, repeats, inference=inference, seed=seed),
    )


def _columns_of(covariates: Sequence[str]) -> tuple[str, ...]:
    """List the columns that the covariates of the analysis read."""
    return read_fixed(f"outcome ~ {' + '.join(covariates) or '1'}").predictors


def _check_arms(arm: str | None, reference: Any, covariance_by: str | None) -> None:
    """Refuse arms without a reference, and a reference or covariances without arms."""
    if arm is not None and reference is None:
        raise ModelError(
            "arm= needs reference=: the arm that others are compared with. Leave out both for a "
            "cohort without arms."
        )
    if arm is None and reference is not None:
        raise ModelError("reference= needs arm=, the column that has it.")
    if covariance_by is not None and covariance_by != arm:
        raise ModelError(
            "covariance_by= takes the column of arm=: strategies combine covariances of arms."
        )


def _question(
    analysis: str | Callable[[pd.DataFrame], Any],
    schedule: Schedule,
    formula: str,
    covariates: Sequence[str],
    response: Callable[[pd.DataFrame], Any] | None,
    at: Any,
    completed: FloatArray,
) -> Analysis:
    """Build the analysis that was asked for, and refuse arguments that it does not take."""
    if callable(analysis):
        _check_unused(covariates or at is not None or response, "a function")
        return UserFunction.tried(analysis, schedule, completed)
    check_option("analysis", analysis, ANALYSES)
    labels = [schedule.visits[-1]] if at is None else (list(at) if _is_several(at) else [at])
    visits = tuple(schedule.visit_index(label) for label in labels)
    if analysis == "responder":
        if response is None:
            raise ModelError("analysis='responder' needs response=, the rule of a response.")
        return make_responders(schedule, covariates, visits, response)
    _check_unused(response, f"analysis={analysis!r}")
    if analysis == "ancova":
        return make_ancova(schedule, covariates, visits)
    _check_unused(covariates, "analysis='mmrm'")
    return RepeatedMeasures(
        labels=comparison_labels(schedule, visits),
        schedule=schedule,
        visits=visits,
        formula=formula,
    )


def _is_several(at: Any) -> bool:
    """Tell a list of visits from one label."""
    return isinstance(at, (list, tuple, pd.Index))


def _check_unused(given: object, by: str) -> None:
    """Refuse arguments that would be ignored."""
    if given:
        raise ModelError(
            f"An argument is not used by {by}: covariates= belong to 'ancova' and 'responder', "
            "response= to 'responder', and at= to all but a function. Leave it out."
        )
