"""One figure of each kind looks as it did when somebody last looked at it.

The frames behind figures are tested elsewhere, digit by digit; this notices what no frame shows.
Fonts are matplotlib's own DejaVu, the same on every machine. The grey of a pixel may differ on
average by 0.3 % of the way from black to white. Measured with matplotlib 3.11: without lines and
bands 0.7 to 3.6 % (the flow has none), in another font 0.7 to 4.2 %.
"""

from __future__ import annotations

import itertools

import pytest

from tests.figures.drawn import FOLDER, KINDS, apart, picture, pixels

TOLERANCE = 0.003

pytestmark = pytest.mark.unit


def committed(kind):
    return pixels((FOLDER / f"{kind}.png").read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_looks_as_it_did(kind):
    assert apart(pixels(picture(KINDS[kind]())), committed(kind)) <= TOLERANCE


def test_lines_and_bands_that_are_not_drawn_are_noticed():
    plotted = KINDS["survival"]()
    for drawn in (*plotted[0].lines, *plotted[0].collections):
        drawn.set_visible(False)
    assert apart(pixels(picture(plotted)), committed("survival")) > 2 * TOLERANCE


def test_another_figure_is_noticed():
    for one, other in itertools.pairwise(KINDS):
        assert apart(committed(one), committed(other)) > 2 * TOLERANCE


def test_every_picture_has_its_figure():
    assert {path.stem for path in FOLDER.iterdir()} == set(KINDS)
