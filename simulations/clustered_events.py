"""Ask how often intervals for rates of events that are clustered in patients hold the truth.

Run as ``python simulations/clustered_events.py``; ``--help`` lists the options. Every scenario has
random numbers of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

import numpy as np
import pandas as pd
from scipy import stats

from analysis.progress import progress
from analysis.safety.clustered import Interval, clustered_rate, clustered_share
from simulations.committed import RESULTS, write_provenance, write_table

__all__ = ["SCENARIOS", "Scenario", "run_scenario", "run_study"]

TABLE = "clustered_events.csv"
TRIALS, SEED = 4000, 47
LEVEL = 0.95

Numbers = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Patients whose sessions are alike.

    Parameters
    ----------
    patients : int
        Number of patients.
    rate : float
        True events per session.
    frailty : float
        Variance of the patients' own rates relative to their mean; 0: all are alike.
    """

    patients: int
    rate: float
    frailty: float


SCENARIOS = tuple(
    Scenario(patients=n, rate=rate, frailty=frailty)
    for n, rate, frailty in product((20, 60, 200), (0.01, 0.05, 0.25), (0.0, 1.0, 3.0))
)


def poisson(events: Numbers, sessions: Numbers) -> Interval:
    """Garwood's limits, as if all sessions were of different patients."""
    total, n = events.sum(), sessions.sum()
    low, high = (
        (stats.gamma.ppf(0.025, total) / n, stats.gamma.isf(0.025, total + 1.0) / n)
        if total
        else (0.0, -np.log(0.05) / n)
    )
    return Interval(estimate=total / n, conf_low=float(low), conf_high=float(high))


def log_rate(events: Numbers, sessions: Numbers) -> Interval:
    """Give the sandwich limits of the logarithm, as a generalised estimating equation has them."""
    total = events.sum()
    if total == 0.0:
        return Interval(estimate=0.0, conf_low=np.nan, conf_high=np.nan)
    rate = total / sessions.sum()
    error = np.sqrt(np.sum((events - rate * sessions) ** 2)) / total
    margin = stats.norm.isf((1.0 - LEVEL) / 2.0) * error
    return Interval(estimate=rate, conf_low=rate * np.exp(-margin), conf_high=rate * np.exp(margin))


METHODS: dict[str, Callable[[Numbers, Numbers], Interval]] = {
    "rate, clustered": clustered_rate,
    "rate, log and sandwich": log_rate,
    "rate, independent sessions": poisson,
    "share, clustered": lambda events, sessions: clustered_share(
        np.minimum(events, sessions), sessions
    ),
}


def _patients(scenario: Scenario, random: np.random.Generator) -> tuple[Numbers, Numbers, Numbers]:
    """Draw sessions (1 to 16, half of them up to 6), the rates of patients, and their events."""
    n = scenario.patients
    half = random.random(n) < 0.5
    sessions = np.where(half, random.integers(1, 7, n), random.integers(6, 17, n)).astype(float)
    shape = 1.0 / scenario.frailty if scenario.frailty else 0.0
    own = random.gamma(shape, 1.0 / shape, n) if shape else np.ones(n)
    return (
        sessions,
        scenario.rate * own,
        random.poisson(scenario.rate * own * sessions).astype(float),
    )


def run_scenario(scenario: Scenario, trials: int, seed: int, place: int) -> pd.DataFrame:
    """Run the trials of one scenario.

    Parameters
    ----------
    scenario : Scenario
        The truth.
    trials, seed, place : int
        How many, where the random numbers begin, and the number of the scenario.

    Returns
    -------
    pandas.DataFrame
        One row per method: coverage, its Monte-Carlo error, share of intervals wholly over and
        under the truth, mean width, and share of trials without events.
    """
    random = np.random.default_rng([seed, place])
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in METHODS}
    empty = 0
    for _ in range(trials):
        sessions, own, events = _patients(scenario, random)
        # in a session an event happens or not: the share that is true is that of any event
        with_event = random.binomial(sessions.astype(int), 1.0 - np.exp(-own)).astype(float)
        empty += events.sum() == 0.0
        for name, method in METHODS.items():
            share = name.startswith("share")
            interval = method(with_event if share else events, sessions)
            truth = _true_share(scenario) if share else scenario.rate
            low, high = interval.conf_low, interval.conf_high
            found[name].append((low <= truth <= high, low > truth, high < truth, high - low))
    rows = []
    for name, answers in found.items():
        covered, over, under, _ = np.mean(np.array(answers, dtype=float)[:, :4], axis=0)
        width = float(np.nanmean([answer[3] for answer in answers]))
        error = float(np.sqrt(covered * (1.0 - covered) / trials))
        rows.append((name, covered, error, over, under, 100.0 * width, empty / trials))
    columns = [
        "method",
        "coverage",
        "coverage_error",
        "over",
        "under",
        "width_per_100",
        "no_events",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "frailty", scenario.frailty)
    frame.insert(0, "rate_per_100", 100.0 * scenario.rate)
    frame.insert(0, "patients", scenario.patients)
    return frame.assign(trials=trials, seed=seed)


def _true_share(scenario: Scenario) -> float:
    """Share of sessions with any event: the mean of 1 - exp(-rate) over the gamma frailties."""
    if not scenario.frailty:
        return float(1.0 - np.exp(-scenario.rate))
    return float(1.0 - (1.0 + scenario.frailty * scenario.rate) ** (-1.0 / scenario.frailty))


def run_study(trials: int, seed: int, folder: Path) -> pd.DataFrame:
    """Run all scenarios and write their table.

    Parameters
    ----------
    trials, seed : int
        How many of each scenario, and where the random numbers begin.
    folder : pathlib.Path
        Where the table goes.

    Returns
    -------
    pandas.DataFrame
        One row per scenario and method.
    """
    steps = progress(range(len(SCENARIOS)), doing="Scenarios", unit="scenario")
    table = pd.concat(
        [run_scenario(SCENARIOS[place], trials, seed, place) for place in steps], ignore_index=True
    )
    write_table(table, folder / TABLE)
    write_provenance(folder / TABLE, seed=seed, trials=trials)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the command line.
    """
    parser = argparse.ArgumentParser(description="Coverage of intervals of clustered events.")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = run_study(given.trials, given.seed, given.out)
    print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
