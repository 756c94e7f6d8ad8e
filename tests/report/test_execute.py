"""Chapters run in one kernel: gaps stay gaps, and a failure says cell and class, nothing else."""

import traceback

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.errors import ReportError
from analysis.report.assemble import CHAPTER, POSITION
from analysis.report.execute import execute

CANARY = "CANARY-51c9"
KERNEL = {"name": "python3", "display_name": "Python 3"}
START = "from analysis.errors import DataError, ReportError\nfrom analysis.report.gaps import *\n"


def chapter(*sources):
    """Make a notebook as `assembled` does."""
    cells = [new_code_cell(f"{START}show_gaps()"), *map(new_code_cell, sources)]
    for position, cell in enumerate(cells):
        cell.metadata.update({CHAPTER: "01-trial", POSITION: position})
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def texts(notebook):
    """What each cell that was kept shows."""
    return [[out["data"]["text/plain"] for out in cell.outputs] for cell in notebook.cells[1:]]


@pytest.mark.unit
def test_a_refusal_leaves_a_gap_and_what_rests_on_it_is_not_run(tmp_path):
    refusal = "table = 1\nraise DataError('Fewer than 11 <b>')\nother = 2"
    notebook = chapter(
        refusal, "other + 1", "more = table", "more", "[table for table in 'ab']", "table = 5; 6",
        "table",
    )  # fmt: skip
    notebook.cells.insert(2, new_markdown_cell("text"))
    done = execute(notebook, folder=tmp_path)
    shown = [cell.source for cell in done.cells]
    assert shown[1:] == [refusal, "text", "[table for table in 'ab']", "table = 5; 6", "table"]
    box = done.cells[1].outputs[0]["data"]
    assert box["text/html"] == '<p class="gap">Not shown: Fewer than 11 &lt;b&gt;</p>'
    assert [out.output_type for out in done.cells[1].outputs] == ["display_data"]
    assert done.cells[-1].outputs[0]["data"]["text/plain"] == "5"


@pytest.mark.unit
def test_failure_names_cell_and_class_only(tmp_path, capfd):
    with pytest.raises(ReportError) as caught:
        execute(chapter("x = 1", f"raise KeyError('{CANARY}')"), folder=tmp_path)
    shown = "".join(traceback.format_exception(caught.value))
    assert "01-trial stopped in cell 2 with KeyError" in str(caught.value)
    printed = capfd.readouterr()
    assert CANARY not in shown + printed.out + printed.err
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_a_notebook_that_is_wrong_is_no_gap(tmp_path):
    with pytest.raises(ReportError, match="cell 1 with ReportError"):
        execute(chapter("raise ReportError('no alternative text')"), folder=tmp_path)


@pytest.mark.unit
def test_a_class_of_the_same_name_is_no_gap(tmp_path):
    source = "class DataError(Exception): ...\nraise DataError('pandas has one')"
    with pytest.raises(ReportError, match="cell 1 with DataError"):
        execute(chapter(source), folder=tmp_path)


@pytest.mark.unit
def test_a_kernel_that_does_not_exist_is_named_by_its_class_only(tmp_path, capfd):
    notebook = chapter("x = 1")
    notebook.metadata.kernelspec.name = CANARY
    with pytest.raises(ReportError, match=r"not be run: NoSuchKernel.*doctor") as no:
        execute(notebook, folder=tmp_path)
    shown = "".join(traceback.format_exception(no.value))
    printed = capfd.readouterr()
    assert CANARY not in shown + printed.out + printed.err
    assert no.value.__cause__ is None
    assert no.value.__context__ is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RuntimeError, "not be run: RuntimeError"),
        (OSError, "not be run: OSError"),
        (DeadKernelError, "its Python process died"),
    ],
)
def test_whatever_jupyter_raises_is_named_by_its_class_only(tmp_path, monkeypatch, kind, said):
    def fails(*_, **__):
        raise kind(CANARY)

    monkeypatch.setattr(NotebookClient, "execute_cell", fails)
    with pytest.raises(ReportError, match=said) as no:
        execute(chapter("x = 1"), folder=tmp_path)
    assert CANARY not in "".join(traceback.format_exception(no.value))
    assert no.value.__context__ is None
