"""The cells of a REDCap field as codes, numbers, days or text, with a count of those that are none.

Raw exports hold codes and exports with labels hold labels; both become codes. A code of the
project for missing data is kept aside, since it says why there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.formats.redcap.choices import CHECKED, COMPLETE, checkbox_column
from analysis.formats.redcap.dictionary import Dictionary, Field

__all__ = ["Cells", "has_labels", "is_dated", "read_checkbox", "read_field"]

_NUMBERS = ("integer", "number", "calc", "slider")
_LARGEST = 2**53


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """The cells of one column.

    Parameters
    ----------
    held : pandas.Series, shape (n,)
        Codes and text as string, numbers as float64, days as datetime64[s], boxes as boolean.
    missing : pandas.Series, shape (n,)
        The code for missing data of each cell, where it has one.
    n_broken : int
        Cells that are not what the dictionary says.
    """

    held: pd.Series
    missing: pd.Series
    n_broken: int


def is_dated(field: Field) -> bool:
    """Tell whether a field holds dates, with or without a time."""
    return field.validation.startswith(("date_", "datetime_"))


def _is_number(field: Field) -> bool:
    """Tell whether a field holds numbers."""
    return field.kind in ("calc", "slider") or field.validation.startswith(_NUMBERS)


def read_field(cells: pd.Series, field: Field, labels: bool, missing_codes: Sequence[str]) -> Cells:
    """Read the cells of a field that is no checkbox.

    Parameters
    ----------
    cells : pandas.Series of string, shape (n,)
        As they stand in the export.
    field : Field
        What the dictionary says of them.
    labels : bool
        Whether the export has labels instead of codes.
    missing_codes : sequence of str
        Codes of the project for missing data.

    Returns
    -------
    Cells
        What they hold; cells that are broken are missing.
    """
    missing = cells.where(cells.isin(list(missing_codes)))
    told = cells.mask(missing.notna())
    if field.choices:
        values = _codes(told, field.choices, labels)
    elif is_dated(field):
        values = _days(told)
    elif _is_number(field):
        values = _numbers(told, whole=field.validation == "integer")
    else:
        values = told
    n_broken = int((told.notna() & values.isna()).sum())
    return Cells(held=values, missing=missing, n_broken=n_broken)


def read_checkbox(cells: pd.Series, labels: bool) -> Cells:
    """Read the cells of one choice of a checkbox field, or of the status of a form.

    Parameters
    ----------
    cells : pandas.Series of string, shape (n,)
        As they stand in the export.
    labels : bool
        Whether the export has labels instead of codes.

    Returns
    -------
    Cells
        True where the box is checked, False where it is not, missing where the cell is blank.
    """
    codes = _codes(cells, CHECKED, labels)
    values = codes.map({"1": True, "0": False}).astype("boolean")
    return Cells(held=values, missing=cells.mask(cells.notna()), n_broken=_n_lost(cells, values))


def _n_lost(cells: pd.Series, values: pd.Series) -> int:
    """Count the cells that hold something and were not understood."""
    return int((cells.notna() & values.isna()).sum())


def _codes(cells: pd.Series, choices: Mapping[str, str], labels: bool) -> pd.Series:
    """Write each cell as the code of its choice; a label of several choices is none of them."""
    if not labels:
        return cells.where(cells.isin(list(choices)))
    seen = list(choices.values())
    code_of = {label: code for code, label in choices.items() if seen.count(label) == 1}
    spaced = cells.str.replace(r"\s+", " ", regex=True)
    return spaced.map(code_of).astype("string")


def _days(cells: pd.Series) -> pd.Series:
    """Read dates, which exports write as year-month-day; the time of day is left out."""
    shape = r"(?:19|20)\d{2}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?"
    whole = cells.str.fullmatch(shape).fillna(value=False).astype(bool)
    days = pd.to_datetime(cells.where(whole).str[:10], format="%Y-%m-%d", errors="coerce")
    return days.astype("datetime64[s]")


def _numbers(cells: pd.Series, *, whole: bool) -> pd.Series:
    """Read numbers to the last bit, with a decimal point or a decimal comma."""
    shape = r"[+-]?\d{1,16}" if whole else r"[+-]?(?:\d{1,16}(?:[.,]\d{0,30})?|[.,]\d{1,30})"
    fits = cells.str.fullmatch(shape).fillna(value=False).astype(bool)
    text = cells.where(fits).str.replace(",", ".").astype(object)
    values = text.where(fits, "nan").to_numpy(dtype=object).astype(np.float64)
    values[np.abs(values) > _LARGEST] = np.nan
    return pd.Series(values, index=cells.index, name=cells.name)


def has_labels(export: pd.DataFrame, dictionary: Dictionary, missing_codes: Sequence[str]) -> bool:
    """Tell whether an export has labels instead of codes.

    Parameters
    ----------
    export : pandas.DataFrame
        Text, columns under their raw names.
    dictionary : Dictionary
        The data dictionary.
    missing_codes : sequence of str
        Codes of the project for missing data.

    Returns
    -------
    bool
        True when more cells of all fields with choices would be broken as codes than as labels.
    """
    as_codes = as_labels = 0
    for name, choices in _chosen(dictionary):
        if name in export:
            counts = export[name].value_counts()
            counts = counts[~counts.index.isin(list(missing_codes))]
            as_codes += int(counts[~counts.index.isin(list(choices))].sum())
            as_labels += int(counts[~counts.index.isin(list(choices.values()))].sum())
    return as_codes > as_labels


def _chosen(dictionary: Dictionary) -> list[tuple[str, Mapping[str, str]]]:
    """List the columns that hold choices, with code and label of each choice."""
    chosen = [(f"{form}_complete", COMPLETE) for form in dictionary.forms]
    pairs: list[tuple[str, Mapping[str, str]]] = [*chosen]
    for field in dictionary.fields:
        if field.kind == "checkbox":
            pairs += [(checkbox_column(field.name, code), CHECKED) for code in field.choices]
        elif field.choices:
            pairs.append((field.name, field.choices))
    return pairs
