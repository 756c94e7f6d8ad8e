"""Many synthetic patients as folders of Parquet files, each with patients of its own."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis import storage
from analysis.errors import DataError, ReportError
from analysis.progress import progress
from analysis.study import TABLES, Study
from analysis.study.about import about_text
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.simulation import simulate

__all__ = ["write_shards"]


def write_shards(
    scenario: Scenario,
    folder: Path | str,
    *,
    shard_patients: int = 2_500,
    workers: int = 1,
) -> list[Path]:
    """Simulate a scenario in parts and write each as a study folder of its own.

    Parameters
    ----------
    scenario : Scenario
        What to simulate. The patients are those of `simulate`, whatever the size of a shard.
    folder : path
        Made when missing; must hold no earlier shards.
    shard_patients : int
        Patients of a shard; memory grows with it and with `workers`, not with the scenario.
    workers : int
        Processes.

    Returns
    -------
    list of pathlib.Path
        The shards ``shard-00000``, ``shard-00001``, …: study folders with Parquet tables, disjoint
        in patients. ``scenario.json`` beside them is written last: without it the folder was not
        finished.

    Raises
    ------
    DataError
        When sizes are not at least 1.
    ReportError
        When the folder holds shards already, or a file cannot be written.
    """
    if shard_patients < 1 or workers < 1:
        raise DataError("shard_patients and workers must be at least 1.")
    root = Path(folder)
    if any(root.glob("shard-*")):
        raise ReportError("The folder holds shards already. Choose an empty folder.")
    starts = range(0, scenario.patients, shard_patients)
    shards = [root / f"shard-{number:05d}" for number in range(len(starts))]
    sizes = [min(shard_patients, scenario.patients - start) for start in starts]
    jobs = list(zip([scenario] * len(shards), shards, starts, sizes, strict=True))
    if workers == 1:
        for job in progress(jobs, doing="Simulating", unit="shard"):
            _write_shard(*job)
    else:
        with ProcessPoolExecutor(workers) as pool:
            running = [pool.submit(_write_shard, *job) for job in jobs]
            try:
                for future in progress(running, doing="Simulating", unit="shard"):
                    future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    storage.write_text(root / "scenario.json", scenario.to_json() + "\n")
    return shards


def _write_shard(scenario: Scenario, shard: Path, first: int, patients: int) -> None:
    """Simulate and write some of the patients; the description last."""
    study = simulate(scenario, first=first, patients=patients).study
    for name in TABLES:
        if study.has(name):
            _write_table(study.tables[name], shard / f"{name}.parquet")
    storage.write_text(shard / "study.json", about_text(_with_label(study, first, patients)))


def _with_label(study: Study, first: int, patients: int) -> Study:
    """Say in the title which patients a shard holds."""
    return replace(study, title=f"{study.title}, patients {first + 1} to {first + patients}")


def _write_table(frame: pd.DataFrame, target: Path) -> None:
    """Write a table that is in order, categories as dictionaries."""
    content = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    with storage.replacing(target) as temporary:
        parquet.write_table(content, temporary, compression="zstd")
