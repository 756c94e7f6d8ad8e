"""JupyterLab in a real browser: every notebook is opened and all of its cells run without an error.

The control is a notebook with a cell that fails: the same look must find it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from run import ROOT
from tests.conftest import chromium_path, need
from tests.notebooks_in_lab.laboratory import copied, laboratory, run_all

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in PATHS]
FAILS = "fails"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.unit,
    pytest.mark.needs("chromium"),
]


def digests() -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PATHS}


@pytest.fixture(scope="module")
def browser():
    need("chromium")
    api = pytest.importorskip("playwright.sync_api")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def after(browser, tmp_path_factory):
    """Run all notebooks and the control, from copies; the notebooks must stay as they are."""
    folder = tmp_path_factory.mktemp("notebooks")
    before = digests()
    copied(PATHS, folder)
    _write_control(folder / f"{FAILS}.ipynb")
    with laboratory(folder, tmp_path_factory.mktemp("settings")) as lab:
        found = run_all(browser, lab, [FAILS, *NAMES])
    assert digests() == before
    return found


def _write_control(path: Path) -> None:
    cells = [new_code_cell("1 + 1"), new_code_cell("1 / 0"), new_code_cell("2 + 2")]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=spec), path)


@pytest.mark.parametrize("name", NAMES)
def test_all_cells_run_without_an_error(after, name):
    found = after[name]
    assert found.errors == ()
    assert len(found.counts) >= 1
    assert found.whole


def test_a_cell_that_fails_is_noticed(after):
    assert after[FAILS].errors == ("ZeroDivisionError",)
    assert not after[FAILS].whole
