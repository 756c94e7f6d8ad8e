"""What a report hid: per table, counts shown, hidden as small, and hidden for others."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Ledger, Policy
from analysis.disclosure.record import Record
from analysis.tables import Column, TableResult

__all__ = ["suppression_log"]

_COLUMNS = {
    "cells": "Counts",
    "shown": "Shown",
    "small": "Hidden as small",
    "others": "Hidden for others",
}
_ALL = "All tables"
_MEANING = (
    "Small: under the least count that may be shown. For others: it would let a small count be "
    "worked out, in the same table, another one of this report, or an earlier release. Percentages "
    "and estimates that rest on a hidden count are hidden with it and not counted here."
)


def suppression_log(ledger: Ledger, *, policy: Policy = RELEASE) -> TableResult:
    """Count per table what the present release showed and hid.

    Parameters
    ----------
    ledger : Ledger
        Of the release in the making: what all tables told so far. Files that were noted have no
        counts and no row.
    policy : Policy
        By which counts were hidden.

    Returns
    -------
    TableResult
        A row per table, in the order in which they were made, those of one name together, and one
        for all; a sentence under it.
        The numbers are of cells, not of patients.

    Examples
    --------
    >>> from analysis.disclosure import suppress_counts
    >>> from analysis.disclosure.ledger import recording
    >>> with recording(Ledger(release="2026-11")) as ledger:
    ...     made = suppress_counts(
    ...         pd.DataFrame({"n": [4, 25, 60]}, index=["IM", "nasal", "IV"]),
    ...         column_totals=True, about="patients by route")
    >>> suppression_log(ledger).inline("patients by route", "Hidden for others")
    '1'
    """
    told = [record for record in ledger.present() if record.counts]
    rows = [
        {"label": record.about.replace(" by nothing", ""), **_numbers(record)} for record in told
    ]
    frame = _once_per_label(pd.DataFrame(rows, columns=["label", *_COLUMNS]))
    total = {name: int(frame[name].sum()) for name in _COLUMNS}
    frame = pd.concat([frame, pd.DataFrame([{"label": _ALL, **total}])], ignore_index=True)
    texts = {name: [f"{n:,}" for n in frame[name].astype(int)] for name in _COLUMNS}
    return TableResult(
        title="What was hidden, and why",
        frame=frame[["label"]].assign(group="", **texts).astype("string"),
        columns=tuple(Column(key=name, label=label) for name, label in _COLUMNS.items()),
        notes=(_in_words(total, len(told)), policy.rule, _MEANING),
        policy=policy,
        stub="Table",
    )


def _once_per_label(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up tables of one name, such as those of each quality measure, and say how many."""
    by_label = frame.groupby("label", sort=False)
    together = by_label[[*_COLUMNS]].sum().reset_index()
    times = by_label.size().to_numpy()
    names = [
        label if n == 1 else f"{label} ({n} tables)"
        for label, n in zip(together["label"], times, strict=True)
    ]
    return together.assign(label=names)


def _numbers(record: Record) -> dict[str, int]:
    """Count the cells of one table by what became of them."""
    printed = [name for name in record.counts if name not in record.not_shown]
    shown = sum(map(record.tells, printed))
    others = sum(record.shown[name] == HIDDEN for name in printed)
    return {
        "cells": len(printed),
        "shown": shown,
        "small": len(printed) - shown - others,
        "others": others,
    }


def _in_words(total: dict[str, int], tables: int) -> str:
    """Say in one sentence what was hidden."""
    if not tables:
        return "No table of counts was made."
    return (
        f"Of {total['cells']:,} counts in {tables} tables {total['shown']:,} are shown, "
        f"{total['small']:,} are hidden because they are small, and {total['others']:,} because "
        "they would let a small one be worked out."
    )
