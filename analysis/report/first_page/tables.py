"""The first page's tables: the numbers that matter, and what changed since the period before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import HIDDEN
from analysis.report.first_page.change import changes
from analysis.report.first_page.headlines import LOSS, NOW, RATE, Headline
from analysis.tables import Column, TableResult
from analysis.tables.result import hiding_note

__all__ = ["headline_table", "period_table"]

_DIFFERENT = (
    "A period is that of the first treatment. The patients of the two are different people, and "
    "those of the earlier one have been treated and followed for longer, which alone can change "
    "what is counted over time. Differences of shares are in percentage points; limits by the "
    "method of Zou and Donner from those of both."
)
_DEFINED = "CI, confidence interval. How each is counted stands under “How it was done”."
_PER_100 = (
    "Limits per 100 sessions take account of sessions of one patient being alike. Where there was "
    "no event, the upper limit says how many there may be."
)


def headline_table(made: Headline, *, title: str = "The numbers that matter") -> TableResult:
    """Show the numbers of this period with their intervals and denominators.

    Parameters
    ----------
    made : Headline
        The numbers.
    title : str
        Title of the table.

    Returns
    -------
    TableResult
        One row per number; ``inline(title of the number, "estimate")``.
    """
    rows = made.shown[made.shown["period"].eq(NOW)]
    body = pd.DataFrame(
        {
            "group": "",
            "label": rows["title"],
            "estimate": [_interval(row) for row in rows.to_dict("records")],
            "counts": [_counts(row) for row in rows.to_dict("records")],
            "of": rows["of"].where(rows["reason"].eq(""), rows["reason"]),
        }
    )
    level = f"{made.conf_level:.0%} CI"
    return TableResult(
        title=title,
        subtitle=f"Outcomes by {made.about}",
        frame=body.astype("string"),
        columns=(
            Column(key="estimate", label="Result", sublabel=f"({level})"),
            Column(key="counts", label="Number"),
            Column(key="of", label="Among", numeric=False),
        ),
        notes=(_DEFINED, *_of_rates(rows), hiding_note(made.policy)),
        policy=made.policy,
        suppression=_log(made),
        stub="",
    )


def period_table(made: Headline, *, title: str = "Since the period before") -> TableResult:
    """Show what changed since the period before, and whether chance may explain it.

    Parameters
    ----------
    made : Headline
        With a period before.
    title : str
        Title of the table.

    Returns
    -------
    TableResult
        One row per number.
    """
    rows = changes(made).to_dict("records")
    body = pd.DataFrame(
        {
            "group": ["" for _ in rows],
            "label": [row["title"] for row in rows],
            "before": [_number(row["before"], row) for row in rows],
            "now": [_number(row["now"], row) for row in rows],
            "change": [row["in_words"] for row in rows],
        }
    )
    return TableResult(
        title=title,
        frame=body.astype("string"),
        columns=(
            Column(key="before", label="Before"),
            Column(key="now", label="Now"),
            Column(
                key="change", label="Change", sublabel=f"({made.conf_level:.0%} CI)", numeric=False
            ),
        ),
        notes=(
            _DIFFERENT,
            hiding_note(made.policy),
        ),
        policy=made.policy,
        suppression=_log(made),
    )


def _log(made: Headline) -> pd.DataFrame:
    """Say how many counts are hidden."""
    return pd.DataFrame({"status": ["hidden"], "cells": [made.n_hidden]})


def _number(value: float, row: Mapping[Hashable, Any]) -> str:
    """Write a share in percent, or a rate."""
    if pd.isna(value):
        return HIDDEN
    return f"{value:.2f} per 100" if row["unit"] == RATE else f"{100 * value:.1f}%"


def _interval(row: Mapping[Hashable, Any]) -> str:
    """Write a result with its limits."""
    numbers = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if any(pd.isna(number) for number in numbers):
        return _at_most(row)
    scale, digits = (1, 2) if row["unit"] == RATE else (100, 1)
    estimate, low, high = (f"{scale * number:.{digits}f}" for number in numbers)
    ends = [f"{scale * float(row[name]):.{digits}f}" for name in ("estimate_low", "estimate_high")]
    estimate = estimate if ends[0] == ends[1] else " to ".join(ends)
    unit = " per 100" if row["unit"] == RATE else "%"
    return f"{estimate}{unit} ({low} to {high})"


def _at_most(row: Mapping[Hashable, Any]) -> str:
    """Say how large a share can be of which the counts that are shown tell only this."""
    least, of = str(row["n"]).removeprefix("<"), str(row["patients"]).replace(",", "")
    if row["unit"] == RATE or least == row["n"] or not (of.isdigit() and int(of)):
        return HIDDEN
    return f"at most {100 * (int(least) - 1) / int(of):.1f}% (bound, no CI)"


def _counts(row: Mapping[Hashable, Any]) -> str:
    """Write how many of how many."""
    if row["reason"] or row["patients"] == HIDDEN == row["n"]:
        return HIDDEN
    if row["measure"] == LOSS:
        known = row["patients"] != HIDDEN
        return f"{row['patients']} followed" if known else HIDDEN
    if row["unit"] == RATE:
        known = row["sessions"] != HIDDEN
        return f"{row['events']} in {row['sessions']} sessions" if known else str(row["events"])
    return f"{row['n']} of {row['patients']}"


def _of_rates(rows: pd.DataFrame) -> tuple[str, ...]:
    """Explain rates, if there are any."""
    if not rows["unit"].eq(RATE).any():
        return ()
    return (_PER_100,)
