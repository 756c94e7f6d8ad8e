"""From a REDCap export, its data dictionary and a mapping to a canonical study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.formats.cut_off import cut_off_date
from analysis.formats.imported import Imported, assemble
from analysis.formats.noticed import noticed
from analysis.formats.redcap.fields import field_faults, weighed
from analysis.formats.redcap.mapping import RedcapMapping, read_mapping
from analysis.formats.redcap.split import RedcapInstruments, split_redcap
from analysis.formats.redcap.tables import fill_tables
from analysis.study import Finding
from analysis.study.findings import in_order

__all__ = ["read_redcap"]


def read_redcap(
    export: Path | str,
    dictionary: Path | str,
    mapping: Path | str | Mapping[str, Any],
    *,
    cut_off: dt.date | str | None = None,
) -> Imported:
    """Read a REDCap project into a canonical study.

    Parameters
    ----------
    export : path
        CSV export, raw or with labels; longitudinal or not, with repeating instruments or events.
    dictionary : path
        The data dictionary of the same project, as REDCap downloads it.
    mapping : path or mapping
        JSON that says which instruments and fields fill which canonical tables, and which date is
        day 0 of a patient.
    cut_off : datetime.date or str, optional
        Last day that counts, as year-month-day: what is dated later is left out, as if the project
        had been exported on that day. It needs a `day_zero` in the mapping.

    Returns
    -------
    Imported
        A study when nothing is in the way, all findings, and what became of the rows. Dates become
        days from day 0 and do not pass; fields that the project marks as identifying a person
        cannot be mapped, and are listed in a warning with the number of filled cells.

    Raises
    ------
    DataError
        When the cut-off is no date.

    Notes
    -----
    A blank cell is missing. An answer with a code of the project for missing data becomes an item
    without an answer and with the reason that the mapping gives; a blank answer becomes no item.
    Values are not checked: that is the duty of `analysis.checks.check`.

    Examples
    --------
    >>> read_redcap("nowhere.csv", "nowhere.csv", {}).ok
    False
    """
    last = cut_off_date(cut_off)
    decided, findings = read_mapping(mapping)
    if decided is None:
        split = split_redcap(export, dictionary)
        return _refused([*findings, *split.findings])
    split = split_redcap(
        export, dictionary, events=decided.events, missing_codes=decided.missing_codes
    )
    findings = [*weighed(split, decided), *field_faults(decided, split), *_identifiers(split)]
    findings += _undated(decided, last)
    failed = any(finding.severity == "error" for finding in findings)
    if failed or split.dictionary is None:
        return _refused(findings)
    filling = fill_tables(split.frames, split.dictionary, decided, last)
    return assemble(
        filling.tables,
        decided.about,
        findings=[*findings, *filling.findings],
        sources=filling.sources_frame(),
    )


def _refused(findings: list[Finding]) -> Imported:
    """Give the reasons why there is no study."""
    nothing = assemble({}, {})
    return Imported(study=None, findings=tuple(in_order(findings)), sources=nothing.sources)


def _undated(decided: RedcapMapping, last: dt.date | None) -> list[Finding]:
    """Refuse a cut-off where the project has no date of which the mapping knows."""
    if last is None or decided.day_zero:
        return []
    what = "A cut-off is asked for, and the project has no date from which days are counted."
    remedy = "Name the date of the treatments under 'day_zero', or export up to that day."
    return [noticed("RCP-038", ("mapping", "day_zero"), what, remedy)]


def _identifiers(split: RedcapInstruments) -> list[Finding]:
    """Warn of the fields that identify a person and are filled in the export."""
    what = "The project marks this field as identifying a person; it was left out."
    remedy = "Export without identifiers, and remove this file when it is not needed."
    filled = split.identifiers[split.identifiers["n_filled"] > 0]
    return [
        noticed("RCP-036", (form, name), what, remedy, count=count, severity="warning")
        for form, name, count in filled.to_numpy(dtype=object).tolist()
    ]
