"""Mixed models, marginal means and imputed scores as other software was asked for them."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from analysis.method_checks.named import quantities
from analysis.method_checks.reference import reference_rows
from analysis.missing import impute_and_pool
from analysis.mixed import lmm, mmrm

__all__ = ["imputation", "marginal_means", "random_slopes", "repeated_measures"]

_INFERENCE = ("estimate", "std_error", "df")
_CONTRAST = "oral - iv"
_LAST = "v6"
_DAY = 28


def repeated_measures(df: Literal["kenward-roger", "satterthwaite"]) -> dict[str, float]:
    """Fit the mixed model for repeated measures with an unstructured covariance.

    Parameters
    ----------
    df : {"kenward-roger", "satterthwaite"}
        Degrees of freedom, and with the first also the standard errors.

    Returns
    -------
    dict of str to float
        Quantity to number: likelihood, a coefficient, a difference and a test.
    """
    fit = mmrm(
        "change ~ arm * visit + baseline + sex",
        reference_rows("scores"),
        subject="patient",
        visit="visit",
        df=df,
    )
    pairs = fit.marginal_means("arm", by="visit").contrasts("pairwise").tidy()
    pair = pairs[pairs["contrast"].eq(_CONTRAST) & pairs["visit"].eq(_LAST)]
    terms, tests = fit.tidy(), fit.joint_tests()
    joint = tests[tests["term"].eq("arm:visit")]
    return {
        "log-likelihood (REML)": float(fit.glance()["log_likelihood"].iloc[0]),
        **quantities(terms[terms["term"].eq("baseline")], "baseline", *_INFERENCE),
        **quantities(
            pair, f"{_CONTRAST} at {_LAST}", *_INFERENCE, "p_value", "conf_low", "conf_high"
        ),
        **quantities(joint, "arm:visit", "statistic", "df2", "p_value"),
    }


def random_slopes() -> dict[str, float]:
    """Fit random intercepts and slopes on the days of each patient.

    Returns
    -------
    dict of str to float
        Quantity to number: likelihood, variances, and a slope with both degrees of freedom.
    """
    formula, rows, term = (
        "change ~ arm * day + baseline",
        reference_rows("scores"),
        "arm[T.oral]:day",
    )
    found: dict[str, float] = {}
    for name, df in (("Satterthwaite", "satterthwaite"), ("Kenward-Roger", "kenward-roger")):
        fit = lmm(formula, rows, subject="patient", random="1 + day", df=df)
        terms = fit.tidy()
        found |= quantities(terms[terms["term"].eq(term)], f"{term}, {name}", *_INFERENCE)
    variances = fit.variance_components()["estimate"].astype(float).tolist()
    names = (
        "variance of Intercept",
        "covariance of Intercept and day",
        "variance of day",
        "residual variance",
    )
    likelihood = float(fit.glance()["log_likelihood"].iloc[0])
    return {
        "log-likelihood (REML)": likelihood,
        **dict(zip(names, variances, strict=True)),
        **found,
    }


def marginal_means() -> dict[str, float]:
    """Compare the means of two arms on a day, alone and with adjustments for many comparisons.

    Returns
    -------
    dict of str to float
        Quantity to number: the difference, its error, and limits and p by adjustment.
    """
    fit = lmm("change ~ arm * day + baseline", reference_rows("scores"), subject="patient")
    means = fit.marginal_means("arm", by="day", at={"day": [0, _DAY]})
    name = f"{_CONTRAST} on day {_DAY}"
    found = quantities(_on_day(means.contrasts("pairwise").tidy()), name, *_INFERENCE)
    for adjust in ("none", "holm", "tukey", "dunnett"):
        method = "iv" if adjust == "dunnett" else "pairwise"
        row = _on_day(means.contrasts(method, adjust=adjust).tidy())
        limits = () if adjust == "dunnett" else ("conf_low", "conf_high")
        label = name if adjust == "none" else f"{name}, {adjust}"
        found |= quantities(row, label, "p_value", *limits)
    return found


def _on_day(tidy: pd.DataFrame) -> pd.DataFrame:
    """Take the row of the difference on the day."""
    return tidy[tidy["contrast"].eq(_CONTRAST) & tidy["day"].eq(_DAY)]


def imputation() -> dict[str, float]:
    """Impute missing scores by three assumptions and pool the difference at the last visit.

    Returns
    -------
    dict of str to float
        Quantity to number: the difference and its jackknife error by assumption.
    """
    rows = reference_rows("scores")
    two = rows[rows["arm"].ne("im")]
    found: dict[str, float] = {}
    for strategy in ("MAR", "JR", "CR"):
        pooled = impute_and_pool(
            "change ~ baseline * visit + arm * visit",
            two,
            subject="patient",
            visit="visit",
            arm="arm",
            reference="oral",
            strategy=strategy,
            covariates=["baseline"],
            at=_LAST,
        )
        name = f"iv - oral at {_LAST}, {strategy}"
        found |= quantities(pooled.tidy().head(1), name, "estimate", "std_error")
    return found
