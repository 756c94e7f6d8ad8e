"""Draw model means over visits with their uncertainty, observed means and numbers of patients."""

from __future__ import annotations

from typing import Literal, Unpack

import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import RELEASE, Members, Policy, require_releasable
from analysis.disclosure.columns import group_texts
from analysis.errors import ColumnError
from analysis.figures.axis import Places, groups_of, place_visits
from analysis.figures.labels import add_count_rows, add_headings, add_note, end_labels
from analysis.figures.released import describe_points, release_points
from analysis.figures.style import RULE, Mark, Words, house_style, marks_for, new_axes
from analysis.text_numbers import require_number_columns

__all__ = ["plot_trajectory"]

_ESTIMATES = ["estimate", "conf_low", "conf_high", "observed"]
_FEW_BANDS = 2  # more confidence bands than this hide each other
_FEW_LINES = 2  # more than this do not fit into a title one by one


def plot_trajectory(
    means: pd.DataFrame,
    *,
    x: str,
    by: str | None = None,
    observed: pd.DataFrame | None = None,
    better: Literal["lower", "higher"] | None = "lower",
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw model means with their intervals at visits, and how many patients are behind them.

    Parameters
    ----------
    means : pandas.DataFrame
        Columns `x`, `by`, ``estimate, conf_low, conf_high``, and ``n`` unless `observed` has it.
    x : str
        Column of the visit: numbers (weeks, days) or labels in order.
    by : str, optional
        Column of the group; at most six groups.
    observed : pandas.DataFrame, optional
        Observed means, drawn lighter: columns `x`, `by`, ``estimate``, and ``n``.
    better : {"lower", "higher"}, optional
        Direction of the scale, written beside the y label.
    policy : Policy
        Points of fewer than 11 patients are removed, and a note says so.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: `by`, `x`, ``n`` (text), ``estimate, conf_low,
        conf_high, observed``; ``attrs["alt"]`` describes the figure in words.

    Raises
    ------
    ColumnError
        When a column is absent, or nothing says how many patients are behind a mean.
    DisclosureError
        When a frame holds single patients.
    """
    frame = release_points(
        _collect(means, x=x, by=by, observed=observed),
        _ESTIMATES,
        policy,
        by=by,
        members=Members.of(means),
    )
    places = place_visits(frame["visit"])
    marks = marks_for(list(dict.fromkeys(frame["group"])))
    title = words.get("title") or _message(frame)
    with house_style():
        axes = new_axes(ax, height=4.2 + 0.18 * len(marks))
        for name, mark in marks.items():
            rows = frame[frame["group"].eq(name)]
            _draw(axes, rows, places, mark, crowded=len(marks) > _FEW_BANDS)
        places.label(axes, words.get("x_label", x.replace("_", " ").capitalize()))
        axes.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        _write(axes, frame, places, marks, {**words, "title": title, "y_label": _y(words, better)})
    shown = frame.rename(columns={"group": by or "group", "visit": x})
    shown = shown if by else shown.drop(columns="group")
    shown.attrs["alt"] = _alt(frame, places, title, words)
    return axes, shown


def _collect(
    means: pd.DataFrame, *, x: str, by: str | None, observed: pd.DataFrame | None
) -> pd.DataFrame:
    """Put model means, observed means and numbers of patients side by side."""
    keys = [*([by] if by else []), x]
    _require(means, [*keys, "estimate", "conf_low", "conf_high"])
    given = require_releasable(means)
    if observed is not None:
        _require(require_releasable(observed), [*keys, "estimate"])
        extra = [c for c in ("n",) if c in observed.columns and c not in means.columns]
        right = observed[[*keys, "estimate", *extra]].rename(columns={"estimate": "observed"})
        given = given.merge(right, on=keys, how="left", sort=False)
    if "n" not in given.columns:
        raise ColumnError(
            "Neither means nor observed has a column n. Add the number of patients behind each "
            "point, so that small groups can be left out."
        )
    require_number_columns(given, ["n", *(e for e in _ESTIMATES if e in given.columns)])
    frame = pd.DataFrame(
        {
            "group": group_texts(given[by]).to_numpy() if by else "",
            "visit": given[x],
            "n": given["n"].fillna(0).astype(int),
        }
    )
    numbers = given.reindex(columns=_ESTIMATES).astype(float)
    return pd.concat([frame, numbers], axis=1).reset_index(drop=True)


def _require(frame: pd.DataFrame, names: list[str]) -> None:
    """Refuse a frame without the named columns."""
    if not set(names) <= set(frame.columns):
        raise ColumnError(f"plot_trajectory needs the columns {', '.join(names)}.")


def _draw(ax: Axes, rows: pd.DataFrame, places: Places, mark: Mark, *, crowded: bool) -> None:
    """Draw one group: a band, a line with markers, and the observed means as hollow points.

    Where bands lie over each other they are faint and have edges, so that each can be followed.
    """
    at = places.of(rows["visit"])
    estimate = rows["estimate"].to_numpy()
    low, high = rows["conf_low"].to_numpy(), rows["conf_high"].to_numpy()
    ax.fill_between(at, low, high, color=mark.color, alpha=0.06 if crowded else 0.16, linewidth=0)
    if crowded:
        for edge in (low, high):
            ax.plot(at, edge, color=mark.color, linestyle=mark.line, linewidth=0.7, alpha=0.6)
    ax.plot(at, estimate, color=mark.color, linestyle=mark.line, linewidth=2, zorder=3)
    ax.plot(at, estimate, mark.marker, color=mark.color, markersize=6, zorder=4)
    if rows["observed"].notna().any():
        ax.plot(
            at,
            rows["observed"].to_numpy(),
            mark.marker,
            markerfacecolor="white",
            markeredgecolor=mark.color,
            markersize=5,
            alpha=0.75,
            zorder=2,
        )


def _y(words: Words, better: str | None) -> str:
    """Write the y label with the direction of the scale."""
    label = words.get("y_label", "Mean")
    return f"{label} ({better} is better)" if better else label


def _write(
    ax: Axes, frame: pd.DataFrame, places: Places, marks: dict[str, Mark], words: Words
) -> None:
    """Write counts under the axis, names beside the lines, headings and notes."""
    rows = {
        name: list(zip(places.of(part["visit"]), part["n"], strict=True))
        for name, part in groups_of(frame)
    }
    down = add_count_rows(ax, rows, heading="Patients with a score", marks=marks)
    has_observed = bool(frame["observed"].notna().any())
    key = (
        "Filled: model mean with 95% confidence band. Hollow: observed mean."
        if has_observed
        else ("Model mean with 95% confidence band.")
    )
    notes = [key, words.get("note", ""), str(frame.attrs["note"])]
    add_note(ax, " ".join(filter(None, notes)), below=down + 4)
    add_headings(
        ax, title=words["title"], subtitle=words.get("subtitle", ""), y_label=words["y_label"]
    )
    known = frame.dropna(subset=["estimate"])
    ends = {
        name: (float(places.of(part["visit"])[-1]), float(part["estimate"].iloc[-1]))
        for name, part in groups_of(known)
        if name
    }
    end_labels(ax, ends, marks)


def _message(frame: pd.DataFrame) -> str:
    """Say in one line how the means moved, or of many groups between which means they ended."""
    known = frame.dropna(subset=["estimate"])
    last = known.groupby("group", sort=False)["estimate"].last()
    if len(last) > _FEW_LINES:
        ends = f"between {last.min():.1f} and {last.max():.1f}".replace("-", "\u2212")
        return f"At the last visit the means lie {ends}"
    parts = []
    for name, rows in groups_of(known):
        moved = f"from {rows['estimate'].iloc[0]:.1f} to {rows['estimate'].iloc[-1]:.1f}"
        parts.append(f"{moved} ({name})" if name else moved)
    if not parts:
        return "No visit has enough patients to show a mean"
    return f"The mean goes {' and '.join(parts)}"


def _alt(frame: pd.DataFrame, places: Places, title: str, words: Words) -> str:
    """Describe the figure from the numbers that are plotted."""
    names = [name for name in dict.fromkeys(frame["group"]) if name]
    who = f" for {len(names)} groups ({', '.join(names)})" if names else ""
    known = frame.dropna(subset=["estimate"])
    what = f"{words.get('y_label', 'mean')}, {places.describe()}"
    low, high = known["estimate"].min(), known["estimate"].max()
    span = f"means from {low:.1f} to {high:.1f}" if len(known) else "no visit has enough patients"
    parts = [f"Line chart of model means with 95% confidence bands{who}: {what}; {span}."]
    parts += describe_points(frame, places)
    return " ".join(filter(None, [*parts, str(frame.attrs["note"]), f"Conclusion: {title}."]))
