"""Ask how often the 95 % intervals of `mmrm` and `lmm` hold the truth in small trials.

Run as ``python simulations/mixed_coverage.py``; ``--help`` lists the options. After a break the
same command goes on with the scenarios that are not in the table yet.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from analysis.errors import AnalysisError, ModelError
from analysis.progress import progress
from simulations.committed import RESULTS, read_table, write_provenance, write_table
from simulations.inferences import Inference, summarised
from simulations.random_slopes import RandomSlopes
from simulations.repeated_measures import RepeatedMeasures

TABLE = "mixed_coverage.csv"
TRIALS, SEED = 2000, 20
SIZES = (20, 30, 40)
HARDLY = 0.01  # SD of slopes, points per day: half a point by the last visit
TIED = 0.98  # correlation of slopes and intercepts
FAILURES = (AnalysisError, np.linalg.LinAlgError, Warning)
"""What makes a trial a failure; warnings are raised. Anything else ends the study."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A name and the trials behind it."""

    name: str
    truth: RepeatedMeasures | RandomSlopes

    @property
    def full_name(self) -> str:
        """Name with the number of patients, which also seeds its random numbers."""
        return f"{self.name}, {self.truth.n_patients} patients"

    def random_numbers(self, seed: int, trial: int) -> np.random.Generator:
        """Give every trial random numbers of its own, so that each can be repeated alone."""
        return np.random.default_rng([seed, zlib.crc32(self.full_name.encode()), trial])


def scenarios() -> tuple[Scenario, ...]:
    """List what is studied."""
    return (*_of_visits(), *_of_slopes(), *_nearly_singular())


def _of_visits() -> tuple[Scenario, ...]:
    """List what is studied of `mmrm`."""
    return tuple(
        Scenario(name=name, truth=RepeatedMeasures(n_patients=n, share=share))
        for name, share in (("mmrm, no difference", 0.0), ("mmrm, difference", 1.0))
        for n in SIZES
    )


def _of_slopes() -> tuple[Scenario, ...]:
    """List what is studied of `lmm`."""
    return (
        *(
            Scenario(name="lmm, no difference", truth=RandomSlopes(n_patients=n, share=0.0))
            for n in SIZES
        ),
        Scenario(name="lmm, difference", truth=RandomSlopes(n_patients=SIZES[1], share=1.0)),
    )


def _nearly_singular() -> tuple[Scenario, ...]:
    """List random covariances that are nearly singular, with the fewest patients."""
    hardly = RandomSlopes(n_patients=SIZES[0], share=0.0, slope_sd=HARDLY)
    tied = RandomSlopes(n_patients=SIZES[0], share=0.0, correlation=TIED)
    return (
        Scenario(name="lmm, slopes hardly vary, no difference", truth=hardly),
        Scenario(name="lmm, slopes tied to intercepts, no difference", truth=tied),
    )


@dataclass(kw_only=True)
class _Record:
    """What the trials of a scenario said."""

    found: dict[tuple[str, str], list[Inference]]
    failed: Counter[str]
    dropout: list[float]
    on_boundary: list[bool]


def run_scenario(scenario: Scenario, *, trials: int, seed: int) -> pd.DataFrame:
    """Draw and fit the trials of one scenario.

    Parameters
    ----------
    scenario : Scenario
        What is drawn and fitted.
    trials, seed : int
        How many, and where the random numbers begin.

    Returns
    -------
    pandas.DataFrame
        One row per hypothesis and method.
    """
    record = _Record(found=defaultdict(list), failed=Counter(), dropout=[], on_boundary=[])
    for trial in progress(range(trials), doing=scenario.full_name, unit="trial"):
        _add_trial(record, scenario.truth, scenario.random_numbers(seed, trial))
    if not record.found:
        raise ModelError(f"{scenario.full_name}: no trial could be fitted. {record.failed}")
    true_values = scenario.truth.true_values()
    rows = [
        {
            "scenario": scenario.name,
            "n_patients": scenario.truth.n_patients,
            "hypothesis": hypothesis,
            "true_value": true_values[hypothesis],
            "method": method,
            **summarised(found, record.failed, true_values[hypothesis]),
            "dropout_share": np.mean(record.dropout),
            "boundary_share": np.mean(record.on_boundary),
            "seed": seed,
        }
        for (hypothesis, method), found in record.found.items()
    ]
    return pd.DataFrame(rows)


def _add_trial(
    record: _Record, truth: RepeatedMeasures | RandomSlopes, rng: np.random.Generator
) -> None:
    """Draw one trial and note what every method says, or why there is no fit."""
    data = truth.draw(rng)
    last = data["visit"] == data["visit"].max()
    record.dropout.append(1.0 - float(last.sum()) / truth.n_patients)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = truth.fit(data)
            inferences = truth.inferences(fit)
    except FAILURES as error:
        record.failed[kind_of(error)] += 1
        return
    record.on_boundary.append(str(fit.glance()["boundary"].iloc[0]) != "none")
    for question, inference in inferences.items():
        record.found[question].append(inference)


def kind_of(error: BaseException) -> str:
    """Shorten a message to its first sentence without what differs from trial to trial.

    Parameters
    ----------
    error : exception
        What ended a fit.

    Returns
    -------
    str
        Type and first sentence, without names in quotes and numbers.
    """
    sentence = re.split(r"[.:,] ", str(error))[0].rstrip(".")
    plain = re.sub(r"'[^']*'|\d+(\.\d+)?", "…", sentence)
    return f"{type(error).__name__} ({plain})"


def run_study(studied: Sequence[Scenario], *, trials: int, seed: int, folder: Path) -> pd.DataFrame:
    """Run the scenarios that are not in the table yet and write it after each.

    Parameters
    ----------
    studied : sequence of Scenario
        In the order of the table.
    trials, seed : int
        As in `run_scenario`. Rows with other values are made anew.
    folder : Path
        Of the table and its provenance.

    Returns
    -------
    pandas.DataFrame
        The table as it was written.
    """
    path = folder / TABLE
    table = _kept(read_table(path), trials, seed)
    for scenario in studied:
        if not _is_there(table, scenario):
            rows = run_scenario(scenario, trials=trials, seed=seed)
            table = pd.concat([table, rows], ignore_index=True) if len(table) else rows
            write_table(_in_order(table, studied), path)
            write_provenance(path, seed=seed, trials=trials)
    return read_table(path)


def _kept(table: pd.DataFrame, trials: int, seed: int) -> pd.DataFrame:
    """Keep the rows of an earlier run with the same settings."""
    if table.empty:
        return table
    return table.loc[(table["trials"] == trials) & (table["seed"] == seed)]


def _in_order(table: pd.DataFrame, studied: Sequence[Scenario]) -> pd.DataFrame:
    """Sort the rows as the scenarios, whenever each was run."""
    places = {(one.name, one.truth.n_patients): place for place, one in enumerate(studied)}
    keys = zip(table["scenario"], table["n_patients"], strict=True)
    order = np.argsort([places.get(key, len(places)) for key in keys], kind="stable")
    return table.iloc[order]


def _is_there(table: pd.DataFrame, scenario: Scenario) -> bool:
    """Look for the rows of a scenario."""
    if table.empty:
        return False
    same = table["scenario"] == scenario.name
    return bool((same & (table["n_patients"] == scenario.truth.n_patients)).any())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Coverage of mixed models in small trials.")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = run_study(scenarios(), trials=given.trials, seed=given.seed, folder=given.out)
    shown = ["scenario", "n_patients", "hypothesis", "method", "coverage", "type_one_error"]
    print(table[shown].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
