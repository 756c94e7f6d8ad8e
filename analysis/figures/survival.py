"""Draw survival curves with confidence bands and the numbers at risk under the axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, cut_curve, suppress_risk_table
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_count_rows, add_headings, add_note, end_labels
from analysis.figures.style import RULE, Mark, Words, house_style, marks_for, new_axes

__all__ = ["CurveResult", "plot_survival"]

FloatArray = npt.NDArray[np.float64]


class CurveResult(Protocol):
    """What a survival result must offer to be drawn."""

    def curve(self) -> pd.DataFrame:
        """Return every step: the group, ``time, n_risk, estimate, conf_low, conf_high``."""

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the group, ``time`` and ``n_risk``, those with T >= time."""


def plot_survival(
    curve: CurveResult,
    *,
    times: Sequence[float],
    by: str | None = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw survival curves as steps, with bands, and the risk table aligned to the ticks.

    Curves end where fewer than 11 patients are at risk. There are no marks for censored times,
    which would show single patients.

    Parameters
    ----------
    curve : CurveResult
        For example what `kaplan_meier` returns.
    times : sequence of float
        Ticks of the time axis and columns of the risk table.
    by : str, optional
        Column of the group; found by itself when the result has one.
    policy : Policy
        The least count that may be shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the numbers that may be released: the group, ``time, n_risk`` (text),
        ``estimate, conf_low, conf_high`` at `times`; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When the curve lacks a column.
    DataError
        For more than six groups.
    """
    steps = curve.curve()
    group = by if by is not None else _group_column(steps)
    cut = _named(cut_curve(steps, by=group, policy=policy), group)
    risk = suppress_risk_table(curve.risk_table(times), by=group, policy=policy)
    risk = _named(risk, group)
    marks = marks_for(list(dict.fromkeys(risk["group"])))
    frame = pd.concat([_at_ticks(cut, risk, name) for name in marks], ignore_index=True)
    frame.attrs["cut"] = len(cut) < len(steps)
    title = words.get("title") or _message(frame, words)
    with house_style():
        axes = new_axes(ax, height=4.2 + 0.18 * len(marks))
        for name, mark in marks.items():
            _draw(axes, cut[cut["group"].eq(name)], mark)
        _set_axes(axes, times, words.get("x_label", _DAYS))
        _write(axes, cut, frame, marks, {**words, "title": title}, policy)
    alt = _alt(frame, title, words, policy)
    shown = frame.rename(columns={"group": group}) if group else frame.drop(columns="group")
    shown.attrs = {"alt": alt}
    return axes, shown


_EVENT_FREE, _DAYS = "Free of the event", "Days"
_STANDARD = {
    "time",
    "n_risk",
    "n_event",
    "n_censored",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
}


def _group_column(steps: pd.DataFrame) -> str | None:
    """Find the column of the group, if there is one."""
    others = [str(name) for name in steps.columns if name not in _STANDARD]
    return others[0] if others else None


def _named(frame: pd.DataFrame, group: str | None) -> pd.DataFrame:
    """Call the column of the group ``group``, as text; empty where there is none."""
    names = frame[group].astype("string") if group else pd.Series("", index=frame.index)
    rest = frame.drop(columns=[group]) if group else frame
    return rest.assign(group=names.astype("string"))


def _at_ticks(cut: pd.DataFrame, risk: pd.DataFrame, name: str) -> pd.DataFrame:
    """Read the cut curve of one group at the ticks, beside the numbers at risk."""
    steps, ticks = cut[cut["group"].eq(name)], risk[risk["group"].eq(name)]
    asked = ticks["time"].to_numpy(float)
    place = np.searchsorted(steps["time"].to_numpy(float), asked, side="right")
    ended = asked > (steps["time"].max() if len(steps) else 0.0)
    columns = {
        column: np.where(ended, np.nan, np.append(1.0, steps[column].to_numpy(float))[place])
        for column in ("estimate", "conf_low", "conf_high")
    }
    table = ticks[["group", "time", "n_risk"]].assign(**columns)
    return table.reset_index(drop=True)


def _draw(ax: Axes, steps: pd.DataFrame, mark: Mark) -> None:
    """Draw one curve from time 0, with its band."""
    time = np.append(0.0, steps["time"].to_numpy(float))
    estimate, low, high = (
        np.append(1.0, steps[column].to_numpy(float))
        for column in ("estimate", "conf_low", "conf_high")
    )
    ax.fill_between(time, low, high, step="post", color=mark.color, alpha=0.14, linewidth=0)
    ax.step(time, estimate, where="post", color=mark.color, linestyle=mark.line, linewidth=2)


def _set_axes(ax: Axes, times: Sequence[float], x_label: str) -> None:
    """Set ticks at the times of the risk table and a percentage axis from 0 to 100."""
    last = max(times)
    ax.set_xticks(list(times), [f"{time:g}" for time in times])
    ax.set_xlim(-0.02 * last, 1.02 * last)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)


def _write(
    ax: Axes,
    cut: pd.DataFrame,
    frame: pd.DataFrame,
    marks: dict[str, Mark],
    words: Words,
    policy: Policy,
) -> None:
    """Write the risk table, names of curves, headings and notes."""
    rows = {
        name: list(zip(part["time"].astype(float), part["n_risk"], strict=True))
        for name, part in groups_of(frame)
    }
    down = add_count_rows(ax, rows, heading="Number at risk", marks=marks)
    notes = ["Band: 95% confidence, pointwise.", words.get("note", "")]
    notes.append(_cut_note(bool(frame.attrs["cut"]), policy))
    add_note(ax, " ".join(filter(None, notes)), below=down + 4)
    add_headings(
        ax,
        title=words["title"],
        subtitle=words.get("subtitle", ""),
        y_label=words.get("y_label", _EVENT_FREE),
    )
    seen = cut[cut["time"].le(ax.get_xlim()[1])]
    ends = {
        name: (float(part["time"].iloc[-1]), float(part["estimate"].iloc[-1]))
        for name, part in groups_of(seen)
        if name
    }
    end_labels(ax, ends, marks)


def _cut_note(is_cut: bool, policy: Policy) -> str:
    """Say what is hidden."""
    if policy.confidential:
        return CONFIDENTIAL
    ends = f"Curves end where fewer than {policy.minimum_count} are at risk. " if is_cut else ""
    return (
        f"{ends}Numbers under {policy.minimum_count} are hidden ({policy.small_text}); others may "
        "be hidden (—) so that they cannot be worked out."
    )


def _message(frame: pd.DataFrame, words: Words) -> str:
    """Say in one line what the curves show at the last tick that all of them reach."""
    known = frame.dropna(subset=["estimate"])
    counts = known.groupby("time")["group"].nunique()
    common = counts[counts.eq(frame["group"].nunique())].index
    if not len(common):
        return "Too few patients are at risk to show a curve"
    at = known[known["time"].eq(common.max())]
    shares = [f"{100 * estimate:.0f}%" for estimate in at["estimate"]]
    each = [f"{name} {share}".strip() for name, share in zip(at["group"], shares, strict=True)]
    what = words.get("y_label", _EVENT_FREE)
    when = f"{common.max():g} {words.get('x_label', _DAYS).lower()}"
    return f"{what} at {when}: {', '.join(each)}"


def _alt(frame: pd.DataFrame, title: str, words: Words, policy: Policy) -> str:
    """Describe the figure from the numbers that may be released."""
    names = [name for name in dict.fromkeys(frame["group"]) if name]
    who = f" for {len(names)} groups ({', '.join(names)})" if names else ""
    times = frame["time"].astype(float)
    parts = [
        (
            f"Survival curve (Kaplan-Meier) with 95% confidence bands{who}: "
            f"{words.get('y_label', _EVENT_FREE)}, 0 to 100%, over "
            f"{words.get('x_label', _DAYS).lower()} {times.min():g} to {times.max():g}."
        )
    ]
    for name, rows in groups_of(frame):
        each = [
            f"{100 * row['estimate']:.0f}% at {row['time']:g} (at risk {row['n_risk']})"
            for row in rows.dropna(subset=["estimate"]).to_dict("records")
        ]
        parts.append(f"{f'{name}: ' if name else ''}{', '.join(each) or 'not shown'}.")
    parts += [_cut_note(bool(frame.attrs["cut"]), policy), f"Conclusion: {title}."]
    return " ".join(parts)
