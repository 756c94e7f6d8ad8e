"""Making one column of values from cells: labels, numbers, units; a finding for what does not fit.

Labels that the mapping does not list are counted and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.formats.building.rows import Rows
from analysis.formats.mapping_parts import Recipe
from analysis.formats.mapping_recipes import UNITS
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.numbers import read_numbers, split_unit
from analysis.study.columns import Column
from analysis.text_numbers import text_numbers

__all__ = ["labelled", "labelled_sites", "numbers", "texts"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_COMMA = re.compile(r"^(\d+),(\d{1,2})$")  # with fewer than three digits it parts no thousands
_PRESSURE = re.compile(
    r"\s*(?P<systolic>\d{1,3})\s*/\s*(?P<diastolic>\d{1,3})\s*(?:mm\s?hg)?\s*", re.IGNORECASE
)


def labelled(rows: Rows, recipe: Recipe, cells: Cells, values: Mapping[str, str | None]) -> Cells:
    """Replace labels by what they mean.

    Parameters
    ----------
    rows : Rows
        Where the cells stand.
    recipe : Recipe
        Says what a label means that is not listed.
    cells : Cells
        The labels.
    values : mapping of str to (str or None)
        Meanings by plain label.

    Returns
    -------
    Cells
        Meanings; empty where a label is not listed, which is a finding with the number of
        different labels and of rows.
    """
    spelt = [plain(entry) for entry in cells.entries]
    unknown = np.array([text not in values for text in spelt], dtype=bool)
    broken = cells.flags(unknown)
    if broken.any():
        different = int((unknown & cells.used()).sum())
        counted = "1 label is" if different == 1 else f"{different} different labels are"
        accepted = recipe.unknown == "missing"
        what = f"{counted} not in the list of values"
        what += "; these cells count as missing." if accepted else "."
        remedy = "Look at the rows and complete the values of the mapping."
        rows.say("FMT-060", recipe.path, what, remedy, broken, warn=accepted)
    return cells.recoded(lambda entry: values.get(plain(entry)))


def labelled_sites(rows: Rows, recipe: Recipe, sites: Mapping[str, str | None]) -> Cells:
    """Make a column of clinics: codes by the names that the mapping lists.

    Parameters
    ----------
    rows : Rows
        Rows of a source.
    recipe : Recipe
        A column of names, or a constant.
    sites : mapping of str to (str or None)
        Codes by plain name; a code means itself.

    Returns
    -------
    Cells
        Codes.
    """
    own = {plain(code): code for code in sites.values() if code is not None}
    known: dict[str, str | None] = {**own, **sites}
    if recipe.kind == "constant":
        cells = Cells.of([recipe.constant]).take(np.zeros(len(rows), dtype=np.int64))
    else:
        cells = rows.cells(recipe.column, recipe.missing)
    if recipe.labels is not None:
        cells = labelled(rows, recipe, cells, recipe.labels)
    return labelled(rows, recipe, cells, known)


def texts(rows: Rows, recipe: Recipe, column: Column) -> pd.Series:
    """Make a column of text, categories or flags.

    Parameters
    ----------
    rows : Rows
        Rows of a source.
    recipe : Recipe
        The column and what its labels mean.
    column : Column
        The canonical column; its allowed values need not be listed.

    Returns
    -------
    pandas.Series
        Text, missing where a cell is empty.
    """
    cells = rows.cells(recipe.column, recipe.missing)
    if recipe.labels is None and not column.allowed:
        return cells.text()
    values = recipe.labels
    if values is None:
        values = {plain(text): text for text in column.allowed}
    if column.kind == "codes":
        return _code_lists(rows, recipe, cells, values)
    return labelled(rows, recipe, cells, values).text()


def _code_lists(
    rows: Rows, recipe: Recipe, cells: Cells, values: Mapping[str, str | None]
) -> pd.Series:
    """Replace the labels of lists that are separated by semicolons."""
    whole: dict[str, str | None] = {}
    for entry in cells.entries:
        labels = [plain(label) for label in entry.split(";") if label.strip()]
        if all(label in values for label in labels):
            meant = [text for label in labels if (text := values[label]) is not None]
            whole[plain(entry)] = ";".join(meant)
    return labelled(rows, recipe, cells, whole).text()


def numbers(rows: Rows, recipe: Recipe, column: Column) -> Floats:
    """Make a column of numbers, in the unit of the canonical column.

    Parameters
    ----------
    rows : Rows
        Rows of a source.
    recipe : Recipe
        The column, what its labels mean, and its unit.
    column : Column
        The canonical column.

    Returns
    -------
    numpy.ndarray, shape (n_rows,)
        NaN where a cell is empty, or could not be read, which is a finding.
    """
    what = "Cells cannot be read as numbers."
    remedy = "Name codes for missing values in na, labels in values, or correct the decimal mark."
    if recipe.kind == "constant":
        same = text_numbers(pd.Series([recipe.constant] * len(rows), dtype="string"))
        constant = same.to_numpy(dtype=np.float64, na_value=np.nan)
        broken = np.isnan(constant) & (recipe.constant is not None)
        rows.say("FMT-061", recipe.path, what, remedy, broken)
        return constant
    cells = rows.cells(recipe.column, recipe.missing)
    if recipe.labels is not None:
        cells = _labelled_numbers(rows, recipe, cells)
    if recipe.pressure:
        cells = cells.recoded(lambda text: _of_pressure(text, recipe.pressure))
    split = [split_unit(entry) for entry in cells.entries]
    in_text = recipe.unit == "in text"
    source = rows.source
    written = list(cells.entries)
    if in_text:
        comma = source.decimal == "." and not source.thousands
        written = [_COMMA.sub(r"\1.\2", n) if comma else n for n, _ in split]
    read = read_numbers(written, decimal=source.decimal, thousands=source.thousands)
    values = cells.floats(read)
    accepted = recipe.unknown == "missing"
    what += " They count as missing." if accepted else ""
    unread = cells.filled & np.isnan(values)
    rows.say("FMT-061", recipe.path, what, remedy, unread, warn=accepted)
    if not (recipe.unit or recipe.unit_column):
        return values
    units = cells.recoded(dict(zip(cells.entries, [u for _, u in split], strict=True)).get)
    return _converted(rows, recipe, column, values, units)


def _of_pressure(text: str, which: str) -> str:
    """Take one number of a blood pressure; a text of another form stays, and is no number."""
    found = _PRESSURE.fullmatch(text)
    # a number alone does not say which of both it is
    return f"no pressure: {text}" if found is None else found[which]


def _labelled_numbers(rows: Rows, recipe: Recipe, cells: Cells) -> Cells:
    """Replace labels by numbers; a cell that holds one of these numbers stays."""
    listed = dict(recipe.labels or {})
    own = {plain(text): text for text in listed.values() if text is not None}
    return labelled(rows, recipe, cells, {**own, **listed})


def _converted(
    rows: Rows, recipe: Recipe, column: Column, values: Floats, written: Cells
) -> Floats:
    """Convert numbers to the canonical unit, row by row where the unit stands in the file."""
    if recipe.unit_column:
        units = rows.cells(recipe.unit_column).recoded(lambda text: split_unit("1" + text)[1])
    elif recipe.unit == "in text":
        units = written
    else:
        units = Cells.of([recipe.unit]).take(np.zeros(len(rows), dtype=np.int64))
    factors = UNITS.get(column.unit, {})
    factor = units.floats(np.array([factors.get(u, np.nan) for u in units.entries], dtype=float))
    converted = values * factor
    by_weight = _by_weight(rows, recipe, column, values, units)
    converted = np.where(np.isnan(factor), by_weight, converted)
    what = f"Cells have no unit, or one that cannot be converted to {column.unit}."
    known = [*factors, *({"mg": ["mg/kg"], "mg/kg": ["mg"]}.get(column.unit, []))]
    remedy = f"Known are {', '.join(known)}."
    lost = ~np.isnan(values) & np.isnan(factor) & ~_weighed(units, column)
    accepted = recipe.unknown == "missing"
    what += " They count as missing." if accepted else ""
    rows.say("FMT-062", recipe.path, what, remedy, lost, warn=accepted)
    return np.asarray(np.round(converted, 9))


def _weighed(units: Cells, column: Column) -> Flags:
    """Find the doses that are per kilogram and should not be, or the other way round."""
    other = {"mg": "mg/kg", "mg/kg": "mg"}.get(column.unit, "")
    return units.flags(np.array([u in UNITS.get(other, {}) for u in units.entries], dtype=bool))


def _by_weight(rows: Rows, recipe: Recipe, column: Column, values: Floats, units: Cells) -> Floats:
    """Convert doses per kilogram by the body weight."""
    weighed = _weighed(units, column) & ~np.isnan(values)
    nothing = np.full(len(values), np.nan)
    if not weighed.any():
        return nothing
    kilograms = Column(name="weight_kg", kind="number", description="", unit="kg")
    weight = nothing if recipe.weight is None else numbers(rows, recipe.weight, kilograms)
    what = "Doses per kilogram have no body weight beside them; they count as missing."
    remedy = "Name the column of the weight in weight."
    rows.say("FMT-063", recipe.path, what, remedy, weighed & np.isnan(weight), warn=True)
    other = UNITS["mg/kg" if column.unit == "mg" else "mg"]
    factor = units.floats(np.array([other.get(u, np.nan) for u in units.entries], dtype=float))
    scale = weight if column.unit == "mg" else 1.0 / weight
    return np.asarray(np.where(weighed, values * factor * scale, np.nan))
