"""Draw marginal means of a model with their intervals over visits or levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, require_releasable
from analysis.errors import ColumnError, DataError
from analysis.figures.axis import Places, groups_of, place_visits
from analysis.figures.labels import (
    add_count_rows,
    add_headings,
    add_note,
    below_axis,
    end_labels,
    written,
)
from analysis.figures.released import describe_points, release_points
from analysis.figures.style import RULE, Mark, Words, house_style, marks_for, new_axes
from analysis.results import check_conf_level

if TYPE_CHECKING:
    from analysis.mixed import MarginalMeans
from analysis.text_numbers import require_number_columns

__all__ = ["plot_marginal_means"]

_ESTIMATES = ["estimate", "conf_low", "conf_high"]
_STEP = 0.09  # between groups at one place, as a share of the distance between places
_NO_COUNTS = "Numbers of patients were not given, so that no point was left out for few of them."


def plot_marginal_means(
    means: MarginalMeans,
    *,
    x: str | None = None,
    counts: pd.DataFrame | None = None,
    better: Literal["lower", "higher"] | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw marginal means as points with intervals, groups side by side at each visit or level.

    Parameters
    ----------
    means : MarginalMeans
        What ``fit.marginal_means`` returns.
    x : str, optional
        Column on the x axis; all others together are the group, at most six. When left out: the
        first column of ``by``, else the last one compared.
    counts : pandas.DataFrame, optional
        Patients observed, written under the axis: the columns of the means, and ``n``.
    better : {"lower", "higher"}, optional
        Direction of the scale, written beside the y label.
    conf_level : float
        Two-sided coverage of the intervals.
    policy : Policy
        With `counts`, points of fewer than 11 patients are removed, and a note says so.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: the columns of the group, `x`, ``n`` (text, with
        `counts`), ``estimate, conf_low, conf_high``; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When `x` is no column of the means, or `counts` lacks a column.
    DataError
        When there are more than six groups, or `counts` has two rows for a mean.

    Notes
    -----
    Lines join the means of a group where there are groups; levels without groups have no order.
    """
    check_conf_level(conf_level)
    names = [*means.specs, *means.by]
    x = x or (means.by[0] if means.by else means.specs[-1])
    if x not in names:
        raise ColumnError(f"The x axis takes one column of the means: {', '.join(names)}.")
    keys = [*(name for name in names if name != x), x]
    tidy = means.tidy(conf_level)
    frame = _collect(tidy, keys, counts)
    frame = _release(frame, policy, counted=counts is not None)
    places, marks = place_visits(frame["visit"]), marks_for(list(dict.fromkeys(frame["group"])))
    level = f"{100 * conf_level:g}%"
    words = {**words, "x_label": words.get("x_label", x.replace("_", " ").capitalize())}
    words["title"] = words.get("title") or _message(frame, places, words["x_label"])
    words["y_label"] = f"{words.get('y_label', 'Mean')}{f' ({better} is better)' if better else ''}"
    with house_style():
        axes = new_axes(ax, height=4.2 + 0.18 * len(marks))
        _set_axes(axes, places, marks, words["x_label"])
        for turn, (name, rows) in enumerate(groups_of(frame)):
            _draw(axes, rows, _at(places, rows, turn, len(marks)), marks[name])
        _write(axes, frame, places, marks, words, level)
    shown = pd.concat([tidy[keys].reset_index(drop=True), frame[["n", *_ESTIMATES]]], axis=1)
    shown = shown if counts is not None else shown.drop(columns="n")
    shown.attrs["alt"] = _alt(frame, places, words, level)
    return axes, shown


def _collect(tidy: pd.DataFrame, keys: list[str], counts: pd.DataFrame | None) -> pd.DataFrame:
    """Put the group, the place on the axis and the number of patients beside each mean."""
    texts = _texts(tidy, keys)
    group = [", ".join(parts) for parts in zip(*(texts[name] for name in keys[:-1]), strict=True)]
    frame = pd.DataFrame(
        {"group": pd.Series(group or [""] * len(tidy), dtype="string"), "n": pd.NA}
    ).assign(visit=tidy[keys[-1]].array, **{name: tidy[name].to_numpy() for name in _ESTIMATES})
    if counts is None:
        return frame
    if not {*keys, "n"} <= set(require_releasable(counts).columns):
        raise ColumnError(f"counts needs the columns {', '.join([*keys, 'n'])}.")
    require_number_columns(counts, ["n"])
    given = _texts(counts, keys).assign(n=counts["n"].to_numpy())
    if given.duplicated(keys).any():
        raise DataError(
            f"counts has more than one row for a mean; it takes one per {' and '.join(keys)}."
        )
    n = texts.merge(given, on=keys, how="left", sort=False)["n"]
    return frame.assign(n=n.fillna(0).astype(int).to_numpy())


def _texts(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Write levels as text, so that 28 and 28.0 and categories meet."""
    return pd.DataFrame({name: [Places.name(value) for value in frame[name]] for name in keys})


def _release(frame: pd.DataFrame, policy: Policy, *, counted: bool) -> pd.DataFrame:
    """Remove points of few patients where their numbers are known."""
    if counted:
        return release_points(frame, _ESTIMATES, policy)
    uncounted = frame.assign(n="")
    uncounted.attrs["note"] = CONFIDENTIAL if policy.confidential else _NO_COUNTS
    return uncounted


def _gap(places: Places) -> float:
    """Return the smallest distance between places."""
    at = np.unique(list(places.place_of.values()))
    return float(np.diff(at).min()) if len(at) > 1 else 1.0


def _at(places: Places, rows: pd.DataFrame, turn: int, n_groups: int) -> np.ndarray:
    """Put the points of a group beside those of the others."""
    return places.of(rows["visit"]) + (turn - (n_groups - 1) / 2) * _STEP * _gap(places)


def _set_axes(ax: Axes, places: Places, marks: dict[str, Mark], x_label: str) -> None:
    """Set ticks and leave room for the groups that stand beside the outer ones."""
    places.label(ax, x_label)
    at = list(places.place_of.values())
    beside = (len(marks) / 2 * _STEP + 0.1 if "" not in marks else 0.5) * _gap(places)
    room = max(beside, 0.04 * (max(at) - min(at)))
    ax.set_xlim(min(at) - room, max(at) + room)
    ax.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)


def _draw(ax: Axes, rows: pd.DataFrame, at: np.ndarray, mark: Mark) -> None:
    """Draw one group: intervals with caps, points, and a line where there are groups."""
    known = rows["estimate"].notna().to_numpy()
    estimate, low, high = (rows[name].to_numpy(dtype=float)[known] for name in _ESTIMATES)
    at = at[known]
    ax.vlines(at, low, high, color=mark.color, linewidth=1.6, zorder=3)
    for ends in (low, high):
        ax.plot(at, ends, "_", color=mark.color, markersize=7, markeredgewidth=1.6, zorder=3)
    if rows["group"].iloc[0]:
        ax.plot(at, estimate, color=mark.color, linestyle=mark.line, linewidth=1.4, zorder=2)
    ax.plot(at, estimate, mark.marker, color=mark.color, markersize=6.5, zorder=4)


def _write(
    ax: Axes,
    frame: pd.DataFrame,
    places: Places,
    marks: dict[str, Mark],
    words: Words,
    level: str,
) -> None:
    """Write counts under the axis, names beside the last points, headings and notes."""
    down = below_axis(ax) + 6
    if frame["n"].ne("").any():
        rows = {
            name: list(zip(places.of(part["visit"]), part["n"], strict=True))
            for name, part in groups_of(frame)
        }
        down = add_count_rows(ax, rows, heading="Patients observed", marks=marks) + 4
    notes = [f"Points: marginal means of the model. Lines: {level} confidence intervals."]
    notes += [words.get("note", ""), str(frame.attrs["note"])]
    add_note(ax, " ".join(filter(None, notes)), below=down)
    add_headings(
        ax, title=words["title"], subtitle=words.get("subtitle", ""), y_label=words["y_label"]
    )
    ends = {}
    for name, part in groups_of(frame.dropna(subset=["estimate"])):
        if name:  # right of all groups, so that no name lies on another group's interval
            at = _at(places, part, len(marks) - 1, len(marks))
            ends[name] = (float(at[-1]), float(part["estimate"].iloc[-1]))
    end_labels(ax, ends, marks, with_markers=True)


def _message(frame: pd.DataFrame, places: Places, x_label: str) -> str:
    """Say in one line which means are the last, or between which they lie."""
    known = frame.dropna(subset=["estimate"])
    if known.empty:
        return "No mean has enough patients to be shown"
    if not known["group"].iloc[0]:
        low, high = known["estimate"].min(), known["estimate"].max()
        return f"Model means lie between {written(low, 1)} and {written(high, 1)}"
    last = max(known["visit"], key=lambda visit: places.place_of[visit])
    rows = known[known["visit"].eq(last)]
    each = [f"{g} {written(e, 1)}" for g, e in zip(rows["group"], rows["estimate"], strict=True)]
    unit = f"{x_label.lower()} " if pd.api.types.is_number(last) else ""
    return f"Model means at {unit}{places.name(last)}: {', '.join(each)}"


def _alt(frame: pd.DataFrame, places: Places, words: Words, level: str) -> str:
    """Describe the figure from the numbers that are plotted."""
    names = [name for name in dict.fromkeys(frame["group"]) if name]
    who = f" for {len(names)} groups ({', '.join(names)})" if names else ""
    known = frame["estimate"].dropna()
    span = f"means from {known.min():.1f} to {known.max():.1f}" if len(known) else "no mean shown"
    levels = [places.name(visit) for visit in places.place_of]
    what = f"{words['y_label']}; {words['x_label']}: {', '.join(levels)}; {span}"
    parts = [f"Points of marginal means with {level} confidence intervals{who}: {what}."]
    parts += describe_points(frame, places)
    return " ".join([*filter(None, [*parts, str(frame.attrs["note"])]), _conclusion(words)])


def _conclusion(words: Words) -> str:
    return f"Conclusion: {words['title']}."
