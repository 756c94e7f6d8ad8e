"""Time imputation with its inference, at once and with refits one by one.

Run as ``python benchmarks/missing.py`` (about ten seconds; set ``OPENBLAS_NUM_THREADS=1``). The
data have the size of the antidepressant trial that comes with R's rbmi: 172 patients, four visits,
and 30 % leave. Every figure is the best of several runs, from a frame to the tidy table; one by one
there is one run. The ratio to R is to the 20 s that rbmi's jackknife of such data is reported to
take; ``--r-seconds`` takes what it took on the same machine. Results are printed, and written to
``outputs/benchmark-missing.json``. Peak memory is what Python allocates, measured in a run of its
own.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from timing import best

import analysis
from analysis.missing import batched_refits, impute_and_pool
from analysis.missing.batched_sums import BatchedSums

OUTPUT = Path(__file__).parents[1] / "outputs" / "benchmark-missing.json"
FORMULA = "change ~ baseline * visit + arm * visit"
PATIENTS, VISITS, DRAWS, LARGE = 172, 4, 1_000, 2_000
ROUNDS = 5
R_SECONDS = 20.0
STAYS = 0.7


def simulate(n_patients: int = PATIENTS, seed: int = 3) -> pd.DataFrame:
    """Simulate changes of a score in two arms; patients leave after any visit but the last."""
    rng = np.random.default_rng(seed)
    drug = np.arange(n_patients) < n_patients // 2
    baseline = rng.normal(30.0, 6.0, n_patients)
    visit = np.arange(1, VISITS + 1)
    level = rng.normal(0.0, 5.0, n_patients) - 0.2 * (baseline - 30.0)
    change = level[:, None] - np.outer(1.5 + drug, visit)
    change += rng.normal(0.0, 4.0, change.shape)
    stays = rng.random(n_patients) < STAYS
    last = np.where(stays, VISITS, rng.integers(1, VISITS, n_patients))
    frame = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n_patients), VISITS),
            "visit": np.tile([f"v{number}" for number in visit], n_patients),
            "arm": np.repeat(np.where(drug, "drug", "placebo"), VISITS),
            "baseline": np.repeat(baseline, VISITS),
            "change": change.ravel(),
        }
    )
    return frame[(visit <= last[:, None]).ravel()].reset_index(drop=True)


def run(data: pd.DataFrame, inference: str, covariance_by: str | None = None) -> pd.DataFrame:
    """Impute by jumping to the reference, and compare the arms at the last visit."""
    result = impute_and_pool(
        FORMULA,
        data,
        subject="patient",
        visit="visit",
        arm="arm",
        reference="placebo",
        strategy="JR",
        covariates=["baseline"],
        covariance_by=covariance_by,
        inference=inference,
        n_draws=DRAWS,
    )
    return result.tidy()


@contextmanager
def one_by_one() -> Iterator[None]:
    """Hold every data set for unusual, so that each is fitted by the careful optimiser."""

    def none_is_usual(_: Any, sums: BatchedSums) -> np.ndarray:
        return np.zeros(len(sums.n_rows), dtype=bool)

    with mock.patch.object(batched_refits, "_is_usual", none_is_usual):
        yield


def against_one_by_one(data: pd.DataFrame, inference: str, by: str | None) -> dict[str, Any]:
    """Compare times and standard errors of refits at once and one by one."""
    answers = {"at_once": run(data, inference, by)}
    seconds = best({"at_once": lambda: run(data, inference, by)}, ROUNDS)
    with one_by_one():
        start = time.perf_counter()
        answers["one_by_one"] = run(data, inference, by)
        seconds["one_by_one"] = time.perf_counter() - start
    errors = [frame["std_error"].to_numpy() for frame in answers.values()]
    return {
        "inference": inference,
        "covariance_by": by,
        **seconds,
        "ratio": seconds["one_by_one"] / seconds["at_once"],
        "largest_relative_difference": float(abs(errors[0] / errors[1] - 1.0).max()),
    }


def large() -> dict[str, Any]:
    """Time the jackknife of many patients, and measure its memory."""
    data = simulate(LARGE)
    seconds = best({"jackknife": lambda: run(data, "jackknife")}, 1)
    tracemalloc.start()
    run(data, "jackknife")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"patients": LARGE, **seconds, "peak_megabytes": peak / 1e6}


def main() -> None:
    """Run all comparisons, print them and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--r-seconds", type=float, default=R_SECONDS)
    theirs = parser.parse_args().r_seconds
    data = simulate()
    asked = [("jackknife", None), ("jackknife", "arm"), ("draws", None)]
    rows = [against_one_by_one(data, inference, by) for inference, by in asked]
    results: dict[str, Any] = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "analysis": analysis.__version__,
        },
        "patients": PATIENTS,
        "draws": DRAWS,
        "refits": rows,
        "r_seconds": theirs,
        "ratio_to_r": theirs / rows[0]["at_once"],
        "large": large(),
    }
    print(json.dumps(results, indent=1))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
