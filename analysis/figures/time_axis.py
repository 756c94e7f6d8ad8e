"""What all pictures over time share: the axes, the numbers under the ticks, tests and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.disclosure import CONFIDENTIAL, Policy, is_small
from analysis.disclosure.columns import group_texts
from analysis.errors import DataError
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_count_rows, add_note
from analysis.figures.style import RULE, Mark, Words
from analysis.results import p_value_text

__all__ = [
    "DAYS",
    "HasRiskTable",
    "TestResult",
    "cut_note",
    "describe_lines",
    "describe_picture",
    "describe_test",
    "for_groups",
    "headline",
    "named",
    "released",
    "set_share_axis",
    "set_time_axis",
    "share_text",
    "write_below",
]

DAYS = "Days"


class HasRiskTable(Protocol):
    """What a result must offer to have its numbers under the axis."""

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the group, ``time`` and ``n_risk``."""


class TestResult(Protocol):
    """What a test must offer to be written beside the curves it compares."""

    @property
    def name(self) -> str:
        """What was tested."""

    def tidy(self) -> pd.DataFrame:
        """Return ``p_value``, and ``event`` where there is a test per cause."""

    def glance(self) -> pd.DataFrame:
        """Return ``n``, the number of patients of each group."""


def named(frame: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """Call the column of the lines ``group``, as text; empty where there is one line only."""
    names = group_texts(frame[column]) if column else pd.Series("", index=frame.index)
    rest = frame.drop(columns=[column]) if column else frame
    return rest.assign(group=names.astype("string"))


def set_time_axis(ax: Axes, times: Sequence[float], x_label: str) -> None:
    """Set ticks at the asked times."""
    last = max(times)
    ax.set_xticks(list(times), [f"{time:g}" for time in times])
    ax.set_xlim(-0.02 * last, 1.02 * last)
    ax.set_xlabel(x_label)


def set_share_axis(ax: Axes, top: float = 1.0) -> None:
    """Set an axis of percentages from 0 up to `top`."""
    ax.set_ylim(0, 1.02 * top)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)


def write_below(
    ax: Axes, frame: pd.DataFrame, marks: dict[str, Mark], *, heading: str, notes: Iterable[str]
) -> None:
    """Write the numbers of each group under their ticks, and the notes under the numbers.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    frame : pandas.DataFrame
        ``group, time, n_risk`` (text).
    marks : dict
        Name of each group to how it is drawn.
    heading : str
        What the numbers are.
    notes : iterable of str
        Sentences; empty ones are left out.
    """
    rows = {
        name: list(zip(part["time"].astype(float), part["n_risk"], strict=True))
        for name, part in groups_of(frame)
    }
    down = add_count_rows(ax, rows, heading=heading, marks=marks)
    add_note(ax, " ".join(filter(None, notes)), below=down + 4)


def cut_note(is_cut: bool, policy: Policy) -> str:
    """Say what is hidden.

    Parameters
    ----------
    is_cut : bool
        Whether a curve ends early or leaves steps out.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    str
        One or two sentences.
    """
    if policy.confidential:
        return CONFIDENTIAL
    ends = f"Curves end where fewer than {policy.minimum_count} are at risk. " if is_cut else ""
    return (
        f"{ends}{policy.small_note}; others may be hidden (—) so that these cannot be worked out."
    )


def headline(frame: pd.DataFrame, what: str, words: Words) -> str:
    """Say in one line what the curves show at the last tick that most of them reach.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``group, time, estimate`` at the ticks, and where the estimate is known between bounds
        only, ``estimate_low, estimate_high``.
    what : str
        What the share is of, such as "Free of relapse".
    words : Words
        For the name of the time axis.

    Returns
    -------
    str
        Such as "Free of relapse at 56 days: IM 41%, IV 52%".
    """
    known = frame.dropna(subset=["estimate"])
    known = known[known["time"].gt(0.0)]
    if known.empty:
        return "Too few patients, or too few new ones, to show a curve"
    lines = known.groupby("time")["group"].nunique()
    last = lines[lines.eq(lines.max())].index.max()
    at = {row["group"]: share_text(row) for row in known[known["time"].eq(last)].to_dict("records")}
    names = dict.fromkeys(frame["group"])
    each = [f"{name} {at.get(name, 'not shown')}".strip() for name in names]
    return f"{what} at {last:g} {words.get('x_label', DAYS).lower()}: {', '.join(each)}"


def share_text(row: Mapping[Any, Any]) -> str:
    """Write a share in percent, or the range in which it lies."""
    ends = [100 * row.get(name, row["estimate"]) for name in ("estimate_low", "estimate_high")]
    low, high = (f"{end:.0f}" for end in ends)
    return f"{low}%" if low == high else f"{low} to {high}%"


def describe_lines(frame: pd.DataFrame, *, number: str, told: Iterable[str]) -> list[str]:
    """Describe every line at the ticks in words, and then what else is told.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``group, time, n_risk`` (text) and ``estimate``, as for `headline`.
    number : str
        What ``n_risk`` is, such as "at risk".
    told : iterable of str
        Sentences; a full stop is added where there is none, empty ones are left out.

    Returns
    -------
    list of str
        Sentences.
    """
    parts = []
    for name, rows in groups_of(frame):
        each = [
            f"{share_text(row)} at {row['time']:g} ({number} {row['n_risk']})"
            for row in rows.dropna(subset=["estimate"]).to_dict("records")
        ]
        parts.append(f"{f'{name}: ' if name else ''}{', '.join(each) or 'not shown'}.")
    return parts + [text if text.endswith(".") else f"{text}." for text in told if text]


def describe_picture(opening: str, frame: pd.DataFrame, words: Words, lines: list[str]) -> str:
    """Put the alternative text of a picture over time together.

    Parameters
    ----------
    opening : str
        What is drawn, of whom, and on which scale.
    frame : pandas.DataFrame
        ``time`` of the ticks.
    words : Words
        The title, which is the conclusion, and the name of the time axis.
    lines : list of str
        What `describe_lines` says.

    Returns
    -------
    str
        The text.
    """
    times = frame["time"].astype(float)
    days = words.get("x_label", DAYS).lower()
    first = f"{opening} over {days} {times.min():g} to {times.max():g}."
    return " ".join([first, *lines, f"Conclusion: {words['title']}."])


def for_groups(frame: pd.DataFrame) -> str:
    """Name the groups of a picture, with a blank before; empty where there is one only."""
    names = [name for name in dict.fromkeys(frame["group"]) if name]
    return f" for {len(names)} groups ({', '.join(names)})" if names else ""


def released(frame: pd.DataFrame, column: str | None, alt: str) -> pd.DataFrame:
    """Give the groups their own column name again, and the frame its alternative text."""
    shown = frame.rename(columns={"group": column}) if column else frame.drop(columns="group")
    shown.attrs = {"alt": alt}
    return shown


def describe_test(test: TestResult | None, policy: Policy, event: Any = None) -> str:
    """Write the p-value of a test between the groups of a picture.

    Parameters
    ----------
    test : TestResult, optional
        What `logrank`, `gray_test` or `interval_test` returns.
    policy : Policy
        With a group of fewer patients than its least count the p-value is left out.
    event : hashable
        The cause, where the test has one row per cause.

    Returns
    -------
    str
        Such as "Logrank test: p = 0.032"; empty without a test.

    Raises
    ------
    DataError
        When the test has no row for the cause.
    """
    if test is None:
        return ""
    tidy, sizes = test.tidy(), test.glance()["n"]
    if "event" in tidy.columns:
        tidy = tidy[tidy["event"].eq(event)]
        if tidy.empty:
            raise DataError("The test has no row for the cause that is drawn. Test that cause too.")
    name = test.name.split(" of ")[0]
    if is_small(sizes, policy).any():
        return f"{name}: not shown, a group has fewer than {policy.minimum_count} patients"
    text = p_value_text(tidy["p_value"].iloc[0])
    return f"{name}: p {text}" if text.startswith("<") else f"{name}: p = {text}"
