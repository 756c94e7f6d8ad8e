"""Dask and Spark start here, run functions of the package, and talk to this machine only."""

from __future__ import annotations

import ipaddress
import os
from typing import TYPE_CHECKING

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.text_numbers import text_numbers
from tests.engines import NEEDS, mark_engines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from distributed import Client
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.unit

TEXTS = ["12", "1e3", "8.5", "x"]
NUMBERS = [12.0, 1000.0, 8.5, None]  # typed here: what the texts mean


def addresses(process: int) -> set[str]:
    """List both ends of all connections of a process, and where it listens."""
    connections = psutil.Process(process).net_connections(kind="inet")
    return {end.ip for c in connections for end in (c.laddr, c.raddr) if end}


def is_loopback(address: str) -> bool:
    """Tell whether an address is of this machine, also where IPv6 wraps an IPv4 address."""
    parsed = ipaddress.ip_address(address)
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def test_dask_runs_a_function_of_the_package_and_keeps_the_order(dask_client: Client) -> None:
    parts = [pd.Series([text]) for text in TEXTS]
    numbers = pd.concat(dask_client.gather(dask_client.map(text_numbers, parts)))
    assert numbers.astype(object).where(numbers.notna(), None).tolist() == NUMBERS


def test_dask_works_in_two_other_processes_of_this_machine(dask_client: Client) -> None:
    workers = set(dask_client.run(os.getpid).values())
    assert len(workers) == 2
    assert os.getpid() not in workers
    talking = set().union(*(addresses(process) for process in workers))
    assert talking
    assert {address for address in talking if not is_loopback(address)} == set()


def test_spark_maps_parquet_by_a_function_of_the_package(
    spark: SparkSession, tmp_path: Path
) -> None:
    def read_texts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            numbers = text_numbers(batch.column("text").to_pandas())
            value = pa.Array.from_pandas(numbers, type=pa.float64())
            yield pa.RecordBatch.from_arrays([batch.column("row"), value], ["row", "value"])

    pq.write_table(pa.table({"row": [0, 1, 2, 3], "text": TEXTS}), tmp_path / "texts.parquet")
    rows = spark.read.parquet(str(tmp_path)).mapInArrow(read_texts, "row long, value double")
    assert rows.orderBy("row").toArrow().column("value").to_pylist() == NUMBERS


def test_spark_talks_to_this_machine_only(spark: SparkSession) -> None:
    talking = addresses(spark.sparkContext._gateway.proc.pid)
    assert talking
    assert {address for address in talking if not is_loopback(address)} == set()
    assert spark.sparkContext.uiWebUrl is None


@pytest.mark.parametrize("engine", sorted(NEEDS))
def test_all_tests_of_an_engine_go_to_one_worker(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setattr(request.node, "fixturenames", ["tmp_path", engine])
    mark_engines([request.node])
    assert [mark.args for mark in request.node.iter_markers("xdist_group")] == [(engine,)]
    needed = [name for mark in request.node.iter_markers("needs") for name in mark.args]
    assert needed == list(NEEDS[engine])
