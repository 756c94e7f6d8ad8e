"""The parts that make the site: menus from links, formulas as drawings, lists of public names."""

import importlib
import re

import pytest

import analysis
from tests.docs.pages import ROOT

pytestmark = pytest.mark.unit


@pytest.fixture
def part(monkeypatch):
    """Import a part by its name, as Sphinx does."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "_site")
    return importlib.import_module


def test_links_of_an_overview_become_its_menu(part):
    text = "[a](start.md), [b](../README.md), [again](start.md), [c](x.py), [d](https://e.org/f.md)"
    assert part("navigation").sub_pages("docs/index", text) == {"docs/start": "a", "README": "b"}


def test_every_page_has_one_place_in_the_menus(part):
    navigation = part("navigation")
    placed = [page for name in navigation.OVERVIEWS for page in navigation.menu(name, ROOT)]
    assert sorted(set(placed)) == sorted(placed)
    assert {"docs/how-to/which-notebook", "docs/methods/cox", "notebooks/report"} <= set(placed)


def test_a_formula_is_drawn_with_its_source_as_its_name(part):
    drawn = part("mathtext").drawing(r"\hat{S}(t) < \frac{1}{2}")
    assert r'aria-label="\hat{S}(t) &lt; \frac{1}{2}"' in drawn
    assert re.search(r'<path d="M[-\d. MLQCZ]+Z"/>', drawn)
    assert drawn == part("mathtext").drawing(r"\hat{S}(t) < \frac{1}{2}")


def test_what_stands_below_the_line_is_drawn_below_it(part):
    heights = [
        float(re.search(r"vertical-align:(-?[\d.]+)em", part("mathtext").drawing(text))[1])
        for text in ("x", "x_{i}", r"\frac{x}{y}")
    ]
    assert heights[0] == pytest.approx(0.0, abs=0.02)
    assert heights[0] > heights[1] > heights[2]


def test_a_formula_that_cannot_be_read_stops_the_build(part):
    with pytest.raises(ValueError, match="frac"):
        part("mathtext").drawing(r"\frac{1}{")


def test_each_public_name_is_listed_in_one_room(part):
    rooms = [path.stem for path in (ROOT / "docs" / "reference").glob("*.md")]
    rooms.remove("index")
    listed = [name for room in rooms for name in part("public_names").listed(room)[0]]
    assert sorted(listed) == sorted(analysis.__all__)
