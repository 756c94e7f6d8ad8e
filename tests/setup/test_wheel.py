"""The built wheel makes a report on a machine that has nothing else of this project."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import run

pytestmark = [pytest.mark.unit, pytest.mark.slow]

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
OFFLINE = ["--no-index", "--no-deps"]


def call(command: list[str], cwd: Path, **environ: str) -> str:
    """Run a command that must succeed, and give what it printed."""
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1", **environ}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(
        command, cwd=cwd, env=env, encoding="utf-8", errors="replace", check=False, **quiet
    )
    assert done.returncode == 0, f"{run.quoted(command, os.name)}\n{done.stdout}"
    return done.stdout


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution; extraction filters came only with Python 3.11.4."""
    with tarfile.open(archive) as members:
        for member in members:
            if member.isfile():
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(members.extractfile(member).read())
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution and, from nothing but that, the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    hatchling = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    call(hatchling, run.ROOT)
    source = unpacked(next(folder.glob("*.tar.gz")), folder)
    build = [*PIP, "wheel", ".", *OFFLINE, "--no-build-isolation", "-w", str(folder)]
    call(build, source)
    return next(folder.glob("*.whl"))


def files_in(wheel: Path) -> set[str]:
    """List what the wheel holds, without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def tree(folder: str, pattern: str) -> set[str]:
    """List the files of a folder of the project, relative to it."""
    root = run.ROOT / folder
    paths = (path.relative_to(root) for path in root.rglob(pattern) if path.is_file())
    return {path.as_posix() for path in paths if not {"__pycache__"} & set(path.parts)}


def test_notebooks_and_synthetic_data_travel_in_the_wheel(wheel: Path) -> None:
    held = files_in(wheel)
    notebooks = {f"analysis/bundled/notebooks/{name}" for name in tree("notebooks", "*.ipynb")}
    assert notebooks
    assert notebooks <= held
    data = {f"analysis/bundled/synthetic/{name}" for name in tree("data/synthetic", "*")}
    assert "analysis/bundled/synthetic/clinic-network/study.json" in data
    assert data <= held
    numbers = {f"analysis/bundled/reference/{name}" for name in tree("data/reference", "*")}
    assert "analysis/bundled/reference/numbers.csv" in numbers
    assert numbers <= held


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    held = files_in(wheel)
    assert {name.partition("/")[0] for name in held} == {"analysis"}
    assert {f"analysis/{name}" for name in tree("analysis", "*.py")} <= held
    assert not [name for name in held if ".ipynb_checkpoints" in name or "local/" in name]


def test_report_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site ü", tmp_path / "empty"
    empty.mkdir()
    call([*PIP, "install", *OFFLINE, "--target", str(site), str(wheel)], tmp_path)
    python = [sys.executable, "-P"]
    where = "import analysis; print(analysis.__file__)"
    imported = call([*python, "-c", where], empty, PYTHONPATH=str(site))
    assert Path(imported.strip()).is_relative_to(site)
    call([*python, "-m", "analysis", "report", "--kind", "safety"], empty, PYTHONPATH=str(site))
    page = empty / "outputs" / "report" / "report.html"
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
