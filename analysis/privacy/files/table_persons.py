"""Telling rows and columns of persons by what is measured of them, without any code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.table_cells import are_of_one_shape, is_number, present_cells
from analysis.privacy.files.table_columns import column_role, looks_like_code

__all__ = ["is_row_of_person", "n_columns_of_persons", "shows_persons"]

_SEX = {"f", "m", "female", "male", "w", "woman", "man", "weiblich", "männlich"}


def shows_persons(table: TextTable, roles: Sequence[str]) -> bool:
    """Tell whether columns are what one measures of persons, and cells are of single ones.

    Parameters
    ----------
    table : TextTable
        A table with names of columns.
    roles : sequence of str
        Role of each column, as `column_role` gives it.

    Returns
    -------
    bool
        False for tables of groups; missing cells count for nothing.

    Examples
    --------
    >>> rows = (("43", "f", "12"), ("51", "m", "20"))
    >>> shows_persons(TextTable(header=("age", "sex", "phq9"), rows=rows), ["person"] * 3)
    True
    """
    personal = [position for position, role in enumerate(roles) if role == "person"]
    if {row[0] for row in table.rows if row} >= set(table.header):
        return False  # each column with each, as in a matrix of correlations
    if len(personal) < max(2, 0.35 * len(table.header)):
        return False
    whole, broken, texts = 0, 0, 0
    for position in personal:
        cells = present_cells(table.column(position))
        numbers = [cell.replace(",", "").rstrip("%") for cell in cells if is_number(cell)]
        if not cells:
            continue
        if len(numbers) < 0.8 * len(cells):
            texts += 1
        elif all(float(number).is_integer() for number in numbers):
            whole += 1
        else:
            broken += 1
    labels = _texts_repeat(table, roles)
    return (
        (whole >= 1 and whole + broken + texts >= 3)
        or (whole >= 2)
        or (whole + texts >= 2 and whole >= 1 and labels)
        or _free_text(table, roles)
    )


def _texts_repeat(table: TextTable, roles: Sequence[str]) -> bool:
    """Tell whether the texts of rows repeat, which the groups of a table never do."""
    texts = [position for position, role in enumerate(roles) if role == "person"]
    cells = [table.column(position) for position in texts]
    n = min((len(column) for column in cells), default=0)
    categories = [c[:n] for c in cells if c and not all(map(is_number, c))]
    rows = list(zip(*categories, strict=False))
    return len(set(rows)) < len(rows)


def _free_text(table: TextTable, roles: Sequence[str]) -> bool:
    """Tell whether a column of a person holds sentences."""
    for position, role in enumerate(roles):
        cells = present_cells(table.column(position)) if role == "person" else []
        if cells and sum(len(cell.split()) >= 5 for cell in cells) >= 0.5 * len(cells):
            return True
    return False


def n_columns_of_persons(table: TextTable) -> int:
    """Count the patients of a table that stands on its side: a column for each of them.

    Parameters
    ----------
    table : TextTable
        A table with names of columns.

    Returns
    -------
    int
        0 where columns are no patients.

    Examples
    --------
    >>> table = TextTable(header=("", "KX-1042", "KX-1043"), rows=(("age", "43", "51"),))
    >>> n_columns_of_persons(table)
    2
    """
    labels = [row[0] for row in table.rows if len(row) == len(table.columns) or table.index]
    roles = [column_role(label) for label in labels]
    if "aggregate" in roles:
        return 0
    heads = [name for name in table.header if name.strip() not in {"", "..."}]
    numbered = bool(heads) and all(name.isdigit() or looks_like_code(name) for name in heads)
    codes = [name for name in heads if looks_like_code(name)]
    most = len(codes) >= max(2, 0.7 * len(heads))
    if most and are_of_one_shape(set(codes)):
        return len(codes)
    personal = sum(role in {"id", "person"} for role in roles)
    return len(heads) if numbered and personal >= 3 and personal >= 0.4 * len(labels) else 0


def is_row_of_person(row: Sequence[str]) -> bool:
    """Tell whether a row has a sex and at least two whole numbers, as a person's has.

    Parameters
    ----------
    row : sequence of str
        Cells of a table whose columns have no names.

    Returns
    -------
    bool
        Whether it may be a person's.

    Examples
    --------
    >>> is_row_of_person(["f", "43", "12"]), is_row_of_person(["iv", "327", "9.2"])
    (True, False)
    """
    whole = sum(re.fullmatch(r"\d{1,4}", cell) is not None for cell in row)
    return any(cell.casefold() in _SEX for cell in row) and whole >= 2
