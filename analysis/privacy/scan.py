"""Scanning tables for what may identify a person, column by column, without showing a value.

The result supports a decision of a person who knows the data; it never certifies anything.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.privacy.derived import is_derived
from analysis.privacy.headers import header_role, is_known_header, meaning_of_header
from analysis.privacy.lexicon import small_zip3
from analysis.privacy.numeric_columns import plain_numbers
from analysis.privacy.scan_result import ColumnFinding, ScanResult, Sign
from analysis.privacy.substance_use import concerns_substance_use
from analysis.privacy.values import MATCH_COLUMNS, free_text_share, match_column
from analysis.study import TABLES, Study

__all__ = ["scan_identifiers"]

_BY_CHANCE = {
    "date",
    "national identity number",
    "national provider identifier",
    "telephone number",
    "time stamp",
    "year and month",
}
_OF_ANY_CODE = {
    "five-digit code",
    "licence plate",
    "long number",
    "nine-digit number",
    "postcode",
}
_PLAIN = (str, bytes, int, float, complex, decimal.Decimal, dt.date, dt.time, dt.timedelta)
_FEW_DISTINCT = 20
_NEARLY_ALL = 0.9
_FREE_TEXT_SHARE = 0.2
_HALF = 0.5


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
    for position, header in enumerate(map(str, frame.columns), start=1):
        values = frame.iloc[:, position - 1]
        signs = list(_signs_of_values(values, is_pseudonym=header == pseudonym))
        signs += _signs_of_role(values, header)
        if header == pseudonym:
            signs += _signs_of_pseudonym(frame, position - 1)
        elif header not in canonical:
            signs += _signs_of_header(values, header)
            signs += _signs_of_cardinality(values, frame.get(pseudonym))
        if header in flagged:
            signs.append(
                Sign(
                    element=18, why="flagged", kind="marked in the dictionary", count=_there(values)
                )
            )
        if header not in allowed and header not in canonical:
            signs += _signs_of_free_text(values, header)
        label = header if header == pseudonym or is_known_header(header) else f"column {position}"
        yield from ColumnFinding.of_signs(signs, table=shown, column=label)


def _there(values: pd.Series) -> int:
    """Count values that are not missing."""
    return int(values.notna().sum())


def _signs_of_values(values: pd.Series, *, is_pseudonym: bool) -> Iterator[Sign]:
    """Give what the values hold; chance hits among random codes are left out."""
    found = match_column(values)
    columns = (found[name].tolist() for name in MATCH_COLUMNS)
    for element, kind, count, share in zip(*columns, strict=True):
        by_chance = is_pseudonym and (
            kind in _OF_ANY_CODE or (kind in _BY_CHANCE and share < _HALF)
        )
        sparse_digits = kind == "five-digit code" and share < _HALF
        if not by_chance and not sparse_digits:
            yield Sign(element=element, why="values", kind=kind, count=count)


def _signs_of_role(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give ages over 90, years of birth that tell them, and small ZIP areas."""
    role = header_role(header)
    if role == "":
        return
    numbers = plain_numbers(values.dropna().astype(object).map(str))
    this_year = pd.Timestamp.now().year
    if role == "age":  # 90 stands for 90 or older
        hits, kind, element = int((numbers > 90).sum()), "age over 89", 3
    elif role == "birth_year":
        hits, kind, element = int((numbers <= this_year - 90).sum()), "year of birth", 3
    else:
        digits = values.dropna().astype(str).str.extract(r"^(\d{1,3})(?:\.0)?(?:xx|XX|\*\*)?$")[0]
        hits, kind, element = (
            int(digits.str.zfill(3).isin(small_zip3()).sum()),
            "small ZIP3 area",
            2,
        )
    if hits:
        yield Sign(element=element, why="values", kind=kind, count=hits)


def _signs_of_header(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give what the name of the column says, when the column holds anything."""
    meaning = meaning_of_header(header)
    if meaning is None or meaning[0] == 0 or header_role(header) or _there(values) == 0:
        return
    if pd.api.types.is_bool_dtype(values.dtype) or _is_flag(values):
        return  # "phone: yes" says that there is a telephone, not which
    yield Sign(element=meaning[0], why="header", kind=meaning[1], count=_there(values))


def _is_flag(values: pd.Series) -> bool:
    """Tell whether a column holds only yes and no."""
    flags = {
        "0",
        "1",
        "yes",
        "no",
        "true",
        "false",
        "y",
        "n",
        "0.0",
        "1.0",
        "ja",
        "nein",
        "oui",
        "non",
        "sí",
        "si",
    }
    distinct = values.dropna().unique()
    return len(distinct) <= 2 and {str(value).casefold() for value in distinct} <= flags


def _signs_of_cardinality(values: pd.Series, patients: pd.Series | None) -> Iterator[Sign]:
    """Give columns of codes with about one value for each patient, or for each row."""
    dtype = values.dtype
    texts = pd.api.types.is_string_dtype(dtype) or pd.api.types.is_object_dtype(dtype)
    texts = texts or isinstance(dtype, pd.CategoricalDtype)
    wide = pd.api.types.is_integer_dtype(dtype) and len(values) and (values.abs() >= 10_000).any()
    if not texts and not wide:
        return
    present = values.dropna()
    distinct = int(present.astype(object).map(str).nunique())
    if distinct < _FEW_DISTINCT:
        return
    by_row = distinct >= _NEARLY_ALL * len(present)
    if by_row or (patients is not None and _one_per_patient(values, patients, distinct)):
        yield Sign(
            element=18,
            why="cardinality",
            kind="nearly one value for each patient",
            count=len(present),
        )


def _holds_numbers(values: pd.Series) -> bool:
    """Tell whether a column holds numbers, be it as numbers or as texts."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return True
    return bool(
        plain_numbers(values.dropna().astype(object).map(str)).notna().mean() >= _NEARLY_ALL
    )


def _one_per_patient(values: pd.Series, patients: pd.Series, distinct: int) -> bool:
    """Tell whether nearly every patient has a value of his own."""
    n_patients = int(patients.nunique())
    if n_patients < _FEW_DISTINCT or distinct < _NEARLY_ALL * n_patients:
        return False
    both = pd.DataFrame(
        {"value": values.astype(object).map(str), "patient": patients.astype(object)}
    )
    pairs = len(both[values.notna()].drop_duplicates())
    return pairs <= distinct / _NEARLY_ALL


def _signs_of_pseudonym(frame: pd.DataFrame, position: int) -> Iterator[Sign]:
    """Give a pseudonym that is worked out from another column."""
    if is_derived(frame, position):
        count = _there(frame.iloc[:, position])
        yield Sign(element=18, why="derived", kind="pseudonym made from other data", count=count)


def _signs_of_free_text(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give columns of sentences: by their values, or by name when texts differ much."""
    share = free_text_share(values)
    meaning = meaning_of_header(header)
    named = meaning is not None and meaning[0] == 0
    distinct = values.nunique() if share or named else 0
    if share >= _FREE_TEXT_SHARE and (distinct >= _FEW_DISTINCT or named):
        yield Sign(element=0, why="values", kind="free text", count=_there(values))
    elif named and distinct >= _FEW_DISTINCT and not _holds_numbers(values):
        yield Sign(element=0, why="header", kind="free text", count=_there(values))
