"""The map of the notebooks is taken from the notebooks themselves."""

import pytest

from analysis.report import contents
from analysis.report.contents import notebook_map
from analysis.report.copies import notebook_names

pytestmark = pytest.mark.unit


def test_every_notebook_is_on_the_map_with_a_title_and_a_question():
    found = notebook_map().to_frame()
    assert found["name"].tolist() == notebook_names()
    assert found["title"].ne("").all()
    assert found["question"].ne("").all()
    assert not found["question"].duplicated().any()
    of_report = found.set_index("name")["chapter_of"]
    assert of_report["07-safety"] == "qi, safety"
    assert of_report["04-trajectories"] == "none"


def test_needs_are_those_of_notebooks_that_exist():
    numbers = {name[:2] for name in notebook_names()}
    assert set(contents._NEEDS) <= numbers


def test_links_open_beside_the_index():
    text = notebook_map()._repr_markdown_()
    assert "| Did patients get better, by how much, and how many became worse? |" in text
    assert "[03-response](03-response.ipynb)" in text
    assert "11-method-checks" in repr(notebook_map())
