"""Names beside points, placed where they cover neither each other nor the frame."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from analysis.figures.style import INK, TEXT_SIZE

__all__ = ["name_points"]

# right, left, above, below, and further above and below: offset in points, alignment
_PLACES = (
    (9, 0, "left", "center"),
    (-9, 0, "right", "center"),
    (0, 9, "center", "bottom"),
    (0, -9, "center", "top"),
    (9, 14, "left", "bottom"),
    (9, -14, "left", "top"),
    (-9, 14, "right", "bottom"),
    (-9, -14, "right", "top"),
    (0, 24, "center", "bottom"),
    (0, -24, "center", "top"),
)


def name_points(
    ax: Axes, points: Mapping[str, tuple[float, float]], *, taken: list[Bbox] | None = None
) -> int:
    """Write names beside points; one without a free place is left out.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes with final limits, laid out.
    points : mapping of str to (float, float)
        Name to the place of its point in data.
    taken : list of Bbox, optional
        Places in pixels where no name may lie, such as those of other texts.

    Returns
    -------
    int
        How many names were left out.
    """
    figure = ax.get_figure(root=True)
    if figure is None or not points:
        return 0
    figure.draw_without_rendering()
    boxes = [*(taken or []), *(_around(ax, at) for at in points.values())]
    left_out = 0
    for name, at in points.items():
        own = _around(ax, at)
        others = [box for box in boxes if box.x0 != own.x0 or box.y0 != own.y0]
        placed = _place(ax, name, at, others)
        if placed is None:
            left_out += 1
        else:
            boxes.append(placed)
    return left_out


def _around(ax: Axes, at: tuple[float, float]) -> Bbox:
    """Give the box of a marker in pixels."""
    x, y = ax.transData.transform(at)
    return Bbox.from_bounds(x - 5.0, y - 5.0, 10.0, 10.0)


def _place(ax: Axes, name: str, at: tuple[float, float], boxes: list[Bbox]) -> Bbox | None:
    """Write one name at the first free place."""
    frame = ax.get_window_extent()
    for x, y, ha, va in _PLACES:
        text = _write(ax, name, at, (x, y), ha, va)
        box = text.get_window_extent().padded(1.0)
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
        inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not any(box.overlaps(other) for other in boxes):
            return box
        text.remove()
    return None


def _write(
    ax: Axes, name: str, at: tuple[float, float], offset: tuple[float, float], ha: str, va: str
) -> Annotation:
    """Write a name beside a point."""
    return ax.annotate(
        name,
        at,
        xytext=offset,
        textcoords="offset points",
        ha=ha,
        va=va,
        size=TEXT_SIZE,
        color=INK,
        weight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],  # limits pass behind
        gid="label",
    )
