"""What each clinic could expect from the patients that it had: a model of patients, not of care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from analysis.disclosure import RELEASE, Members, Policy
from analysis.errors import ColumnError, DataError, ModelError
from analysis.quality.clinics.case_mix_covariates import (
    USUAL,
    CaseMixDesign,
    code_patients,
    require_patients_own,
)
from analysis.quality.clinics.case_mix_fit import PatientFit, dispersion_within, fit_patients
from analysis.quality.clinics.case_mix_result import CaseMix
from analysis.quality.clinics.funnel_disclosure import ClinicCounts, hide_clinics
from analysis.results import FloatArray

__all__ = ["case_mix"]

CaseMixKind = Literal["proportion", "rate", "mean"]


def case_mix(
    data: pd.DataFrame,
    *,
    outcome: str,
    by: str,
    covariates: Sequence[str] = USUAL,
    kind: CaseMixKind = "proportion",
    exposure: str | None = None,
    members: Members | None = None,
    label: str = "",
    policy: Policy = RELEASE,
) -> CaseMix:
    """Compute what each clinic could expect if it treated its own patients as all clinics do.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient with a known outcome. Nobody is left out for a missing covariate, see
        `code_patients`.
    outcome : str
        Column: True or 1 for a patient with the outcome ("proportion"), a number of events
        ("rate"), or a number ("mean").
    by : str
        Column of the clinic.
    covariates : sequence of str
        What patients bring with them. What the clinic chooses is refused: dose, agent, route,
        number of sessions, site; so is what came later.
    kind : {"proportion", "rate", "mean"}
        Logistic, Poisson, or linear regression.
    exposure : str, optional
        For a rate: column of the sessions, or time, of each patient, above 0.
    members : Members, optional
        Who is behind the counts, by role (``events``, ``denominator``, ``patients``,
        ``affected``) and clinic, for disclosure control.
    label : str
        What is expected, for the ledger of releases.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CaseMix
        Per clinic ``events`` (or ``mean``), ``expected`` and ``variance``, for `funnel` and
        `shrinkage`.

    Raises
    ------
    ModelError
        When a covariate is not the patients' own, with the reason; or the kind is not known.
    ColumnError, DataError
        When a column is not there or not numeric, an outcome or clinic is missing, all patients
        have the same outcome, or there are fewer than two clinics.
    ConvergenceError
        When levels tell all patients with the outcome from those without.

    Notes
    -----
    All clinics are in the model, so that expected counts add up to the observed ones and every
    clinic is held to one formula. That a clinic is part of what it is compared with makes the
    difference smaller, and its variance too: V − g'(X'WX)⁻¹g for a clinic with variance V and
    sums g of weighted covariates. With this variance the distance of a clinic is that of Rao's
    score test of an effect of its own, for means that of its t-test: as if the clinic had been
    taken out of the comparison. Where clinics with worse patients also give worse care, covariates
    take a part of the difference.

    Events of one patient come together: the variance of rates is multiplied by Pearson's
    dispersion within clinics, where it is above 1.

    References
    ----------
    Spiegelhalter DJ, Sherlaw-Johnson C, Bardsley M, Blunt I, Wood C, Grigg O (2012). Statistical
    methods for healthcare regulation. JRSS A 175:1-47.

    Examples
    --------
    >>> data = pd.DataFrame({"clinic": ["a", "b"] * 40, "worse": [0, 0, 1, 1] * 20,
    ...                      "better": ([1, 1, 0, 0] * 15) + [0, 1, 1, 0] * 5})
    >>> found = case_mix(data, outcome="better", by="clinic", covariates=["worse"])
    >>> found.clinics()[["events", "expected"]].round(2).to_numpy().tolist()
    [[20.0, 20.0], [20.0, 20.0]]
    """
    if kind not in get_args(CaseMixKind):
        raise ModelError(f"kind is not known; allowed are {', '.join(get_args(CaseMixKind))}.")
    value, size, clinic = _read(data, outcome, by, kind, exposure)
    require_patients_own(covariates, data, by)
    design = code_patients(data, covariates)
    fit = fit_patients(design, value, size, kind)
    codes, names = pd.factorize(clinic, sort=True)
    spread = dispersion_within(fit, value, codes, len(design.terms), kind)
    table = _clinics(fit, design, value, codes, kind, spread)
    table.insert(0, by, pd.Series([str(name) for name in names], dtype="string"))
    behind = replace(_behind(table, value, codes, kind), about=label, members=members)
    released = table[[by, *[c for c in table.columns if c not in (by, "variance")]]]
    hidden = hide_clinics(table[by].tolist(), behind, policy)
    return CaseMix(
        by=by,
        outcome=outcome,
        kind=kind,
        covariates=tuple(covariates),
        true=table,
        coefficients=_coefficients(fit, design, spread),
        fit=_about(fit, design, value, kind, spread),
        missing=dict(design.missing),
        statement=hidden.statement(released.assign(estimate=_value(table, kind)), by),
    )


def _read(
    data: pd.DataFrame, outcome: str, by: str, kind: str, exposure: str | None
) -> tuple[FloatArray, FloatArray, pd.Series]:
    """Read outcomes, exposures and clinics, and refuse what cannot be modelled."""
    needed = [outcome, by, *([exposure] if exposure else [])]
    absent = [name for name in needed if name not in data]
    if absent:
        raise ColumnError(f"{len(absent)} columns are not there: {', '.join(map(repr, absent))}.")
    if (exposure is not None) != (kind == "rate"):
        raise ModelError(
            "kind='rate' needs exposure=, sessions or time of patients; other kinds do not."
        )
    value, size = _floats(data, outcome), np.ones(len(data))
    if exposure is not None:
        size = _floats(data, exposure)
    bad = ~np.isfinite(value) | ~(size > 0) | data[by].isna().to_numpy()
    if kind == "proportion":
        bad |= ~np.isin(value, [0.0, 1.0])
    if kind == "rate":
        bad |= (value < 0) | (value != np.round(value))
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} patients have no clinic, or an outcome or exposure that cannot be. "
            "Leave them out and say so."
        )
    if data[by].nunique() < 2 or np.ptp(value) == 0.0:
        raise DataError(
            "Patients of two clinics with different outcomes are needed; these have one clinic or "
            "all the same outcome."
        )
    return value, size, data[by].astype("string")


def _floats(data: pd.DataFrame, column: str) -> FloatArray:
    """Read a numeric or boolean column."""
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} is not numeric or boolean.")
    return np.asarray(data[column].to_numpy(dtype=float, na_value=np.nan))


def _clinics(
    fit: PatientFit, design: CaseMixDesign, value: FloatArray, codes: Any, kind: str, spread: float
) -> pd.DataFrame:
    """Sum over the patients of each clinic."""
    k = int(codes.max()) + 1
    n = np.bincount(codes, minlength=k)
    observed, expected, own = (np.bincount(codes, x, k) for x in (value, fit.fitted, fit.weight))
    sums = np.column_stack([np.bincount(codes, fit.weight * x, k) for x in design.X.T])
    of_model = np.einsum("ki,ij,kj->k", sums, fit.inverse, sums)
    variance = spread * np.maximum(own - of_model, 1e-9 * own)
    error = np.sqrt(spread * of_model)
    if kind == "mean":
        columns = {"denominator": n, "mean": observed / n, "expected": expected / n}
        return pd.DataFrame(
            {**columns, "expected_std_error": error / n, "variance": variance / n**2}
        )
    patients = "denominator" if kind == "proportion" else "patients"
    counts = {patients: n, "events": observed.astype(np.int64), "expected": expected}
    return pd.DataFrame({**counts, "expected_std_error": error, "variance": variance})


def _value(table: pd.DataFrame, kind: str) -> pd.Series:
    """Give what the clinic has beside what it could expect."""
    if kind == "mean":
        return table["mean"] - table["expected"]
    return table["events"] / table["expected"]


def _behind(table: pd.DataFrame, value: FloatArray, codes: Any, kind: str) -> ClinicCounts:
    """Name the counts behind the clinics."""
    if kind == "mean":
        counts = {"denominator": table["denominator"].to_numpy(float)}
    elif kind == "proportion":
        counts = {name: table[name].to_numpy(float) for name in ("events", "denominator")}
    else:
        affected = np.bincount(codes, value > 0, len(table))
        counts = {name: table[name].to_numpy(float) for name in ("events", "patients")}
        counts["affected"] = affected
    return ClinicCounts(counts=counts, nested=kind == "proportion")


def _coefficients(fit: PatientFit, design: CaseMixDesign, spread: float) -> pd.DataFrame:
    """List the coefficients with their standard errors."""
    errors = np.sqrt(spread * np.diag(fit.inverse))
    terms = pd.array(list(design.terms), dtype="string")
    return pd.DataFrame({"term": terms, "estimate": fit.estimate, "std_error": errors})


def _about(
    fit: PatientFit, design: CaseMixDesign, value: FloatArray, kind: str, spread: float
) -> pd.DataFrame:
    """Say how much the model tells: concordance for proportions, share of variance for means."""
    told = np.nan
    if kind == "proportion":
        ranks, with_it = stats.rankdata(fit.fitted), value == 1.0
        m = float(with_it.sum())
        told = (ranks[with_it].sum() - m * (m + 1) / 2.0) / (m * (value.size - m))
    if kind == "mean":
        told = 1.0 - float(((value - fit.fitted) ** 2).sum() / ((value - value.mean()) ** 2).sum())
    events = np.nan if kind == "mean" else float(value.sum())
    row = {
        "n_patients": value.size,
        "n_events": events,
        "n_coefficients": len(design.terms),
        "dispersion": spread,
        "concordance" if kind == "proportion" else "r_squared": told,
    }
    return pd.DataFrame([row])
