"""Ask whether `mmrm` reaches its optimum with ten visits, an unstructured covariance, and few left.

Run as ``python simulations/mixed_convergence.py``; ``--help`` lists the options. Data sets in
which some pair of visits is seen together in fewer than 11 patients are drawn again and counted.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from analysis.mixed import LinearMixedModel, mmrm
from analysis.progress import progress
from analysis.results import FloatArray
from simulations.committed import RESULTS, write_provenance, write_table
from simulations.mixed_coverage import FAILURES, kind_of
from simulations.patients import BASELINE_MEAN, BoolArray, Dropout, baselines, long_frame

__all__ = ["DataSet", "draw", "fitted", "run_study"]

TABLE = "mixed_convergence.csv"
FORMULA = "change ~ arm * visit + baseline"
N_DATA_SETS, SEED = 100, 10
FEWEST, MOST = 60, 150  # patients
LEAST_LEFT, MOST_LEFT = 0.5, 0.7  # share that has left before the last visit
GAPS = 0.05  # share of visits missed although later ones were kept
LEAST_TOGETHER = 11  # patients per pair of visits
N_VISITS = 10
DAYS_APART = 7.0
FIRST_SD, LAST_SD = 5.5, 8.5
NEIGHBOURS, DECAY = 0.75, 0.92  # correlation of neighbours, and what each further visit leaves
LAST_CHANGE, BASELINE_SLOPE, DROPOUT_SLOPE = -13.0, -0.3, 0.12


@dataclass(frozen=True, kw_only=True, eq=False)
class DataSet:
    """One draw that is worth fitting.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient and visit seen.
    seen : array, shape (n, 10)
        The same as a table.
    redraws : int
        Draws before it in which a pair of visits was seen together too seldom.
    """

    data: pd.DataFrame
    seen: BoolArray
    redraws: int


def covariance() -> FloatArray:
    """Return the true covariance of the changes given the baseline score."""
    visit = np.arange(N_VISITS)
    apart = np.abs(np.subtract.outer(visit, visit))
    correlation = np.where(apart == 0, 1.0, NEIGHBOURS * DECAY ** (apart - 1.0))
    sd = np.linspace(FIRST_SD, LAST_SD, N_VISITS)
    return np.asarray(correlation * np.outer(sd, sd))


def draw(rng: np.random.Generator) -> DataSet:
    """Draw data sets until every pair of visits is seen together often enough.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    DataSet
        With the count of those that were not taken.
    """
    redraws = 0
    while True:
        data, seen = _draw_once(rng)
        if _together(seen).min() >= LEAST_TOGETHER:
            return DataSet(data=data, seen=seen, redraws=redraws)
        redraws += 1


def _draw_once(rng: np.random.Generator) -> tuple[pd.DataFrame, BoolArray]:
    """Draw scores, then who leaves depending on them, then gaps."""
    n = int(rng.integers(FEWEST, MOST + 1))
    baseline = baselines(rng, n)
    mean = np.linspace(LAST_CHANGE / 2.0, LAST_CHANGE, N_VISITS)
    noise = rng.standard_normal((n, N_VISITS)) @ np.linalg.cholesky(covariance()).T
    change = mean + BASELINE_SLOPE * (baseline - BASELINE_MEAN)[:, None] + noise
    seen = _dropout(rng.uniform(LEAST_LEFT, MOST_LEFT), float(mean.mean())).seen(rng, change)
    seen[:, 1:] &= rng.random((n, N_VISITS - 1)) >= GAPS
    day = np.broadcast_to(DAYS_APART * np.arange(1.0, N_VISITS + 1.0), change.shape)
    return long_frame(baseline=baseline, change=change, seen=seen, day=day), seen


def _dropout(share: float, mean: float) -> Dropout:
    """Find the dropout after which about this share has left before the last visit."""
    each = 1.0 - (1.0 - share) ** (1.0 / (N_VISITS - 1.0))
    level = float(np.log(each / (1.0 - each))) - DROPOUT_SLOPE * mean
    return Dropout(level=level, slope=DROPOUT_SLOPE)


def _together(seen: BoolArray) -> FloatArray:
    """Count the patients of every pair of visits."""
    return np.asarray(seen.astype(float).T @ seen.astype(float))


def fitted(data_set: DataSet) -> dict[str, object]:
    """Fit one data set and note how it ended.

    Parameters
    ----------
    data_set : DataSet
        As drawn.

    Returns
    -------
    dict
        One row of the results.
    """
    begin = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = mmrm(FORMULA, data_set.data, subject="patient", visit="visit")
        end: dict[str, object] = {"converged": True, "failure_kind": "none", **_reached(fit)}
    except FAILURES as error:
        end = {"converged": False, "failure_kind": kind_of(error)}
    return {**_described(data_set), **end, "seconds": time.perf_counter() - begin}


def _described(data_set: DataSet) -> dict[str, object]:
    """Say what a data set is like."""
    seen = data_set.seen
    is_gap = ~seen & np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    return {
        "n_patients": len(seen),
        "n_rows": int(seen.sum()),
        "absent_at_last_visit": 1.0 - float(seen[:, -1].mean()),
        "gaps": int(is_gap.sum()),
        "seen_at_all_visits": int(seen.all(axis=1).sum()),
        "least_together": int(_together(seen).min()),
        "redraws": data_set.redraws,
    }


def _reached(fit: LinearMixedModel) -> dict[str, object]:
    """Say where a fit ended."""
    values = np.asarray(fit.covariance(), dtype=float)
    sd = np.sqrt(np.diag(values))
    smallest = float(np.linalg.eigvalsh(values / np.outer(sd, sd))[0])
    glance = fit.glance().iloc[0]
    return {
        "newton_decrement": float(glance["newton_decrement"]),
        "log_likelihood": float(glance["log_likelihood"]),
        "smallest_eigenvalue_of_correlation": smallest,
    }


def run_study(*, n_data_sets: int, seed: int, folder: Path) -> pd.DataFrame:
    """Draw and fit the data sets; write the table after each.

    Parameters
    ----------
    n_data_sets, seed : int
        How many, and where the random numbers begin.
    folder : Path
        Of the table and its provenance.

    Returns
    -------
    pandas.DataFrame
        One row per data set.
    """
    path, rows = folder / TABLE, []
    for number in progress(range(n_data_sets), doing="mmrm, ten visits", unit="fit"):
        row = fitted(draw(np.random.default_rng([seed, number])))
        rows.append({"data_set": number, **row})
        write_table(pd.DataFrame(rows), path)
    write_provenance(path, seed=seed, data_sets=n_data_sets)
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study from the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        None: those of the command line.
    """
    parser = argparse.ArgumentParser(description="Convergence of mmrm under high dropout.")
    parser.add_argument("--data-sets", type=int, default=N_DATA_SETS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the table")
    given = parser.parse_args(arguments)
    table = run_study(n_data_sets=given.data_sets, seed=given.seed, folder=given.out)
    print(table.drop(columns="failure_kind").round(3).to_string(index=False))
    print(f"{int(table['converged'].sum())} of {len(table)} converged")


if __name__ == "__main__":
    main()
