"""Time a mixed model of shards: 1.2 million patients, 8 million rows, from Parquet to the table.

Run as ``python benchmarks/distributed.py`` (some minutes, most of them to make the data;
``--patients 100000`` for a small run, ``--spark`` where the extra is installed). Every run reads
all rows again: nothing is kept. Written to ``outputs/benchmark-distributed.json`` with the versions
that the figures hold for. Memory is the proportional set size of this process and all its workers
together, seen ten times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path[:] = [place for place in sys.path if place != str(Path(__file__).parent)]
# else this file would be taken for the package `distributed`, which Dask imports

import numpy as np
import pandas as pd
import psutil
from dask.distributed import Client, LocalCluster

import analysis
from analysis import distributed
from analysis.mixed import fit_moments
from analysis.mixed.sums.moments_file import moments_arrays

OUTPUT = Path(__file__).parents[1] / "outputs" / "benchmark-distributed.json"
FORMULA = "change ~ arm * visit + baseline + sex"
N_VISITS, KEPT, PIECE = 8, 0.82, 50_000


def pieces(n_patients: int, n_visits: int = N_VISITS) -> Iterator[pd.DataFrame]:
    """Simulate patients piece by piece: 18 % of the rows after the first visit are missing."""
    for number, first in enumerate(range(0, n_patients, PIECE)):
        size = min(PIECE, n_patients - first)
        yield _piece(np.random.default_rng([7, number]), first, size, n_visits)


def _piece(rng: np.random.Generator, first: int, size: int, n_visits: int) -> pd.DataFrame:
    patient, visit = np.repeat(np.arange(size), n_visits), np.tile(np.arange(n_visits), size)
    lags = np.abs(np.subtract.outer(np.arange(n_visits), np.arange(n_visits)))
    noise = rng.normal(size=(size, n_visits)) @ np.linalg.cholesky(25.0 * 0.8**lags).T
    arm, sex = (rng.integers(0, 2, size)[patient] for _ in range(2))
    baseline = rng.integers(10, 28, size)[patient].astype(float)
    score = -0.5 * visit - 0.2 * arm * visit - 0.3 * (baseline - 17) + noise.ravel()
    seen = (rng.random(patient.size) < KEPT) | (visit == 0)
    labels = {"visit": [f"week {n}" for n in range(n_visits)], "arm": ["IM", "IV"]}
    frame = pd.DataFrame(
        {
            "subject_id": np.char.mod("p%07d", np.arange(first, first + size))[patient],
            "visit": pd.Categorical.from_codes(visit, labels["visit"]),
            "arm": pd.Categorical.from_codes(arm, labels["arm"]),
            "sex": pd.Categorical.from_codes(sex, ["female", "male"]),
            "baseline": baseline,
            "change": np.round(score),
        }
    )
    return frame[seen]


class Memory:
    """Watch what this process and its children take together."""

    def __enter__(self) -> Memory:
        self.peak, self._ended = 0, threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.1):
            total = 0
            for process in [own, *own.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


def measured(call: Callable[[], pd.DataFrame]) -> tuple[dict[str, float], pd.DataFrame]:
    """Run a call and return its seconds and peak memory, and what it gave."""
    with Memory() as memory:
        start = time.perf_counter()
        table = call()
        seconds = time.perf_counter() - start
    return {"seconds": round(seconds, 2), "peak_mb": round(memory.peak / 1e6)}, table


def engines(with_spark: bool) -> Iterator[tuple[str, Any]]:
    """Yield the engines one after the other, started, and stop each afterwards."""
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(os.getpid, [], chunksize=1))
            yield f"{workers} process{'es' if workers > 1 else ''}", pool
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield "Dask, 2 processes", client
    if with_spark:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - only with the extra

        os.environ["PYSPARK_PYTHON"] = sys.executable
        session = SparkSession.builder.master("local[2]").getOrCreate()
        yield "Spark, local[2]", session
        session.stop()


def passes(folder: Path, with_spark: bool) -> list[dict[str, Any]]:
    """Time the whole way from Parquet to the Kenward-Roger table on every engine."""
    rows, first = [], None
    for name, executor in engines(with_spark):
        figures, table = measured(
            lambda executor=executor: distributed.mmrm(
                FORMULA, folder, visit="visit", executor=executor, keep=False
            ).tidy()
        )
        first = table if first is None else first
        same = bool((table["estimate"] == first["estimate"]).all())
        rows.append({"engine": name, **figures, "same_bits": same})
        print(rows[-1], flush=True)
    return rows


def fits(sizes: list[int]) -> list[dict[str, Any]]:
    """Time the fit apart from the pass, for more and more patients."""
    return [timed_fit(size) for size in sizes]


def timed_fit(n_patients: int, n_visits: int = N_VISITS, *, times: int = 5) -> dict[str, Any]:
    """Sum new patients, and time the fit of the sums."""
    folder = Path(tempfile.mkdtemp())
    try:
        distributed.split_patients(pieces(n_patients, n_visits), folder, subject="subject_id")
        sums = distributed.moments(FORMULA, folder, visit="visit", keep=False)
    finally:
        shutil.rmtree(folder)
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        fit_moments(sums).tidy()
        seconds.append(time.perf_counter() - start)
    row = {
        "patients": n_patients,
        "visits": n_visits,
        "patterns": sum(len(group.counts) for group in sums.groups),
        "sums_kb": round(sum(values.nbytes for values in moments_arrays(sums).values()) / 1e3),
        "fit_seconds": round(min(seconds), 4),
    }
    print(row, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=1_200_000)
    parser.add_argument("--spark", action="store_true")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        figures, shards = measured(
            lambda: distributed.split_patients(
                pieces(asked.patients), folder, subject="subject_id", n_shards=16
            )
        )
        size = sum(shard.n_bytes for shard in shards.shards)
        made = {"rows": shards.n_rows, "patients": shards.n_patients, "parquet_mb": size / 1e6}
        print(shards, made, figures, flush=True)
        result = {
            "python": platform.python_version(),
            "version": analysis.__version__,
            "processors": os.cpu_count(),
            "data": made,
            "simulated_and_written": figures,
            "passes": passes(folder, asked.spark),
            "fit": fits([10**4, 10**5, asked.patients]),
            "fit_by_visits": [timed_fit(20_000, n, times=2) for n in (4, 6, 8, 10, 12)],
        }
    finally:
        shutil.rmtree(folder)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
