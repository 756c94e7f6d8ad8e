"""Table of the charts of clinics: what each shows, could show, and shows falsely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.quality import ClinicCharts
from analysis.quality.charts.clinic_words import signal_words
from analysis.results import counted
from analysis.tables.counted import number_text
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["clinic_charts_table"]

_COLUMNS = {
    "shown": ("Periods shown", False),
    "centre": ("Centre line", True),
    "signal": ("First signal", False),
    "detectable": ("Would show a worsening of", True),
    "false": ("False signal, %", True),
}
_MEANING = (
    "First signal: when the clinic changed, and the rule by which chance does not explain it. "
    "Would show: the least step, lasting from half way on, that gives a signal on 80% of such "
    "charts; no size: no step does, however large. False signal: how often such a chart gives one "
    "though nothing changed."
)


def clinic_charts_table(
    charts: ClinicCharts,
    *,
    title: str = "Charts of clinics over time",
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show for each clinic the periods, the centre line, the first signal, and what would be seen.

    Parameters
    ----------
    charts : ClinicCharts
        What `clinic_charts` returns.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        One row per clinic, in the order of their names.

    Raises
    ------
    DisclosureError
        When the charts were made by another policy.

    Examples
    --------
    >>> from analysis.quality import clinic_charts
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = clinic_charts_table(clinic_charts(study, "mean change"))
    >>> table.inline("clinic-a", "First signal")
    'none: 2 points; 10 are needed to judge runs'
    """
    shown = charts.shown(policy)
    rows = shown.rows
    body = pd.DataFrame(
        {
            "group": "",
            "label": rows["group"],
            "shown": [_periods(row, shown.period) for _, row in rows.iterrows()],
            "centre": [number_text(value, 1) for value in rows["centre"]],
            "signal": [_signal(row) for _, row in rows.iterrows()],
            "detectable": [_step(row) for _, row in rows.iterrows()],
            "false": [number_text(100.0 * rate, 1) for rate in rows["false_signal_rate"]],
        }
    ).astype("string")
    statement = shown.disclosure()
    told = int(shown.chart.judged["value"].notna().sum())
    return TableResult(
        title=title,
        frame=body,
        columns=tuple(Column(key=k, label=w, numeric=n) for k, (w, n) in _COLUMNS.items()),
        notes=(*notes, shown.false_signals, _MEANING, hiding_note(policy)),
        suppression=pd.DataFrame(
            {"status": ["shown", "hidden"], "cells": [told, statement.hidden]}
        ),
        policy=policy,
        stub="Site",
    )


def _periods(row: pd.Series, period: str) -> str:
    """Write how many periods are shown."""
    return f"{row['points']} of {counted(row['periods'], period)}"


def _signal(row: pd.Series) -> str:
    """Write the first signal with its rule, or that there is none and what is lacking."""
    if row["signal"]:
        return f"{signal_words(row['since'], row['direction'], row['meaning'])}: {row['rule']}"
    return f"none: {row['lacking'].removesuffix('.')}" if row["lacking"] else "none"


def _step(row: pd.Series) -> str:
    """Write the step that would be shown, or that none would."""
    return "no size" if np.isnan(row["detectable_step"]) else number_text(row["detectable_step"], 1)
