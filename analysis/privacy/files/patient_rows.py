"""Telling tables of single patients from tables of groups.

What is decided here supports a person's decision: a table can be of patients and look like one of
groups, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.files.descriptions import is_description, signs_in_description
from analysis.privacy.files.model_output import is_of_single_observations
from analysis.privacy.files.patient_signs import OBSERVATION_ROWS, PATIENT_ROWS, Sign
from analysis.privacy.files.printed_series import signs_in_series
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.small_counts import small_counts
from analysis.privacy.files.table_cells import are_of_one_shape, is_type, present_cells
from analysis.privacy.files.table_columns import column_role, is_describe_label, looks_like_code
from analysis.privacy.files.table_persons import (
    is_row_of_person,
    n_columns_of_persons,
    shows_persons,
)
from analysis.privacy.headers import header_words
from analysis.privacy.patterns import identifiers_in

__all__ = ["signs_in_table"]

_ANSWERS = {"true", "false", "yes", "no"}


def signs_in_table(table: TextTable) -> tuple[Sign, ...]:
    """Tell what a table shows of single patients.

    Parameters
    ----------
    table : TextTable
        A table of a file or an output.

    Returns
    -------
    tuple of Sign
        Empty for tables of groups with counts of 11 and more; missing cells count for nothing.

    Examples
    --------
    >>> rows = (("p0017", "43"), ("p0018", "51"))
    >>> signs_in_table(TextTable(header=("subject_id", "age"), rows=rows))
    (Sign(kind='rows of single patients', count=2),)
    >>> rows = (("week 1", "120", "14.2"), ("week 2", "118", "12.9"))
    >>> signs_in_table(TextTable(header=("visit", "n", "mean"), rows=rows))
    ()
    """
    if not table.rows:
        return ()
    if table.series is not None:
        return signs_in_series(table)
    if not table.header:
        return _signs_without_header(table)
    if is_description(table):
        return signs_in_description(table)
    return _signs_with_header(table)


def _signs_with_header(table: TextTable) -> tuple[Sign, ...]:
    """Judge a table by the names of its columns and what stands below them."""
    roles = [column_role(name) if name else "" for name in table.columns]
    if _describes_columns(table):
        return ()
    codes = [_codes(table, position, role) for position, role in enumerate(roles)]
    n_codes = max(codes, default=0)
    if n_codes:
        return (Sign(kind=PATIENT_ROWS, count=n_codes),)
    unlabelled = len(table.index) == 0 or not any(table.index)
    if "aggregate" not in roles and unlabelled and shows_persons(table, roles):
        return (Sign(kind=PATIENT_ROWS, count=len(table.rows)),)
    if is_of_single_observations(table):
        return (Sign(kind=OBSERVATION_ROWS, count=len(table.rows)),)
    turned = n_columns_of_persons(table)
    if turned:
        return (Sign(kind=PATIENT_ROWS, count=turned),)
    return small_counts(table)


def _describes_columns(table: TextTable) -> bool:
    """Tell whether the rows are columns of another table: their names and types."""
    first = [row[0] for row in table.rows if row]
    types = sum(any(map(is_type, row[1:])) for row in table.rows)
    return types >= 0.6 * len(first) and bool(first)


def _codes(table: TextTable, position: int, role: str) -> int:
    """Count the different codes of patients in a column."""
    if role == "aggregate":
        return 0
    cells = present_cells(table.column(position))
    distinct = {cell for cell in cells if cell.casefold() not in _ANSWERS}
    if role == "id":
        words = header_words(table.columns[position])
        if words in {"name", "names", "nom", "nombre"}:
            return len(distinct) if _are_persons(distinct) else 0
        vague = words in {
            "subject",
            "patient",
            "person",
            "client",
            "record",
            "who",
            "name",
            "nom",
            "participant",
        }
        labels = all(re.fullmatch(r"[a-z][a-z ()_-]*", cell) for cell in distinct)
        statistic = sum(map(is_describe_label, distinct)) >= 0.5 * len(distinct)
        plain = vague and (labels or _are_names_of_columns(distinct))
        return 0 if plain or statistic or not distinct else len(distinct)
    hits = {cell for cell in distinct if looks_like_code(cell) and re.search(r"\d{3}|0\d", cell)}
    enough = len(hits) >= 0.7 * len(distinct) and are_of_one_shape(hits)
    least = 1 if role == "weak id" else 2
    return len(hits) if hits and enough and len(hits) >= least else 0


def _are_persons(cells: set[str]) -> bool:
    """Tell whether cells are names of persons and not of things."""
    named = sum(any(match.element == 1 for match in identifiers_in(cell)) for cell in cells)
    return named >= 0.4 * len(cells)


def _are_names_of_columns(cells: set[str]) -> bool:
    """Tell whether cells are names of variables or terms of a model."""
    return all(re.fullmatch(r"[A-Za-z_]\w*(?:[\[(:.].*)?", cell) for cell in cells) and not any(
        looks_like_code(cell) for cell in cells
    )


def _signs_without_header(table: TextTable) -> tuple[Sign, ...]:
    """Judge rows without names of columns by their codes and by what stands beside a sex."""
    columns = [set(present_cells(cells)) for cells in zip(*_even(table.rows), strict=True)]
    for cells in columns:
        codes = {cell for cell in cells if looks_like_code(cell)}
        if len(codes) >= 2 and len(codes) >= 0.7 * len(cells) and are_of_one_shape(codes):
            return (Sign(kind=PATIENT_ROWS, count=len(codes)),)
    of_persons = [row for row in table.rows if is_row_of_person(row)]
    if len(of_persons) >= 2 and len(of_persons) >= 0.6 * len(table.rows):
        return (Sign(kind=PATIENT_ROWS, count=len(of_persons)),)
    return ()


def _even(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave rows of the most frequent width."""
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count)
    return [row for row in rows if len(row) == width]
