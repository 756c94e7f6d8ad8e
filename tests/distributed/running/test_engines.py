"""Dask and Spark give the bits of this machine; their errors keep their kind and name the shard."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pandas as pd
import pytest

from analysis import distributed, mixed
from analysis.distributed import index_shards, open_shards, split_patients
from analysis.distributed.running.run import run_task
from analysis.distributed.sums import packed
from analysis.distributed.tasks.moments import MomentsTask
from analysis.errors import AnalysisError, DataError
from tests.mixed.networks import clinic_network

pytestmark = pytest.mark.identity

ROWS = clinic_network(n_patients=60, n_clinics=3)
FORMULA = "change ~ arm * visit + baseline"
LEVELS = {"arm": ("im", "iv"), "visit": ("v1", "v2", "v3", "v4")}
TASK = MomentsTask(formula=FORMULA, subject="patient", visit="visit", levels=LEVELS)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    split_patients(ROWS, folder, subject="patient", n_shards=4)
    return folder


@pytest.fixture
def folder(written, tmp_path) -> Path:
    return shutil.copytree(written, tmp_path / "copy")


def check_fit(folder: Path, engine: object) -> None:
    ours = distributed.mmrm(FORMULA, folder, visit="visit", executor=engine).tidy()
    theirs = mixed.mmrm(FORMULA, ROWS, subject="patient", visit="visit").tidy()
    assert ours["term"].tolist() == theirs["term"].tolist()
    for column in ("estimate", "std_error", "df", "p_value"):
        assert (ours[column] / theirs[column] - 1.0).abs().max() < 1e-10
    # all is kept now: nothing is sent to the engine
    assert distributed.mmrm(FORMULA, folder, visit="visit", executor=engine).tidy().equals(ours)


def check_bits(folder: Path, engine: object) -> None:
    here = packed(run_task(TASK, folder, keep=False))
    assert packed(run_task(TASK, folder, executor=engine, keep=False)) == here


def check_error(folder: Path, engine: object) -> None:
    target = folder / "shard-00002.parquet"
    rows = pd.read_parquet(target)
    pd.concat([rows, rows.iloc[:1]]).to_parquet(target, index=False)
    index_shards(folder, subject="patient")
    with pytest.raises(DataError, match=r"^shard-00002.parquet: 1 patient with more than one row"):
        run_task(TASK, folder, executor=engine)


def deadly_task(folder: Path) -> tuple[MomentsTask, Path]:
    """A task that kills the worker which meets the third shard, while a file is there."""
    file = folder.parent / "deadly"
    file.touch()
    third = pd.read_parquet(folder / open_shards(folder).shards[2].file)
    score, deadly = float(third["change"].iloc[0]), str(file)

    class Deadly(MomentsTask):  # workers do not import tests: the class travels with the task
        def of(self, rows):
            if os.path.exists(deadly) and (rows["change"] == score).any():  # noqa: PTH110
                os.kill(os.getpid(), signal.SIGKILL)
            return super().of(rows)

    return Deadly(formula=FORMULA, subject="patient", visit="visit", levels=LEVELS), file


def check_killed(folder: Path, engine: object) -> None:
    here = packed(run_task(TASK, folder, keep=False))
    task, deadly = deadly_task(folder)
    with pytest.raises(AnalysisError, match=r"ended before it had finished.*same call goes on"):
        run_task(task, folder, executor=engine)
    deadly.unlink()
    assert packed(run_task(task, folder, executor=engine)) == here


CHECKS = [check_fit, check_bits, check_error, check_killed]


@pytest.mark.parametrize("check", CHECKS)
def test_dask(check, folder, dask_client, monkeypatch):
    monkeypatch.setattr(dask_client.cluster.scheduler, "allowed_failures", 0)
    check(folder, dask_client)
    dask_client.wait_for_workers(2, timeout=60)  # a killed one is started again


@pytest.mark.parametrize("check", CHECKS)
def test_spark(check, folder, spark):
    check(folder, spark)
