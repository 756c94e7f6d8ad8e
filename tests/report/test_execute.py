"""A failing notebook says cell and class, nothing else, and leaves nothing behind."""

import tempfile
import traceback

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillException

from analysis.errors import ReportError
from analysis.report.execute import execute_notebook, notebook_paths

CANARY = "CANARY-51c9"


def write(folder, *sources):
    cells = [new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = folder / "01-trial.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.mark.unit
def test_parameters_reach_the_notebook(tmp_path):
    path = write(tmp_path, "visit = 'week 1'", "visit.upper()")
    done = execute_notebook(path, {"visit": "week 4"})
    assert done.cells[-1].outputs[0]["data"]["text/plain"] == "'WEEK 4'"


@pytest.mark.unit
@pytest.mark.parametrize("parameters", [{}, {"x": 2}])
def test_failure_names_cell_and_class_only(tmp_path, monkeypatch, capfd, parameters):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = write(tmp_path, "x = 1", f"raise KeyError('{CANARY}')")
    with pytest.raises(ReportError) as caught:
        execute_notebook(path, parameters)
    shown = "".join(traceback.format_exception(caught.value))
    assert "01-trial stopped in cell 2 with KeyError" in str(caught.value)
    printed = capfd.readouterr()
    assert CANARY not in shown + printed.out + printed.err
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert list(scratch.iterdir()) == []


@pytest.mark.unit
def test_a_kernel_that_does_not_exist_is_named_by_its_class_only(tmp_path, capfd):
    path = write(tmp_path, "x = 1")
    path.write_text(path.read_text().replace('"python3"', f'"{CANARY}"'))
    with pytest.raises(ReportError, match=r"outside .* NoSuchKernel.*doctor") as no:
        execute_notebook(path, {})
    shown = "".join(traceback.format_exception(no.value))
    printed = capfd.readouterr()
    assert CANARY not in shown + printed.out + printed.err
    assert no.value.__cause__ is None
    assert no.value.__context__ is None


@pytest.mark.unit
@pytest.mark.parametrize("kind", [RuntimeError, OSError, KeyError, PapermillException])
def test_whatever_jupyter_raises_is_named_by_its_class_only(tmp_path, monkeypatch, kind):
    def fails(*_, **__):
        raise kind(CANARY)

    monkeypatch.setattr(papermill, "execute_notebook", fails)
    with pytest.raises(ReportError, match=f"with {kind.__name__}") as no:
        execute_notebook(write(tmp_path, "x = 1"), {})
    assert CANARY not in "".join(traceback.format_exception(no.value))
    assert no.value.__context__ is None


@pytest.mark.unit
def test_notebooks_are_found_in_reading_order():
    names = [path.stem for path in notebook_paths()]
    assert names == sorted(names)
    assert names[:3] == ["01-data-checks", "02-cohort", "03-response"]
