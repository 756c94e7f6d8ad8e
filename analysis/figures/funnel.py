"""Draw a funnel: clinics by size beside the limits of chance, the far ones named, nobody ranked."""

from __future__ import annotations

from itertools import pairwise
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from analysis.figures.caterpillar import plot_caterpillar
from analysis.figures.clinic_scale import VALUE_LABELS, capitalised, format_values, value_text
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.point_names import name_points
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.quality import Funnel
from analysis.results import FloatArray

__all__ = ["plot_funnel"]

_BLUE, _ORANGE = "#0072B2", "#D55E00"
_LOOK = {  # position: marker, fill, size
    "inside": ("o", "white", 6.0),
    "above warning": ("^", _ORANGE, 8.0),
    "below warning": ("v", _ORANGE, 8.0),
    "above alarm": ("D", _ORANGE, 8.0),
    "below alarm": ("D", _ORANGE, 8.0),
}
_SIZES = {
    "proportion": "Patients",
    "rate": "Denominator",
    "ratio": "Expected count",
    "mean": "Patients",
}


def plot_funnel(
    result: Funnel, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw clinics by size with the limits within which chance alone leaves them.

    With fewer than ten clinics, of which nobody can say how much they differ by nature, the
    caterpillar plot of `plot_caterpillar` is drawn instead, with the reason; a funnel that was
    made with overdispersion="none" is drawn as one.

    Parameters
    ----------
    result : Funnel
        What `funnel` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the shown numbers; ``attrs["alt"]`` describes the figure.

    Notes
    -----
    Where each clinic has limits of its own (variances from `case_mix`), they are drawn as bars.
    """
    if result.needs_shrinkage:
        note = " ".join(filter(None, [result.reason, words.get("note", "")]))
        more: Words = {**words, "note": note}
        return plot_caterpillar(result.shrinkage(), ax=ax, **more)
    shown = result.shown
    known = shown[shown["estimate"].notna()].assign(size=_sizes)
    title = words.get("title") or result.sentence().removesuffix(".")
    kind = result.points.kind
    y_label = words.get("y_label") or VALUE_LABELS[kind]
    with house_style():
        axes = new_axes(ax, height=4.8)
        _draw_limits(axes, result, known)
        for position, (marker, fill, size) in _LOOK.items():
            some = known[known["position"].eq(position)]
            axes.plot(
                some["size"], some["estimate"], marker, markersize=size, linestyle="none",
                markerfacecolor=fill, markeredgecolor=_BLUE if fill == "white" else INK, zorder=4,
            )  # fmt: skip
        _set_axes(axes, result, known, words.get("x_label") or _SIZES[kind])
        subtitle = words.get("subtitle") or capitalised(result.label)
        add_headings(axes, title=title, subtitle=subtitle, y_label=y_label)
        names_left = _name(axes, result, known)
        bars = _BARS if result.points.has_variance else ""
        notes = [_KEY, bars, *result.notes(), words.get("note", ""), names_left]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs["alt"] = _alt(result, known, y_label, title)
    return axes, shown


_KEY = (
    "Triangles: outside the 95% limits; diamonds: outside the 99.8% limits. Clinics are not ranked."
)

_BARS = "Bars: limits of each clinic for its own patients, thick 95%, thin 99.8%."


def _sizes(known: pd.DataFrame) -> FloatArray:
    """Read where clinics stand on the axis: expected counts, or denominators as they are shown."""
    if "denominator" not in known:
        return known["expected"].to_numpy(dtype=float)
    texts = known["denominator"].astype("string").str.replace(",", "")
    return pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)


def _draw_limits(ax: Axes, result: Funnel, known: pd.DataFrame) -> None:
    """Draw limits as lines, or as bars where each clinic has its own, and the target."""
    ax.axhline(result.target, color=INK, linewidth=1.0, zorder=2)
    if result.points.has_variance:
        for name, width in (("alarm", 1.0), ("warning", 3.0)):
            ax.vlines(
                known["size"], known[f"{name}_low"], known[f"{name}_high"], color=MUTED,
                linewidth=width, zorder=2, alpha=0.6,
            )  # fmt: skip
        return
    if known.empty:
        return
    lines = result.lines(1.12 * float(known["size"].max()))
    for name, style in (("warning", (0, (4, 3))), ("alarm", "-")):
        for end in ("low", "high"):
            ax.plot(
                lines["size"], lines[f"{name}_{end}"], color=MUTED, linestyle=style, linewidth=1.2,
                zorder=3,
            )  # fmt: skip


def _set_axes(ax: Axes, result: Funnel, known: pd.DataFrame, x_label: str) -> None:
    """Set limits that hold the points and the funnel where it matters."""
    ax.set_xlabel(x_label)
    format_values(ax.yaxis, result.points.kind)
    ax.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    if known.empty:
        return
    limits = known[["alarm_low", "alarm_high", "estimate"]].to_numpy(dtype=float)
    low, high = float(limits.min()), float(limits.max())
    room = 0.06 * (high - low)
    counts = result.points.counts
    ax.set_ylim(max(low - room, -0.6 * room) if counts else low - room, high + room)
    ax.set_xlim(0.0, 1.12 * float(known["size"].max()))


def _name(ax: Axes, result: Funnel, known: pd.DataFrame) -> str:
    """Name the clinics outside, and the lines at their right ends."""
    taken = _name_lines(ax, result, known)
    outside = known[known["position"].ne("inside")]
    places = {
        str(row[result.by]): (float(row["size"]), float(row["estimate"]))
        for row in outside.to_dict("records")
    }
    left_out = name_points(ax, places, taken=taken)
    return f"{left_out} names had no room; they are in the table." if left_out else ""


def _name_lines(ax: Axes, result: Funnel, known: pd.DataFrame) -> list[Bbox]:
    """Write what each line is at its right end; return where the texts lie."""
    if known.empty:
        return []
    ends = {f"target {value_text(result.target, result.points.kind)}": result.target}
    if not result.points.has_variance:
        last = result.lines(1.12 * float(known["size"].max())).iloc[-1]
        ends |= {"99.8%": float(last["alarm_high"]), "95%": float(last["warning_high"])}
    texts = []
    for text, height in ends.items():
        note = ax.annotate(
            text, (1.0, height), xycoords=("axes fraction", "data"), xytext=(5, 0),
            textcoords="offset points", va="center", ha="left", size=8.5, color=INK,
            annotation_clip=False, gid="label",
        )  # fmt: skip
        texts.append(note)
    figure = ax.get_figure(root=True)
    if figure is not None:
        figure.draw_without_rendering()
    return [text.get_window_extent() for text in _apart(texts)]


def _apart(texts: list[Annotation]) -> list[Annotation]:
    """Move the names of lines apart where they would overlap."""
    ordered = sorted(texts, key=lambda text: text.get_window_extent().y0)
    for lower, upper in pairwise(ordered):
        gap = upper.get_window_extent().y0 - lower.get_window_extent().y1
        if gap < 1.0:
            dpi = upper.figure.dpi
            x, y = upper.xyann
            upper.xyann = (x, y + (1.0 - gap) * 72.0 / dpi)
    return ordered


def _alt(result: Funnel, known: pd.DataFrame, y_label: str, title: str) -> str:
    """Describe the funnel: axes, range, who is outside, conclusion."""
    kind = result.points.kind
    if known.empty:
        return f"Funnel plot without points. Conclusion: {title}."
    low, high = (value_text(float(f(known["estimate"])), kind) for f in (np.min, np.max))
    opening = (
        f"Funnel plot, {len(known)} clinics, {y_label} by size. Values lie between {low} and "
        f"{high}; target {value_text(result.target, kind)}."
    )
    parts = [opening]
    outside = known[known["position"].ne("inside")]
    parts += [
        f"{row[result.by]}: {value_text(row['estimate'], kind)}, {row['position']} limits."
        for row in outside.to_dict("records")
    ]
    return " ".join([*parts, *result.notes()[:1], f"Conclusion: {title}."])
