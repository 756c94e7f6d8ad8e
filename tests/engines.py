"""One Dask cluster and one Spark session for all tests of a session, on this machine only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client
    from pyspark.sql import SparkSession

NEEDS = {"dask_client": (), "spark": ("java", "spark")}  # what each fixture below cannot do without


def mark_engines(items: list[pytest.Item]) -> None:
    """Mark the tests of an engine: one worker of xdist starts it once; without it they skip."""
    for item in items:
        for engine in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(engine))
            item.add_marker(pytest.mark.needs(*NEEDS[engine]))


@pytest.fixture(scope="session")
def dask_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Client of a cluster of two processes with one thread each, without a dashboard."""
    from distributed import Client, LocalCluster

    processes = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    places = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}  # any free port
    folder = str(tmp_path_factory.mktemp("dask"))
    with (
        LocalCluster(**processes, **places, local_directory=folder) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Session of Spark with two threads in one Java process, without a web page."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "512m",
        "spark.local.dir": str(folder),
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # else the name of the machine is looked up
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        java = session.sparkContext._gateway.proc
        yield session
        session.stop()
        java.stdin.close()  # Java ends with its input, which Python would close only as it ends
        java.wait(timeout=60)
