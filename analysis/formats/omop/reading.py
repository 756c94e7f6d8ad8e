"""From a folder of OMOP CDM 5.4 tables to a canonical study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.formats.cut_off import AFTER, NOT_YET, cut_off_date, not_yet_treated
from analysis.formats.imported import SOURCE_COLUMNS, Imported, assemble
from analysis.formats.noticed import noticed
from analysis.formats.omop.fields import CDM_TABLES
from analysis.formats.omop.linking import Linking, values_of
from analysis.formats.omop.loading import load_table, version_findings
from analysis.formats.omop.options import OmopOptions, read_options
from analysis.formats.omop.people import (
    diagnoses_of,
    follow_up_of,
    homes_of,
    pseudonyms_of,
    subjects_of,
)
from analysis.formats.omop.scores import scores_of
from analysis.formats.omop.treatments import monitoring_of, sessions_of, with_weights
from analysis.study import TABLES, Finding
from analysis.study.findings import in_order

__all__ = ["read_omop"]


def read_omop(
    folder: Path | str,
    mapping: Path | str | Mapping[str, Any],
    *,
    cut_off: dt.date | str | None = None,
) -> Imported:
    """Read OMOP CDM 5.4 tables into a canonical study.

    Parameters
    ----------
    folder : path
        Holds one CSV or Parquet file per table, named as the table: person and drug_exposure, and
        any of measurement, observation, observation_period, visit_occurrence, care_site, death,
        condition_occurrence and cdm_source; CONCEPT.csv where codes are to be looked up.
    mapping : path or mapping
        JSON with ``concepts`` (see `concepts.read_concepts`), and any of ``title, sites,
        instruments, data_cut_off, course_gap_days`` (as in ``study.json``), ``mg_per_quantity,
        condition_codes, site, indication, induction_days, subject_id``.
    cut_off : datetime.date or str, optional
        Last day that counts, as year-month-day: what is dated later is left out, as if the tables
        had been exported on that day.

    Returns
    -------
    Imported
        A study when nothing is in the way, all findings, and what became of the rows. Dates
        become days from the first session. Rows whose concept has no meaning in the mapping are
        counted, never guessed. Another version of the model is refused by its name.

    Raises
    ------
    DataError
        When the cut-off is no date.

    Notes
    -----
    The model has no place for course, phase, visit, severity of harms and reasons for the end of
    follow-up. Adverse events are not read. De-identify the study before it leaves the clinic.

    References
    ----------
    OHDSI, OMOP Common Data Model 5.4, ohdsi.github.io/CommonDataModel/cdm54.html.

    Examples
    --------
    >>> read_omop("no such folder", {"concepts": {"agents": {"ketamine": [785649]}}}).ok
    False
    """
    root, last = Path(folder), cut_off_date(cut_off)
    options, findings = read_options(mapping, root)
    findings += version_findings(root)
    raw = {}
    for name in CDM_TABLES:
        raw[name], found = load_table(root, name)
        findings += found
    if options is not None and not options.concepts.agents:
        what, remedy = "No concept is a drug of a study.", "Name ketamine or esketamine there."
        findings.append(noticed("OMP-011", ("mapping", "concepts.agents"), what, remedy))
    if options is None or any(f.rule in ("OMP-008", "OMP-011") for f in findings) or any(
        len(raw[name]) == 0 for name, table in CDM_TABLES.items() if table.required
    ):  # fmt: skip
        return _refused([*findings, *_nobody(raw, findings)])
    return _linked(raw, options, findings, last)


def _refused(findings: list[Finding]) -> Imported:
    """Give the reasons why there is no study."""
    nothing = assemble({}, {})
    return Imported(study=None, findings=tuple(in_order(findings)), sources=nothing.sources)


def _nobody(raw: Mapping[str, pd.DataFrame], findings: list[Finding]) -> list[Finding]:
    """Say that a table which every study needs has no rows, if nothing else says why."""
    told = {finding.table for finding in findings}
    what = "The table has no row that can be used."
    return [
        noticed("OMP-002", (name, ""), what, "Export the table again.")
        for name, table in CDM_TABLES.items()
        if table.required and not len(raw[name]) and name not in told
    ]


def _linked(
    raw: dict[str, pd.DataFrame],
    options: OmopOptions,
    findings: list[Finding],
    last: dt.date | None,
) -> Imported:
    """Make the canonical tables."""
    pseudonyms = pseudonyms_of(raw["person"], options.subject_id)
    linking = Linking(
        raw=raw,
        options=options,
        subjects=pseudonyms,
        findings=findings,
        cut_off=last,
    )
    home = homes_of(linking)
    sessions = sessions_of(linking, home)
    findings += not_yet_treated(len(linking.not_yet))
    values = values_of(linking)
    sessions = with_weights(values, linking, sessions)
    assessments, items = scores_of(values, linking, sessions)
    tables = {
        "subjects": subjects_of(linking, home),
        "sessions": sessions,
        "assessments": assessments,
        "items": items,
        "monitoring": monitoring_of(values, linking, sessions),
        "diagnoses": diagnoses_of(linking),
    }
    dated = [tables[name][["subject_id", "rel_day"]] for name in ("sessions", "assessments")]
    spans = pd.concat([frame for frame in dated if len(frame)] or dated, ignore_index=True)
    tables["follow_up"] = follow_up_of(linking, spans)
    required = {name for name, table in TABLES.items() if table.required}
    canonical = {name: _canonical(frame, name) for name, frame in tables.items()}
    filled = {name: frame for name, frame in canonical.items() if len(frame) or name in required}
    return assemble(
        filled,
        _about(filled, options),
        findings=[*linking.findings, *_left_out(linking)],
        sources=_sources(linking),
    )


def _canonical(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Take the canonical columns, rows in the order of the key; optional empty columns go."""
    columns = [
        column.name
        for column in TABLES[table].columns
        if column.name in frame and (column.required or frame[column.name].notna().any())
    ]
    key = list(TABLES[table].key)
    return frame.sort_values(key, kind="stable", ignore_index=True)[columns]


def _about(tables: Mapping[str, pd.DataFrame], options: OmopOptions) -> dict[str, Any]:
    """Say what is known about all tables; sites and scales of the data unless others are said."""
    scales = set(map(str, tables["assessments"]["instrument"].dropna()))
    sites = {*tables["subjects"]["site_id"].dropna(), *tables["sessions"]["site_id"].dropna()}
    return {
        "title": "OMOP CDM 5.4",
        "sites": tuple(sorted(map(str, sites))),
        "instruments": tuple(sorted(scales)),
        **options.about,
    }


def _left_out(linking: Linking) -> list[Finding]:
    """Warn of rows that were left out, by source and reason."""
    remedy = "See what became of the rows; name concepts in the mapping if they are needed."
    return [
        noticed(
            "OMP-030",
            (source, ""),
            f"Rows were left out: {reason}.",
            remedy,
            count=count,
            severity="warning",
        )
        for (source, _, reason), count in sorted(linking.left_out.items())
        if count and reason not in (AFTER, NOT_YET)  # which was asked for
    ]


_TABLE_OF = {"person": "subjects", "drug_exposure": "sessions",
             "condition_occurrence": "diagnoses"}  # fmt: skip


def _sources(linking: Linking) -> pd.DataFrame:
    """Count what became of the rows of each source."""
    rows: list[tuple[str, str, int, int, int, str]] = []
    for source, frame in linking.raw.items():
        left = [(key, n) for key, n in linking.left_out.items() if key[0] == source and n]
        n_left, n_read = sum(n for _, n in left), len(frame)
        target = _TABLE_OF.get(source, "")
        rows.append((source, target, n_read, n_read - n_left, 0, ""))
        rows += [(source, key[1] or target, 0, 0, n, key[2]) for key, n in left]
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
