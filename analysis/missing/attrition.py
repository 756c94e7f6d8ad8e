"""Estimate weights that let those who stay stand for those like them who left.

What is read off the weights, and how far they can be trusted, is in attrition_result.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.formulas.parsing import read_covariates
from analysis.missing.attrition_result import AttritionWeights
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.logistic_fit import logistic, read_flags, read_patients
from analysis.results import FloatArray

__all__ = ["attrition_weights"]

Codes = npt.NDArray[np.intp]

_VISIT, _LEFT, _WEIGHT = "planned_visit", "left", "weight"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Risk:
    """The rows at risk, in order: number of the patient and of the visit, and who stays."""

    rows: pd.DataFrame
    patient: Codes
    visit: Codes
    labels: tuple[str, ...]
    remains: npt.NDArray[np.bool_]


def attrition_weights(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    remains: str = "remains",
    numerator: str = "",
    stabilised: bool = True,
    truncate: tuple[float, float] | None = None,
) -> AttritionWeights:
    """Weight patients who stay by the inverse of their probability to have stayed.

    Who stays is made to stand for those of the same history who left. The weighted rows are like
    those of a cohort that nobody leaves, if leaving depends on nothing but the covariates here
    and every history has some who stay. They go into `gee`, `kaplan_meier` and `cox`.

    Parameters
    ----------
    formula : str
        What foretells leaving and was known before the visit, such as ``"last_score + baseline"``.
        A factor for the visit is always there.
    data : pandas.DataFrame
        One row per patient and visit at which the patient was at risk of leaving: from the first
        visit on, one after another, up to the visit from which on the patient is gone. Visits
        that are not yet due have no row. Further columns are kept.
    subject, visit : str
        Columns of the patient and of the visit: ordered categories, or numbers.
    remains : str
        Column: 1 or True where the patient is still there at the visit, 0 or False where not.
    numerator : str
        Covariates of the model of the analysis that are known at the start, such as ``"arm"``;
        they make stabilised weights vary less. The visit is always there.
    stabilised : bool
        Whether weights have the probability given the numerator's covariates above the line.
        False: 1.
    truncate : (float, float), optional
        Quantiles of the weights, such as ``(0.01, 0.99)``, at which smaller and larger ones are
        cut. That makes estimates less variable and leaves some of the bias.

    Returns
    -------
    AttritionWeights
        The weights with their models and diagnostics.

    Raises
    ------
    ColumnError
        When a column is not there, or has a name that is needed here.
    DataError
        When a covariate is missing, a patient has two rows at a visit, a gap between visits, or
        rows after having left; or nobody leaves.
    ModelError
        When a formula or `truncate` cannot be used.
    ConvergenceError
        When leaving is foretold perfectly, so that nobody can stand for those who left.

    Notes
    -----
    The models are pooled logistic regressions over visits. The weight at a visit is the product,
    over the visits up to it, of the numerator's probability to stay over the denominator's. At
    visits that nobody leaves both are 1. A gap between scores is no leaving: such a patient has
    a row, remains, and has no score there.

    References
    ----------
    Robins JM, Rotnitzky A, Zhao LP (1995). JASA 90:106-121.
    Robins JM, Finkelstein DM (2000). Biometrics 56:779-788.
    Cole SR, Hernán MA (2008). American Journal of Epidemiology 168:656-664.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": list("aabbccddeeffgghh"), "visit": [1, 2] * 8,
    ...     "remains": [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0],
    ...     "last": [9, 8, 9, 14, 8, 7, 7, 8, 9, 14, 8, 15, 9, 6, 7, 15]})
    >>> weights = attrition_weights("last", data, subject="patient", visit="visit")
    >>> weights.weighted()["weight"].round(2).tolist()[:6]
    [1.0, 0.84, 1.0, 1.0, 0.8, 1.0]
    """
    _require_quantiles(truncate)
    risk = _at_risk(data, subject=subject, visit=visit, remains=remains)
    denominator = _model(formula, risk, subject, "Model of leaving, given the history")
    above = _model(numerator, risk, subject, "Model of leaving, numerator") if numerator else None
    chance = _stays(denominator, risk)
    expected = _shares(risk) if above is None else _stays(above, risk)
    ratio = np.log(expected if stabilised else 1.0) - np.log(chance)
    product = np.exp(pd.Series(ratio).groupby(risk.patient).cumsum().to_numpy(dtype=float))
    raw = np.where(risk.remains, product, np.nan)
    weight, limits = _truncated(raw, truncate)
    frame = risk.rows.assign(**{_WEIGHT: weight})
    frame.attrs["patient_level"] = True
    return AttritionWeights(
        rows=frame,
        subject=subject,
        visit=visit,
        remains=risk.remains,
        patient=risk.patient,
        position=risk.visit,
        labels=risk.labels,
        untruncated=raw,
        chance=chance,
        limits=limits,
        truncate=truncate,
        stabilised=stabilised,
        denominator=denominator,
        numerator=above,
    )


def _require_quantiles(truncate: tuple[float, float] | None) -> None:
    """Refuse cuts that are no pair of quantiles."""
    if truncate is None:
        return
    low, high = truncate
    if not 0.0 <= low < 0.5 < high <= 1.0:
        raise ModelError(
            "truncate= takes two quantiles, one below and one above 0.5, such as (0.01, 0.99)."
        )


def _at_risk(data: pd.DataFrame, *, subject: str, visit: str, remains: str) -> _Risk:
    """Put the rows in order, and refuse those of which no product over visits can be made."""
    check_present(data, [subject, visit, remains], "attrition_weights()")
    taken = [name for name in (_VISIT, _LEFT, _WEIGHT) if name in data.columns]
    if taken:
        raise ColumnError(
            f"The data already have {', '.join(map(repr, taken))}, names that are given to what "
            "is computed here. Rename the columns."
        )
    patient, (position, labels) = read_patients(data, subject), _positions(data, visit)
    order = np.lexsort((position, patient))
    rows = data.iloc[order].reset_index(drop=True)
    stays, position, patient = read_flags(rows, remains), position[order], patient[order]
    _require_runs(patient, position, stays)
    named = pd.Categorical.from_codes(position, categories=pd.Index(labels), ordered=False)
    rows[_VISIT], rows[_LEFT] = named, ~stays
    return _Risk(
        rows=rows,
        patient=patient,
        visit=position,
        labels=labels,
        remains=stays,
    )


def _positions(data: pd.DataFrame, visit: str) -> tuple[Codes, tuple[str, ...]]:
    """Give the visits numbers in their order; texts have none."""
    column: pd.Series[Any] = data[visit]
    absent = int(column.isna().sum())
    if absent:
        raise DataError(f"Column {visit!r} is missing in {absent} rows; every row needs a visit.")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        places: Codes = np.asarray(column.cat.codes, dtype=np.intp)
        return places, tuple(map(str, column.cat.categories))
    if not pd.api.types.is_numeric_dtype(column):
        raise ColumnError(
            f"Column {visit!r} (visit=) has no order; allowed are numbers and categories in order."
        )
    codes, values = pd.factorize(column, sort=True)
    return np.asarray(codes, dtype=np.intp), tuple(f"{value:g}" for value in values)


def _require_runs(
    patient: Codes,
    position: Codes,
    stays: npt.NDArray[np.bool_],
) -> None:
    """Refuse patients whose rows do not run from the first visit until they have left."""
    again = patient[1:] == patient[:-1]
    step = np.diff(position)
    is_first = np.append(True, ~again)
    faults = {
        "two rows at one visit": patient[1:][again & (step == 0)],
        "a gap between the visits of their rows": patient[1:][again & (step > 1)],
        "no row at the first visit": patient[is_first & (position > 0)],
        "rows after the visit from which on they are gone": patient[1:][again & ~stays[:-1]],
    }
    for what, who in faults.items():
        if who.size:
            raise DataError(
                f"{np.unique(who).size} patients have {what}. Give one row per visit at risk, "
                "from the first visit up to the one at which a patient has left, or the last."
            )


def _model(formula: str, risk: _Risk, subject: str, title: str) -> ClusteredModel:
    """Fit leaving over the visits that somebody leaves, each with its own intercept."""
    leaves = np.bincount(risk.visit, weights=~risk.remains, minlength=len(risk.labels)) > 0.0
    if not leaves.any():
        raise DataError("Nobody leaves, so that there is nothing to weight for.")
    rows = risk.rows[leaves[risk.visit]]
    rows = rows.assign(**{_VISIT: rows[_VISIT].cat.remove_unused_categories()})
    terms = f"{_VISIT} + {formula}" if int(leaves.sum()) > 1 else formula
    _require_complete(terms, rows)
    return logistic(terms, rows, event=_LEFT, subject=subject, title=title)


def _require_complete(formula: str, rows: pd.DataFrame) -> None:
    """Refuse missing covariates: without a row a factor of the product would be lost."""
    names = [name for name in read_covariates(formula).predictors if name in rows.columns]
    gaps = {name: int(rows[name].isna().sum()) for name in names}
    short = {name: n for name, n in gaps.items() if n}
    if short:
        counts = ", ".join(f"{name!r} in {n}" for name, n in short.items())
        raise DataError(
            f"Covariates are missing at rows at risk ({counts} of {len(rows)}). Every row needs "
            "them: carry the last score forward, or leave the covariate out."
        )


def _stays(model: ClusteredModel, risk: _Risk) -> FloatArray:
    """Give the probability to stay at each row; 1 at visits that nobody leaves."""
    modelled = np.isin(risk.visit, risk.visit[~risk.remains])
    chance = np.ones(len(risk.rows))
    chance[modelled] = 1.0 - model.predict(risk.rows[modelled])["estimate"].to_numpy()
    return chance


def _shares(risk: _Risk) -> FloatArray:
    """Give the share that stays at each visit, which is what a model of the visit alone says."""
    n = np.bincount(risk.visit, minlength=len(risk.labels))
    share = np.bincount(risk.visit, weights=risk.remains, minlength=len(risk.labels)) / n
    return np.asarray(share[risk.visit])


def _truncated(
    raw: FloatArray, truncate: tuple[float, float] | None
) -> tuple[FloatArray, tuple[float, float]]:
    """Cut weights at two of their quantiles, and say where."""
    if truncate is None:
        return raw, (-np.inf, np.inf)
    low, high = np.nanquantile(raw, truncate)
    return np.clip(raw, low, high), (float(low), float(high))
