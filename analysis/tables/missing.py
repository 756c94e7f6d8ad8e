"""Tables of missing scores: who is still there, and what the results rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy, hide_coefficients
from analysis.errors import DataError
from analysis.missing import TippingPoint
from analysis.tables.counted import Cell, counted_table
from analysis.tables.estimates import estimates_table
from analysis.tables.result import TableResult

__all__ = ["assumptions_table", "change_if_worse_table", "retention_table"]

_RETENTION = ("visit", "started", "share", "due", "remaining", "conf_low", "conf_high")


def retention_table(
    kept: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show the share of patients who are still there at each planned visit that is due.

    Parameters
    ----------
    kept : CountedTable
        What `retention` returns; its policy decides what is shown.
    labels : mapping of str to str, optional
        Words for groups and visits.
    title : str
        Title; that of the result when left out.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        A row per visit, grouped where there are groups. In what may leave a share that would
        tell a small number is a bound, such as "≥90%".

    Examples
    --------
    >>> from analysis.missing import retention
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> kept = retention(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> retention_table(kept).inline("week 8", "Still there")
    '72%'
    """
    shown = kept.shown
    group = next((str(name) for name in shown.columns if name not in _RETENTION), "")
    cells = [Cell(label="Started", key="started")]
    cells += [
        Cell(label=name.capitalize(), key=name) for name in ("due", "remaining") if name in shown
    ]
    cells += [Cell(label="Still there", key="share"), Cell(label="95% CI", key="ci")]
    limits = [
        _limits(low, high) for low, high in zip(shown["conf_low"], shown["conf_high"], strict=True)
    ]
    frame = shown.assign(ci=limits)
    frame.attrs = dict(shown.attrs)
    statement = replace(kept.statement, frame=frame)
    return counted_table(
        replace(kept, statement=statement),
        cells,
        label="visit",
        group=group,
        labels=labels,
        title=title,
        notes=[*notes, *kept.notes[:-1], "CI, confidence interval."],
    )


def _limits(low: float, high: float) -> str:
    """Write limits in percent."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{100 * low:.0f}% to {100 * high:.0f}%"


_ASSUMED = (
    Cell(label="Started", key="started"),
    Cell(label="Evaluable", key="evaluable"),
    Cell(label="Observed", key="observed"),
    Cell(label="With outcome", key="n", of="observed"),
    Cell(label="% (95% CI)", key="estimate", limits=("conf_low", "conf_high"), per=100, digits=1),
)
_MEANINGS = {
    "observed": "only those with a score",
    "missing as no (non-responder imputation)": "everybody without a score counted as without",
    "missing as yes": "everybody without a score counted as with",
}


def assumptions_table(
    outcomes: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show shares under each assumption about those without a score.

    Parameters
    ----------
    outcomes : CountedTable
        What `response_under_missingness` returns, not split by groups; its policy decides what
        is shown.
    labels : mapping of str to str, optional
        Words for measures and assumptions.
    title : str
        Title; that of the result when left out.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        Rows of a measure together; the truth lies between the last two of each.

    Examples
    --------
    >>> from analysis.missing import response_under_missingness
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = response_under_missingness(
    ...     read_study(example_folder("clinic-network")), "PHQ-9", visit="week 4")
    >>> assumptions_table(found).inline(("Response", "only those with a score"), "% (95% CI)")
    '45.3 (40.1 to 50.6)'
    """
    names = outcomes.shown["measure"].astype(str)
    measures = {name: name.replace("_", " ").capitalize() for name in names}
    return counted_table(
        outcomes,
        _ASSUMED,
        label="assumption",
        group="measure",
        labels={**_MEANINGS, **measures, **(labels or {})},
        title=title,
        notes=[*notes, *outcomes.notes[:-1], "CI, confidence interval."],
    )


def change_if_worse_table(
    tipping: TippingPoint,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "Mean change of all patients, if those who left did worse",
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show the mean change at no, half and all of the points that are thought possible.

    Parameters
    ----------
    tipping : TippingPoint
        What `change_if_worse` returns.
    labels : mapping of str to str, optional
        Words for headings.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.
    policy : Policy
        An estimate that rests on few patients is hidden.

    Returns
    -------
    TableResult
        Rows "as predicted" and "2 points worse", and so on; under it where the conclusion turns.

    Raises
    ------
    DataError
        For a tipping point of several arms, or without plausible bounds.

    Examples
    --------
    >>> from analysis.missing import change_if_worse
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = change_if_worse_table(change_if_worse(study, "PHQ-9", visit="week 4"))
    >>> table.inline("4 points worse", "95% CI")
    '−6.97 to −5.78'
    """
    most = _most(tipping)
    deltas = np.array([[0.0], [most / 2.0], [most]])
    found = tipping.at(deltas).assign(term=[_worse(delta) for delta in deltas[:, 0]])
    tidy = found[["term", "estimate", "std_error", "df", "conf_low", "conf_high"]]
    support = pd.concat([tipping.support().head(1)] * len(found), ignore_index=True)
    held = hide_coefficients(tidy, support.assign(term=tidy["term"]), policy)
    held.attrs["conf_level"] = tipping.conf_level
    told = bool(held["reason"].eq("").all())
    table = estimates_table(
        held,
        labels={"term": "After leaving, scores are", "estimate": "Mean change", **(labels or {})},
        title=title,
        notes=[*notes, _IMPUTED, *([tipping.sentence()] if told else [])],
        policy=policy,
    )
    return _without_reasons(table) if told else table


def _without_reasons(table: TableResult) -> TableResult:
    """Leave out the column of reasons, which is empty where nothing is hidden."""
    return replace(
        table,
        frame=table.frame.drop(columns="reason"),
        columns=tuple(column for column in table.columns if column.key != "reason"),
    )


_IMPUTED = (
    "Scores that are missing are predicted from the baseline and the other scores of the patient; "
    "points are added to those after the last score. No data can tell how those who left did."
)


def _most(tipping: TippingPoint) -> float:
    """Return the most that is thought possible, in the direction that is worse."""
    if len(tipping.arms) > 1 or not tipping.plausible:
        raise DataError(
            "The table is of one change with plausible bounds, as change_if_worse() gives; for "
            "several arms draw the tipping point."
        )
    bounds = np.array(next(iter(tipping.plausible.values())))
    return float(bounds[np.argmax(np.abs(bounds))])


def _worse(delta: float) -> str:
    """Name a row."""
    return f"{abs(delta):g} points worse" if delta else "as predicted"
