"""Draw how an estimate changes with what is added to imputed scores, and where it turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.disclosure import RELEASE, Policy, hide_coefficients
from analysis.errors import DisclosureError, ReportError
from analysis.figures.labels import add_headings, add_note, below_axis, written
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes

if TYPE_CHECKING:
    from analysis.missing import TippingPoint

__all__ = ["plot_tipping_point"]

_COLOR = "#0072B2"
_SIGNS = {"below": "v", "no difference shown": "o", "above": "^"}
_FILLS = {"below": "#0072B2", "no difference shown": "white", "above": "#D55E00"}
_NUMBERS = ["estimate", "conf_low", "conf_high"]


def plot_tipping_point(
    tipping: TippingPoint,
    *,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the estimate over deltas of one arm as a line, or the conclusion over those of two.

    Parameters
    ----------
    tipping : TippingPoint
        What `tipping_point` returns. Its plausible bounds are drawn where they were given.
    policy : Policy
        An estimate that rests on few patients is not drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: the deltas, ``estimate, conf_low, conf_high,
        conclusion``; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    DisclosureError
        When the estimate rests on too few patients to be shown.
    ReportError
        When more than two arms move.
    """
    tidy = hide_coefficients(tipping.tidy(), tipping.support(), policy)
    if tidy["reason"].ne("").any():
        raise DisclosureError(
            "The estimate rests on too few patients to be shown. Analyse larger groups, or draw "
            "it for the inside with policy=INTERNAL."
        )
    if len(tipping.arms) > 2:
        raise ReportError("At most two arms can be drawn; give deltas= of one or two of them.")
    shown = tidy[[*tipping.delta_columns, *_NUMBERS, "conclusion"]].copy()
    words = {**words, "title": words.get("title") or _message(tipping)}
    with house_style():
        axes = new_axes(ax, height=4.2)
        (_draw_line if len(tipping.arms) == 1 else _draw_grid)(axes, tipping, shown, words)
        y_label = words.get(
            "y_label", tipping.term if len(tipping.arms) == 1 else _delta(tipping, 1)
        )
        add_headings(
            axes, title=words["title"], subtitle=words.get("subtitle", ""), y_label=y_label
        )
        note = " ".join(filter(None, [words.get("note", ""), _key(tipping)]))
        add_note(axes, note, below=below_axis(axes) + 6)
    shown.attrs["alt"] = _alt(tipping, shown, words["title"])
    return axes, shown


def _delta(tipping: TippingPoint, place: int) -> str:
    """Say whose scores an axis moves."""
    arm = tipping.arms[place]
    whose = "" if arm is None else f" of {arm}"
    return f"Added to imputed scores{whose}"


def _draw_line(ax: Axes, tipping: TippingPoint, shown: pd.DataFrame, words: Words) -> None:
    """Draw estimate and interval over the deltas of one arm."""
    frame = shown.sort_values(tipping.delta_columns[0])
    x = frame[tipping.delta_columns[0]].to_numpy(dtype=float)
    for low, high in tipping.plausible.values():
        ax.axvspan(low, high, color=RULE, alpha=0.55, linewidth=0, zorder=0)
    ax.fill_between(x, frame["conf_low"], frame["conf_high"], color=_COLOR, alpha=0.18, linewidth=0)
    ax.plot(x, frame["estimate"], color=_COLOR, linewidth=1.8)
    ax.axhline(tipping.null, color=INK, linewidth=1.0)
    for tip in _tips(tipping, 0):
        if x.min() <= tip <= x.max():
            ax.axvline(tip, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)))
    ax.set_xlim(x.min(), x.max() if x.max() > x.min() else x.min() + 1.0)
    ax.set_xlabel(words.get("x_label", _delta(tipping, 0)))


def _draw_grid(ax: Axes, tipping: TippingPoint, shown: pd.DataFrame, words: Words) -> None:
    """Mark the conclusion at every pair of deltas of two arms."""
    first, second = tipping.delta_columns
    for conclusion, rows in shown.groupby("conclusion"):
        ax.plot(
            rows[first],
            rows[second],
            linestyle="",
            marker=_SIGNS[str(conclusion)],
            markerfacecolor=_FILLS[str(conclusion)],
            markeredgecolor=INK,
            markersize=6,
        )
    if all(arm in tipping.plausible for arm in tipping.arms):
        (left, right), (low, high) = (tipping.plausible[arm] for arm in tipping.arms)
        ax.add_patch(
            Rectangle((left, low), right - left, high - low, color=RULE, alpha=0.55, zorder=0)
        )
    ax.axhline(0.0, color=RULE, linewidth=0.8, zorder=0)
    ax.axvline(0.0, color=RULE, linewidth=0.8, zorder=0)
    ax.margins(0.06)
    ax.set_xlabel(words.get("x_label", _delta(tipping, 0)))


def _tips(tipping: TippingPoint, place: int) -> list[float]:
    """Return the turning points of an arm, the others without delta."""
    row = tipping.tips().iloc[place]
    return [float(row[name]) for name in ("below", "above") if np.isfinite(row[name])]


def _message(tipping: TippingPoint) -> str:
    """Say in one line at which delta the conclusion turns."""
    if len(tipping.arms) == 2:
        turned = tipping.tidy()["turned"]
        return f"The conclusion turns at {int(turned.sum())} of {len(turned)} pairs of deltas"
    tips = _tips(tipping, 0)
    if not tips:
        reach = tipping.curve.search.reach
        return f"The conclusion does not turn within {reach:g} standard deviations of the scores"
    points = " or ".join(written(tip, 1) for tip in tips)
    arm = tipping.arms[0]
    whose = "" if arm is None else f" of {arm}"
    return f"The conclusion turns when {points} points are added to imputed scores{whose}"


def _key(tipping: TippingPoint) -> str:
    """Explain the marks."""
    null = written(tipping.null, 1) if tipping.null else "zero"
    level = f"{100 * tipping.conf_level:g}%"
    if len(tipping.arms) == 1:
        key = f"Line: estimate; band: {level} interval; broken line: where it meets {null}."
    else:
        key = f"Triangles: the {level} interval lies above or below {null}; circles: over it."
    grey = " Grey: what was thought plausible." if tipping.plausible else ""
    return f"{key}{grey} {tipping.about}."


def _alt(tipping: TippingPoint, shown: pd.DataFrame, title: str) -> str:
    """Describe the figure in words."""
    parts = [f"{'Line' if len(tipping.arms) == 1 else 'Grid of marks'}: {tipping.term}"]
    ends = [shown.iloc[0], shown.iloc[-1]]
    for row in ends:
        where = ", ".join(f"{name} {written(row[name], 1)}" for name in tipping.delta_columns)
        limits = f"{written(row['conf_low'], 2)} to {written(row['conf_high'], 2)}"
        parts.append(f"{where}: {written(row['estimate'], 2)} ({limits})")
    for arm, (low, high) in tipping.plausible.items():
        whose = "" if arm is None else f" for {arm}"
        parts.append(f"plausible deltas{whose}: {written(low, 1)} to {written(high, 1)}")
    return f"{'. '.join(parts)}. Conclusion: {title}."
