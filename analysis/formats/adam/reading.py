"""From a folder of ADaM data sets to a canonical study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.formats.adam.days import relative_day
from analysis.formats.adam.follow_up import with_end, with_span
from analysis.formats.adam.loading import load_dataset
from analysis.formats.adam.questionnaires import Parameters, scores_of, with_scales, with_visits
from analysis.formats.adam.terms import in_plain_words
from analysis.formats.adam.variables import DATASETS
from analysis.formats.imported import SOURCE_COLUMNS, Imported, assemble
from analysis.formats.noticed import noticed
from analysis.study import TABLES, Finding
from analysis.study.findings import in_order

__all__ = ["read_adam"]

_TABLES = {"ADSL": "subjects", "ADQS": "assessments", "ADEX": "sessions",
           "ADAE": "adverse_events", "ADTTE": ""}  # fmt: skip


def read_adam(
    folder: Path | str,
    *,
    parameters: Parameters | None = None,
    about: Mapping[str, Any] | None = None,
) -> Imported:
    """Read ADaM data sets into a canonical study.

    Parameters
    ----------
    folder : path
        Holds ADSL, ADQS and ADEX, and perhaps ADAE and ADTTE, each as SAS transport version 5 or
        CSV in UTF-8 under its own name.
    parameters : mapping of str to (str, int or None), optional
        Scale and item number by PARAMCD, no number for a total. Else PARCAT1 and ITEMNO say it.
    about : mapping, optional
        ``title, sites, instruments, data_cut_off, synthetic, seed, course_gap_days``, as in
        ``study.json``; else the title is STUDYID, and sites and scales are those of the data.

    Returns
    -------
    Imported
        A study when nothing is in the way, all findings, and what became of the rows. Values
        are not checked yet.

    Notes
    -----
    The data sets have study days and no dates, so there is no cut-off by date: the data cut is made
    where they are derived. Study day 1 becomes day 0. Rows with a DTYPE are no observations and are
    left out. What a study needs and a data set does not say stays missing, with a warning;
    follow-up without its days lasts from the first to the last day of the data, with a warning; a
    session without a course is of course 1, and a score without QSREPNUM is the first of its day.
    ADTTE is examined, and not used: times to events are derived again. After `write_adam`, all of
    subjects, follow-up, sessions, assessments, items and adverse events come back; what
    `write_adam` leaves out does not.

    References
    ----------
    CDISC, Analysis Data Model Implementation Guide.

    Examples
    --------
    >>> read_adam("no such folder").ok
    False
    """
    raw, findings = {}, []
    for name in DATASETS:
        raw[name], found = load_dataset(Path(folder), name)
        findings += found
    if any(raw[name] is None for name, each in DATASETS.items() if each.required):
        return _refused(findings)
    frames = {name: _renamed(name, frame) for name, frame in raw.items() if frame is not None}
    frames["ADQS"], found = with_scales(frames["ADQS"], parameters)
    frames["ADQS"], more = with_visits(frames["ADQS"])
    findings += [*found, *more]
    if any(finding.severity == "error" for finding in findings):
        return _refused(findings)
    tables = _tables(frames)
    tables["follow_up"], found = with_span(tables["follow_up"], tables)
    findings += found
    canonical = {}
    for name, frame in tables.items():
        canonical[name], found = _canonical(frame, name)
        findings += found
    said = {**_about(frames, canonical), **(about or {})}
    return assemble(canonical, said, findings=findings, sources=_sources(raw, frames, findings))


def _refused(findings: list[Finding]) -> Imported:
    """Give the reasons why there is no study."""
    nothing = assemble({}, {})
    return Imported(study=None, findings=tuple(in_order(findings)), sources=nothing.sources)


def _renamed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give variables their canonical names, days their day 0, and terms their plain words."""
    columns = {}
    for variable, about in DATASETS[name].variables.items():
        if variable in frame:
            values = frame[variable]
            if about.kind == "day":
                values = relative_day(values)
            elif about.kind == "text":
                values = in_plain_words(variable, values)
            columns[about.column or variable] = values
    return pd.DataFrame(columns)


def _tables(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Make the tables, still with what canonical ones do not have."""
    adsl, sessions, adqs = frames["ADSL"], frames["ADEX"], frames["ADQS"]
    home = adsl.set_index("subject_id")["site_id"]
    if "site_id" not in sessions:
        sessions = sessions.assign(site_id=sessions["subject_id"].map(home))
    if "course_no" not in sessions:
        sessions = sessions.assign(course_no=1)
    if "occurrence" not in adqs:
        adqs = adqs.assign(occurrence=1)
    assessments, items = scores_of(adqs)
    tables = {
        "subjects": adsl,
        "sessions": sessions,
        "assessments": assessments,
        "follow_up": with_end(adsl),
    }
    optional = {"items": items, "adverse_events": frames.get("ADAE", adsl.iloc[:0])}
    return tables | {name: frame for name, frame in optional.items() if len(frame)}


def _canonical(frame: pd.DataFrame, table: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Take the canonical columns in the order of the key; say which are missing."""
    columns = TABLES[table].columns
    absent = [each.name for each in columns if each.required and each.name not in frame]
    what, remedy = "The data sets do not say this; it stays missing.", "Add it if it is known."
    found = [noticed("ADM-022", (table, each), what, remedy, severity="warning") for each in absent]
    nothing = pd.Series(pd.NA, frame.index, dtype="string")
    filled = frame.assign(**dict.fromkeys(absent, nothing))
    kept = [
        each.name
        for each in columns
        if each.name in filled and (each.required or filled[each.name].notna().any())
    ]
    key = list(TABLES[table].key)
    return filled.sort_values(key, kind="stable", ignore_index=True)[kept], found


def _about(
    frames: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    """Say what is known about all tables."""
    titles = frames["ADSL"].get("STUDYID", pd.Series(dtype="string")).dropna().unique()
    sites = {*tables["subjects"]["site_id"].dropna(), *tables["sessions"]["site_id"].dropna()}
    return {
        "title": str(titles[0]) if len(titles) == 1 else "CDISC ADaM",
        "sites": tuple(sorted(map(str, sites))),
        "instruments": tuple(sorted(map(str, tables["assessments"]["instrument"].unique()))),
    }


def _sources(
    raw: Mapping[str, pd.DataFrame | None],
    frames: Mapping[str, pd.DataFrame],
    findings: list[Finding],
) -> pd.DataFrame:
    """Count what became of the rows of each data set."""
    derived = {each.table: each.count or 0 for each in findings if each.rule == "ADM-020"}
    rows: list[tuple[str, str, int, int, int, str]] = []
    for name, frame in raw.items():
        if frame is None:
            continue
        n_derived, table = derived.get(name, 0), _TABLES[name]
        n_used = len(frames[name]) if table else 0
        rows.append((name, table, len(frame) + n_derived, n_used, 0, ""))
        why = "other parameters" if table else "derived again from scores"
        left = {why: len(frame) - n_used, "derivation type": n_derived}
        rows += [(name, table, 0, 0, n, reason) for reason, n in left.items() if n]
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))
