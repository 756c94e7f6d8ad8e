"""Notebooks are short, executed, and have outputs that nbval can compare."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IGNORED = "nbval-ignore-output"

pytestmark = [
    pytest.mark.unit,
    pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem),
]


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def plain(output):
    """The text that nbval compares; a picture's holds only its size, so it is left out."""
    data = output.get("data", {})
    return "" if "image/png" in data else "".join(data.get("text/plain", ""))


def test_every_cell_was_run_once_and_in_order(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_no_output_is_an_error(path):
    kinds = {output.output_type for cell in code_cells(path) for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data"}


def test_only_provenance_is_left_out_of_the_comparison(path):
    for cell in code_cells(path):
        assert (IGNORED in tags(cell)) == ("provenance(" in cell.source), cell.source
        assert not {tag for tag in tags(cell) if tag.startswith("nbval-")} - {IGNORED}
        assert not re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)", cell.source)


def test_numbers_are_compared(path):
    compared = [cell for cell in code_cells(path) if IGNORED not in tags(cell)]
    with_digits = [
        cell for cell in compared if any(re.search(r"\d", plain(out)) for out in cell.outputs)
    ]
    assert len(with_digits) >= 3


def test_notebooks_and_cells_are_short(path):
    cells = code_cells(path)
    assert len(cells) <= 15
    assert [cell.source for cell in cells if len(cell.source.splitlines()) > 10] == []


def test_no_function_or_class_is_defined(path):
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for cell in code_cells(path):
        nodes = ast.walk(ast.parse(cell.source))
        assert not [node for node in nodes if isinstance(node, definitions)], cell.source
