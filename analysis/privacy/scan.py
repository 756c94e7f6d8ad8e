"""Scanning tables for what may identify a person, column by column, without showing a value.

The result supports a decision of a person who knows the data; it never certifies anything.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.privacy.header_kinds import are_of_results
from analysis.privacy.header_signs import signs_of_header
from analysis.privacy.known_headers import is_known_header
from analysis.privacy.scan_result import ColumnFinding, ScanResult, Sign, there
from analysis.privacy.signs import signs_of_cardinality, signs_of_free_text, signs_of_pseudonym
from analysis.privacy.substance_use import concerns_substance_use
from analysis.privacy.value_signs import signs_of_role, signs_of_silent_ages, signs_of_values
from analysis.study import TABLES, Study

__all__ = ["scan_identifiers"]

_PLAIN = (str, bytes, int, float, complex, decimal.Decimal, dt.date, dt.time, dt.timedelta)


def scan_identifiers(
    data: pd.DataFrame | Mapping[str, pd.DataFrame] | Study,
    *,
    pseudonym: str = "subject_id",
    allowed_text: Collection[str] = (),
    flagged: Collection[str] = (),
) -> ScanResult:
    """Scan tables for the 18 elements of Safe Harbor, in column names, values and their number.

    Parameters
    ----------
    data : pandas.DataFrame, mapping of str to pandas.DataFrame, or Study
        One table, tables by name, or a study.
    pseudonym : str
        The column that names patients by a random code. It may be unique for each patient.
    allowed_text : collection of str
        Columns (``column`` or ``table.column``) whose free text somebody has read and allows.
    flagged : collection of str
        Columns that a data dictionary marks as identifiers, as REDCap's column "Identifier?".

    Returns
    -------
    ScanResult
        One finding per column and element with its true count, and no value. Missing values are
        not counted.

    Raises
    ------
    DataError
        When `data` is none of the three.
    ColumnError
        When a table has two columns of one name.

    Notes
    -----
    A column is judged by its name, by each of its values, by the shape that its values share, and
    by their number: codes that differ from patient to patient and are not the pseudonym count
    whatever their shape. A name that speaks of measurements, counts or a public system of codes
    (``dose_mg``, ``icd10``) keeps bare numbers and codes from being taken for identifiers.

    Small categories (fewer than 11 patients) are no identifiers; they are the business of
    `analysis.disclosure`. A scan can miss identifiers and see some where there are none.

    References
    ----------
    45 CFR 164.514(b)(2) and (c), Safe Harbor and codes; 45 CFR 164.514(e)(2), limited data set;
    42 CFR Part 2, records of substance use disorder patients.

    Examples
    --------
    >>> frame = pd.DataFrame({"subject_id": ["a1", "b2"], "dob": ["1980-02-03", "1975-11-30"]})
    >>> result = scan_identifiers(frame)
    >>> result.data_class
    'limited data set'
    >>> result.to_frame()[["column", "element", "why", "count"]].to_dict("records")
    [{'column': 'dob', 'element': 3, 'why': 'header, values', 'count': 2}]
    """
    tables = _tables(data)
    found: list[ColumnFinding] = []
    for number, (name, frame) in enumerate(tables.items(), start=1):
        shown = name if name == "" or is_known_header(name) else f"table {number}"
        allowed = {text.removeprefix(f"{name}.") for text in allowed_text}
        marked = {text.removeprefix(f"{name}.") for text in flagged}
        found += _scan_table(frame, name, shown, pseudonym, allowed, marked)
    instruments = data.instruments if isinstance(data, Study) else ()
    return ScanResult(
        findings=tuple(sorted(found, key=lambda one: (one.element or 99, one.table, one.column))),
        n_columns=sum(frame.shape[1] for frame in tables.values()),
        n_rows=sum(len(frame) for frame in tables.values()),
        substance_use=concerns_substance_use(tables, instruments=instruments),
    )


def _tables(data: object) -> dict[str, pd.DataFrame]:
    """Give tables by name; a frame alone has none."""
    if isinstance(data, Study):
        return dict(data.tables)
    tables = {"": data} if isinstance(data, pd.DataFrame) else data
    if not isinstance(tables, Mapping) or not all(
        isinstance(frame, pd.DataFrame) for frame in tables.values()
    ):
        raise DataError("Nothing to scan: allowed are a frame, a mapping of frames, or a Study.")
    for frame in tables.values():
        if not frame.columns.is_unique:
            raise ColumnError("Two columns of a table have the same name. Give each its own.")
    return {str(name): _without_nested(frame) for name, frame in tables.items()}


def _without_nested(frame: pd.DataFrame) -> pd.DataFrame:
    """Write lists and their like in cells as text: what is in them is looked for, not compared."""
    plain = frame.copy(deep=False)
    for position, dtype in enumerate(frame.dtypes):
        cells = frame.iloc[:, position]
        if pd.api.types.is_object_dtype(dtype) and pd.api.types.infer_dtype(cells).startswith(
            "mixed"
        ):
            texts = cells.map(lambda cell: cell if isinstance(cell, _PLAIN) else str(cell))
            plain.isetitem(position, texts.where(cells.notna()).array)
    return plain


def _scan_table(
    frame: pd.DataFrame,
    name: str,
    shown: str,
    pseudonym: str,
    allowed: Collection[str],
    flagged: Collection[str],
) -> Iterator[ColumnFinding]:
    """Give the findings of one table."""
    canonical = TABLES[name].names if name in TABLES else ()
    explained = pseudonym not in frame.columns and are_of_results(map(str, frame.columns))
    for position, header in enumerate(map(str, frame.columns), start=1):
        values = frame.iloc[:, position - 1]
        signs = list(
            signs_of_values(
                values,
                header,
                frame.get(pseudonym),
                is_pseudonym=header == pseudonym,
                is_canonical=header in canonical,
            )
        )
        signs += signs_of_role(values, header)
        if header == pseudonym:
            signs += signs_of_pseudonym(frame, position - 1)
        elif header not in canonical:
            signs += signs_of_header(values, header)
            signs += signs_of_silent_ages(values, header)
            signs += signs_of_cardinality(values, header, frame.get(pseudonym))
        if header in flagged:
            signs.append(
                Sign(
                    element=18, why="flagged", kind="marked in the dictionary", count=there(values)
                )
            )
        if header not in allowed and header not in canonical and not explained:
            signs += signs_of_free_text(values, header)
        label = header if header == pseudonym or is_known_header(header) else f"column {position}"
        yield from ColumnFinding.of_signs(signs, table=shown, column=label)
