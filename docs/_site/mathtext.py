"""Formulas as drawn paths: Matplotlib sets them, no script and no network is needed."""

import html

from docutils import nodes
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxTranslator

FONT = FontProperties(family="DejaVu Serif", math_fontfamily="dejavuserif", size=16)
EM = 16.0  # points per em of the drawing; the page scales it to its own text
MARKS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def drawing(formula: str) -> str:
    """Draw a formula as SVG that stands on the line of the text, with its source as its name."""
    text = f"${' '.join(formula.split())}$"
    width, height, depth, _, _ = MathTextParser("path").parse(text, 72, FONT)
    steps = []
    for corners, code in TextPath((0, 0), text, prop=FONT).iter_segments(
        curves=True, simplify=False
    ):
        mark = MARKS.get(code)
        steps.append("Z" if mark is None else mark + " ".join(f"{c:.2f}" for c in _down(corners)))
    return (
        f'<svg class="formula" role="img" aria-label="{html.escape(formula, quote=True)}"'
        f' viewBox="0 {-(height):.2f} {width:.2f} {height + depth:.2f}"'
        f' style="height:{(height + depth) / EM:.3f}em;width:{width / EM:.3f}em;'
        f'vertical-align:{-depth / EM:.3f}em"><path d="{"".join(steps)}"/></svg>'
    )


def _down(corners: list[float]) -> list[float]:
    """Turn the axis of heights round: in SVG it points down."""
    return [-value if place % 2 else value for place, value in enumerate(corners)]


def inline(translator: SphinxTranslator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    translator.body.append(drawing(node.astext()))
    raise nodes.SkipNode


def display(translator: SphinxTranslator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, one per line of its source that ends in two strokes."""
    lines = [line for line in node.astext().split(r"\\") if line.strip()]
    large = [line.replace(r"\frac", r"\dfrac") for line in lines]
    drawn = "".join(f"<div>{drawing(line)}</div>" for line in large)
    translator.body.append(f'<div class="formulas">{drawn}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathtext", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
