"""Every notebook is built alike: its question first, its parameters, and what may be said last.

That they ran in order, are short and have numbers to compare is in tests/interface; that their
outputs are still true, nbval says, which runs them.
"""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from run import ROOT

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {
    *("parameters", "analyst", "not-in-report", "summary", "methods", "nbval-ignore-output"),
}
CONTRACT = [
    *("study_folder", "instrument", "visit", "baseline_at_least", "site", "first", "last"),
    "audience",
]
# the first reads exports, before there is a study; the other is the map
WITHOUT_A_STUDY = {"00-bring-your-data", "index"}

pytestmark = [
    pytest.mark.unit,
    pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem),
]


def read(path):
    return nbformat.read(path, as_version=4)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def assigned(source):
    """The names that a cell gives, in order, those of imports among them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.col_offset, node.id))
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [(name.asname or name.name).partition(".")[0] for name in node.names]
            found += [(node.lineno, 0, name) for name in names]
    return [name for *_, name in sorted(found)]


def used(source):
    """The names that a cell asks for."""
    return {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def test_it_opens_with_its_question(path):
    first = read(path).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    # direct, or indirect in the title: "what may be compared, and what that shows"
    title = first.source.splitlines()[0]
    assert "?" in first.source or re.search(r"\b(what|how|which|who|why)\b", title)


def test_it_closes_with_what_may_be_said(path):
    texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^#{1,3} (.+)$", "\n".join(texts), flags=re.MULTILINE)
    closing = [text for text in headings if not text.startswith("For the analyst")]
    assert re.match(r"What may be (said|concluded)", closing[-1])


def test_its_first_code_is_the_parameters(path):
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [number for number, cell in enumerate(code) if "parameters" in tags(cell)] == [0]
    if path.stem not in WITHOUT_A_STUDY:
        assert assigned(code[0].source)[: len(CONTRACT)] == CONTRACT


def test_its_tags_are_known(path):
    assert set().union(*map(tags, read(path).cells)) <= TAGS


def test_the_report_needs_no_name_of_an_analyst_cell(path):
    code = [cell for cell in read(path).cells if cell.cell_type == "code"]
    given = set()
    for cell in code:
        if "analyst" not in tags(cell):
            given |= set(assigned(cell.source))
    by_analyst = {
        name for cell in code if "analyst" in tags(cell) for name in assigned(cell.source)
    }
    for cell in code:
        if "analyst" not in tags(cell):
            assert used(cell.source) & (by_analyst - given) == set()
