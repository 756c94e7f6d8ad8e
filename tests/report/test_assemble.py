"""Chapters become one notebook: parameters in each, the analyst's cells out, places kept."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.errors import ReportError
from analysis.report.assemble import (
    KINDS,
    assembled,
    chapter_paths,
    notebook_folder,
    notebooks_by_chapter,
)
from analysis.report.execute import execute

pytestmark = pytest.mark.unit


def write(folder, name, *cells):
    """Write a chapter whose first cell holds the parameter visit."""
    first = new_code_cell("visit = 'week 1'", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=[first, *cells], metadata=kernel), path)
    return path


def test_parameters_reach_every_chapter_and_names_do_not_outlive_it(tmp_path):
    one = write(tmp_path, "01-one", new_code_cell("x = 1\nvisit.upper()"))
    two = write(tmp_path, "02-two", new_code_cell("'x' in dir(), visit"))
    done = execute(assembled([one, two], {"visit": "week 4"}), folder=tmp_path)
    chapters = notebooks_by_chapter(done)
    assert list(chapters) == ["01-one", "02-two"]
    last = [c.cells[-1].outputs[0]["data"]["text/plain"] for c in chapters.values()]
    assert last == ["'WEEK 4'", "(False, 'week 4')"]


def test_cells_of_the_analyst_are_neither_run_nor_kept(tmp_path):
    mine = {"tags": ["analyst"]}
    path = write(
        tmp_path, "01-one",
        new_code_cell("raise ValueError", metadata=mine), new_markdown_cell("mine", metadata=mine),
        new_markdown_cell("kept"), new_code_cell("1"),
    )  # fmt: skip
    chapter = notebooks_by_chapter(execute(assembled([path], {}), folder=tmp_path))["01-one"]
    assert [cell.source for cell in chapter.cells] == ["visit = 'week 1'", "kept", "1"]


def test_a_failure_is_counted_in_the_cells_of_its_notebook(tmp_path):
    mine = new_code_cell("1", metadata={"tags": ["analyst"]})
    path = write(tmp_path, "01-one", mine, new_code_cell("1 / 0"))
    with pytest.raises(ReportError, match="01-one stopped in cell 3 with ZeroDivisionError"):
        execute(assembled([path], {"visit": "week 4"}), folder=tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_chapters_of_every_kind_are_there(kind):
    names = [path.stem for path in chapter_paths(kind)]
    assert names[0] == "report"
    assert names[1:3] == ["01-data-checks", "02-cohort"]
    assert [name[:2] for name in names[1:]] == list(KINDS[kind])


def test_another_kind_is_refused_with_the_known_ones():
    with pytest.raises(ReportError, match="qi, outcomes, safety"):
        chapter_paths("everything")


def test_an_absent_notebook_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("analysis.report.assemble.notebook_folder", lambda: tmp_path)
    with pytest.raises(ReportError, match="report, 01, 02, 07 are not installed"):
        chapter_paths("safety")


def test_the_notebooks_are_where_they_are_said_to_be():
    assert (notebook_folder() / "01-data-checks.ipynb").is_file()
