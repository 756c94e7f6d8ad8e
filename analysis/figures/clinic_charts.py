"""Draw the charts of clinics as small multiples: one scale, one time axis, each its own lines."""

from __future__ import annotations

import textwrap
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy
from analysis.figures.labels import add_headings, add_note
from analysis.figures.spc_icons import POINT_MARKS
from analysis.figures.spc_points import draw_lines, draw_points
from analysis.figures.style import INK, MUTED, Words, house_style, new_axes
from analysis.quality import ClinicCharts
from analysis.quality.charts.clinic_words import signal_words
from analysis.quality.charts.judged import FEWEST_POINTS
from analysis.quality.charts.periods import period_months
from analysis.quality.charts.runs import FEWEST_USEFUL
from analysis.results import FloatArray, counted

__all__ = ["plot_clinic_charts"]

_SMALL = 8.0
_LEFT, _BELOW, _ABOVE, _BETWEEN = 34.0, 18.0, 32.0, 14.0  # points around a panel
_LEAST = 12.0  # points of a panel
_PANEL_HEIGHT = 1.05  # inches
_LETTER = 4.6  # points of width of a letter of a small text


def plot_clinic_charts(
    charts: ClinicCharts,
    *,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw one panel per clinic: points, centre line and limits of its own chart, and signals.

    Parameters
    ----------
    charts : ClinicCharts
        What `clinic_charts` returns.
    policy : Policy
        The least count that may be shown. Hidden points are gaps, and the lines rest on the
        others; a panel with too few points says what is lacking.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes around all panels, and the points with lines and signals as drawn;
        ``attrs["alt"]`` describes them.
    """
    shown = charts.shown(policy)
    title = words.get("title") or shown.conclusion.removesuffix(".")
    names = shown.rows["group"].tolist()
    columns = _columns(len(names))
    lines = -(-len(names) // columns)
    with house_style():
        axes = new_axes(ax, height=1.5 + lines * (_PANEL_HEIGHT + (_ABOVE + _BETWEEN) / 72.0))
        axes.set_axis_off()
        _write_below(axes, words.get("x_label", shown.chart.time), _note(shown, words))
        subtitle = words.get("subtitle") or f"{shown.chart.title}, {counted(len(names), 'clinic')}"
        add_headings(axes, title=title, subtitle=subtitle, y_label=words.get("y_label", ""))
        panels = _panels(axes, len(names), columns)
        frame = _with_places(shown)
        for panel, (_, row) in zip(panels, shown.rows.iterrows(), strict=True):
            points = frame[frame["group"].eq(row["group"])].reset_index(drop=True)
            _draw_panel(panel, points, row)
        _set_axes(panels, frame, columns)
    drawn = shown.chart.disclosure().frame.copy()
    drawn.attrs = {"confidential": True} if policy.confidential else {}
    drawn.attrs["alt"] = _alt(shown, title)
    return axes, drawn


def _columns(n: int) -> int:
    """Choose how many panels stand side by side."""
    if n <= 4:
        return min(n, 2)
    return 3 if n <= 12 else 4


def _with_places(charts: ClinicCharts) -> pd.DataFrame:
    """Give the periods of all clinics their place on one time axis."""
    points = charts.chart.judged
    spans = [period_months(str(name)) for name in points["x"]]
    return points.assign(place=[float(first // length) for first, length in spans])


def _panels(ax: Axes, n: int, columns: int) -> list[Axes]:
    """Set panels inside the axes, with room in points for names above and ticks beside."""
    figure = ax.get_figure(root=True)
    dpi = figure.dpi if figure is not None else 72.0
    if figure is not None:
        figure.draw_without_rendering()
    box = ax.get_window_extent()
    width, height = box.width * 72.0 / dpi, box.height * 72.0 / dpi
    lines = -(-n // columns)
    # on axes that are too small for them, panels keep a size and lie over each other
    wide = max((width - _LEFT - (columns - 1) * _BETWEEN) / columns, _LEAST)
    high = max((height - _BELOW - lines * _ABOVE - (lines - 1) * _BETWEEN) / lines, _LEAST)
    panels = []
    for k in range(n):
        line, column = divmod(k, columns)
        left = _LEFT + column * (wide + _BETWEEN)
        bottom = height - (line + 1) * (_ABOVE + high) - line * _BETWEEN
        panels.append(ax.inset_axes((left / width, bottom / height, wide / width, high / height)))
    return panels


def _draw_panel(panel: Axes, points: pd.DataFrame, row: pd.Series) -> None:
    """Draw the chart of one clinic under its name and what it says."""
    places = points["place"].to_numpy(dtype=float)
    draw_lines(panel, places, points)
    draw_points(panel, places, points, scale=0.75)
    _write(panel, str(row["group"]), (0.0, 16.0), size=9.0, weight="bold", color=INK)
    color = INK if row["signal"] else MUTED
    _write(panel, _state(row), (0.0, 4.0), size=_SMALL, color=color)
    if row["signal"] and row["since"]:
        _mark(panel, places, points, row)
    if not row["points"]:
        _say_lacking(panel, str(row["lacking"]))


def _state(row: pd.Series) -> str:
    """Say in a few words what a panel shows."""
    if row["signal"]:
        said = signal_words(row["since"], row["direction"], row["meaning"])
        return said[0].upper() + said[1:]
    if not row["points"]:
        return "No point may be shown"
    if row["lacking"]:
        return f"{counted(row['points'], 'point')}; {FEWEST_USEFUL} are needed"
    return f"No signal in {counted(row['points'], 'point')}"


def _write(panel: Axes, text: str, offset: tuple[float, float], **style: Any) -> None:
    """Write a text above a panel."""
    panel.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset points",
        va="bottom",
        ha="left",
        annotation_clip=False,
        gid="panel name",
        **style,
    )


def _mark(panel: Axes, places: FloatArray, points: pd.DataFrame, row: pd.Series) -> None:
    """Mark when the clinic changed, and name the period."""
    place = places[points["x"].astype(str).eq(row["since"]).to_numpy()][0]
    is_left = place <= np.mean(places)
    panel.axvline(place, color=INK, linewidth=0.9, linestyle=":", zorder=1)
    panel.annotate(
        str(row["since"]),
        (place, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3 if is_left else -3, -1),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="top",
        size=_SMALL,
        color=INK,
        gid="signal",
    )


def _say_lacking(panel: Axes, text: str) -> None:
    """Write into an empty panel what is lacking, and the rule."""
    figure = panel.get_figure(root=True)
    dpi = figure.dpi if figure is not None else 72.0
    letters = int(panel.get_window_extent().width * 72.0 / dpi / _LETTER)
    panel.text(
        0.5,
        0.5,
        "\n".join(textwrap.wrap(text, max(letters, 16))),
        transform=panel.transAxes,
        ha="center",
        va="center",
        size=_SMALL,
        color=MUTED,
        gid="lacking",
    )


def _set_axes(panels: list[Axes], frame: pd.DataFrame, columns: int) -> None:
    """Give all panels one scale and one time axis, and name them at the outer ones only."""
    low, high = _range(frame)
    first, last = frame["place"].min(), frame["place"].max()
    names = frame.drop_duplicates("place").set_index("place")["x"].astype(str).sort_index()
    dated = not names.iloc[0].partition(" ")[0].isalpha()
    ticks = names.iloc[:: -(-len(names) // 6)]
    if dated and len(names) > 2:  # two of them, apart from each other and from the scale
        ticks = names.iloc[[len(names) // 4, 3 * len(names) // 4]]
    labels = ticks.tolist() if dated else [name.rpartition(" ")[2] for name in ticks]
    for k, panel in enumerate(panels):
        panel.set_xlim(first - 0.6, last + 0.6)
        panel.set_ylim(low, high)
        panel.tick_params(labelsize=_SMALL, length=2.5)
        panel.set_xticks(ticks.index.to_numpy(), labels if k + columns >= len(panels) else [])
        panel.locator_params(axis="y", nbins=4)
        panel.tick_params(labelleft=k % columns == 0)
    if frame["value"].isna().all():
        for panel in panels:
            panel.set_yticks([])


def _range(frame: pd.DataFrame) -> tuple[float, float]:
    """Choose the scale of all panels."""
    lines = frame[["value", "lower", "upper", "target", "centre"]].to_numpy(dtype=float)
    if np.isnan(lines).all():
        return 0.0, 1.0
    low, high = float(np.nanmin(lines)), float(np.nanmax(lines))
    span = high - low or max(abs(high), 1.0)
    return low - 0.06 * span, high + 0.2 * span


def _note(charts: ClinicCharts, words: Words) -> str:
    """Say what the marks are, and how many signals chance gives over all panels."""
    found = charts.chart.judged["meaning"]
    key = [
        f"{POINT_MARKS[name][4]} {'signal' if name == 'change' else f'signal of {name}'}"
        for name in POINT_MARKS
        if found.eq(name).any()
    ]
    dotted = charts.rows["since"].ne("").any()
    statement = charts.chart.statement
    hidden = statement is not None and statement.hidden > 0
    said = [
        f"{', '.join(key)}." if key else "",
        "Dotted line: when the clinic changed." if dotted else "",
        "Each panel has the centre line and limits of its own chart; scale and time are the same.",
        _trial(charts),
        charts.false_signals,
        words.get("note", ""),
        "Gaps: points that rest on small counts, or would give them away." if hidden else "",
        CONFIDENTIAL if charts.chart.policy.confidential else "",
    ]
    return " ".join(filter(None, said))


def _trial(charts: ClinicCharts) -> str:
    """Warn of limits that rest on few points."""
    few = charts.chart.parts["n_base"].between(1, FEWEST_POINTS - 1).any()
    return f"Limits from fewer than {FEWEST_POINTS} points are trial limits." if few else ""


def _write_below(ax: Axes, x_label: str, note: str) -> None:
    """Write what time counts from under the panels, and the notes under that."""
    ax.annotate(
        x_label,
        (0.5, 0),
        xycoords="axes fraction",
        xytext=(0, -2),
        textcoords="offset points",
        va="top",
        ha="center",
        size=9.0,
        color=INK,
        annotation_clip=False,
        gid="x label",
    )
    add_note(ax, note, below=20.0)


def _alt(charts: ClinicCharts, title: str) -> str:
    """Describe the panels clinic by clinic, and conclude."""
    said = [f"{counted(len(charts.rows), 'small control chart')} on one scale, one per clinic."]
    for _, row in charts.rows.iterrows():
        lines = "" if np.isnan(row["centre"]) else f", centre line {row['centre']:.1f}"
        said.append(f"{row['group']}: {_state(row)}{lines}.")
    return " ".join([*said, charts.false_signals, f"Conclusion: {title}."])
