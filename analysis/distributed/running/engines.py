"""One way to run jobs on every engine: `concurrent.futures`, a Dask client, a Spark session."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from analysis.distributed.running.work import Job, kind_of_error, sum_shard
from analysis.errors import AnalysisError, ModelError

__all__ = ["finished_jobs"]

_SMALL = 500_000  # rows: starting processes would take longer than summing
_SPARK_LOST = ("exited unexpectedly", "crashed", "ExecutorLostFailure")


def finished_jobs(jobs: Sequence[Job], executor: Any) -> Iterator[tuple[int, bytes]]:
    """Run jobs and yield the sums of each as it is finished.

    Parameters
    ----------
    jobs : sequence of Job
        In any order.
    executor : None, concurrent.futures.Executor, distributed.Client or pyspark.sql.SparkSession
        Where they run. None: processes of this machine, one per processor; this process itself
        where there is little to do.

    Yields
    ------
    place : int
        Position of the job.
    content : bytes
        Its sums.

    Raises
    ------
    AnalysisError
        Of a job; or when a worker died.
    """
    if executor is None:
        yield from _on_this_machine(jobs)
    elif isinstance(executor, Executor):
        yield from _on_executor(jobs, executor)
    elif _is_from(executor, "distributed"):
        yield from _on_executor(jobs, executor.get_executor(pure=False, retries=0))
    elif _is_from(executor, "pyspark"):
        yield from _on_spark(jobs, executor)
    else:
        raise ModelError(
            f"executor= is a {type(executor).__name__}; allowed are None, an executor of "
            "concurrent.futures, a dask.distributed Client, and a SparkSession."
        )


def _is_from(thing: object, package: str) -> bool:
    """Tell where a class comes from, without importing its package."""
    return any(kind.__module__.partition(".")[0] == package for kind in type(thing).__mro__)


def _on_this_machine(jobs: Sequence[Job]) -> Iterator[tuple[int, bytes]]:
    """Run jobs in processes of this machine, or here where there is little to do."""
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2 or sum(job.shard.n_rows for job in jobs) < _SMALL:
        for place, job in enumerate(jobs):
            yield place, sum_shard(job)
        return
    # fresh processes on every system: a forked one would inherit locks of running threads
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from _on_executor(jobs, pool)


def _on_executor(jobs: Sequence[Job], executor: Executor) -> Iterator[tuple[int, bytes]]:
    """Submit all jobs at once; when one fails, yield what is finished and take back the rest."""
    places: dict[Future[bytes], int] = {}
    with _named_failure():
        try:
            for place, job in enumerate(jobs):
                places[executor.submit(sum_shard, job)] = place
            for future in as_completed(tuple(places)):
                content = future.result()
                yield places.pop(future), content
        except Exception:
            yield from [(place, it.result()) for it, place in places.items() if _is_good(it)]
            raise
        finally:
            for future in places:
                future.cancel()


def _is_good(future: Future[bytes]) -> bool:
    """Tell whether a job has ended, and well."""
    return future.done() and not future.cancelled() and future.exception() is None


@contextmanager
def _named_failure() -> Iterator[None]:
    """Say what it means when a worker died."""
    try:
        yield
    except AnalysisError:
        raise
    except Exception as error:
        if not _is_of_a_dead_worker(error):
            raise
        raise AnalysisError(
            "A worker process ended before it had finished, for example for want of memory, or "
            "because it was stopped. Nothing was computed in part; sums of finished shards are "
            "kept, so that the same call goes on where it was. Where it happens again, give fewer "
            "workers or smaller shards; in a script, call from under "
            "`if __name__ == '__main__':`."
        ) from None


def _is_of_a_dead_worker(error: Exception) -> bool:
    """Recognise what engines raise when a worker died, without importing them."""
    if (
        isinstance(error, (BrokenExecutor, CancelledError))
        or type(error).__name__ == "KilledWorker"
    ):
        return True
    is_from_spark = _is_from(error, "pyspark") or _is_from(error, "py4j")
    return is_from_spark and any(words in str(error) for words in _SPARK_LOST)


def _on_spark(jobs: Sequence[Job], session: Any) -> Iterator[tuple[int, bytes]]:
    """Send the jobs through Spark, a task each; all sums come back together."""
    places = session.range(0, len(jobs), 1, len(jobs))
    with _named_failure():
        rows = _collected(places.mapInArrow(SparkWork(tuple(jobs)), SparkWork.gives))
    yield from ((row.place, bytes(row.sums)) for row in rows if row.error is None)
    failed = sorted((row.place, row.kind, row.error) for row in rows if row.error is not None)
    if failed:
        _, kind, message = failed[0]
        raise kind_of_error(kind)(message)


def _collected(rows: Any) -> list[Any]:
    """Run the jobs, and say what to do when the workers lack this toolkit."""
    try:
        return list(rows.collect())
    except Exception as error:
        if "ModuleNotFoundError" not in str(error):
            raise
        raise AnalysisError(
            "Spark's workers run another Python, which lacks this toolkit. Set PYSPARK_PYTHON to "
            "the Python of this environment before the session starts (on a cluster: install the "
            "toolkit on every worker)."
        ) from None


class SparkWork:
    """What Spark's workers run: the jobs at the places that they are given.

    Parameters
    ----------
    jobs : tuple of Job
        All of them; they are small.
    """

    gives = "place long, sums binary, kind string, error string"

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self.jobs = jobs

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Sum the shards of a batch of places; an error travels as its message."""
        for batch in batches:
            for place in batch.column(0).to_pylist():
                content, kind, message = None, None, None
                try:
                    content = sum_shard(self.jobs[place])
                except AnalysisError as error:
                    kind, message = type(error).__name__, str(error)
                columns = [
                    pa.array([place], pa.int64()),
                    pa.array([content], pa.binary()),
                    pa.array([kind], pa.string()),
                    pa.array([message], pa.string()),
                ]
                yield pa.RecordBatch.from_arrays(columns, ["place", "sums", "kind", "error"])
