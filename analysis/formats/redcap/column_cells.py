"""The cells of one canonical column from the fields of an instrument, as the mapping says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.formats.cut_off import day_limits
from analysis.formats.redcap.choices import checkbox_column
from analysis.formats.redcap.dictionary import Dictionary
from analysis.formats.redcap.mapping import Entry, RedcapMapping, Source
from analysis.formats.redcap.rows import beside
from analysis.formats.redcap.split import missing_code_of

__all__ = ["Project", "answers_of", "cells_of", "dates_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Project:
    """What every entry needs to know."""

    frames: Mapping[str, pd.DataFrame]
    dictionary: Dictionary
    mapping: RedcapMapping
    subjects: pd.Series | None
    zero: pd.Series
    cut_off: dt.date | None = None

    @property
    def not_yet(self) -> pd.Index:
        """Records whose day 0 lies after the cut-off."""
        return self.zero.index[day_limits(self.cut_off, self.zero) < 0]

    def limits(self, records: pd.Series) -> pd.Series:
        """Say on which day of each record the data end; NaN without day 0."""
        return day_limits(self.cut_off, records.map(self.zero).astype("datetime64[s]"))


def cells_of(frame: pd.DataFrame, source: Source, project: Project) -> tuple[pd.Series, int]:
    """Make the cells of one column, and count the codes that the mapping does not translate."""
    if source.kind == "date":
        days = dates_of(frame, source, project) - frame["record"].map(project.zero).astype(
            "datetime64[s]"
        )
        return days.dt.days.astype("Int64"), 0
    if source.kind == "boxes":
        return _boxes(frame, source, project.dictionary), 0
    if source.kind == "number_by":
        return pd.Series(pd.NA, index=frame.index, dtype="Int64"), 0
    if source.kind == "constant":
        return pd.Series(source.name, index=frame.index, dtype="string"), 0
    if source.kind == "event":
        return translated(frame["event"], project.mapping.visits)
    name = source.name
    cells = frame.get(name, pd.Series(pd.NA, index=frame.index, dtype="string"))
    return (cells, 0) if source.translation is None else translated(cells, source.translation)


def dates_of(frame: pd.DataFrame, source: Source, project: Project) -> pd.Series:
    """Take the dates of a column, from another instrument where the mapping says so."""
    if not source.instrument:
        return frame[source.name]
    return beside(frame, project.frames[source.instrument], source.name)


def translated(cells: pd.Series, values: Mapping[str, str]) -> tuple[pd.Series, int]:
    """Write codes as canonical values; an empty value means not known."""
    codes = cells.astype("string")
    known = codes.isin(list(values))
    told = codes.map(dict(values)).astype("string")
    return told.mask(told.eq("").fillna(value=False)), int((codes.notna() & ~known).sum())


def _boxes(frame: pd.DataFrame, source: Source, dictionary: Dictionary) -> pd.Series:
    """Write the checked boxes of a field as codes separated by semicolons."""
    choices = dictionary.by_name[source.name].choices
    values = (
        source.translation if source.translation is not None else {code: code for code in choices}
    )
    text = pd.Series("", index=frame.index, dtype=object)
    for code in choices:
        name = checkbox_column(source.name, code)
        if name in frame and values.get(code):
            checked = frame[name].fillna(value=False).to_numpy(dtype=bool)
            text += np.where(checked, values[code] + ";", "")
    joined = text.astype("string").str.rstrip(";")
    return joined.mask(joined.eq(""))


def answers_of(frame: pd.DataFrame, entry: Entry) -> tuple[dict[str, pd.Series], int]:
    """Give the answers in the order of the scale, and count codes that are not translated."""
    columns, n_unknown = dict[str, pd.Series](), 0
    blank = pd.Series(pd.NA, index=frame.index, dtype="string")
    for position, name in enumerate(entry.items, start=1):
        answer = frame.get(name, blank)
        if entry.item_values is not None:
            answer, lost = translated(answer, entry.item_values)
            n_unknown += lost
        columns[f"item {position}"] = answer
        columns[f"code {position}"] = frame.get(missing_code_of(name), blank)
    if columns and "n_answered" not in entry.columns:
        told = [columns[name].notna() for name in columns if name.startswith("item ")]
        columns["n_answered"] = pd.concat(told, axis="columns").sum(axis="columns")
    return columns, n_unknown
