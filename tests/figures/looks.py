"""What every figure must keep: texts apart, small counts hidden, words that describe it."""

from __future__ import annotations

import itertools
import re

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

Plotted = tuple[Axes, pd.DataFrame]


def texts(ax: Axes) -> list[Text]:
    """All texts that are drawn."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    drawn = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    ticks = {
        id(label)
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not (ax.axison and label.get_visible() and tick.get_visible())
        or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    return [text for text in drawn if id(text) not in ticks]


def said(ax: Axes) -> str:
    """All that is written, without the line breaks."""
    return " ".join(text.get_text().replace("\n", " ") for text in texts(ax))


def check_texts_stay_inside_and_apart(plotted: Plotted) -> None:
    ax, _ = plotted
    figure = ax.get_figure(root=True)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    boxes = [(t.get_text(), t.get_window_extent(renderer).padded(-0.5)) for t in texts(ax)]
    for text, box in boxes:
        inside = [box.x0 >= 0, box.y0 >= 0, box.x1 <= figure.bbox.x1, box.y1 <= figure.bbox.y1]
        assert all(inside), text
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (first, second)


def check_no_small_count_is_drawn_or_told(plotted: Plotted) -> None:
    ax, frame = plotted
    tick_labels = {id(t) for t in (*ax.get_xticklabels(), *ax.get_yticklabels())}
    drawn = [t.get_text() for t in texts(ax) if id(t) not in tick_labels]
    # counts stand alone, after "n =", before "of", or after "of"
    for text in [*drawn, frame.attrs["alt"]]:
        for pattern in (
            r"^(\d+)$",
            r"n = (\d+)",
            r"\bn (\d+)\b",
            r"(\d+) of \d",
            r"of (\d+)\b(?!%)",
        ):
            for number in re.findall(pattern, text):
                assert int(number) == 0 or int(number) >= 11, text


def check_alternative_text_describes_and_concludes(plotted: Plotted) -> None:
    ax, frame = plotted
    alt = frame.attrs["alt"]
    assert len(alt) > 80
    assert "nan" not in alt
    assert "Conclusion: " in alt
    headline = max(texts(ax), key=lambda t: t.get_fontsize()).get_text().replace("\n", " ")
    assert headline in alt


def check_text_is_horizontal_and_large_enough(plotted: Plotted) -> None:
    ax, _ = plotted
    assert all(t.get_rotation() == 0 for t in texts(ax))
    assert min(t.get_fontsize() for t in texts(ax)) >= 8
