"""Draw the residuals of a fit against fitted values, visit by visit.

The picture shows single scores. Its frame is marked as patient-level, so that nothing that releases
takes it, and it says on its face that it stays inside the clinic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.axis import Places
from analysis.figures.labels import add_count_rows, add_headings, add_note, written
from analysis.figures.style import INK, MUTED, RULE, Mark, Words, house_style, new_axes
from analysis.results import FloatArray, counted

if TYPE_CHECKING:
    from analysis.mixed import LinearMixedModel

__all__ = ["PATIENT_LEVEL", "normalised_residuals", "plot_residuals"]

PATIENT_LEVEL = "Confidential: each point is a patient's score, for use inside the clinic only."
"""What stands under a picture of single scores."""

_COLOR, _LINE = "#0072B2", "#D55E00"
_PLAIN = Mark(color=INK, text_color=MUTED, line="-", marker="o")
_GAP = 0.16  # between strips, as a share of their width
_PIECES, _FEWEST = 5, 8  # pieces of the trend; scores in each at least


def plot_residuals(
    fit: LinearMixedModel, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw normalised residuals against fitted values, one strip per visit where there are visits.

    When the model holds they scatter around zero with standard deviation 1 in every strip and at
    every fitted value.

    Parameters
    ----------
    fit : LinearMixedModel
        What `mmrm` or `lmm` returns.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and one row per score: the visit where there is one, ``fitted, residual``.
        Patient-level detail, marked by ``attrs["patient_level"]``: `show` and everything else
        that releases refuses it. ``attrs["alt"]`` describes the figure by counts and moments.
    """
    shown = normalised_residuals(fit)
    strips = _strips(shown, fit)
    words = {**words, "title": words.get("title") or _message(shown)}
    words["x_label"] = words.get("x_label", "Fitted mean")
    with house_style():
        axes = new_axes(ax, height=4.6)
        for turn, rows in enumerate(strips.values()):
            low, high = _range(rows["fitted"])
            place = turn * (1 + _GAP) + (rows["fitted"].to_numpy() - low) / (high - low)
            _draw_strip(axes, turn, place, rows["residual"].to_numpy())
        _set_axes(axes, strips, shown["residual"], words["x_label"])
        _write(axes, strips, words)
    shown.attrs["alt"] = _alt(shown, strips, words)
    return axes, shown


def normalised_residuals(fit: LinearMixedModel) -> pd.DataFrame:
    """Take normalised residuals without the names of patients.

    Parameters
    ----------
    fit : LinearMixedModel
        What `mmrm` or `lmm` returns.

    Returns
    -------
    pandas.DataFrame
        The visit where there is one, ``fitted, residual``; marked as patient-level.
    """
    frame = fit.residuals("normalized")
    shown = frame[frame.columns[1:]].reset_index(drop=True)
    shown.attrs = {"patient_level": True}
    return shown


def _strips(shown: pd.DataFrame, fit: LinearMixedModel) -> dict[str, pd.DataFrame]:
    """Divide the scores by visit, in the order of the model."""
    design = fit.engine.rows.design
    if design.roles.visit is None:
        return {"": shown}
    labels = shown[design.roles.visit]
    return {Places.name(visit): shown[labels.eq(visit)] for visit in design.visits}


def _range(values: pd.Series) -> tuple[float, float]:
    """Return the range of the fitted means, never empty."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _alpha(n: int) -> float:
    """Let many points shine through each other."""
    return float(np.clip(14.0 / np.sqrt(n), 0.08, 0.6))


def _draw_strip(ax: Axes, turn: int, place: FloatArray, residual: FloatArray) -> None:
    """Draw the points of a strip, lines at 0 and ±2, and the means along the fitted values."""
    left, right = turn * (1 + _GAP), turn * (1 + _GAP) + 1
    for height, style in ((0.0, "-"), (-2.0, ":"), (2.0, ":")):
        ax.plot([left, right], [height] * 2, style, color=MUTED, linewidth=1.0, zorder=1)
    ax.plot(
        place, residual, "o", color=_COLOR, markersize=3.5, alpha=_alpha(len(place)),
        markeredgewidth=0, zorder=2, rasterized=True,
    )  # fmt: skip
    at, means = _trend(place, residual)
    ax.plot(at, means, "s-", color=_LINE, markersize=4.5, linewidth=1.8, zorder=3)


def _trend(place: FloatArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Average residuals at each fitted value, or over pieces with the same number of scores."""
    distinct, code = np.unique(np.round(place, 9), return_inverse=True)
    if distinct.size <= _PIECES:
        return distinct, np.bincount(code, residual) / np.bincount(code)
    pieces = int(np.clip(place.size // _FEWEST, 1, _PIECES))
    order = np.array_split(np.argsort(place, kind="stable"), pieces)
    at = np.array([place[piece].mean() for piece in order])
    return at, np.array([residual[piece].mean() for piece in order])


def _set_axes(ax: Axes, strips: dict[str, pd.DataFrame], residual: pd.Series, x_label: str) -> None:
    """Mark fitted values under each strip, which has a range of its own, and name it above."""
    places = []
    for turn, rows in enumerate(strips.values()):
        low, high = _range(rows["fitted"])
        for value in _ticks(low, high, len(strips)):
            at = turn * (1 + _GAP) + (value - low) / (high - low)
            places.append((at, f"{value:g}".replace("-", "−")))
    ax.set_xticks([place for place, _ in places], [text for _, text in places])
    ax.set_xlim(-0.04, len(strips) * (1 + _GAP) - _GAP + 0.04)
    top = max(3.0, float(residual.abs().max()))
    ax.set_ylim(-1.08 * top, 1.25 * top)
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    for turn, name in enumerate(strips):
        ax.annotate(
            name, (turn * (1 + _GAP) + 0.5, 1), xycoords=("data", "axes fraction"),
            xytext=(0, -3), textcoords="offset points", ha="center", va="top",
            size=9.5, weight="bold", color=INK, gid="label",
        )  # fmt: skip
        if turn:
            ax.axvline(turn * (1 + _GAP) - _GAP / 2, color=RULE, linewidth=1.0, zorder=0)


def _ticks(low: float, high: float, n_strips: int) -> list[float]:
    """Choose round fitted values: a few in one strip, two or one in narrow ones."""
    wanted = 6 if n_strips == 1 else (2 if n_strips <= 6 else 1)
    for step in _STEPS:
        marks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        if 0 < len(marks) <= wanted:
            return [float(f"{mark:.6g}") + 0.0 for mark in marks]
    return [round((low + high) / 2, 1)]


_STEPS = [base * 10.0**power for power in range(-3, 5) for base in (1, 2, 5)]


def _write(ax: Axes, strips: dict[str, pd.DataFrame], words: Words) -> None:
    """Write numbers of scores and standard deviations under the strips, headings and notes."""
    middle = [turn * (1 + _GAP) + 0.5 for turn in range(len(strips))]
    parts = [rows["residual"] for rows in strips.values()]
    rows = {
        "Scores": [(at, f"{len(part):,}") for at, part in zip(middle, parts, strict=True)],
        "SD": [(at, f"{part.std():.2f}") for at, part in zip(middle, parts, strict=True)],
    }
    heading = "Scores, and standard deviation (SD) of their residuals"
    down = add_count_rows(ax, rows, heading=heading, marks=dict.fromkeys(rows, _PLAIN))
    notes = ["Squares: means along the fitted values. Dotted: ±2.", words.get("note", "")]
    add_note(ax, " ".join(filter(None, [*notes, PATIENT_LEVEL])), below=down + 4)
    add_headings(
        ax,
        title=words["title"],
        subtitle=words.get("subtitle", ""),
        y_label="Normalised residual (standard deviations)",
    )


def _beyond(residual: pd.Series) -> str:
    """Say how many residuals are beyond 2, and how many would be under the normal curve."""
    share = 100.0 * float(residual.abs().gt(2.0).mean())
    return f"{share:.1f}% of residuals are beyond ±2 (normal: 4.6%)"


def _message(shown: pd.DataFrame) -> str:
    return _beyond(shown["residual"])


def _alt(shown: pd.DataFrame, strips: dict[str, pd.DataFrame], words: Words) -> str:
    """Describe the residuals by counts and moments, never by single values."""
    low, high = _range(shown["fitted"])
    by = f" in strips for {len(strips)} visits" if len(strips) > 1 else ""
    parts = [
        (
            f"Scatter of {counted(len(shown), 'normalised residual')} against fitted means from "
            f"{written(low, 1)} to {written(high, 1)}{by}."
        )
    ]
    for name, rows in strips.items():
        part = rows["residual"]
        parts.append(
            f"{f'{name}: ' if name else ''}{counted(len(part), 'score')}, mean "
            f"{written(part.mean(), 2)}, standard deviation {part.std():.2f}."
        )
    return " ".join([*parts, PATIENT_LEVEL, f"Conclusion: {words['title']}."])
