"""Ask what visits do to tests, medians and curves of time to relapse, seen at visits only.

Run as ``python simulations/visit_plans.py``; ``--help`` lists the options. Nothing differs between
the arms but their visits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from analysis.progress import progress
from analysis.survival import interval_test, kaplan_meier, turnbull
from simulations.committed import RESULTS, write_provenance, write_table

__all__ = ["PLANS", "Plan", "curves", "draw", "medians", "p_values", "run_study"]

LEVELS, MEDIANS, CURVES = "visit_levels.csv", "visit_medians.csv", "visit_curves.csv"
N_TRIALS, SEED = 2000, 40
MEDIAN_DAYS, LAST_DAY, MISSED = 56.0, 168.0, 0.25
_CURVE_TRIALS = 5  # times as many as of tests: a curve is cheap, and its bias would be small
VISIT_DAYS = tuple(range(28, int(LAST_DAY) + 1, 28))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Two arms and their visits.

    Parameters
    ----------
    n : tuple of int
        Patients per arm.
    days_apart : tuple of int
        Days between planned visits per arm.
    staggered : bool
        Whether each patient's first visit is at any time within the first gap, so that visits
        fall on days of their own; otherwise visits are on shared days.
    """

    n: tuple[int, int]
    days_apart: tuple[int, int]
    staggered: bool


PLANS = tuple(
    Plan(n=n, days_apart=days_apart, staggered=staggered)
    for staggered in (False, True)
    for days_apart, n in (
        ((28, 28), (75, 75)),
        ((7, 28), (75, 75)),
        ((7, 28), (120, 30)),
        ((7, 28), (30, 120)),
        ((7, 84), (120, 30)),
    )
)


def draw(rng: np.random.Generator, n: int, days_apart: int, *, staggered: bool) -> pd.DataFrame:
    """Draw exponential relapses and what visits show of them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    n, days_apart : int
        Patients, and days between planned visits; a quarter of the visits is missed.
    staggered : bool
        Whether visits fall on days of their own.

    Returns
    -------
    pandas.DataFrame
        ``lower`` and ``upper``.
    """
    relapse = rng.exponential(MEDIAN_DAYS / np.log(2.0), n)[:, None]
    first = rng.uniform(0.0, days_apart, n)[:, None] if staggered else np.full((n, 1), days_apart)
    visits = first + days_apart * np.arange(LAST_DAY // days_apart + 1)
    kept = (rng.random(visits.shape) >= MISSED) & (visits <= LAST_DAY)
    return pd.DataFrame(
        {
            "lower": np.where(kept & (visits < relapse), visits, 0.0).max(axis=1),
            "upper": np.where(kept & (visits >= relapse), visits, np.inf).min(axis=1),
        }
    )


def by_first_positive(data: pd.DataFrame) -> pd.DataFrame:
    """Take the date of the first positive visit for that of the relapse.

    Parameters
    ----------
    data : pandas.DataFrame
        ``lower`` and ``upper``.

    Returns
    -------
    pandas.DataFrame
        The same with ``lower`` equal to ``upper`` where relapse was seen, and ``time``, ``event``.
    """
    seen = np.isfinite(data["upper"])
    lower = data["lower"].where(~seen, data["upper"])
    return data.assign(lower=lower, time=lower, event=seen)


def p_values(plan: Plan, rng: np.random.Generator) -> dict[str, float]:
    """Test one trial without a difference by several methods.

    Parameters
    ----------
    plan : Plan
        Arms and visits.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    dict
        P-value of each method.
    """
    arms = zip(("one", "other"), plan.n, plan.days_apart, strict=True)
    parts = [
        draw(rng, n, days, staggered=plan.staggered).assign(arm=name) for name, n, days in arms
    ]
    data = pd.concat(parts, ignore_index=True)
    permutation = "asymptotic permutation"
    return {
        "logrank on first positive visits": _p_value(by_first_positive(data)),
        "logrank": _p_value(data),
        "wilcoxon": _p_value(data, scores="wilcoxon"),
        "logrank, permutation": _p_value(data, method=permutation),
        "wilcoxon, permutation": _p_value(data, scores="wilcoxon", method=permutation),
    }


def _p_value(data: pd.DataFrame, **options: str) -> float:
    """Return the p-value of one test; the options are those of interval_test."""
    scores, method = options.get("scores", "logrank"), options.get("method", "score")
    test = interval_test(data, "lower", "upper", "arm", scores=scores, method=method)
    return float(test.tidy()["p_value"].iloc[0])


def medians(n: int, rng: np.random.Generator) -> dict[str, float]:
    """Estimate the median of one arm with staggered monthly visits.

    Parameters
    ----------
    n : int
        Patients.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    dict
        The estimate from intervals, and the naive one.
    """
    data = draw(rng, n, 28, staggered=True)
    naive = kaplan_meier(by_first_positive(data)[["time", "event"]])
    return {
        "turnbull": float(turnbull(data).median()["estimate"].iloc[0]),
        "kaplan-meier by first positive visits": float(naive.median()["estimate"].iloc[0]),
    }


def curves(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Estimate the curve of one arm with monthly visits on shared days, at those days.

    Parameters
    ----------
    n : int
        Patients.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    pandas.DataFrame
        A column per method, a row per day.
    """
    data = draw(rng, n, 28, staggered=False)
    naive = kaplan_meier(by_first_positive(data)[["time", "event"]])
    found = {"turnbull": turnbull(data), "kaplan-meier by first positive visits": naive}
    return pd.DataFrame(
        {name: curve.at(VISIT_DAYS)["estimate"].to_numpy() for name, curve in found.items()},
        index=pd.Index(VISIT_DAYS, name="day"),
    )


def run_study(
    *, n_trials: int, seed: int, folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run all trials and write the tables.

    Parameters
    ----------
    n_trials, seed : int
        How many per plan, and where the random numbers begin.
    folder : Path
        Of the tables and their provenance.

    Returns
    -------
    levels, medians, curves : pandas.DataFrame
        One row per plan and method; per number of patients and method; per method and day.
    """
    levels = pd.DataFrame(
        [row for number, plan in enumerate(PLANS) for row in _levels(plan, number, n_trials, seed)]
    )
    found = pd.DataFrame([row for n in (75, 300) for row in _medians(n, n_trials, seed)])
    at_visits = _curves(300, _CURVE_TRIALS * n_trials, seed)
    for table, name in ((levels, LEVELS), (found, MEDIANS), (at_visits, CURVES)):
        write_table(table, folder / name)
        write_provenance(folder / name, seed=seed, trials=n_trials)
    return levels, found, at_visits


def _levels(plan: Plan, number: int, n_trials: int, seed: int) -> list[dict[str, object]]:
    """Count rejections at 5 % of each method under one plan."""
    trials = progress(range(n_trials), doing=f"tests, plan {number + 1}", unit="trial")
    found = pd.DataFrame(
        [p_values(plan, np.random.default_rng([seed, number, trial])) for trial in trials]
    )
    about = {
        "visits": "staggered" if plan.staggered else "shared days",
        **{f"n_{arm}": n for arm, n in zip(("one", "other"), plan.n, strict=True)},
        **{f"days_{arm}": n for arm, n in zip(("one", "other"), plan.days_apart, strict=True)},
    }
    return [
        {**about, "method": name, "n_trials": n_trials, "rejected": float((values < 0.05).mean())}
        for name, values in found.items()
    ]


def _medians(n: int, n_trials: int, seed: int) -> list[dict[str, object]]:
    """Average the medians of each method."""
    trials = progress(range(n_trials), doing=f"medians of {n}", unit="trial")
    found = pd.DataFrame(
        [medians(n, np.random.default_rng([seed, 100 + n, trial])) for trial in trials]
    )
    return [
        {
            "n": n,
            "method": name,
            "n_trials": n_trials,
            "n_reached": int(values.notna().sum()),
            "mean": float(values.mean()),
            "sd": float(values.std()),
        }
        for name, values in found.items()
    ]


def _curves(n: int, n_trials: int, seed: int) -> pd.DataFrame:
    """Average the curves of each method at the days of visits, beside the truth."""
    trials = progress(range(n_trials), doing=f"curves of {n}", unit="trial")
    found = pd.concat(
        [curves(n, np.random.default_rng([seed, 1000 + n, trial])) for trial in trials]
    )
    long = found.reset_index().melt("day", var_name="method", value_name="estimate")
    table = long.groupby(["method", "day"], sort=False)["estimate"].agg(["count", "mean", "std"])
    table = table.rename(columns={"count": "n_trials", "std": "sd"}).reset_index()
    truth = 0.5 ** (table["day"] / MEDIAN_DAYS)
    error = table["sd"] / np.sqrt(table["n_trials"])
    return table.assign(n=n, truth=truth, standard_errors_off=(table["mean"] - truth) / error)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Visit plans, tests, medians and curves.")
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the tables")
    given = parser.parse_args(arguments)
    for table in run_study(n_trials=given.trials, seed=given.seed, folder=given.out):
        print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
