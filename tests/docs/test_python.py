"""Every Python block of every page runs, block after block as a reader would type them."""

import shutil

import matplotlib.pyplot as plt
import pytest

from analysis import example_folder
from tests.docs.pages import PAGES, blocks, name_of, read

pytestmark = pytest.mark.unit

EXAMPLES = [page for page in PAGES if blocks(read(page), "python")]


@pytest.fixture
def clinic(tmp_path, monkeypatch):
    """Work in a folder with the export of a REDCap project, as the pages say."""
    shutil.copytree(example_folder("first-clinic") / "redcap", tmp_path / "local" / "june")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    plt.close("all")


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("page", EXAMPLES, ids=name_of)
def test_examples_of_a_page_run(page):
    names = {"__name__": "__page__"}
    for block in blocks(read(page), "python"):
        exec(compile(block, name_of(page), "exec"), names)  # noqa: S102 - our own pages
