"""Ask how often intervals from imputed scores hold the truth, under the assumption and others.

Run as ``python simulations/missing_coverage.py``; ``--help`` lists the options. After a break the
same command goes on with the scenarios that are not in the table yet. Every trial has random
numbers of its own, so that the number of processes changes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the processes would wait for each other

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.missing import ImputedAnalysis, impute_and_pool, tipping_point
from analysis.progress import progress
from simulations.committed import RESULTS, read_table, write_provenance, write_table
from simulations.dropouts import FORMULA, Leaving

__all__ = ["SCENARIOS", "Scenario", "run_study", "run_trial"]

TABLE = "missing_coverage.csv"
TRIALS, SEED, DELTA = 1000, 31, 6.0
N_DRAWS = 25


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A truth, and what is asked of its trials.

    Parameters
    ----------
    name : str
        What happens to patients who leave.
    truth : Leaving
        The trials.
    strategies : tuple of str
        Assumptions that are tried with intervals.
    only_estimates : tuple of str
        Assumptions whose bias alone is asked for.
    deltas : tuple of float
        Amounts added to scores of ketamine that are missing at random.
    draws : bool
        Whether multiple imputation is tried too.
    """

    name: str
    truth: Leaving
    strategies: tuple[str, ...] = ("MAR",)
    only_estimates: tuple[str, ...] = ()
    deltas: tuple[float, ...] = (0.0,)
    draws: bool = False


SCENARIOS = (
    Scenario(name="missing at random", truth=Leaving(), draws=True),
    Scenario(
        name="unseen scores 6 points worse",
        truth=Leaving(delta=DELTA),
        deltas=(0.0, DELTA / 2.0, DELTA),
    ),
    Scenario(
        name="mean jumps to reference",
        truth=Leaving(jump=True),
        strategies=("JR",),
        only_estimates=("MAR",),
        draws=True,
    ),
    Scenario(
        name="leaving depends on the unseen score",
        truth=Leaving(unseen=True),
        strategies=(),
        only_estimates=("MAR", "JR", "CIR", "LMCF"),
    ),
    Scenario(
        name="unseen scores 6 points worse",
        truth=Leaving(delta=DELTA, n_patients=200),
        deltas=(0.0, DELTA / 2.0, DELTA),
    ),
)

Answer = tuple[str, float, float, float]
"""Method, estimate, standard error and half the width of the 95 % interval."""


def run_trial(scenario: Scenario, seed: int, trial: int, *, place: int) -> list[Answer]:
    """Draw one trial and answer it by every method of the scenario.

    Parameters
    ----------
    scenario : Scenario
        What is drawn and asked.
    seed, trial, place : int
        Where the random numbers begin; the place is that of the scenario in the study.

    Returns
    -------
    list of (str, float, float, float)
        Method, estimate, standard error, half the width of the interval.
    """
    rng = np.random.default_rng([seed, place, trial])
    data, whole = scenario.truth.draw(rng)
    answers: list[Answer] = [("nothing missing", whole, np.nan, np.nan)]
    for strategy in scenario.only_estimates:
        row = _imputed(data, strategy, "bootstrap", 2, trial).tidy().iloc[0]
        answers.append((strategy, row["estimate"], np.nan, np.nan))
    for strategy in scenario.strategies:
        answers += _answers(scenario, data, strategy, trial)
    return answers


def _answers(scenario: Scenario, data: pd.DataFrame, strategy: str, trial: int) -> Iterator[Answer]:
    """Answer by one strategy: by the jackknife with each delta, and by draws."""
    result = _imputed(data, strategy, "jackknife", 2, trial)
    tipping = tipping_point(result, deltas=scenario.deltas).tidy()
    for delta, row in zip(scenario.deltas, tipping.to_dict("records"), strict=True):
        method = strategy if delta == 0.0 else f"{strategy}, delta {delta:g}"
        half = (row["conf_high"] - row["conf_low"]) / 2.0
        yield f"{method}, jackknife", row["estimate"], row["std_error"], half
    if scenario.draws:
        row = _imputed(data, strategy, "draws", N_DRAWS, trial).tidy().iloc[0]
        half = (row["conf_high"] - row["conf_low"]) / 2.0
        yield f"{strategy}, draws", row["estimate"], row["std_error"], half


def _imputed(
    data: pd.DataFrame, strategy: str, inference: str, n_draws: int, trial: int
) -> ImputedAnalysis:
    """Impute and analyse one trial."""
    return impute_and_pool(
        FORMULA,
        data,
        subject="patient",
        visit="visit",
        arm="arm",
        reference="control",
        strategy=strategy,
        covariates=["baseline"],
        inference=inference,
        n_draws=n_draws,
        seed=trial,
    )


def run_study(trials: int, seed: int, folder: Path, processes: int = 2) -> pd.DataFrame:
    """Run all scenarios and write the table.

    Parameters
    ----------
    trials, seed : int
        How many of each scenario, and where the random numbers begin.
    folder : pathlib.Path
        Where the table goes.
    processes : int
        How many at a time; the results do not depend on it.

    Returns
    -------
    pandas.DataFrame
        One row per scenario and method.
    """
    table = read_table(folder / TABLE)
    with ProcessPoolExecutor(processes) as pool:
        for place, scenario in enumerate(SCENARIOS):
            if _is_there(table, scenario, trials, seed):
                continue
            run = partial(run_trial, scenario, seed, place=place)
            found = pool.map(run, range(trials), chunksize=5)
            steps = progress(range(trials), doing=scenario.name, unit="trial")
            answers = [next(found) for _ in steps]
            part = _summary(scenario, answers, trials, seed)
            table = pd.concat([table, part], ignore_index=True)
            write_table(table, folder / TABLE)
    write_provenance(folder / TABLE, seed=seed, trials=trials, draws=N_DRAWS)
    return table


def _is_there(table: pd.DataFrame, scenario: Scenario, trials: int, seed: int) -> bool:
    """Look for a scenario in a table of the same trials, and refuse one of others."""
    if table.empty:
        return False
    if set(table["trials"]) != {trials} or set(table["seed"]) != {seed}:
        raise DataError(
            "The table has other trials or another seed; give --out a folder without it."
        )
    same = table["scenario"].eq(scenario.name)
    return bool((same & table["n_patients"].eq(scenario.truth.n_patients)).any())


def _summary(
    scenario: Scenario, answers: Sequence[Sequence[Answer]], trials: int, seed: int
) -> pd.DataFrame:
    """Count over trials, with Monte-Carlo standard errors."""
    truth = scenario.truth.true_difference()
    methods = [method for method, _, _, _ in answers[0]]
    values = np.array([[answer[1:] for answer in trial] for trial in answers])
    error = values[:, :, 0] - truth
    has_interval = np.isfinite(values[0, :, 2])
    covered = np.where(has_interval, (np.abs(error) <= values[:, :, 2]).mean(axis=0), np.nan)
    return pd.DataFrame(
        {
            "scenario": scenario.name,
            "n_patients": scenario.truth.n_patients,
            "method": methods,
            "true_value": truth,
            "trials": trials,
            "coverage": covered,
            "coverage_error": np.sqrt(covered * (1.0 - covered) / trials),
            "mean_bias": error.mean(axis=0),
            "bias_error": error.std(axis=0, ddof=1) / np.sqrt(trials),
            "mean_standard_error": np.where(has_interval, values[:, :, 1].mean(axis=0), np.nan),
            "empirical_standard_deviation": error.std(axis=0, ddof=1),
            "seed": seed,
        }
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the command line.
    """
    parser = argparse.ArgumentParser(description="Coverage of intervals from imputed scores.")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = run_study(given.trials, given.seed, given.out, given.processes)
    shown = [
        "scenario",
        "n_patients",
        "method",
        "true_value",
        "coverage",
        "mean_bias",
        "mean_standard_error",
    ]
    print(table[shown].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
