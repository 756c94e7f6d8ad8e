"""One figure of each kind looks as it did when somebody last looked at it.

The frames behind figures are tested elsewhere, digit by digit; this notices what no frame shows, such
as a band that is not drawn. Fonts are matplotlib's own DejaVu, the same on every machine. Greys may
differ by 0.3 % of the way from black to white on average over all pixels: hidden lines make 0.7 % or
more, another font as well.
"""

from __future__ import annotations

import pytest

from tests.figures.drawn import FOLDER, KINDS, apart, picture, pixels

TOLERANCE = 0.003

pytestmark = pytest.mark.unit


def committed(kind):
    return pixels((FOLDER / f"{kind}.png").read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_looks_as_it_did(kind):
    assert apart(pixels(picture(KINDS[kind]())), committed(kind)) <= TOLERANCE


def test_lines_that_are_not_drawn_are_noticed():
    plotted = KINDS["survival"]()
    for line in plotted[0].lines:
        line.set_visible(False)
    assert apart(pixels(picture(plotted)), committed("survival")) > 2 * TOLERANCE


def test_another_figure_is_noticed():
    kinds = list(KINDS)
    for one, other in zip(kinds, kinds[1:], strict=False):
        assert apart(committed(one), committed(other)) > 2 * TOLERANCE


def test_every_picture_has_its_figure():
    assert {path.stem for path in FOLDER.iterdir()} == set(KINDS)
