"""Draw shrunken values of clinics with intervals, by name and never by rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.clinic_scale import VALUE_LABELS, capitalised, format_values, value_text
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.quality import Shrinkage

__all__ = ["plot_caterpillar"]

_BLUE, _ORANGE = "#0072B2", "#D55E00"


def plot_caterpillar(
    result: Shrinkage, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw each clinic's shrunken value with its interval beside the mean of clinics.

    Clinics stand in the order of their names: intervals of most networks overlap so much that an
    order by value would be an order by chance.

    Parameters
    ----------
    result : Shrinkage
        What `shrinkage` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the shown numbers; ``attrs["alt"]`` describes the figure.
    """
    shown = result.shown
    title = words.get("title") or result.sentence().removesuffix(".")
    x_label = words.get("x_label") or VALUE_LABELS[result.kind]
    with house_style():
        axes = new_axes(ax, height=2.4 + 0.32 * len(shown))
        low, high = (float(result.together[end].iloc[0]) for end in ("conf_low", "conf_high"))
        if np.isfinite(low):  # none where mean and spread are taken as known
            axes.axvspan(low, high, color=RULE, alpha=0.5, linewidth=0, zorder=0)
        if np.isfinite(result.mean):
            axes.axvline(result.mean, color=INK, linewidth=1.0, zorder=2)
        _draw(axes, result, shown)
        _set_axes(axes, result, shown, x_label)
        subtitle = words.get("subtitle") or capitalised(result.label)
        add_headings(axes, title=title, subtitle=subtitle)
        if np.isfinite(result.mean):
            _name_mean(axes, result)
        notes = [_key(result), *result.notes(), words.get("note", "")]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs["alt"] = _alt(result, shown, x_label, title)
    return axes, shown


def _key(result: Shrinkage) -> str:
    """Say what is drawn."""
    band = " Band: interval of that mean." if result.method == "bayes" else ""
    return (
        f"Dots and lines: shrunken value with {100 * result.conf_level:g}% interval; diamond: "
        "differs from the mean of clinics, as far as that is known. Rings: as observed."
        f"{band} In the order of names, not of values."
    )


def _draw(ax: Axes, result: Shrinkage, shown: pd.DataFrame) -> None:
    """Draw intervals, shrunken and observed values, and the counts at the right."""
    apart = result.apart().fillna(value=False).astype(bool).to_numpy()
    for place, row in enumerate(shown.to_dict("records")):
        hidden = bool(np.isnan(row["estimate"]))
        if not hidden:
            color, marker = (_ORANGE, "D") if apart[place] else (_BLUE, "o")
            ax.plot(
                row["observed_value"], place, "o", markersize=8, markerfacecolor="none",
                markeredgecolor=MUTED, zorder=3,
            )  # fmt: skip
            ax.plot([row["conf_low"], row["conf_high"]], [place] * 2, color=color, linewidth=2)
            size = 9.0 if apart[place] else 6.5
            ax.plot(row["estimate"], place, marker, color=color, markersize=size, zorder=4)
        text = "hidden" if hidden else value_text(row["estimate"], result.kind)
        for offset, content in ((8, text), (52, _count(row))):
            ax.annotate(
                content, (1, place), xycoords=("axes fraction", "data"), xytext=(offset, 0),
                textcoords="offset points", va="center", size=9, color=MUTED if hidden else INK,
                weight="bold" if apart[place] else "normal",
                annotation_clip=False, gid="count",
            )  # fmt: skip


def _count(row: Mapping[Any, Any]) -> str:
    """Write the counts of a clinic as they are shown."""
    if "mean" in row:
        return f"{row['denominator']}"
    if "expected" in row:
        expected = row["expected"]
        return f"{row['events']} / {'—' if np.isnan(expected) else f'{expected:.1f}'}"
    return f"{row['events']} of {row['denominator']}"


def _set_axes(ax: Axes, result: Shrinkage, shown: pd.DataFrame, x_label: str) -> None:
    """Name the clinics and set the axis of values."""
    ax.set_yticks(range(len(shown)), shown[result.by].astype(str).tolist())
    ax.set_ylim(len(shown) + 0.1, -0.6)  # room for the name of the mean
    ax.set_xlabel(x_label)
    format_values(ax.xaxis, result.kind)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.04)


def _name_mean(ax: Axes, result: Shrinkage) -> None:
    """Name the line of the mean under its lower end."""
    ax.annotate(
        f"mean of clinics {value_text(result.mean, result.kind)}",
        (result.mean, 0),
        xycoords=("data", "axes fraction"),
        xytext=(4, 3),
        textcoords="offset points",
        ha="left",
        va="bottom",
        size=8.5,
        color=INK,
        gid="label",
    )


def _alt(result: Shrinkage, shown: pd.DataFrame, x_label: str, title: str) -> str:
    """Describe the figure clinic by clinic."""
    kind = result.kind
    mean = f"; mean of clinics {value_text(result.mean, kind)}" if np.isfinite(result.mean) else ""
    opening = (
        f"Caterpillar plot, {len(shown)} clinics in the order of names, {x_label}, shrunken "
        f"values with {100 * result.conf_level:g}% intervals{mean}."
    )
    parts = [opening]
    for row in shown.to_dict("records"):
        if np.isnan(row["estimate"]):
            parts.append(f"{row[result.by]}: hidden.")
            continue
        ends = " to ".join(value_text(row[end], kind) for end in ("conf_low", "conf_high"))
        parts.append(f"{row[result.by]}: {value_text(row['estimate'], kind)} ({ends}).")
    return " ".join([*parts, f"Conclusion: {title}."])
