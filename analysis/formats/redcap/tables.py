"""From the instruments of a REDCap project to canonical tables; dates become days on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.formats.cut_off import (
    AFTER,
    NOT_YET,
    as_known_then,
    day_of_rows,
    is_after,
    not_yet_treated,
    session_keys,
)
from analysis.formats.imported import SOURCE_COLUMNS
from analysis.formats.noticed import noticed
from analysis.formats.redcap.column_cells import Project, answers_of, cells_of, dates_of
from analysis.formats.redcap.dictionary import Dictionary
from analysis.formats.redcap.mapping import Entry, RedcapMapping, Source
from analysis.study import TABLES, Finding

__all__ = ["Filling", "fill_tables"]

_NO_DAY_ZERO = "no day 0"
_LIMIT, _PART = "day of the cut-off", "number of the entry"
_ITEM_KEY = ["subject_id", "instrument", "rel_day", "occurrence"]


@dataclass(kw_only=True, eq=False)
class Filling:
    """Canonical tables while they are filled, with what was noticed and what became of rows."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    sources: list[tuple[str, str, int, int, int, str]] = field(default_factory=list)
    late_sessions: pd.MultiIndex = field(
        default_factory=lambda: pd.MultiIndex.from_arrays([[], []])
    )

    def sources_frame(self) -> pd.DataFrame:
        """Say what became of the rows."""
        return pd.DataFrame(self.sources, columns=list(SOURCE_COLUMNS))


def fill_tables(
    frames: Mapping[str, pd.DataFrame],
    dictionary: Dictionary,
    mapping: RedcapMapping,
    cut_off: dt.date | None = None,
) -> Filling:
    """Fill the canonical tables that a mapping describes.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        One frame per instrument, as `split_redcap` gives.
    dictionary : Dictionary
        The data dictionary.
    mapping : RedcapMapping
        A mapping whose fields exist.
    cut_off : datetime.date, optional
        Last day that counts.

    Returns
    -------
    Filling
        The tables with rows in the order of their keys.
    """
    project = Project(
        frames=frames,
        dictionary=dictionary,
        mapping=mapping,
        subjects=_subjects(frames, mapping),
        zero=_day_zero(frames, mapping),
        cut_off=cut_off,
    )
    filling = Filling(findings=_pseudonym_faults(frames, mapping))
    filling.findings += not_yet_treated(len(project.not_yet))
    for table in sorted(mapping.tables, key=lambda name: name != "sessions"):
        entries = mapping.tables[table]
        parts = [
            _rows(table, number, entry, project, filling) for number, entry in enumerate(entries)
        ]
        if parts:
            _add(table, parts, entries, project, filling)
    filling.sources.sort(key=lambda row: list(mapping.tables).index(row[1]))
    filling.tables = {
        name: _sorted(_with_empty(frame, name), name) for name, frame in filling.tables.items()
    }
    return filling


def _with_empty(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Add the columns that may be empty and that nobody mapped, as readers of other files do."""
    empty = [c.name for c in TABLES[table].columns if c.required and c.nullable]
    nothing = pd.array([None] * len(frame), dtype="string")
    return frame.assign(**dict.fromkeys([n for n in empty if n not in frame], nothing))


def _subjects(frames: Mapping[str, pd.DataFrame], mapping: RedcapMapping) -> pd.Series | None:
    """Give the pseudonym of each record, where it is not the record id."""
    if mapping.subject is None:
        return None
    frame = frames[mapping.subject[0]]
    told = frame[["record", mapping.subject[1]]].dropna().drop_duplicates("record")
    return told.set_index("record")[mapping.subject[1]].astype("string")


def _pseudonym_faults(frames: Mapping[str, pd.DataFrame], mapping: RedcapMapping) -> list[Finding]:
    """Refuse records with several pseudonyms, and pseudonyms of several records."""
    if mapping.subject is None:
        return []
    form, name = mapping.subject
    pairs = frames[form][["record", name]].dropna().drop_duplicates()
    n_shared = int(pairs["record"].duplicated().sum() + pairs[name].duplicated().sum())
    if not n_shared:
        return []
    what = "Records have several pseudonyms, or share one."
    remedy = "Correct them in the project: each record has one of its own."
    return [noticed("RCP-037", (form, name), what, remedy, count=n_shared)]


def _day_zero(frames: Mapping[str, pd.DataFrame], mapping: RedcapMapping) -> pd.Series:
    """Give the date of day 0 of each record, of the first source that the record has."""
    zero = pd.Series(dtype="datetime64[s]")
    for instrument, name in mapping.day_zero:
        if name in frames[instrument]:
            earliest = frames[instrument].groupby("record")[name].min()
            zero = earliest if zero.empty else zero.combine_first(earliest)
    return zero


def _rows(
    table: str, number: int, entry: Entry, project: Project, filling: Filling
) -> pd.DataFrame:
    """Make the rows of one entry, its answers and codes of missing answers beside them."""
    frame = project.frames[entry.instrument]
    place = f"tables.{table}[{number}]"
    columns = {
        "subject_id": _pseudonyms(frame, project),
        _LIMIT: project.limits(frame["record"]),
        _PART: pd.Series(number, index=frame.index),
    }
    for name, source in entry.columns.items():
        columns[name], n_unknown = cells_of(frame, source, project)
        filling.findings += _untranslated(f"{place}.columns.{name}", n_unknown)
    answers, n_unknown = answers_of(frame, entry)
    filling.findings += _untranslated(f"{place}.item_values", n_unknown)
    rows = pd.DataFrame({**columns, **answers}, index=frame.index)
    kept = pd.Series(True, index=frame.index)
    for reason, left in _left_out(frame, rows, entry, project).items():
        n_lost = int((kept & left).sum())
        kept &= ~left
        if n_lost:
            filling.sources.append((entry.instrument, table, len(frame), 0, n_lost, reason))
            filling.findings += _unplaced(place, n_lost) if reason == _NO_DAY_ZERO else []
    return rows[kept]


def _up_to_cut_off(
    rows: pd.DataFrame, table: str, entries: Sequence[Entry], project: Project, filling: Filling
) -> pd.DataFrame:
    """Leave out what is after the cut-off, and forget what rows say about later; count rows."""
    limit = rows.get(_LIMIT, pd.Series(np.nan, rows.index)).astype(float)
    late = is_after(day_of_rows(rows, table), limit)
    if table in ("sessions", "monitoring") and "session_no" in rows:
        keys = session_keys(rows["subject_id"], rows)
        late |= keys.isin(filling.late_sessions)
        if table == "sessions":
            filling.late_sessions = keys[late]
    for number, entry in enumerate(entries):
        own, n_read = rows[_PART].eq(number), len(project.frames[entry.instrument])
        n_late, n_used = int((own & late).sum()), int((own & ~late).sum())
        if n_late:
            filling.sources.append((entry.instrument, table, n_read, 0, n_late, AFTER))
        filling.sources.append((entry.instrument, table, n_read, n_used, 0, ""))
    return as_known_then(rows[~late], table, limit[~late])


def _pseudonyms(frame: pd.DataFrame, project: Project) -> pd.Series:
    """Give the pseudonym of each row."""
    if project.subjects is None:
        return frame["record"]
    return frame["record"].map(project.subjects).astype("string")


def _untranslated(place: str, count: int) -> list[Finding]:
    """Say that codes have no canonical value in the mapping."""
    if not count:
        return []
    what = "Some cells hold a code that the mapping does not translate."
    remedy = "Add the choices that the dictionary lists under 'values'; empty means not known."
    return [noticed("RCP-034", ("mapping", place), what, remedy, count=count)]


def _unplaced(place: str, count: int) -> list[Finding]:
    """Say that rows of patients without a day 0 were left out."""
    what = "Rows of patients without a date for day 0 were left out."
    remedy = "Name a further date under 'day_zero' if these patients belong to the study."
    return [noticed("RCP-035", ("mapping", place), what, remedy, count=count, severity="warning")]


def _left_out(
    frame: pd.DataFrame, rows: pd.DataFrame, entry: Entry, project: Project
) -> dict[str, pd.Series]:
    """Tell which rows are left out, by the reason."""
    reasons = {
        "no pseudonym": rows["subject_id"].isna(),
        NOT_YET: frame["record"].isin(project.not_yet),
    }
    if entry.events:
        reasons["other event"] = ~frame["event"].isin(list(entry.events))
    dates = [dates_of(frame, s, project) for s in entry.columns.values() if s.kind == "date"]
    if dates:
        dated = pd.concat(dates, axis="columns").notna().any(axis="columns")
        reasons[_NO_DAY_ZERO] = dated & ~frame["record"].isin(project.zero.dropna().index)
    for name in entry.only_with:
        reasons[f"no {name}"] = rows[name].isna()
    return {reason: left.astype(bool) for reason, left in reasons.items()}


def _add(
    table: str,
    parts: Sequence[pd.DataFrame],
    entries: Sequence[Entry],
    project: Project,
    filling: Filling,
) -> None:
    """Put the rows of all entries of a table together, numbered, with their items apart."""
    together = pd.concat(list(_typed(parts)), ignore_index=True)
    sources = {name: source for entry in entries for name, source in entry.columns.items()}
    for name, source in sources.items():
        if source.kind == "number_by":
            together[name] = _numbered(together, name, source)
    together = _up_to_cut_off(together, table, entries, project, filling)
    answers = [name for name in together if str(name).startswith("item ")]
    if answers:
        items = _items(together, len(answers), project.mapping.missing_codes)
        filling.tables["items"] = pd.concat(
            [frame for frame in (filling.tables.get("items"), items) if frame is not None],
            ignore_index=True,
        )
    beside = [name for name in together if str(name).startswith(("item ", "code "))]
    filled = together.drop(columns=beside)
    earlier = filling.tables.get(table)
    filling.tables[table] = (
        filled if earlier is None else pd.concat([earlier, filled], ignore_index=True)
    )


def _typed(parts: Sequence[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Leave out columns without any cell where another part has cells: their type says nothing."""
    told = [{name for name in part if part[name].notna().any()} for part in parts]
    for number, part in enumerate(parts):
        elsewhere = set().union(*told[:number], *told[number + 1 :])
        yield part.drop(columns=list((set(part) - told[number]) & elsewhere))


def _numbered(rows: pd.DataFrame, name: str, source: Source) -> pd.Series:
    """Give rows without a number one within other columns, by day and then as they stand."""
    within = ["subject_id", *(column for column in source.within if column != "subject_id")]
    days = [day for day in ("rel_day", "start_day", "rel_min") if day in rows and day not in within]
    number = rows.sort_values(days, kind="stable").groupby(within, dropna=False).cumcount() + 1
    told = rows[name].astype("Int64") if name in rows else pd.Series(pd.NA, index=rows.index)
    return told.fillna(number.reindex(rows.index)).astype("Int64")


def _items(rows: pd.DataFrame, n_items: int, reasons: Mapping[str, str]) -> pd.DataFrame:
    """Make one row per answer, and per answer that is missing for a reason."""
    parts = []
    for position in range(1, n_items + 1):
        answer, code = rows[f"item {position}"], rows[f"code {position}"].astype("string")
        why = code.map(dict(reasons)).astype("string")
        part = rows.reindex(columns=_ITEM_KEY).assign(item_no=position, response=answer)
        if reasons:
            part["missing_reason"] = why.mask(why.eq("").fillna(False))
        parts.append(part[answer.notna() | code.notna()])
    return pd.concat(parts, ignore_index=True)


def _sorted(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Sort the rows of a table by its key, columns in canonical order."""
    names = [name for name in TABLES[table].names if name in frame]
    keys = [name for name in TABLES[table].key if name in frame]
    return frame[names].sort_values(keys, kind="stable", ignore_index=True)
