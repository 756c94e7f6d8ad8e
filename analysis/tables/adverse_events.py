"""Table of adverse events: how many patients had any, and how many there were per 100 sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.disclosure import CountedTable
from analysis.errors import DataError
from analysis.tables.counted import Cell, counted_table
from analysis.tables.result import TableResult

__all__ = ["adverse_events_table", "event_severity_table"]

_CELLS = (
    Cell(label="Patients", key="patients"),
    Cell(label="With the event", key="n", of="patients"),
    Cell(
        label="% of patients (95% CI)",
        key="patient_estimate",
        limits=("patient_conf_low", "patient_conf_high"),
        per=100.0,
        digits=1,
        of="patients",
    ),
    Cell(label="Sessions", key="sessions"),
    Cell(label="Events", key="events"),
    Cell(
        label="Events per 100 sessions (95% CI)",
        key="rate",
        limits=("conf_low", "conf_high"),
        digits=1,
        of="sessions",
    ),
)
_NOTES = (
    (
        "Patients: with a session in which events were asked about. Sessions: these sessions. "
        "Limits take account of sessions of one patient being alike."
    ),
    (
        "Where there is no event, the upper limit is what the patients and sessions allow: an "
        "event that was not seen is not excluded."
    ),
    "CI, confidence interval; one-sided where there is no event.",
)
_WORDS = {
    "any": "Any event",
    "serious": "Serious",
    "related": "Related to treatment, as judged",
    "grade 3 or more": "Severe (grade 3 or more)",
    "other terms": "Other terms, each of few patients",
}


def adverse_events_table(
    rates: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show adverse events by treatment and kind, with their denominators.

    Parameters
    ----------
    rates : CountedTable
        What `adverse_event_rates` returns, by one column; its policy decides what is shown.
    labels : mapping of str to str, optional
        Words for treatments, kinds and terms.
    title : str
        Title; that of the result when left out.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        Rows grouped by treatment: any event, serious, related and severe ones, then the terms.

    Raises
    ------
    DataError
        When the rates are by more than one column.

    Examples
    --------
    >>> from analysis.safety import adverse_event_rates
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> rates = adverse_event_rates(read_study(example_folder("clinic-network")), terms=False)
    >>> table = adverse_events_table(rates)
    >>> table.inline(("ketamine IV", "Any event"), "Events per 100 sessions (95% CI)")
    '8.1 (7.0 to 9.2)'
    """
    return counted_table(
        rates,
        _CELLS,
        label="measure",
        group=_group(rates),
        labels=_WORDS | dict(labels or {}),
        title=title,
        notes=[*notes, *_NOTES],
    )


def _group(events: CountedTable) -> str:
    """Name the column of the groups, which comes before the kind of event."""
    columns = list(events.shown.columns)
    if columns[1:2] != ["measure"]:
        raise DataError(
            "The table of adverse events takes what adverse_event_rates or adverse_event_severity "
            "returns: a column of groups, then the kind of event."
        )
    return str(columns[0])


_GRADES = (
    Cell(label="Patients", key="patients"),
    Cell(label="With the event", key="n", of="patients"),
    Cell(label="Mild", key="mild", of="n"),
    Cell(label="Moderate", key="moderate", of="n"),
    Cell(label="Severe", key="severe", of="n"),
    Cell(label="Not graded", key="not_graded", of="n"),
)


def event_severity_table(
    events: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show patients with each adverse event by the severity of their worst one.

    Parameters
    ----------
    events : CountedTable
        What `adverse_event_severity` returns; its policy decides what is shown.
    labels : mapping of str to str, optional
        Words for treatments and terms.
    title : str
        Title; that of the result when left out.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        Rows grouped by treatment: any event, then the terms.

    Raises
    ------
    DataError
        When it is no such result.

    Examples
    --------
    >>> from analysis.safety import adverse_event_severity
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = adverse_event_severity(read_study(example_folder("clinic-network")))
    >>> event_severity_table(found).inline(("ketamine IV", "nausea"), "With the event")
    '46'
    """
    return counted_table(
        events,
        _GRADES,
        label="measure",
        group=_group(events),
        labels=_WORDS | dict(labels or {}),
        title=title,
        notes=[*notes, *events.notes[:-1]],
    )
