"""The texts of a control chart's figure: key, notes, false signals, and a description in words."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np
import pandas as pd

from analysis.disclosure import CONFIDENTIAL
from analysis.figures.spc_icons import POINT_MARKS, words_of_assurance, words_of_variation
from analysis.quality import SpcChart
from analysis.quality.charts.words import written_x
from analysis.results import counted

__all__ = ["describe_chart", "figures_after_point", "lettered_notes", "texts_below"]


def lettered_notes(points: pd.DataFrame) -> list[tuple[str, int, str]]:
    """Give every note a letter.

    Parameters
    ----------
    points : pandas.DataFrame
        What is drawn.

    Returns
    -------
    list of (str, int, str)
        Letter, row and text.
    """
    rows = np.flatnonzero(points["note"].ne("").to_numpy())
    letters = [ascii_uppercase[k % 26] * (1 + k // 26) for k in range(len(rows))]
    return [
        (letter, int(row), str(points["note"].iloc[row]))
        for letter, row in zip(letters, rows, strict=True)
    ]


def figures_after_point(points: pd.DataFrame) -> int:
    """Choose decimals by the size of values and lines: about three figures.

    Parameters
    ----------
    points : pandas.DataFrame
        What is drawn.

    Returns
    -------
    int
        Decimals.
    """
    lines = points[["value", "upper", "centre"]].to_numpy(float)
    top = np.nanmax(np.abs(lines)) if not np.isnan(lines).all() else 1.0
    return int(np.clip(2 - np.floor(np.log10(top or 1.0)), 0, 6))


def texts_below(
    points: pd.DataFrame, chart: SpcChart, last: pd.Series, *, note: str, leaves: bool
) -> str:
    """Say what the marks are, where the lines come from, and how often chance gives a signal.

    Parameters
    ----------
    points : pandas.DataFrame
        What is drawn.
    chart : SpcChart
        The chart that is shown.
    last : pandas.Series
        Row of its last part.
    note : str
        The caller's note.
    leaves : bool
        Whether the chart was made for release, or for the inside by a policy.

    Returns
    -------
    str
        One text.
    """
    present = [name for name in POINT_MARKS if points["meaning"].eq(name).any()]
    key = [f"{POINT_MARKS[name][4]} {_signal_word(name)}" for name in present]
    key += ["○ excluded"] if points["excluded"].any() else []
    freeze = chart.plan.freeze
    said = [
        f"{', '.join(key)}." if key else "",
        " ".join(f"{letter}: {text}." for letter, _, text in lettered_notes(points)),
        f"Lines from the first {freeze} points." if freeze else "",
        f"Rules: {_RULES[chart.plan.rules]}.",
        str(last["false_signals"]),
        note,
        _hidden(chart, leaves),
    ]
    return " ".join(filter(None, said))


_RULES = {"anhoej": "Anhøj", "nhs": "NHS “plot the dots”", "ihi": "IHI"}


def _signal_word(meaning: str) -> str:
    """Name a kind of signal."""
    return "signal" if meaning == "change" else f"signal of {meaning}"


def _hidden(chart: SpcChart, leaves: bool) -> str:
    """Say what is hidden, or that nothing is."""
    if not leaves or chart.policy.confidential:
        return CONFIDENTIAL
    hidden = _n_hidden(chart)
    if not hidden:
        return ""
    kind = chart.plan.kind
    few = (
        " Periods with few events are the likelier ones to be hidden: the centre may lie too high."
        if kind.counts_people and not kind.part_of_n
        else ""
    )
    return (
        "Gaps: points that rest on small counts, or would give them away, are not shown, and lines "
        f"do not rest on them.{few}"
    )


def _n_hidden(chart: SpcChart) -> int:
    """Count hidden numbers."""
    return chart.statement.hidden if chart.statement is not None else 0


def describe_chart(points: pd.DataFrame, parts: pd.DataFrame, chart: SpcChart, title: str) -> str:
    """Describe the chart: kind, span, lines of each part, signals by kind, and conclusion.

    Parameters
    ----------
    points, parts : pandas.DataFrame
        What is drawn, and the rows of its parts.
    chart : SpcChart
        The chart that is shown.
    title : str
        The message.

    Returns
    -------
    str
        The alternative text.
    """
    known = points[points["value"].notna()]
    span = f"from {written_x(points['x'].iloc[0])} to {written_x(points['x'].iloc[-1])}"
    said = [f"{chart.title} of {counted(len(known), 'point')} {span}."]
    gaps = len(points) - len(known)
    said += [f"{counted(gaps, 'gap')} without a value."] if gaps else []
    digits = figures_after_point(points)
    said += [_part_words(part, digits, many=len(parts) > 1) for _, part in parts.iterrows()]
    for meaning in POINT_MARKS:
        found = int(points["meaning"].eq(meaning).sum())
        said += [f"{counted(found, 'point')} marked as {_signal_word(meaning)}."] if found else []
    last = parts.iloc[-1]
    said += [f"{words_of_variation(str(last['variation']))}."] if last["variation"] else []
    said += [f"{words_of_assurance(str(last['assurance']))}."] if last["assurance"] else []
    said += [str(parts["false_signals"].iloc[-1])]
    return " ".join([*said, f"Conclusion: {title}."])


def _part_words(part: pd.Series, digits: int, *, many: bool) -> str:
    """Describe the lines of one part."""
    name = f"Part {part['part']}: centre line" if many else "Centre line"
    if np.isnan(part["centre"]):
        return f"{name} not computable."
    limits = [f"{value:.{digits}f}" for value in (part["lower"], part["upper"])]
    told = f", limits {limits[0]} to {limits[1]}" if not np.isnan(part["upper"]) else ""
    return f"{name} {part['centre']:.{digits}f}{told}."
