"""Every Python block of every page runs, block after block as a reader would type them."""

import doctest
import shutil

import matplotlib.pyplot as plt
import pytest

from analysis import example_folder
from tests.docs.pages import PAGES, blocks, name_of, read

pytestmark = pytest.mark.unit

EXAMPLES = [page for page in PAGES if blocks(read(page), "python", "pycon")]


@pytest.fixture
def clinic(tmp_path, monkeypatch):
    """Work in a folder with a mended REDCap export and its mapping, as the pages say."""
    given = example_folder("first-clinic") / "redcap"
    june = tmp_path / "local" / "june"
    june.mkdir(parents=True)
    shutil.copy(given / "export-mended.csv", june / "export.csv")
    shutil.copy(given / "dictionary.csv", june)
    shutil.copy(given / "mapping.json", tmp_path / "local")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    plt.close("all")


def run_block(block, page, names):
    """Run a block; one with prompts must print what stands in it."""
    if not block.startswith(">>>"):
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own pages
        return
    test = doctest.DocTestParser().get_doctest(block, names, page, page, 0)
    runner = doctest.DocTestRunner(verbose=False)
    said = []
    runner.run(test, out=said.append, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, "".join(said)


def test_a_wrong_output_is_noticed():
    names = {}
    run_block(">>> one = 1\n>>> one\n1\n", "a page", names)
    with pytest.raises(AssertionError):
        run_block(">>> one\n2\n", "a page", names)


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("page", EXAMPLES, ids=name_of)
def test_examples_of_a_page_run(page):
    names = {"__name__": "__page__"}
    for block in blocks(read(page), "python", "pycon"):
        run_block(block, name_of(page), names)
