"""What the benchmarks share: alternating runs, and running a script of R."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd


def best(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Run the calls in turn and return the shortest time of each, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: min(seconds) for name, seconds in times.items()}


def seconds_in_r(script: str, data: pd.DataFrame) -> dict[str, float] | None:
    """Run a script of R on a table; it prints an object of seconds. None without R or packages."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        table, program = Path(folder) / "data.csv", Path(folder) / "fit.R"
        data.to_csv(table, index=False)
        program.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", str(program), str(table)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        return None
    return {f"r_{name}": seconds for name, seconds in json.loads(done.stdout).items()}
