"""Ask whether weights for attrition give the truth where the analysis without them does not.

Run as ``python simulations/attrition_weights.py``; ``--help`` lists the options. Who leaves
depends on the last score that was seen, in one arm more than in the other: missing at random.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from analysis.missing import attrition_weights, gee
from analysis.mixed import mmrm
from analysis.progress import progress
from analysis.survival import cox, kaplan_meier
from simulations.committed import RESULTS, write_provenance, write_table

__all__ = [
    "DAYS",
    "LOG_RATIO",
    "relapses",
    "run_study",
    "scores",
    "trial_of_relapse",
    "trial_of_scores",
]

TABLE = "attrition_weights.csv"
N_TRIALS, N_PATIENTS, SEED = 1000, 400, 60
DAYS = np.array([0.0, 14.0, 28.0, 42.0, 56.0, 70.0, 84.0])
MEAN_CHANGE = {"im": -4.0, "iv": -7.0}  # points at the last visit
RATE, LOG_RATIO = np.log(2.0) / 84.0, np.log(0.6)
LAST = float(DAYS[-1])
LEAVES = {"im": 0.05, "iv": 0.2}  # log odds of leaving per point of the last score
LEAVES_BEFORE_RELAPSE = {"im": 0.05, "iv": 0.35}


def _leave(
    rng: np.random.Generator, last: np.ndarray, arm: np.ndarray, slopes: dict[str, float]
) -> np.ndarray:
    """Draw who leaves before a visit, given the last score."""
    slope = np.where(arm == "iv", slopes["iv"], slopes["im"])
    odds = -2.4 + slope * (last - 12.0)
    return rng.random(last.size) < 1.0 / (1.0 + np.exp(-odds))


def scores(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw a trial in which scores fall, and who scores badly in one arm leaves.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    n : int
        Patients.

    Returns
    -------
    pandas.DataFrame
        ``patient, arm, visit, remains, last, baseline, change``: one row per visit at risk after
        the baseline.
    """
    arm = np.where(np.arange(n) % 2 == 0, "im", "iv")
    baseline = rng.normal(16.0, 4.0, n)
    level, slope = rng.normal(0.0, 2.5, n), rng.normal(0.0, 2.5, n)
    last, there, rows = baseline, np.ones(n, dtype=bool), []
    for visit, day in enumerate(DAYS[1:], start=1):
        mean = np.where(arm == "iv", MEAN_CHANGE["iv"], MEAN_CHANGE["im"]) * np.sqrt(day / LAST)
        change = mean + level + slope * day / LAST + rng.normal(0.0, 2.0, n)
        # the first visit is on the day of a session, to which everybody comes
        leaves = (visit > 1) & _leave(rng, last, arm, LEAVES)
        rows.append(
            pd.DataFrame(
                {
                    "patient": np.arange(n),
                    "arm": arm,
                    "visit": visit,
                    "remains": ~leaves,
                    "last": last,
                    "baseline": baseline,
                    "change": change,
                }
            )[there]
        )
        there, last = there & ~leaves, baseline + change
    return pd.concat(rows, ignore_index=True)


def relapses(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Draw times to relapse before which scores rise, so that who is about to relapse leaves.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    n : int
        Patients.

    Returns
    -------
    pandas.DataFrame
        ``patient, arm, visit, remains, last, start, stop, event``: one row per interval between
        visits at risk; an event is seen where the patient remains.
    """
    arm = np.where(np.arange(n) % 2 == 0, "im", "iv")
    rate = RATE * np.where(arm == "iv", np.exp(LOG_RATIO), 1.0)
    time = rng.exponential(1.0 / rate)
    level = rng.normal(9.0, 2.0, n)
    there, rows = np.ones(n, dtype=bool), []
    for visit, (start, stop) in enumerate(pairwise(DAYS), start=1):
        rises = (time > start) & (time <= stop)
        last = level + 5.0 * rises + rng.normal(0.0, 1.5, n)
        leaves = (visit > 1) & _leave(rng, last, arm, LEAVES_BEFORE_RELAPSE)
        rows.append(
            pd.DataFrame(
                {
                    "patient": np.arange(n),
                    "arm": arm,
                    "visit": visit,
                    "remains": ~leaves,
                    "last": last,
                    "start": start,
                    "stop": np.minimum(time, stop),
                    "event": rises,
                }
            )[there]
        )
        there &= ~leaves & ~rises
    return pd.concat(rows, ignore_index=True)


def _weighted(data: pd.DataFrame, truncate: tuple[float, float] | None = None) -> pd.DataFrame:
    """Weight the rows of those who remain."""
    weights = attrition_weights(
        "arm * last", data, subject="patient", visit="visit", numerator="arm", truncate=truncate
    )
    return weights.weighted()


def trial_of_scores(data: pd.DataFrame) -> pd.DataFrame:
    """Estimate the difference of the arms at the last visit in several ways.

    Parameters
    ----------
    data : pandas.DataFrame
        What `scores` draws.

    Returns
    -------
    pandas.DataFrame
        ``method, estimand, truth, estimate, conf_low, conf_high``.
    """
    rows = _weighted(data)
    last = rows[rows["visit"] == len(DAYS) - 1]
    cut = _weighted(data, (0.01, 0.99))
    model = mmrm("change ~ arm * visit + baseline", rows, subject="patient", visit="visit")
    fits = {
        "as they are": gee("change ~ arm", last, subject="patient"),
        "weighted": gee("change ~ arm", last, subject="patient", weights="weight"),
        "weighted, truncated": gee(
            "change ~ arm", cut[cut["visit"] == len(DAYS) - 1], subject="patient", weights="weight"
        ),
    }
    tables = {name: fit.tidy().iloc[[1]] for name, fit in fits.items()}
    contrasts = model.marginal_means("arm", by="visit").contrasts("im").tidy()
    tables["mixed model"] = contrasts[contrasts["visit"] == len(DAYS) - 1]
    truth = MEAN_CHANGE["iv"] - MEAN_CHANGE["im"]
    return _stacked(tables, "difference of means at the last visit", truth)


def trial_of_relapse(data: pd.DataFrame) -> pd.DataFrame:
    """Estimate the curve of one arm and the hazard ratio, with and without weights.

    Parameters
    ----------
    data : pandas.DataFrame
        What `relapses` draws.

    Returns
    -------
    pandas.DataFrame
        ``method, estimand, truth, estimate, conf_low, conf_high``.
    """
    rows = _weighted(data)
    times = {"time": "stop", "event": "event", "entry": "start"}
    curves, models = {}, {}
    for method, weights in (("as they are", None), ("weighted", "weight")):
        curve = kaplan_meier(rows, by="arm", weights=weights, **times).at([LAST])
        curves[method] = curve[curve["arm"] == "iv"]
        fit = cox("arm", rows, weights=weights, cluster="patient", subject="patient", **times)
        models[method] = fit.tidy()
    free = float(np.exp(-RATE * np.exp(LOG_RATIO) * LAST))
    return pd.concat(
        [
            _stacked(curves, "share free of relapse at day 84", free),
            _stacked(models, "log hazard ratio", LOG_RATIO),
        ]
    )


def _stacked(tables: dict[str, pd.DataFrame], estimand: str, truth: float) -> pd.DataFrame:
    """Put the estimates of several methods under each other."""
    wanted = ["estimate", "std_error", "conf_low", "conf_high"]
    rows = [table[wanted].assign(method=name) for name, table in tables.items()]
    return pd.concat(rows).assign(estimand=estimand, truth=truth)


def run_study(
    *, n_trials: int = N_TRIALS, n: int = N_PATIENTS, seed: int = SEED, folder: Path = RESULTS
) -> pd.DataFrame:
    """Run all trials, and write bias and coverage of each method.

    Parameters
    ----------
    n_trials, n, seed : int
        How many trials of how many patients, and the seed; every trial has numbers of its own.
    folder : Path
        Where the table goes.

    Returns
    -------
    pandas.DataFrame
        One row per estimand and method.
    """
    found = []
    for trial in progress(range(n_trials), doing="attrition weights", unit="trial"):
        rng = np.random.default_rng([seed, trial])
        found += [trial_of_scores(scores(rng, n)), trial_of_relapse(relapses(rng, n))]
    table = _summed(pd.concat(found, ignore_index=True)).assign(n_patients=n, seed=seed)
    write_table(table, folder / TABLE)
    write_provenance(folder / TABLE, seed=seed, trials=n_trials, patients=n)
    return table


def _summed(found: pd.DataFrame) -> pd.DataFrame:
    """Compute bias, spread and coverage with their Monte-Carlo errors."""
    inside = found["conf_low"].le(found["truth"]) & found["conf_high"].ge(found["truth"])
    groups = found.assign(inside=inside).groupby(["estimand", "method"], sort=False)
    table = groups.agg(
        truth=("truth", "first"),
        n_trials=("estimate", "count"),
        mean=("estimate", "mean"),
        sd=("estimate", "std"),
        std_error=("std_error", "mean"),
        coverage=("inside", "mean"),
    )
    root = np.sqrt(table["n_trials"])
    table.insert(3, "bias", table["mean"] - table["truth"])
    table.insert(4, "bias_error", table["sd"] / root)
    share = table["coverage"]
    return table.assign(coverage_error=np.sqrt(share * (1.0 - share)) / root).reset_index()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Weights for attrition, bias and coverage.")
    parser.add_argument("--trials", type=int, default=N_TRIALS)
    parser.add_argument("--patients", type=int, default=N_PATIENTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = run_study(n_trials=given.trials, n=given.patients, seed=given.seed, folder=given.out)
    print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
