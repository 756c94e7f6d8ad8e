"""Curves, tests and regressions of times to relapse as other software was asked for them."""

from __future__ import annotations

import pandas as pd

from analysis.method_checks.named import quantities
from analysis.method_checks.reference import reference_rows
from analysis.survival import (
    ParametricModel,
    cox,
    cumulative_incidence,
    fine_gray,
    gray_test,
    kaplan_meier,
    logrank,
    parametric,
    recurrent_events,
    turnbull,
)

__all__ = ["between_visits", "competing_causes", "curves", "regressions"]

_DAY, _ARMS = 60, ("im", "iv")
_FORMULA = "arm + age + severity"
_CAUSES = {1: "relapse", 2: "switch"}


def _rows() -> pd.DataFrame:
    """Read the times to relapse; a switch of treatment censors them."""
    rows = reference_rows("relapse")
    return rows.assign(relapse=rows["type"].eq(1))


def curves() -> dict[str, float]:
    """Draw curves without relapse by arm, with delayed entry and without, and test them.

    Returns
    -------
    dict of str to float
        Quantity to number: a day of the curves, medians, restricted means and tests.
    """
    rows = _rows()
    late = kaplan_meier(rows, time="time", event="relapse", entry="entry", by="arm").at([_DAY])
    plain = kaplan_meier(rows, time="time", event="relapse", by="arm")
    found: dict[str, float] = {}
    wanted = ("n_risk", "estimate", "std_error", "conf_low", "conf_high")
    medians, means = plain.median(), plain.rmst(120)
    for arm in _ARMS:
        of_arm = late[late["arm"].eq(arm)]
        found |= quantities(of_arm, f"without relapse on day {_DAY}, {arm}", *wanted)
        found |= quantities(medians[medians["arm"].eq(arm)], f"median days, {arm}", "estimate")
        of_arm = means[means["arm"].eq(arm)]
        found |= quantities(of_arm, f"mean days to day 120, {arm}", "estimate", "std_error")
    tests = {
        "logrank": logrank(rows, "time", "relapse", "arm"),
        "logrank by clinic": logrank(rows, "time", "relapse", "arm", strata="clinic"),
        "Peto and Peto": logrank(rows, "time", "relapse", "arm", rho=1),
    }
    for name, test in tests.items():
        found |= quantities(test.tidy(), name, "statistic")
    return found


def regressions() -> dict[str, float]:
    """Regress times to relapse on covariates, and repeated episodes on maintenance.

    Returns
    -------
    dict of str to float
        Quantity to number: Cox, proportional hazards, Weibull, and Andersen and Gill.
    """
    rows = _rows()
    times = {"time": "time", "event": "relapse"}
    fit = cox(_FORMULA, rows, **times, entry="entry", strata="clinic")
    found: dict[str, float] = {}
    terms = fit.tidy()
    for term in terms["term"]:
        found |= quantities(terms[terms["term"].eq(term)], f"Cox, {term}", "estimate", "std_error")
    found["Cox: log-likelihood"] = float(fit.glance()["log_likelihood"].iloc[0])
    tests = cox(_FORMULA, rows, **times).proportional_hazards()
    overall = tests[tests["term"].eq("GLOBAL")]
    found |= quantities(overall, "proportional hazards, all terms", "statistic", "p_value")
    found |= _weibull(parametric(_FORMULA, rows, **times))
    episodes = recurrent_events(
        "maintenance", reference_rows("episodes"), subject="patient", model="andersen-gill"
    )
    name = "Andersen and Gill, maintenance"
    return found | quantities(episodes.tidy(), name, "estimate", "std_error")


def between_visits() -> dict[str, float]:
    """Draw the curves of relapses that lie somewhere between two visits.

    Returns
    -------
    dict of str to float
        Quantity to number: days on which the curve is unique, and a Weibull regression.
    """
    rows = _rows()
    found: dict[str, float] = {}
    for arm, days in (("im", [30, 60, 90]), ("iv", [30, 60, 120])):
        at = turnbull(rows[rows["arm"].eq(arm)], "left", "right").at(days)
        for day in days:
            of_day = at[at["time"].eq(day)]
            found |= quantities(of_day, f"without relapse on day {day}, {arm}", "estimate")
    return found | _weibull(parametric("arm", rows, lower="left", upper="right"))


def _weibull(fit: ParametricModel) -> dict[str, float]:
    """Name what is compared of a Weibull regression."""
    terms = fit.tidy()
    row = terms[terms["term"].eq("arm[T.iv]")]
    likelihood = float(fit.glance()["log_likelihood"].iloc[0])
    return {
        **quantities(row, "Weibull, arm[T.iv]", "estimate"),
        "Weibull: log-likelihood": likelihood,
    }


def competing_causes() -> dict[str, float]:
    """Follow relapse and switch as causes that compete.

    Returns
    -------
    dict of str to float
        Quantity to number: cumulative incidence, Gray's tests, and Fine and Gray's regression.
    """
    rows = _rows()
    found: dict[str, float] = {}
    at = cumulative_incidence(rows, "time", "type", by="arm").at([_DAY])
    tests = gray_test(rows, "time", "type", "arm").tidy()
    for cause, word in _CAUSES.items():
        for arm in _ARMS:
            row = at[at["arm"].eq(arm) & at["event"].eq(cause)]
            found |= quantities(row, f"{word} by day {_DAY}, {arm}", "estimate", "std_error")
        row = tests[tests["event"].eq(cause)]
        found |= quantities(row, f"Gray, {word}", "statistic", "p_value")
    fit = fine_gray(_FORMULA, rows, time="time", event="type", cause=1).tidy()
    for term in ("arm[T.iv]", "severity"):
        found |= quantities(
            fit[fit["term"].eq(term)], f"Fine and Gray, {term}", "estimate", "std_error"
        )
    return found
