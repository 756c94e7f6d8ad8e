"""Copies of notebooks: without outputs, pointing to the own study, and never over own work."""

from __future__ import annotations

import ast
import json
import shutil

import nbformat
import pytest

from analysis.errors import DisclosureError, ReportError
from analysis.report import copies
from analysis.report.assemble import notebook_folder
from analysis.report.copies import copy_notebook, notebook_names
from analysis.synthetic import example_folder

pytestmark = pytest.mark.unit


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Work in a folder with a study in local/study."""
    folder = tmp_path / "with ü space"
    (folder / "local").mkdir(parents=True)
    shutil.copytree(example_folder("first-clinic"), folder / "local" / "study")
    monkeypatch.chdir(folder)
    return folder


def parameters(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", []))


def test_a_copy_has_no_outputs_and_points_to_the_study(home):
    path = copy_notebook("03-response", study="local/study")
    assert path.as_posix() == "local/03-response.ipynb"
    copy = nbformat.read(path, as_version=4)
    assert [cell for cell in copy.cells if cell.get("outputs") or cell.get("execution_count")] == []
    first, *others = parameters(path).splitlines()
    assert first == 'study_folder = "study"  # your study, as seen from this notebook\'s folder'
    assert others[0] == 'instrument = "PHQ-9"'
    source = nbformat.read(notebook_folder() / "03-response.ipynb", as_version=4)
    differing = [
        ours.source
        for ours, theirs in zip(copy.cells, source.cells, strict=True)
        if ours.source != theirs.source
    ]
    assert differing == [parameters(path)]


def test_the_folder_is_counted_from_the_copy(home):
    path = copy_notebook("04", "local/deep/er/mine.ipynb", study="local/study")
    assert parameters(path).startswith('study_folder = "../../study"  #')


def test_a_folder_that_would_end_the_string_does_not():
    folder = 'a "b" \\ c'
    assert ast.literal_eval(copies._quoted(folder)) == folder


def test_without_a_study_the_parameters_stay(home):
    path = copy_notebook("03-response.ipynb", "local/other.ipynb")
    assert parameters(path) == parameters(notebook_folder() / "03-response.ipynb")


def test_own_work_is_written_over_only_when_told(home):
    path = copy_notebook("03")
    path.write_text("own work", encoding="utf-8")
    with pytest.raises(ReportError, match=r"03-response\.ipynb exists, and nothing was written"):
        copy_notebook("03")
    assert path.read_text(encoding="utf-8") == "own work"
    copy_notebook("03", replace=True)
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4


def test_a_path_counts_by_its_last_part(home):
    assert copy_notebook("notebooks/03-response.ipynb").name == "03-response.ipynb"


@pytest.mark.parametrize("name", ["12-none-such", "index", "0", "", "report.pdf"])
def test_an_unknown_notebook_is_refused_with_those_there_are(home, name):
    with pytest.raises(ReportError, match="01-data-checks, 02-cohort") as refusal:
        copy_notebook(name)
    assert "none-such" not in str(refusal.value)


def test_what_cannot_be_is_refused_before_anything_is_written(home):
    with pytest.raises(DisclosureError, match="folder named local"):
        copy_notebook("03", "mine.ipynb")
    with pytest.raises(ReportError, match=r"ends in \.ipynb"):
        copy_notebook("03", "local/mine.txt")
    with pytest.raises(ReportError, match=r"no study\.json"):
        copy_notebook("03", study="local")
    with pytest.raises(ReportError, match="reads no study folder"):
        copy_notebook("00", study="local/study")
    assert sorted(path.name for path in (home / "local").iterdir()) == ["study"]


def test_names_are_in_reading_order_and_leave_the_index_out():
    names = notebook_names()
    assert names == sorted(names)
    assert {"00-bring-your-data", "11-method-checks", "report"} <= set(names)
    assert "index" not in names
