"""Draw the mean course of a vital sign or of dissociation over the minutes of a session."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, CountedTable
from analysis.errors import ReportError
from analysis.figures.axis import groups_of, place_visits
from analysis.figures.labels import add_headings, add_note, below_axis, end_labels, written
from analysis.figures.style import MUTED, RULE, Mark, Words, house_style, marks_for, new_axes
from analysis.study import UNITS

__all__ = ["plot_time_course"]

_MEANS = ["mean", "conf_low", "conf_high"]
_NAMES = {
    "sbp": "systolic pressure",
    "dbp": "diastolic pressure",
    "hr": "heart rate",
    "spo2": "oxygen saturation",
    "rr": "breaths",
    "cadss": "CADSS",
    "cadss6": "CADSS-6",
    "moaas": "MOAA/S",
}
_FALLS = ("spo2", "moaas")  # the acute effect lowers these


def plot_time_course(
    table: CountedTable, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw the mean course over minutes with its limits, one line per group.

    Parameters
    ----------
    table : CountedTable
        What `time_course` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is drawn: the group, ``minute, patients`` (text), ``mean, conf_low,
        conf_high``; ``attrs["alt"]`` describes it.

    Raises
    ------
    ReportError
        When the table is not a course over minutes.
    DataError
        For more than six groups.
    """
    if "parameter" not in table.stated:
        raise ReportError("plot_time_course draws what time_course returns.")
    shown = table.shown
    by = table.stated["by"]
    frame = shown.assign(group=shown[by].astype("string"))
    marks = marks_for(list(dict.fromkeys(frame["group"])))
    title = words.get("title") or _message(frame, table)
    with house_style():
        axes = new_axes(ax, height=4.4)
        for place, (name, rows) in enumerate(groups_of(frame)):
            _draw(axes, rows, marks[name], aside=_ASIDE * (place - (len(marks) - 1) / 2))
        if table.stated["measure"] == "change":
            axes.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
        since = " (0: last reading before it)" if frame["minute"].eq(0).any() else ""
        x_label = words.get("x_label", f"Minutes from the start of the dose{since}")
        place_visits(frame["minute"]).label(axes, x_label)
        axes.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        notes = [_KEY, _sparse(frame), words.get("note", ""), _hidden(frame, table)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
        y_label = words.get("y_label", _y(table))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""), y_label=y_label)
        _name_lines(axes, frame, marks)
    drawn = shown[[by, "minute", "patients", *_MEANS]]
    drawn.attrs = {**shown.attrs, "alt": _alt(frame, y_label, title)}
    return axes, drawn


_KEY = "Mean of sessions at each minute, with its 95% limits; n: patients."
_SPARSE = "Faint lines: no reading between minutes far apart."
_ASIDE = 1.2  # minutes by which groups stand beside each other
_FAR = 45  # minutes between readings over which a line is a guess


def _draw(ax: Axes, rows: pd.DataFrame, mark: Mark, *, aside: float) -> None:
    """Draw one line with bars for its limits, which stand beside those of other groups."""
    at = rows["minute"].to_numpy(dtype=float) + aside
    mean, low, high = (rows[name].to_numpy(dtype=float) for name in _MEANS)
    for k, far in enumerate(np.diff(at) > _FAR):
        pair = slice(k, k + 2)
        width, alpha = (0.8, 0.55) if far else (1.8, 1.0)
        line = ax.plot(at[pair], mean[pair], color=mark.color, linestyle=mark.line, zorder=3)[0]
        line.set(linewidth=width, alpha=alpha)
    ax.plot(at, mean, mark.marker, color=mark.color, markersize=5.5, zorder=4)
    ax.vlines(at, low, high, color=mark.color, linewidth=1.4, zorder=2)


def _sparse(frame: pd.DataFrame) -> str:
    """Explain faint lines where there are any."""
    gaps = frame["minute"].groupby(frame["group"].to_numpy()).diff()
    return _SPARSE if gaps.gt(_FAR).any() else ""


def _y(table: CountedTable) -> str:
    """Name the vertical axis."""
    parameter, unit = table.stated["parameter"], _unit(table)
    what = "Mean change of" if table.stated["measure"] == "change" else "Mean"
    since = " from before the dose" if table.stated["measure"] == "change" else ""
    return f"{what} {_NAMES[parameter]}{since} ({unit})"


def _unit(table: CountedTable) -> str:
    """Write the unit for readers."""
    unit = UNITS[table.stated["parameter"]]
    return {"{score}": "points", "mm[Hg]": "mm Hg", "/min": "per minute"}.get(unit, unit)


def _name_lines(ax: Axes, frame: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Name the lines at their ends, with the patients of each."""
    ends, named = {}, {}
    for name, rows in groups_of(frame.dropna(subset=["mean"])):
        label = f"{name} ({_n(rows)})"
        ends[label] = (float(rows["minute"].iloc[-1]), float(rows["mean"].iloc[-1]))
        named[label] = marks[name]
    end_labels(ax, ends, named, with_markers=True)


def _n(rows: pd.DataFrame) -> str:
    """Write the number of patients of a group: that of the minute with most of them."""
    texts = rows["patients"].astype(str)
    counts = pd.to_numeric(texts.str.replace(",", ""), errors="coerce")
    if counts.isna().all():
        return f"n {texts.iloc[0]}"
    return f"n = {texts.iloc[int(counts.fillna(0).argmax())]}"


def _extreme(rows: pd.DataFrame, table: CountedTable) -> pd.Series:
    """Take the row at which the acute effect is largest."""
    later = rows[rows["minute"].gt(0)].dropna(subset=["mean"])
    if later.empty:
        return pd.Series(dtype=float)
    falls = table.stated["parameter"] in _FALLS
    place = later["mean"].argmin() if falls else later["mean"].argmax()
    return later.iloc[int(place)]


def _message(frame: pd.DataFrame, table: CountedTable) -> str:
    """Say in one line when the acute effect is largest, in the group in which it is."""
    peaks = {
        name: row for name, rows in groups_of(frame) if not (row := _extreme(rows, table)).empty
    }
    if not peaks:
        return "No minute has enough patients to show a mean"
    falls = table.stated["parameter"] in _FALLS
    name = (min if falls else max)(peaks, key=lambda key: float(peaks[key]["mean"]))
    what = _NAMES[table.stated["parameter"]]
    size, minute = float(peaks[name]["mean"]), int(peaks[name]["minute"])
    if table.stated["measure"] == "value":
        end = "Lowest" if falls else "Highest"
        return f"{end} mean {what}: {written(size, 1)} at {minute} minutes ({name})"
    move = "fall" if falls else "rise"
    if (size > 0) == falls:
        return f"On average there is no {move} of {what}"
    much = f"{written(abs(size), 1)} {_unit(table)}"
    return f"Largest mean {move} of {what}: {much} at {minute} minutes ({name})"


def _hidden(frame: pd.DataFrame, table: CountedTable) -> str:
    """Say what is missing because of small numbers, or that counts are true."""
    policy = table.statement.policy
    if policy.confidential:
        return CONFIDENTIAL
    if frame["mean"].notna().all():
        return ""
    return f"Means of fewer than {policy.minimum_count} patients are not shown."


def _alt(frame: pd.DataFrame, y_label: str, title: str) -> str:
    """Describe the lines from what is drawn."""
    names = list(dict.fromkeys(frame["group"]))
    parts = [f"Line chart over minutes with a line for each group ({', '.join(names)}): {y_label}."]
    for name, rows in groups_of(frame):
        known = rows.dropna(subset=["mean"])
        if known.empty:
            parts.append(f"{name}: not shown, {_n(rows)}.")
            continue
        each = [
            f"{written(mean, 1)} ({written(low, 1)} to {written(high, 1)}) at {minute}"
            if np.isfinite(low)
            else f"{written(mean, 1)} at {minute}"
            for minute, mean, low, high in known[["minute", *_MEANS]].itertuples(index=False)
        ]
        parts.append(f"{name}, {_n(rows)}: {', '.join(each)} min.")
    return " ".join([*parts, f"Conclusion: {title}."])
