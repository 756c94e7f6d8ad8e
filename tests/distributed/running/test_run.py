"""The same bits whatever runs the shards; nothing in part; a rerun does only what is left."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import mixed, storage
from analysis.distributed import index_shards, open_shards, split_patients
from analysis.distributed.running import engines, run
from analysis.distributed.running.run import run_task
from analysis.distributed.sums import Sums, packed, unpacked
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.errors import AnalysisError, ColumnError, DataError, ModelError, ReportError
from tests.canary.planted import SECRET
from tests.distributed.running.tasks import Watched
from tests.mixed.networks import clinic_network

unit, identity = pytest.mark.unit, pytest.mark.identity

ROWS = clinic_network(n_patients=60, n_clinics=3)
LEVELS = {"arm": ("im", "iv"), "visit": ("v1", "v2", "v3", "v4")}
TASK = MomentsTask(
    formula="change ~ arm * visit + baseline", subject="patient", visit="visit", levels=LEVELS
)
N_SHARDS = 4


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    split_patients(ROWS, folder, subject="patient", n_shards=N_SHARDS)
    return folder


@pytest.fixture(scope="module")
def expected(written) -> bytes:
    return packed(run_task(TASK, written, keep=False))


@pytest.fixture
def folder(written, tmp_path) -> Path:
    return shutil.copytree(written, tmp_path / "copy")


@pytest.fixture
def watched(tmp_path, written) -> Watched:
    """A task that leaves traces, and may be told to die in the third shard."""
    (tmp_path / "traces").mkdir()
    third = pd.read_parquet(written / open_shards(written).shards[2].file)
    return Watched(
        **{name: getattr(TASK, name) for name in ("formula", "subject", "visit", "levels")},
        folder=str(tmp_path / "traces"),
        score=float(third["change"].iloc[0]),
    )


def n_ran(task: Watched) -> int:
    return len(list(Path(task.folder).glob("*.ran")))


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "sums").glob("*.npz"))


# --- The same bits -------------------------------------------------------------------------------


@identity
@pytest.mark.parametrize("n_workers", [1, 8])
def test_threads_give_the_bits_of_one(written, expected, n_workers):
    with ThreadPoolExecutor(n_workers) as pool:
        assert packed(run_task(TASK, written, executor=pool, keep=False)) == expected


@identity
def test_processes_of_this_machine_give_the_bits_of_one(written, expected, monkeypatch):
    monkeypatch.setattr(engines, "_SMALL", 0)
    monkeypatch.setattr(engines.os, "cpu_count", lambda: 2)
    assert packed(run_task(TASK, written, keep=False)) == expected


@identity
@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_shards_are_finished_does_not_matter(
    written, expected, monkeypatch, seed
):
    def shuffled(jobs, executor):
        finished = list(engines.finished_jobs(jobs, executor))
        return (finished[place] for place in np.random.default_rng(seed).permutation(len(finished)))

    monkeypatch.setattr(run, "finished_jobs", shuffled)
    assert packed(run_task(TASK, written, keep=False)) == expected


@identity
def test_sums_that_were_kept_give_the_same_bits(folder, expected):
    assert packed(run_task(TASK, folder)) == expected
    kept(folder)[1].unlink()
    assert packed(run_task(TASK, folder)) == expected


# --- What is kept --------------------------------------------------------------------------------


@unit
def test_a_rerun_reads_no_shard_again(folder, watched):
    first = packed(run_task(watched, folder))
    assert (n_ran(watched), len(kept(folder))) == (N_SHARDS, N_SHARDS)
    assert packed(run_task(watched, folder)) == first
    assert n_ran(watched) == N_SHARDS


@unit
def test_nothing_is_kept_unless_wanted(folder, watched):
    run_task(watched, folder, keep=False)
    assert not (folder / "sums").exists()


OTHER_TASKS = {
    "formula": {"formula": "change ~ arm * visit"},
    "order of levels": {"levels": {**LEVELS, "arm": ("iv", "im")}},
    "a level more": {"levels": {**LEVELS, "arm": ("im", "iv", "sc")}},
    "levels as numbers": {"levels": {**LEVELS, "arm": ("im", "iv"), "baseline": (1,)}},
    "groups": {"covariance_by": "arm"},
    "clinics": {"nested_in": "site_id"},
    "weights": {"weights": "weight"},
    "varying": {"varying": ("baseline",)},
}


@unit
@pytest.mark.parametrize("name", OTHER_TASKS)
def test_a_changed_task_does_not_take_what_was_kept(folder, watched, name):
    run_task(watched, folder)
    run_task(replace(watched, **OTHER_TASKS[name]), folder)
    assert n_ran(watched) == 2 * N_SHARDS


@unit
def test_a_changed_shard_does_not_take_what_was_kept(folder, watched):
    run_task(watched, folder)
    for name in ("shard-00001.parquet", "shards.json"):
        (folder / name).unlink()
    rest = tuple(open_shards(listed_anew(folder)).shards)
    assert len(rest) == N_SHARDS - 1
    run_task(watched, folder)
    assert n_ran(watched) == N_SHARDS
    target = folder / "shard-00002.parquet"
    rows = pd.read_parquet(target)
    rows.assign(change=rows["change"] + 1.0).to_parquet(target)
    listed_anew(folder)
    run_task(watched, folder)
    assert n_ran(watched) == N_SHARDS + 1


def listed_anew(folder: Path) -> Path:
    """List a folder anew, after its files were changed on purpose."""
    index_shards(folder, subject="patient")
    return folder


def crafted(folder: Path) -> bytes:
    """An NPZ file that would run code, were pickles loaded."""
    evil = np.empty(1, dtype=object)
    evil[0] = _Touches(folder / "ran")
    np.savez(folder / "evil.npz", about=evil, _0_uu=evil)
    content = (folder / "evil.npz").read_bytes()
    (folder / "evil.npz").unlink()
    return content


class _Touches:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


DAMAGES = {
    "cut short": lambda content, _: content[:-30],
    "empty": lambda _content, _: b"",
    "a bit flipped": lambda content, _: content[:200] + bytes([content[200] ^ 1]) + content[201:],
    "other bytes": lambda _content, _: b"PK\x03\x04 nothing",
    "pickled objects": lambda _content, folder: crafted(folder),
}


@unit
@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_sums_are_made_again(folder, watched, name):
    first = packed(run_task(watched, folder))
    for path in kept(folder)[:2]:
        path.write_bytes(DAMAGES[name](path.read_bytes(), folder))
    assert packed(run_task(watched, folder)) == first
    assert n_ran(watched) == N_SHARDS + 2
    assert not (folder / "ran").exists()
    assert packed(run_task(watched, folder)) == first
    assert n_ran(watched) == N_SHARDS + 2


@unit
def test_sums_that_cannot_be_kept_say_so(folder, monkeypatch):
    def full(*_given):
        raise ReportError("no space")

    monkeypatch.setattr(storage, "write_bytes", full)
    with pytest.raises(ReportError, match=r"cannot be kept in the folder 'sums' .*keep=False"):
        run_task(TASK, folder)
    run_task(TASK, folder, keep=False)


# --- Breaking off --------------------------------------------------------------------------------


@unit
def test_a_killed_worker_says_what_to_do_and_the_rerun_goes_on(folder, watched, expected):
    deadly = Path(watched.folder) / "deadly"
    deadly.touch()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(AnalysisError, match=r"ended before it had finished.*same call goes on"):
            run_task(watched, folder, executor=pool)
        assert (n_ran(watched), len(kept(folder))) == (2, 2)
        with pytest.raises(AnalysisError, match="ended before"):  # the pool stays broken
            run_task(watched, folder, executor=pool)
    deadly.unlink()
    assert packed(run_task(watched, folder)) == expected
    assert n_ran(watched) == N_SHARDS


@unit
@pytest.mark.parametrize("with_pool", [False, True], ids=["here", "threads"])
def test_an_interruption_keeps_what_is_finished(folder, watched, expected, monkeypatch, with_pool):
    real = run.finished_jobs

    def interrupted(jobs, executor):
        for number, finished in enumerate(real(jobs, executor)):
            if number == 2:
                raise KeyboardInterrupt
            yield finished

    monkeypatch.setattr(run, "finished_jobs", interrupted)
    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        run_task(watched, folder, executor=pool if with_pool else None)
    assert len(kept(folder)) == 2
    monkeypatch.undo()
    before = n_ran(watched)
    assert packed(run_task(watched, folder)) == expected
    assert n_ran(watched) == before + 2


@unit
def test_closing_takes_back_what_is_not_begun(folder):
    opened = open_shards(folder)
    jobs = [run.job_of(TASK, opened, shard) for shard in opened.shards] * 20
    with ThreadPoolExecutor(1) as pool:
        finished = engines.finished_jobs(jobs, pool)
        next(finished)
        finished.close()
        assert pool._work_queue.qsize() > 0
    # leaving the block would wait for whatever had not been taken back


@unit
def test_an_engine_that_gives_back_less_gives_no_result(written, monkeypatch):
    def lossy(jobs, executor):
        return list(engines.finished_jobs(jobs, executor))[1:]

    monkeypatch.setattr(run, "finished_jobs", lossy)
    with pytest.raises(AnalysisError, match="Only 3 of 4 shards were summed"):
        run_task(TASK, written, keep=False)


@unit
@pytest.mark.parametrize("with_pool", [False, True], ids=["here", "threads"])
def test_an_error_keeps_its_kind_and_names_the_shard(folder, with_pool):
    target = folder / "shard-00002.parquet"
    rows = pd.read_parquet(target)
    pd.concat([rows, rows.iloc[:1]]).to_parquet(target, index=False)
    listed_anew(folder)
    says = r"^shard-00002.parquet: 1 patient with more than one"
    with ThreadPoolExecutor(1) as pool, pytest.raises(DataError, match=says):
        run_task(TASK, folder, executor=pool if with_pool else None)
    assert len(kept(folder)) >= 2


@unit
def test_a_model_that_does_not_fit_the_rows_keeps_its_kind_too(folder):
    task = replace(TASK, nested_in="visit")
    with pytest.raises(ModelError, match=r"^shard-0000\d.parquet: "):
        run_task(task, folder)
    with pytest.raises(ColumnError, match="no column 'dose'"):
        run_task(replace(TASK, formula="change ~ dose"), folder)


@unit
def test_an_executor_of_another_kind_is_refused(written):
    with pytest.raises(ModelError, match="executor= is a str; allowed are None"):
        run_task(TASK, written, executor="dask", keep=False)


# --- Shards without anything to sum --------------------------------------------------------------


@unit
def test_shards_without_a_complete_row_count_as_dropped(tmp_path):
    rows = ROWS[ROWS["patient"] < 20]
    gone = rows["patient"] % 3 == 0
    rows = rows.assign(change=rows["change"].mask(gone))
    rows.loc[rows.index[gone][:3], "baseline"] = np.nan
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=60)
    task = replace(TASK, may_be_empty=True)
    about = moments_of(run_task(task, shards, keep=False)).about
    whole = mixed.moments(TASK.formula, rows, subject="patient", visit="visit").about
    assert (about.n_dropped, about.n_rows, about.n_subjects) == (
        whole.n_dropped,
        whole.n_rows,
        whole.n_subjects,
    )
    assert dict(about.missing) == dict(whole.missing)
    with pytest.raises(DataError, match="No row is complete"):
        run_task(TASK, shards, keep=False)


@unit
def test_when_no_shard_has_a_complete_row_it_is_an_error(tmp_path):
    rows = ROWS.assign(change=np.nan, note=SECRET)
    split_patients(rows, tmp_path, subject="patient", n_shards=3)
    says = rf"No row is complete in the 5 columns that the model uses \({len(rows)} rows given\)"
    with pytest.raises(DataError, match=says):
        run_task(replace(TASK, may_be_empty=True), tmp_path)


@unit
def test_what_was_described_is_plain():
    text = json.dumps(replace(TASK, days={"v1": 7}, coordinates="day").described)
    assert '["v1", 7]' in text
    assert unpacked(packed(Sums(kind="k", about={"a": 1}, arrays={}))).about == {"a": 1}
