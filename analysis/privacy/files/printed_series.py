"""Printed Series: one patient, a value per patient, or counts."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.privacy.files.descriptions import signs_in_description
from analysis.privacy.files.patient_signs import PATIENT_LIST, PATIENT_RECORD, PATIENT_ROWS, Sign
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.small_counts import small_counts
from analysis.privacy.files.table_cells import are_of_one_shape, is_number, is_type, present_cells
from analysis.privacy.files.table_columns import column_role, is_describe_label, looks_like_code

__all__ = ["signs_in_series"]


def signs_in_series(table: TextTable) -> tuple[Sign, ...]:
    """Judge a printed Series by its name, the name of its labels, and its values.

    Parameters
    ----------
    table : TextTable
        A printed Series; its last cells are the values.

    Returns
    -------
    tuple of Sign
        Empty for groups with counts of 11 and more.

    Examples
    --------
    >>> rows = (("0", "KX-1042"), ("1", "KX-1043"))
    >>> name = "subject_id"
    >>> signs_in_series(TextTable(header=(name,), index=("",), rows=rows, series=name))
    (Sign(kind="list of patients' codes", count=2),)
    """
    name = table.series or ""
    labels = [" ".join(row[:-1]) for row in table.rows if len(row) > 1]
    values = present_cells([row[-1] for row in table.rows])
    if sum(map(is_describe_label, labels)) >= max(2, 0.7 * len(labels)):
        return signs_in_description(table)
    if any(column_role(label) == "id" for label in table.index if label) and labels:
        return (Sign(kind=PATIENT_ROWS, count=len(labels)),)
    codes = {part for row in table.rows for part in row[:-1] if looks_like_code(part)}
    if len(codes) >= 2 and len(codes) >= 0.5 * len(labels) and are_of_one_shape(codes):
        return (Sign(kind=PATIENT_ROWS, count=len(codes)),)
    if all(is_type(value) for value in values):
        return ()
    record = _is_record(name, labels, values)
    if record:
        return (Sign(kind=PATIENT_RECORD, count=1),)
    return _signs_by_name(table, name, labels, values)


def _is_record(name: str, labels: Sequence[str], values: Sequence[str]) -> bool:
    """Tell whether a Series is one row of a frame: labels are columns, the name is a row's."""
    roles = [column_role(label) for label in labels]
    if "aggregate" in roles:
        return False
    of_a_row = name.isdigit() or looks_like_code(name)
    mixed = not all(map(is_number, values))
    personal = sum(role in {"id", "person"} for role in roles)
    return (
        personal >= 2 and personal >= 0.3 * len(labels) and (of_a_row or (mixed and "id" in roles))
    )


def _signs_by_name(
    table: TextTable, name: str, labels: Sequence[str], values: Sequence[str]
) -> tuple[Sign, ...]:
    """Judge a Series of a column: values of single rows, or counts."""
    role = column_role(name) if name else ""
    by_row = all(label.isdigit() for label in labels) and not any(table.index)
    if role == "id" and by_row:
        return (Sign(kind=PATIENT_LIST, count=len(set(values))),)
    if role == "person" and by_row:
        return (Sign(kind=PATIENT_ROWS, count=len(values)),)
    return small_counts(table)
