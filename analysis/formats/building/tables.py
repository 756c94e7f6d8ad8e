"""Making rows of a canonical table from rows of a source, column by column as the mapping says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.building.clients import Clients
from analysis.formats.building.days import Days, minutes_between
from analysis.formats.building.numbering import course_numbers, running_numbers, within_course
from analysis.formats.building.rows import Rows
from analysis.formats.building.values import labelled_sites, numbers, texts
from analysis.formats.cut_off import (
    AFTER,
    NOT_YET,
    as_known_then,
    day_of_rows,
    is_after,
    session_keys,
)
from analysis.formats.mapping_parts import Part, Recipe
from analysis.study import TABLES
from analysis.study.columns import Column
from analysis.text_numbers import text_numbers

__all__ = ["Built", "World", "build_part"]

Floats = npt.NDArray[np.float64]

_OLDEST = 90.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class World:
    """What parts of the mapping need to know besides their rows.

    Parameters
    ----------
    clients : Clients
        Ids by number.
    days : Days
        First treatments and cut-off.
    sites : mapping of str to (str or None)
        Codes of clinics by plain name.
    course_gap_days : int
        Pause after which a new course begins; 0 when it is not said.
    sessions : pandas.DataFrame, optional
        ``client, rel_day, session_no`` of all sessions, once they are known.
    treated_later : numpy.ndarray of int
        Patients with sessions after the cut-off.
    """

    clients: Clients
    days: Days
    sites: Mapping[str, str | None]
    course_gap_days: int = 0
    sessions: pd.DataFrame | None = None
    treated_later: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Built:
    """Rows of a canonical table that one part of the mapping gave.

    Parameters
    ----------
    table : str
        The table.
    frame : pandas.DataFrame
        Canonical columns; the values still have to be given their types.
    client : numpy.ndarray of int, shape (n_rows,)
        Patient of each row.
    rows : Rows
        Where they stand, and what was left out.
    later : numpy.ndarray of int
        Patients of rows that were left out because they are after the cut-off.
    """

    table: str
    frame: pd.DataFrame
    client: npt.NDArray[np.int64]
    rows: Rows
    later: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


def build_part(rows: Rows, part: Part, world: World) -> Built:
    """Make rows of a canonical table.

    Parameters
    ----------
    rows : Rows
        All rows of the source.
    part : Part
        Which of them, and how columns are made.
    world : World
        Patients, days and clinics.

    Returns
    -------
    Built
        Rows without a needed value, and after the cut-off, are left out and counted.
    """
    chosen = rows.chosen(part.where)
    chosen = _treated(chosen, world)
    table = TABLES[part.table]
    made: dict[str, pd.Series | Floats] = {}
    for name, recipe in part.columns.items():
        if recipe.kind not in {"numbered", "by session"}:
            made[name] = _column(chosen, recipe, table.column(name), world)
    frame = pd.DataFrame(made, index=pd.RangeIndex(len(chosen)))
    late = _is_late(frame, chosen, part, world)
    later = chosen.client[late]
    frame, chosen = _kept(frame, chosen, part, ~late, AFTER)
    frame = as_known_then(frame, part.table, world.days.rel_cut_off(chosen.client))
    frame, chosen = _with_needed(frame, chosen, part)
    frame = _numbered(frame, chosen, part, world)
    frame.insert(0, "subject_id", world.clients.subject_ids(chosen.client))
    return Built(table=part.table, frame=frame, client=chosen.client, rows=chosen, later=later)


def _treated(rows: Rows, world: World) -> Rows:
    """Leave out patients who have no day 0."""
    known = ~np.isnan(world.days.origin[rows.client]) if len(rows) else np.zeros(0, dtype=bool)
    return rows.keep(known, NOT_YET)


def _column(rows: Rows, recipe: Recipe, column: Column, world: World) -> pd.Series | Floats:
    """Make one column."""
    if recipe.kind == "session on":
        return _session_numbers(rows, recipe, world)
    if recipe.kind == "minutes":
        return minutes_between(rows, recipe)
    if column.refers_to == "sites":
        return labelled_sites(rows, recipe, world.sites).text()
    if recipe.kind == "constant" and column.kind != "number":
        return pd.Series(pd.array([recipe.constant] * len(rows), dtype="string"))
    return _measured(rows, recipe, column, world)


def _measured(rows: Rows, recipe: Recipe, column: Column, world: World) -> pd.Series | Floats:
    """Make a column from the cells of one column of the file."""
    if column.unit == "d" and recipe.reading != "day":
        return world.days.rel_days(rows, recipe)
    if column.unit == "a":
        return _ages(rows, recipe, column, world)
    if column.kind in {"integer", "number"}:
        return numbers(rows, recipe, column)
    return texts(rows, recipe, column)


def _ages(rows: Rows, recipe: Recipe, column: Column, world: World) -> Floats:
    """Make ages, from dates of birth where the mapping says so; 90 means 90 or older."""
    born = recipe.reading == "birth date"
    ages = world.days.ages(rows, recipe) if born else numbers(rows, recipe, column)
    old = (ages > _OLDEST) & (ages < 120)
    what = "Ages above 90 were set to 90, which means 90 or older."
    remedy = "Nothing needs to be done."
    rows.say("FMT-069", recipe.path, what, remedy, old, warn=True)
    return np.where(old, _OLDEST, ages)


def _session_numbers(rows: Rows, recipe: Recipe, world: World) -> Floats:
    """Find the session of the patient on the day of each row."""
    day = world.days.rel_days(rows, recipe)
    if world.sessions is None:
        return np.full(len(rows), np.nan)
    known = world.sessions.groupby(["client", "rel_day"])["session_no"].agg(["first", "size"])
    wanted = pd.MultiIndex.from_arrays([rows.client, day], names=["client", "rel_day"])
    found = known.reindex(wanted)
    number, size = (found[name].to_numpy(dtype=np.float64) for name in ("first", "size"))
    several = size > 1
    none = np.isnan(size) & (day <= world.days.rel_cut_off(rows.client))
    remedy = "Look whether the dates of both files agree, or give the number of the session."
    for broken, text in ((several, "more than one session"), (none, "no session")):
        what = f"The patient had {text} on the day of these rows."
        rows.say("FMT-066", recipe.path, what, remedy, broken, warn=True)
    return np.where(several, np.nan, number)


def _is_late(frame: pd.DataFrame, rows: Rows, part: Part, world: World) -> npt.NDArray[np.bool_]:
    """Tell which rows lie after the cut-off, by their own day or by that of their session."""
    late = is_after(day_of_rows(frame, part.table), world.days.rel_cut_off(rows.client))
    recipe = part.columns.get("session_no")
    if part.table != "monitoring" or recipe is None:
        return late
    if recipe.kind == "session on":
        day = world.days.rel_days(rows, recipe)
        return late | is_after(day, world.days.rel_cut_off(rows.client))
    return late | _of_later_sessions(frame, rows, world)


def _of_later_sessions(frame: pd.DataFrame, rows: Rows, world: World) -> npt.NDArray[np.bool_]:
    """Tell which rows name a session that was left out because it is after the cut-off."""
    keys = session_keys(rows.client, frame)
    if world.sessions is None:
        return np.zeros(len(rows), dtype=bool)
    kept = session_keys(world.sessions["client"], world.sessions)
    known = keys.get_level_values("no").notna()
    return np.isin(rows.client, world.treated_later) & known & ~keys.isin(kept)


def _with_needed(frame: pd.DataFrame, rows: Rows, part: Part) -> tuple[pd.DataFrame, Rows]:
    """Leave out rows without a needed value, each with its reason."""
    table = TABLES[part.table]
    key = [n for n in table.key if n in frame.columns and not table.column(n).nullable]
    for name in dict.fromkeys([*key, *part.require]):
        if name in frame.columns:
            filled = frame[name].notna().to_numpy(dtype=bool)
            frame, rows = _kept(frame, rows, part, filled, f"no {name}")
    return frame, rows


def _kept(
    frame: pd.DataFrame, rows: Rows, part: Part, flags: npt.NDArray[np.bool_], reason: str
) -> tuple[pd.DataFrame, Rows]:
    """Choose rows of the frame and of the source alike."""
    if flags.all():
        return frame, rows
    if reason != AFTER:
        what = f"Rows were left out: {reason}."
        remedy = "Complete them if they hold something."
        rows.say("FMT-067", part.path, what, remedy, ~flags, warn=True)
    return frame.loc[flags].reset_index(drop=True), rows.keep(flags, reason)


def _numbered(frame: pd.DataFrame, rows: Rows, part: Part, world: World) -> pd.DataFrame:
    """Add the columns that number rows, and those that follow from the number."""
    day = day_of_rows(frame, part.table)
    for name, recipe in part.columns.items():
        if recipe.kind != "numbered":
            continue
        if recipe.numbered == "course":
            frame[name] = course_numbers(rows.client, day, world.course_gap_days or 10**6)
        else:
            frame[name] = running_numbers(_groups(frame, rows, recipe), day)
        if recipe.numbered in {"session", "occurrence"}:
            _say_same_day(frame, rows, recipe, day)
    for name, recipe in part.columns.items():
        if recipe.kind == "by session":
            number = within_course(rows.client, _courses(frame), day)
            starts = sorted(recipe.steps)
            at = np.searchsorted(starts, number, side="right") - 1
            values = np.array([recipe.steps[start] for start in starts], dtype=object)
            frame[name] = pd.Series(values[at], dtype="string")
    return frame[[name for name in TABLES[part.table].names if name in frame.columns]]


def _courses(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Tell courses apart; cells that are no number are found when the table is read."""
    if "course_no" not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    return pd.factorize(text_numbers(frame["course_no"]))[0].astype(np.int64)


def _groups(frame: pd.DataFrame, rows: Rows, recipe: Recipe) -> list[npt.NDArray[np.int64]]:
    """Name the groups within which rows are numbered."""
    if recipe.numbered != "occurrence":
        return [rows.client]
    parts = [name for name in ("instrument", "rel_day") if name in frame.columns]
    return [rows.client, *(pd.factorize(frame[name])[0].astype(np.int64) for name in parts)]


def _say_same_day(frame: pd.DataFrame, rows: Rows, recipe: Recipe, day: Floats) -> None:
    """Warn of several sessions, or completions of one scale, on one day."""
    keys = {"client": rows.client, "day": day}
    if "instrument" in frame.columns:
        keys["instrument"] = frame["instrument"].to_numpy(dtype=object)
    again = pd.DataFrame(keys).duplicated().to_numpy(dtype=bool)
    what = "Patients have the same scale, or a session, more than once on a day."
    remedy = "Look whether these are repeats of the export; each was given a number of its own."
    rows.say("FMT-068", recipe.path, what, remedy, again, warn=True)
