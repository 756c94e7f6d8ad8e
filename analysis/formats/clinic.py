"""Reading the files of a clinic into a study, as its mapping says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.formats.building.clients import with_clients
from analysis.formats.building.contact import follow_up_table
from analysis.formats.building.days import Days
from analysis.formats.building.forms import form_tables
from analysis.formats.building.rows import Rows, headers_of, missing_columns
from analysis.formats.building.tables import Built, World, build_part
from analysis.formats.cut_off import cut_off_date
from analysis.formats.faults import fault
from analysis.formats.imported import SOURCE_COLUMNS, Imported, assemble
from analysis.formats.mapping import Mapping
from analysis.formats.mapping_parts import Condition, Recipe
from analysis.formats.reading.cells import plain
from analysis.formats.reading.sheet import Sheet
from analysis.formats.reading.source import read_source
from analysis.progress import progress
from analysis.study import TABLES, Finding

__all__ = ["mapped_headers", "read_clinic"]

_ABOUT = ("title", "data_cut_off", "synthetic", "seed", "course_gap_days")


def read_clinic(
    folder: Path | str, mapping: Mapping, *, cut_off: dt.date | str | None = None
) -> Imported:
    """Read the files of a clinic into a study.

    Parameters
    ----------
    folder : path
        Holds the files that the mapping names.
    mapping : Mapping
        From `read_mapping`.
    cut_off : datetime.date or str, optional
        Last day that counts, as year-month-day: what is dated later is left out, as if the files
        had been exported on that day. None: the cut-off of the mapping.

    Returns
    -------
    Imported
        A study, or every reason why there is none; how many rows of which source went into which
        table, and why others did not. Empty cells are missing values, never 0.

    Raises
    ------
    DataError
        When the folder does not exist or the cut-off is no date.

    Notes
    -----
    Day 0 is the day of the first treatment that the mapping names; dates do not leave the reader.
    Rows of patients without a treatment up to the cut-off are left out. What ended later has no
    end yet (`analysis.formats.cut_off`); what a cell says about later without a day, such as the
    outcome of an adverse event without an end, cannot be told apart.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError("The folder of the files does not exist. Name the folder of the export.")
    last = cut_off_date(cut_off) or mapping.cut_off
    if not mapping.ok:
        return _refused(mapping.findings)
    findings = list(mapping.findings)
    sheets = _read_sheets(root, mapping, findings)
    rows, clients = with_clients(
        sheets, mapping.sources, mapping.client_id, mapping.sites, findings
    )
    if mapping.origin is None:  # a mapping without findings has one
        return _refused(findings)
    days = Days.of(rows.get(mapping.origin.source), mapping.origin, len(clients.ids), last)
    gap = mapping.content.get("study", {}).get("course_gap_days") or 0
    world = World(clients=clients, days=days, sites=mapping.sites, course_gap_days=gap)
    built = _built(mapping, rows, world)
    tables = _tables(built)
    if mapping.follow_up is not None:
        source = rows.get(mapping.follow_up.source)
        tables["follow_up"] = follow_up_table(built, source, mapping.follow_up, world)
        findings += _no_cut_off(world)
    findings += _untreated(rows, mapping, world)
    for name, noted in mapping.origin.noted:
        if name in rows:
            world.days.compare(rows[name], noted)
    found = assemble(
        tables,
        _about(mapping, tables),
        findings=_once(findings, mapping),
        sources=_sources(built, sheets),
    )
    return _without_consequences(found, findings, mapping)


def _without_consequences(
    found: Imported, findings: Sequence[Finding], mapping: Mapping
) -> Imported:
    """Leave out that mapped tables are missing or empty when an error before says why."""
    if not any(finding.severity == "error" for finding in findings):
        return found
    mapped = {part.table for part in mapping.parts} | {"follow_up"}
    mapped |= {"assessments", "items"} if mapping.questionnaires else set()
    kept = tuple(
        finding
        for finding in found.findings
        if finding.rule not in {"FIL-003", "FMT-001"} or finding.table not in mapped
    )
    return Imported(study=None, findings=kept, sources=found.sources)


def _refused(findings: Sequence[Finding]) -> Imported:
    """Give every reason why there is no study."""
    return Imported(
        study=None,
        findings=tuple(findings),
        sources=pd.DataFrame(columns=list(SOURCE_COLUMNS)),
    )


def _read_sheets(root: Path, mapping: Mapping, findings: list[Finding]) -> dict[str, Sheet]:
    """Read every source that the mapping uses; what is wrong is added to the findings."""
    sheets = {}
    wanted: dict[str, list[tuple[str, str]]] = {name: [] for name in mapping.sources}
    for source, header, path in mapped_headers(mapping):
        wanted[source].append((header, path))
    for name, source_ in progress(list(mapping.sources.items()), doing="Reading", unit="source"):
        sheet, found = read_source(root, source_, [header for header, _ in wanted[name]])
        findings += found
        if sheet is not None:
            findings += missing_columns(sheet, wanted[name])
            sheets[name] = sheet
    return sheets


def mapped_headers(mapping: Mapping) -> Iterator[tuple[str, str, str]]:
    """List every header that a mapping names.

    Parameters
    ----------
    mapping : Mapping
        The mapping.

    Yields
    ------
    source, header, path : str
        Name of the source, the header, and where the mapping names it.
    """
    for source in mapping.sources.values():
        yield source.name, source.client_id, f"{source.path}.client_id"
        yield from _named(source.name, [source.site], ())
    links, origin, derived = mapping.client_id.links, mapping.origin, mapping.follow_up
    if links is not None:
        yield links.source, links.local, f"{links.path}.local"
        yield links.source, links.patient, f"{links.path}.patient"
        yield from _named(links.source, [links.site], ())
    if origin is not None:
        yield from _named(origin.source, [origin.recipe], origin.where)
        for source_name, noted in origin.noted:
            yield from _named(source_name, [noted], ())
    for part in mapping.parts:
        yield from _named(part.source, list(part.columns.values()), part.where)
    for form in mapping.questionnaires:
        recipes = [*form.part.columns.values(), form.total]
        yield from _named(form.part.source, recipes, form.part.where)
        for position, header in enumerate(form.items):
            yield form.part.source, header, f"{form.part.path}.items[{position}]"
    if derived is not None and derived.source:
        yield from _named(derived.source, [derived.last_contact, derived.end_reason], ())


def _named(
    source: str, recipes: Sequence[Recipe | None], conditions: Sequence[Condition]
) -> Iterator[tuple[str, str, str]]:
    """List the headers of recipes and conditions."""
    for recipe in recipes:
        for header, path in headers_of(recipe):
            yield source, header, path
    for condition in conditions:
        yield source, condition.column, condition.path


def _built(mapping: Mapping, rows: dict[str, Rows], world: World) -> list[Built]:
    """Make the rows of all tables, sessions first: others look up their numbers."""
    parts = sorted(mapping.parts, key=lambda part: part.table != "sessions")
    sessions = [part for part in parts if part.table == "sessions"]
    built = [build_part(rows[p.source], p, world) for p in sessions if p.source in rows]
    later = np.concatenate([np.zeros(0, np.int64), *(part.later for part in built)])
    told = {"sessions": _session_days(built), "treated_later": later}
    world = World(**{**vars(world), **told})
    others = [part for part in parts[len(sessions) :] if part.source in rows]
    built += [build_part(rows[part.source], part, world) for part in others]
    for form in mapping.questionnaires:
        if form.part.source in rows:
            built += form_tables(rows[form.part.source], form, world)
    return built


def _session_days(built: Sequence[Built]) -> pd.DataFrame | None:
    """List patient, day and number of every session."""
    frames = [
        part.frame[["rel_day", "session_no"]].assign(client=part.client).astype("float64")
        for part in built
        if {"rel_day", "session_no"} <= set(part.frame.columns)
    ]
    return pd.concat(frames, ignore_index=True).dropna() if frames else None


def _tables(built: Sequence[Built]) -> dict[str, pd.DataFrame]:
    """Put the parts of each table below one another."""
    tables = {}
    for name, table in TABLES.items():
        frames = [part.frame for part in built if part.table == name]
        if frames:
            frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
            # a column that may be empty, and that nobody mapped, is empty
            empty = [c.name for c in table.columns if c.required and c.name not in frame.columns]
            nothing = pd.array([None] * len(frame), dtype="string")
            tables[name] = frame.assign(**dict.fromkeys(empty, nothing))
    return tables


def _about(mapping: Mapping, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Say what is known about all tables."""
    said = mapping.content.get("study", {})
    scales = [tables[n]["instrument"] for n in ("assessments", "items") if n in tables]
    named = pd.concat(scales).dropna().unique() if scales else []
    codes = dict.fromkeys(code for code in mapping.sites.values() if code is not None)
    about = {key: said[key] for key in _ABOUT if said.get(key) is not None}
    return {**about, "sites": tuple(codes), "instruments": tuple(sorted(map(str, named)))}


def _no_cut_off(world: World) -> list[Finding]:
    """Demand a cut-off where follow-up is derived from it."""
    if np.isfinite(world.days.cut_off):
        return []
    what = "Follow-up is derived from the cut-off, and none is given."
    remedy = "Say cut_off in the mapping: the last day that the export covers."
    return [fault("FMT-012", "mapping", what, remedy, column="cut_off")]


def _untreated(rows: dict[str, Rows], mapping: Mapping, world: World) -> list[Finding]:
    """Warn of patients of the table subjects who have no first treatment."""
    listed: set[int] = set()
    for part in mapping.parts:
        if part.table == "subjects" and part.source in rows:
            listed |= set(rows[part.source].client.tolist())
    count = int(np.isnan(world.days.origin[sorted(listed)]).sum()) if listed else 0
    if not count:
        return []
    what = "Patients have no first treatment up to the cut-off; all their rows were left out."
    remedy = "Look whether their ids agree with those of the file of treatments."
    return [
        fault("FMT-043", "mapping", what, remedy, column="origin", severity="warning", count=count)
    ]


def _once(findings: Sequence[Finding], mapping: Mapping) -> list[Finding]:
    """Say a thing once, however many entries of the mapping read the same cells."""
    named: dict[str, set[str]] = {}
    for _, header, path in mapped_headers(mapping):
        named.setdefault(path, set()).add(plain(header))
    told: dict[tuple[object, ...], Finding] = {}
    for f in findings:
        # parts of one table leave out the same rows for the same reason
        column = re.sub(r"\[\d+\]", "", f.column) if f.rule == "FMT-067" else f.column
        place = frozenset(named.get(column, {column}))
        told.setdefault((f.rule, f.severity, f.table, place, f.what, f.count, f.rows), f)
    return list(told.values())


def _sources(built: Sequence[Built], sheets: dict[str, Sheet]) -> pd.DataFrame:
    """Say what became of the rows of every source, table by table."""
    found = []
    for part in built:
        sheet = sheets[part.rows.source.name]
        left_out = {**sheet.left_out, **part.rows.left_out}
        used = len(part.rows)
        reasons = left_out or {"": 0}
        read, source = sheet.rows_read, part.rows.source.name
        found += [(source, part.table, read, used, count, why) for why, count in reasons.items()]
    return pd.DataFrame(found, columns=list(SOURCE_COLUMNS))
