"""The mixed model for repeated measures, of rows or of sums of them.

Rows become sums per missingness pattern (design/layout.py, sums/patterns.py); everything after that
costs the same whatever the number of patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.mixed.design.build import Design, build_design, with_visits_as_factor
from analysis.mixed.design.description import Roles
from analysis.mixed.on_visits import Choices, fit_design_on_visits, fit_sums
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import Moments, sum_visits
from analysis.results import FloatArray, counted

__all__ = ["fit_moments", "mmrm", "moments"]


def moments(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    covariance_by: str | None = None,
    coordinates: str | None = None,
    nested_in: str | None = None,
    weights: str | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
    varying: Sequence[str] | None = None,
    days: Mapping[Any, float] | None = None,
    standardised: bool = True,
) -> Moments:
    """Sum the rows of a model for repeated measures, without fitting it.

    Moments of disjoint sets of patients can be added, and those of some patients taken out
    again; `fit_moments` fits them. So a network can be fitted from its clinics' sums, and a
    clinic left out without reading the others anew.

    Parameters
    ----------
    formula : str
        The mean, as in `mmrm`.
    data : pandas.DataFrame
        One row per patient and visit, in any order.
    subject, visit, covariance_by, coordinates, nested_in, weights : str
        Columns, as in `mmrm`.
    levels : mapping of str to sequence, optional
        All levels of factors and visits, in order, also those without rows here.
    varying : sequence of str, optional
        Columns that vary within patients besides the visit; all others must not. None: found out
        from the rows. Give it, and `levels`, when moments of several sites are to be added.
    days : mapping of visit to number, optional
        The nominal day of every visit. The column `coordinates` must hold these days; it is then
        a property of the visit, and a random slope on it can be fitted by `fit_random_moments`.
    standardised : bool
        Whether outcome and covariates are centred and scaled before they are multiplied. If not,
        sums of whole numbers are whole numbers, the same to the last bit in any order.

    Returns
    -------
    Moments
        Counts and sums per missingness pattern.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `mmrm`; also when rows have a level that `levels` does not list, or a day that is not
        the nominal day of the visit.
    """
    roles = Roles(
        subject=subject,
        visit=visit,
        group=covariance_by,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
    )
    design = build_design(formula, with_visits_as_factor(data, visit), roles, levels=levels)
    _check_declared(data, levels or {}, varying or ())
    nominal = None if days is None else _nominal_days(design, days)
    fixed = None if varying is None else frozenset(varying)
    return sum_visits(design, fixed, nominal, standardised=standardised).moments


def _nominal_days(design: Design, days: Mapping[Any, float]) -> FloatArray:
    """Read the day of every visit, and refuse rows that were taken on another."""
    name = design.roles.coordinates
    if name is None or design.coordinates is None:
        raise ModelError("days= says when visits are: give the column of days as coordinates=.")
    without = [str(label) for label in design.visits if label not in days]
    if without:
        raise ModelError(
            f"days= has no day for {', '.join(map(repr, without[:5]))}; give every visit one."
        )
    nominal = np.array([float(days[label]) for label in design.visits])
    other = int((nominal[design.panel.visit] != design.coordinates).sum())
    if other:
        raise DataError(
            f"Column {name!r} is not the nominal day of the visit in {counted(other, 'row')}. Sums "
            "hold nominal days only: make a column of the visits' days (such as 28 for week 4), or "
            "fit days of the patients' own from rows with lmm()."
        )
    return nominal


def _check_declared(
    data: pd.DataFrame, levels: Mapping[str, Sequence[Any]], varying: Sequence[str]
) -> None:
    """Refuse declarations about columns that are not there, such as misspelt ones."""
    check_present(data, levels, "levels=")
    check_present(data, varying, "varying=")


def mmrm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    covariance: str | Sequence[str] = "unstructured",
    covariance_by: str | None = None,
    coordinates: str | None = None,
    nested_in: str | None = None,
    weights: str | None = None,
    method: str = "reml",
    df: str | None = None,
    vcov: str = "model",
    cluster: str | None = None,
    information: str = "observed",
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures (MMRM).

    Answers how the mean score differs between arms at each visit when patients miss visits. Rows
    with a missing value in a used column are left out and counted; the estimates are valid when
    scores are missing at random given the model and the scores seen.

    Parameters
    ----------
    formula : str
        The mean as a Wilkinson formula, such as ``"change ~ arm * visit + baseline"``. Text and
        categories are factors; numbers are numbers, also those with two values, and True is 1.
    data : pandas.DataFrame
        One row per patient and visit, in any order.
    subject, visit : str
        Columns of patient and visit. A visit that is a number is a factor in the formula too; for
        a line over time take another column, such as the day.
    covariance : str or sequence of str
        Covariance of a patient's scores: ``"unstructured"``, ``"toeplitz"``, ``"ar1"``,
        ``"compound symmetry"``, ``"ante-dependence"``, each of the last four also
        ``"heterogeneous …"`` (a variance per visit); ``"independent"``; ``"spatial exponential"``
        over `coordinates`. A sequence is a pre-specified fallback: the first that converges is
        used and `glance` tells which were tried.
    covariance_by : str, optional
        A property of the patient; each of its levels gets a covariance of its own.
    coordinates : str, optional
        Numeric column, such as the day, for the spatial exponential structure.
    nested_in : str, optional
        Clinic of the patient; adds a clinic random intercept.
    weights : str, optional
        Positive weights of rows: the variance of a row is divided by its weight.
    method : str
        ``"reml"`` or ``"ml"``.
    df : str, optional
        ``"kenward-roger"``, ``"satterthwaite"``, ``"between-within"`` or ``"residual"``. None:
        Kenward-Roger under REML with the model's covariance, else Satterthwaite.
    vcov : str
        Covariance of the coefficients: ``"model"``, or a sandwich: ``"empirical"`` (CR0),
        ``"bias-reduced"`` (CR2), ``"jackknife"`` (CR3), with Bell and McCaffrey's degrees of
        freedom.
    cluster : str, optional
        Column whose levels are independent of each other, for a sandwich. None: the clinic where
        `nested_in` names it, else the patient.
    information : str
        ``"observed"`` or ``"expected"``: which information the degrees of freedom use.
    aliased : str
        What to do about columns of the mean that those before determine in the rows used, such
        as an arm without scores at a visit: ``"error"``, or ``"drop"`` them. Then `glance` names
        them, means that need them are missing, and F tests have so many fewer ``df1``.

    Returns
    -------
    LinearMixedModel
        Converged by the Newton decrement.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When values are infinite, a patient has two rows at a visit or is in two groups, or no
        row is complete.
    ModelError
        When the model cannot be fitted as asked: terms aliased, visits never seen together, an
        option unknown, Kenward-Roger without REML.
    ConvergenceError
        When the optimum is not reached.

    Notes
    -----
    Kenward-Roger is the form of SAS's DDFM=KR for structures that are linear in their
    parameters, and of DDFM=KR(LINEAR) for the others; paired data give exactly the paired t-test.
    SAS and R's mmrm use the observed information here, R's pbkrtest the expected.

    References
    ----------
    Mallinckrodt CH et al. (2008). Drug Information Journal 42:303-319.
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d"],
    ...     "visit": ["v1", "v2"] * 3 + ["v1"],
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0]})
    >>> fit = mmrm("score ~ visit", data, subject="patient", visit="visit")
    >>> fit.tidy()[["term", "estimate", "std_error", "df"]].round(3)
              term  estimate  std_error     df
    0    Intercept    21.500      1.708  3.000
    1  visit[T.v2]    -5.048      0.922  2.662
    """
    choices = Choices.checked(
        covariance,
        by_distance=coordinates is not None,
        method=method,
        df=df,
        vcov=vcov,
        cluster=cluster,
        information=information,
        aliased=aliased,
    )
    roles = Roles(
        subject=subject,
        visit=visit,
        group=covariance_by,
        clinic=nested_in,
        weights=weights,
        coordinates=coordinates,
        cluster=cluster,
    )
    labelled = with_visits_as_factor(data, visit)
    return fit_design_on_visits(build_design(formula, labelled, roles), choices)


def fit_moments(
    moments: Moments,
    *,
    covariance: str | Sequence[str] = "unstructured",
    method: str = "reml",
    df: str | None = None,
    information: str = "observed",
    aliased: str = "error",
) -> LinearMixedModel:
    """Fit a mixed model for repeated measures to moments instead of rows.

    The same fit as `mmrm` of the rows that the moments are sums of.

    Parameters
    ----------
    moments : Moments
        As of `moments`, perhaps pooled.
    covariance, method, df, information, aliased : str
        As in `mmrm`.

    Returns
    -------
    LinearMixedModel
        Without rows: `residuals`, `simulate` and sandwich covariances refuse.

    Raises
    ------
    ModelError, ConvergenceError
        As `mmrm`.

    Examples
    --------
    >>> from analysis.mixed import moments
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d"],
    ...     "visit": ["v1", "v2"] * 3 + ["v1"],
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0]})
    >>> sums = moments("score ~ visit", data, subject="patient", visit="visit")
    >>> fit_moments(sums).tidy()["estimate"].round(3).tolist()
    [21.5, -5.048]
    """
    choices = Choices.checked(
        covariance,
        by_distance=moments.about.roles.coordinates is not None,
        method=method,
        df=df,
        vcov="model",
        cluster=None,
        information=information,
        aliased=aliased,
    )
    return fit_sums(moments, choices)
