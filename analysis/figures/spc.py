"""Draw a control chart or run chart: points, lines, signals, icons, and what to decide."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import RELEASE, Policy
from analysis.errors import DataError
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.spc_icons import BETTER, icon_row
from analysis.figures.spc_points import draw_lines, draw_points
from analysis.figures.spc_words import (
    describe_chart,
    figures_after_point,
    lettered_notes,
    texts_below,
)
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.quality import SpcChart
from analysis.quality.charts.words import written_x
from analysis.results import FloatArray, counted

__all__ = ["plot_spc"]

_TICKS = 8
_LETTER = 5.2  # points of width that a letter of a small text takes at most, on average
_BLANK = "…………………………"


def plot_spc(
    chart: SpcChart,
    *,
    group: str | None = None,
    policy: Policy = RELEASE,
    decision: str = "",
    owner: str = "",
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw one chart with its message, icons, false signals and a line for decision and owner.

    Parameters
    ----------
    chart : SpcChart
        What `spc_chart` returns.
    group : str, optional
        Which group to draw; needed where there are several.
    policy : Policy
        The least count that may be shown. Hidden points are gaps, and the lines rest on the others.
        A chart that does not say how many patients stand behind its points is drawn as it is, and
        its frame is marked as patient-level, so that it is neither shown in a report nor released.
    decision, owner : str
        What was decided and who sees to it; empty ones leave room to write.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the points with lines and signals as drawn; ``attrs["alt"]`` describes them.

    Raises
    ------
    DataError
        When there are several groups and none, or one that is not there, is named.
    """
    leaves = policy.confidential or chart.can_leave()
    shown = chart.shown(policy) if leaves else chart
    name = _chosen(shown, group)
    points = shown.judged[shown.judged["group"].eq(name)].reset_index(drop=True)
    parts = shown.parts[shown.parts["group"].eq(name)]
    last = parts.iloc[-1]
    title = words.get("title") or str(last["sentence"]).removesuffix(".")
    with house_style():
        axes = new_axes(ax, height=4.6)
        places = _places(points["x"])
        draw_lines(axes, places, points)
        draw_points(axes, places, points)
        _draw_notes(axes, places, points)
        _set_axes(axes, places, points, words.get("x_label", shown.time))
        reach = icon_row(axes, str(last["variation"]), str(last["assurance"]))
        add_headings(
            axes,
            title=title,
            subtitle=words.get("subtitle") or ", ".join(filter(None, [name, shown.title])),
            y_label=words.get("y_label", ""),
            above=_above_icons(axes, words.get("y_label", ""), reach),
        )
        below = texts_below(points, shown, last, note=words.get("note", ""), leaves=leaves)
        _write_below(axes, below, _decision(decision, owner))
        _name_lines(axes, points)
    frame = _frame(shown, name, leaves)
    frame.attrs["alt"] = describe_chart(points, parts, shown, title)
    return axes, frame


def _chosen(chart: SpcChart, group: str | None) -> str:
    """Return the name of the group to draw."""
    names = [str(name) for name in chart.parts["group"].drop_duplicates()]
    if group is None and len(names) == 1:
        return names[0]
    if group is None or str(group) not in names:
        raise DataError(
            f"The chart has {counted(len(names), 'group')}. Name one of them with group=."
        )
    return str(group)


def _frame(chart: SpcChart, name: str, leaves: bool) -> pd.DataFrame:
    """Return what is drawn of a group."""
    frame = chart.statement.frame if leaves and chart.statement is not None else chart.frame
    rows = frame[frame[chart.by].eq(name)] if chart.by else frame
    rows = rows.reset_index(drop=True)
    rows.attrs = {"confidential": True} if chart.policy.confidential else {}
    if not leaves:
        rows.attrs["patient_level"] = True
    return rows


def _places(x: pd.Series) -> FloatArray:
    """Place the points: dates by their day, everything else side by side."""
    if pd.api.types.is_datetime64_any_dtype(x.dtype):
        return np.asarray((x - x.iloc[0]).dt.total_seconds() / 86_400.0, dtype=float)
    return np.arange(len(x), dtype=float)


def _draw_notes(ax: Axes, places: FloatArray, points: pd.DataFrame) -> None:
    """Mark noted points by a letter at the top of the axes."""
    for letter, row, _ in lettered_notes(points):
        ax.axvline(places[row], color=RULE, linewidth=1.0, zorder=0)
        ax.annotate(
            letter,
            (places[row], 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            size=8.5,
            weight="bold",
            color=INK,
            gid="note letter",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": MUTED},
        )


def _set_axes(ax: Axes, places: FloatArray, points: pd.DataFrame, x_label: str) -> None:
    """Name some of the points under the axis, and leave room above for letters."""
    step = -(-len(places) // _TICKS)
    chosen = np.arange(0, len(places), step)
    ax.set_xticks(places[chosen], [written_x(points["x"].iloc[row]) for row in chosen])
    room = 0.5 * (places[-1] - places[0]) / max(len(places) - 1, 1) or 0.5
    ax.set_xlim(places[0] - room, places[-1] + room)
    ax.set_xlabel(x_label)
    lines = points[["value", "lower", "upper", "target", "centre"]].to_numpy(float)
    if points["value"].isna().all():
        ax.set_yticks([])
        return
    low, high = np.nanmin(lines), np.nanmax(lines)
    span = high - low or max(abs(high), 1.0)
    top = 0.16 if points["note"].ne("").any() else 0.06
    ax.set_ylim(low - 0.06 * span if low < 0 or low > 0.06 * span else -0.02 * span,
                high + top * span)  # fmt: skip


def _above_icons(ax: Axes, y_label: str, reach: float) -> float:
    """Say how far above the axes the headings begin: beside the icons, or above them."""
    figure = ax.get_figure(root=True)
    if figure is None or reach == 0.0:
        return 6.0
    room = ax.get_window_extent().width * 72.0 / figure.dpi - reach
    beside = (_LETTER * len(y_label) if y_label else 0.0) < room
    return 18.0 if beside else 38.0


def _name_lines(ax: Axes, points: pd.DataFrame) -> None:
    """Write the last value of each line at the right, moved apart where they would overlap."""
    known = points[points["centre"].notna()]
    if known.empty:
        return
    last = known.iloc[-1]
    limits = known[known["upper"].notna()]
    ends = {"centre": last["centre"], "target": last["target"]}
    if len(limits):
        ends |= {"upper limit": limits["upper"].iloc[-1], "lower limit": limits["lower"].iloc[-1]}
    digits = figures_after_point(points)
    texts = {f"{name} {value:.{digits}f}".replace("-", "−"): value
             for name, value in ends.items() if not np.isnan(value)}  # fmt: skip
    figure = ax.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    points_per_unit = ax.get_window_extent().height / np.ptp(ax.get_ylim()) * 72.0 / figure.dpi
    for text, height in _spread(texts, 11.5 / points_per_unit).items():
        ax.annotate(
            text,
            (1.0, texts[text]),
            xycoords=("axes fraction", "data"),
            xytext=(5, (height - texts[text]) * points_per_unit),
            textcoords="offset points",
            va="center",
            size=8.5,
            color=BETTER if text.startswith("target") else MUTED,
            annotation_clip=False,
            gid="line name",
        )


def _spread(texts: dict[str, float], apart: float) -> dict[str, float]:
    """Move heights apart from the lowest upwards."""
    placed: dict[str, float] = {}
    lowest = -np.inf
    for text, height in sorted(texts.items(), key=lambda item: item[1]):
        lowest = max(height, lowest + apart)
        placed[text] = lowest
    return placed


def _decision(decision: str, owner: str) -> str:
    """Write the line for decision and owner."""
    return f"Decision: {decision or _BLANK}   Owner: {owner or _BLANK}"


def _write_below(ax: Axes, note: str, decision: str) -> None:
    """Write the notes, and the line of the decision under them."""
    down = below_axis(ax) + 6.0
    add_note(ax, note, below=down)
    written = [text for text in ax.texts if text.get_gid() == "note"]
    lines = written[-1].get_text().count("\n") + 1 if written else 0
    ax.annotate(
        decision,
        (0, 0),
        xycoords="axes fraction",
        xytext=(0, -(down + 11.5 * lines + 7.0)),
        textcoords="offset points",
        va="top",
        ha="left",
        size=9.5,
        color=INK,
        annotation_clip=False,
        gid="decision",
    )
