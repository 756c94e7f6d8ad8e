"""One Dask cluster and one Spark session for all tests of a session, on this machine only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("dask_client", "spark")  # names of the fixtures below
QUIET = """
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
"""


def keep_together(items: list[pytest.Item]) -> None:
    """Send all tests of an engine to one worker of xdist, which then starts it once."""
    for item in items:
        for engine in set(ENGINES) & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(engine))


@pytest.fixture(scope="session")
def dask_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Client of a cluster of two processes with one thread each, without dashboard."""
    import dask
    from distributed import Client, LocalCluster

    folder = tmp_path_factory.mktemp("dask")
    processes = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    places = {"host": "127.0.0.1", "dashboard_address": None, "local_directory": str(folder)}
    with (
        dask.config.set({"distributed.worker.daemon": True}),
        LocalCluster(**processes, **places) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Session of Spark in this process with two threads, without web page and log."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    (folder / "log4j2.properties").write_text(QUIET, encoding="utf-8")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={folder}/log4j2.properties",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # else the name of the machine is looked up
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2]").appName("tests").config(map=settings)
        session = builder.getOrCreate()
        yield session
        session.stop()
