"""Scores at the ends of their scale: how many, and what an ordinal model makes of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.formulas.columns import check_present, read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_random
from analysis.results import FloatArray, counted, tidy_frame

__all__ = ["ordinal_sensitivity", "shares_at_ends"]

_ROUNDS = 1000


def shares_at_ends(
    outcome: str, data: pd.DataFrame, *, low: float, high: float, by: str | Sequence[str]
) -> pd.DataFrame:
    """Count the scores at the floor and at the ceiling of a scale.

    A mean of scores of which many are at an end says little about the patients there, and the
    variances differ by group; above about 15 % (Terwee et al.) look at `ordinal_sensitivity`.

    Parameters
    ----------
    outcome : str
        Column of the score itself, not of its change.
    data : pandas.DataFrame
        One row per score; rows without one are left out.
    low, high : float
        Ends of the scale, such as 0 and 27.
    by : str or sequence of str
        Columns within whose levels to count, such as the visit.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, ``n, at_low, share_low, at_high, share_high``. Counts are of patients
        where each has one score: small ones are for use inside the clinic.

    Raises
    ------
    ColumnError
        When a column is missing.
    DataError
        When scores lie outside the scale.

    References
    ----------
    Terwee CB et al. (2007). J Clin Epidemiol 60:34-42.

    Examples
    --------
    >>> data = pd.DataFrame({"visit": ["v1"] * 4, "score": [0, 0, 5, 27]})
    >>> shares_at_ends("score", data, low=0, high=27, by="visit")["share_low"].tolist()
    [0.5]
    """
    names = [by] if isinstance(by, str) else list(by)
    check_present(data, [outcome, *names], "shares_at_ends()")
    rows = data.loc[data[outcome].notna(), [*names, outcome]]
    scores = _numbers(rows[outcome])
    outside = int(((scores < low) | (scores > high)).sum())
    if outside:
        raise DataError(
            f"Column {outcome!r} has {outside} scores outside {low:g} to {high:g}; give the score "
            "itself, not its change, or the right ends."
        )
    marked = rows[names].assign(n=1, at_low=scores == low, at_high=scores == high)
    table = marked.groupby(names, observed=True)[["n", "at_low", "at_high"]].sum().reset_index()
    shares = {f"share_{end}": table[f"at_{end}"] / table["n"] for end in ("low", "high")}
    return table.assign(**shares)[[*names, "n", "at_low", "share_low", "at_high", "share_high"]]


def ordinal_sensitivity(
    outcome: str,
    data: pd.DataFrame,
    *,
    group: str,
    reference: Any,
    subject: str,
    visit: str,
    covariates: str | Sequence[str] = (),
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Compare groups at each visit by the order of the scores alone.

    Answers whether a difference of means survives when only the order of scores counts, as it
    must where many are at an end of the scale. Each visit is a proportional-odds model of its
    own, of the patients seen there: unlike `mmrm` it does not learn from earlier scores, so that
    it is valid only if leaving depends on the group and the covariates alone.

    Parameters
    ----------
    outcome : str
        Column of the score; a handful of distinct values or many.
    data : pandas.DataFrame
        One row per patient and visit.
    group : str
        Column of the groups.
    reference : label
        The group that the others are compared with.
    subject, visit : str
        Columns of patients, who count once per visit, and of visits.
    covariates : str or sequence of str
        Further columns of the model, such as the baseline.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``contrast``, the visit, ``n_patients`` (all groups, complete rows), ``n_dropped`` (rows
        of the visit with something missing), and the tidy columns: log odds of a higher score,
        normal intervals; ``exp(estimate)`` is the odds ratio.

    Raises
    ------
    ColumnError, DataError
        When a column is missing, nothing is left at a visit, or a patient has two rows there.
    ModelError
        When a visit has one group or one score only.
    ConvergenceError
        When the fit of a visit does not converge.

    References
    ----------
    McCullagh P (1980). JRSS B 42:109-142.
    """
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    used = [outcome, group, subject, visit, *covariates]
    check_present(data, used, "ordinal_sensitivity()")
    complete = data[used].notna().all(axis=1)
    dropped = data.loc[~complete, visit].value_counts()
    rows = data.loc[complete, used]
    if rows.empty:
        raise DataError("No row is complete in the columns that the comparison uses.")
    if reference not in set(rows[group]):
        raise DataError(f"reference= is not a level of {group!r} with a score.")
    _check_once(rows, subject, visit)
    labels, estimates, errors = [], [], []
    for level, part in rows.groupby(visit, observed=True):
        names, estimate, error = _of_visit(part, outcome, group, reference, covariates, level)
        counts = (len(part), int(dropped.get(level, 0)))
        labels += [(f"{name} - {reference}", level, *counts) for name in names]
        estimates.append(estimate)
        errors.append(error)
    return tidy_frame(
        pd.DataFrame(labels, columns=["contrast", visit, "n_patients", "n_dropped"]),
        estimate=np.concatenate(estimates),
        std_error=np.concatenate(errors),
        conf_level=conf_level,
    )


def _check_once(rows: pd.DataFrame, subject: str, visit: str) -> None:
    """Refuse patients with several rows at a visit, who would count as several."""
    n = int(rows.loc[rows.duplicated([subject, visit]), subject].nunique())
    if n:
        raise DataError(
            f"{counted(n, 'patient')} with more than one row at a visit; choose one first, such as "
            "the last."
        )


def _of_visit(
    rows: pd.DataFrame,
    outcome: str,
    group: str,
    reference: Any,
    covariates: Sequence[str],
    level: Any,
) -> tuple[list[Any], FloatArray, FloatArray]:
    """Fit one visit and return the groups, their log odds and standard errors."""
    others = [name for name in pd.Index(rows[group]).unique().sort_values() if name != reference]
    if not others or reference not in set(rows[group]) or rows[outcome].nunique() < 2:
        raise ModelError(
            f"Visit {str(level)!r} has one group or one score only, so that nothing can be "
            "compared there; leave it out."
        )
    dummies = np.column_stack([(rows[group] == name).to_numpy(dtype=float) for name in others])
    design = np.column_stack([dummies, _standard(rows, covariates)])
    scores = pd.Categorical(_numbers(rows[outcome]), ordered=True).codes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("error", HessianInversionWarning)
        try:
            fit = OrderedModel(scores, design, distr="logit").fit(
                method="bfgs", maxiter=_ROUNDS, gtol=1e-7, disp=False
            )
        except (HessianInversionWarning, np.linalg.LinAlgError):
            fit = None
    if fit is None or not np.isfinite(fit.bse[: len(others)]).all():
        raise ConvergenceError(
            f"The ordinal model of visit {str(level)!r} did not converge: a group or covariate "
            "may tell the scores apart. Take fewer covariates, or merge scores into bands."
        )
    return others, np.asarray(fit.params[: len(others)]), np.asarray(fit.bse[: len(others)])


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Take scores as numbers, and refuse what is none or infinite, without showing it."""
    if not pd.api.types.is_numeric_dtype(column):
        raise ColumnError(f"Column {str(column.name)!r} is not numeric; scores are numbers.")
    values = column.astype(float)
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise DataError(f"Column {str(column.name)!r} has {infinite} infinite values.")
    return values


def _standard(rows: pd.DataFrame, covariates: Sequence[str]) -> FloatArray:
    """Code the covariates, centred and scaled, without a constant."""
    if not covariates:
        return np.zeros((len(rows), 0))
    parsed = read_random("1 + " + " + ".join(covariates))
    columns, _, _ = read_columns(rows, parsed.predictors, factors=parsed.factors, whole=())
    values = encode(parsed, columns, len(rows)).matrix(columns, len(rows))[:, 1:]
    spread = values.std(axis=0)
    spread[spread == 0.0] = 1.0
    return np.asarray((values - values.mean(axis=0)) / spread)
