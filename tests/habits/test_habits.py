"""Style, types, layers and a quick import, checked as continuous integration would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import run

pytestmark = pytest.mark.unit

HEAVY = {"matplotlib", "seaborn", "lifelines", "statsmodels", "great_tables"}
HEAVY |= {"cryptography", "dask", "distributed", "pyspark"}


def ends_well(command: list[str]) -> None:
    """Run a tool from the top folder and show what it says if it objects."""
    done = subprocess.run(
        command,
        cwd=run.ROOT,
        env={**os.environ, "PYTHONPATH": str(run.ROOT), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_ruff(check: list[str]) -> None:
    ends_well([sys.executable, "-m", "ruff", *check])


def test_types(tmp_path: Path) -> None:
    ends_well([sys.executable, "-m", "mypy", f"--cache-dir={tmp_path}"])


def test_set_up_is_typed_for_windows_and_the_rest(tmp_path: Path) -> None:
    # a cache of their own: two runs of mypy at once, by two workers, spoil a common one
    mypy = [sys.executable, "-m", "mypy", f"--cache-dir={tmp_path}", "--strict"]
    for platform in ("win32", "linux"):
        ends_well([*mypy, "--platform", platform, "run.py"])


def test_rooms_import_downwards_only() -> None:
    ends_well([sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"])


def loaded_by(module: str) -> set[str]:
    """Import a module in a Python of its own and list the packages that came with it."""
    program = f"import {module}, json, sys; print(json.dumps(sorted(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": str(run.ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=env, capture_output=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_import_loads_no_heavy_library() -> None:
    assert HEAVY & loaded_by("analysis") == set()


def test_shards_are_read_without_dask_and_spark() -> None:
    assert {"dask", "distributed", "pyspark"} & loaded_by("analysis.distributed") == set()


def test_notebooks_start_without_what_reads_notebooks() -> None:
    # nbformat asks jsonschema, whose grammar of addresses alone takes two seconds
    slow = {"nbformat", "jsonschema", "nbconvert", "papermill", "docx", "openpyxl", "weasyprint"}
    assert slow & loaded_by("analysis.report, analysis.report.gaps, analysis.figures") == set()
