"""Telling tables of single patients from tables of groups.

What is decided here supports a person's decision: a table can be of patients and look like one of
groups, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.privacy.files.model_output import is_of_single_observations
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.table_columns import column_role, is_describe_label, looks_like_code
from analysis.privacy.headers import header_words
from analysis.privacy.patterns import identifiers_in

__all__ = [
    "OBSERVATION_ROWS",
    "PATIENT_LIST",
    "PATIENT_RECORD",
    "PATIENT_ROWS",
    "SMALL_COUNTS",
    "Sign",
    "signs_in_table",
    "small_cells",
]

PATIENT_ROWS = "rows of single patients"
PATIENT_RECORD = "record of a single patient"
OBSERVATION_ROWS = "rows of single observations"
PATIENT_LIST = "list of patients' codes"
SMALL_COUNTS = "counts under 11"

_MISSING = {"", "nan", "none", "<na>", "nat", "...", "…", "null", "-", "—"}
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?%?")
_TYPES = re.compile(
    r"(?i)(?:object|category|string(?:\[\w+\])?|str|bool(?:ean)?|u?int\d*|float\d*"
    r"|datetime64\[.*\]|date|text|number|integer)"
)
_SMALL = re.compile(r"(?:[1-9]|10)(?:\.0+)?")
_SEX = {"f", "m", "female", "male", "w", "woman", "man", "weiblich", "männlich"}
_COUNTS = {
    "n", "count", "counts", "freq", "frequency", "patients", "n patients", "subjects",
    "n subjects", "size",
    "number of patients", "no of patients", "n risk", "at risk", "n events", "nobs", "n obs",
    "removed", "entrance", "censored",
    "observed", "participants", "responders", "events",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One reason to think that something shows single patients.

    Parameters
    ----------
    kind : str
        What seems to be shown.
    count : int
        How many rows or codes.
    """

    kind: str
    count: int


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
        return _signs_in_series(table)
    if not table.header:
        return _signs_without_header(table)
    if _is_description(table):
        return _signs_in_description(table)
    return _signs_with_header(table)


def _present(cells: Sequence[str]) -> list[str]:
    """Leave out cells that are missing or stand for rows not shown."""
    return [cell for cell in cells if cell.strip().casefold() not in _MISSING]


def _is_description(table: TextTable) -> bool:
    """Tell whether rows are statistics, as those of ``describe()``."""
    labels = [row[0] for row in table.rows if row]
    known = sum(map(is_describe_label, labels))
    if known >= 2 and known >= 0.7 * len(labels):
        return True
    names = [name for name in table.columns if name]
    return sum(map(is_describe_label, names)) >= 5


def _signs_in_description(table: TextTable) -> tuple[Sign, ...]:
    """Give the codes that ``top``, ``first`` and ``last`` show."""
    shown = [row for row in table.rows if row and row[0].casefold() in {"top", "first", "last"}]
    shown_codes = [cell for row in shown for cell in row[1:] if looks_like_code(cell)]
    if shown_codes:
        return (Sign(kind=PATIENT_LIST, count=len(shown_codes)),)
    counts = [
        cell for row in table.rows if row and row[0].casefold() == "count" for cell in row[1:]
    ]
    small = sum(_SMALL.fullmatch(cell) is not None for cell in counts)
    return (Sign(kind=SMALL_COUNTS, count=small),) if small else _small_counts(table)


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
    if "aggregate" not in roles and unlabelled and _persons(table, roles):
        return (Sign(kind=PATIENT_ROWS, count=len(table.rows)),)
    if is_of_single_observations(table):
        return (Sign(kind=OBSERVATION_ROWS, count=len(table.rows)),)
    turned = _turned(table)
    if turned:
        return (Sign(kind=PATIENT_ROWS, count=turned),)
    return _small_counts(table)


def _describes_columns(table: TextTable) -> bool:
    """Tell whether the rows are columns of another table: their names and types."""
    first = [row[0] for row in table.rows if row]
    types = sum(any(_TYPES.fullmatch(cell) for cell in row[1:]) for row in table.rows)
    return types >= 0.6 * len(first) and bool(first)


def _codes(table: TextTable, position: int, role: str) -> int:
    """Count the different codes of patients in a column."""
    if role == "aggregate":
        return 0
    cells = _present(table.column(position))
    distinct = set(cells)
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
    enough = len(hits) >= 0.7 * len(distinct) and _alike(hits)
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


def _alike(codes: set[str]) -> bool:
    """Tell whether codes have one shape: letters at the same places."""
    shapes = {re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", code)) for code in codes}
    lengths = {len(code) for code in codes}
    return len(shapes) <= max(2, len(codes) // 3) or len(lengths) == 1


def _persons(table: TextTable, roles: Sequence[str]) -> bool:
    """Tell whether columns are what one measures of persons, and cells are of single ones."""
    personal = [position for position, role in enumerate(roles) if role == "person"]
    if {row[0] for row in table.rows if row} >= set(table.header):
        return False  # each column with each, as in a matrix of correlations
    if len(personal) < max(2, 0.35 * len(table.header)):
        return False
    whole, broken, texts = 0, 0, 0
    for position in personal:
        cells = _present(table.column(position))
        numbers = [cell.replace(",", "").rstrip("%") for cell in cells if _NUMBER.fullmatch(cell)]
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
    categories = [c[:n] for c in cells if c and not all(_NUMBER.fullmatch(x) for x in c)]
    rows = list(zip(*categories, strict=False))
    return len(set(rows)) < len(rows)


def _free_text(table: TextTable, roles: Sequence[str]) -> bool:
    """Tell whether a column of a person holds sentences."""
    for position, role in enumerate(roles):
        cells = _present(table.column(position)) if role == "person" else []
        if cells and sum(len(cell.split()) >= 5 for cell in cells) >= 0.5 * len(cells):
            return True
    return False


def _turned(table: TextTable) -> int:
    """Count the patients of a table that stands on its side: a column for each of them."""
    labels = [row[0] for row in table.rows if len(row) == len(table.columns) or table.index]
    roles = [column_role(label) for label in labels]
    if "aggregate" in roles:
        return 0
    heads = [name for name in table.header if name.strip() not in {"", "..."}]
    numbered = bool(heads) and all(name.isdigit() or looks_like_code(name) for name in heads)
    codes = [name for name in heads if looks_like_code(name)]
    if codes and _alike(set(codes)) and len(codes) >= 2 and len(codes) >= 0.7 * len(heads):
        return len(codes)
    personal = sum(role in {"id", "person"} for role in roles)
    return len(heads) if numbered and personal >= 3 and personal >= 0.4 * len(labels) else 0


def _small_counts(table: TextTable) -> tuple[Sign, ...]:
    """Count cells from 1 to 10 in columns of counts."""
    small = 0
    for position, name in enumerate(table.columns):
        if header_words(name) in _COUNTS:
            cells = _present(table.column(position))
            small += sum(_SMALL.fullmatch(cell) is not None for cell in cells)
    return (Sign(kind=SMALL_COUNTS, count=small),) if small else ()


def small_cells(table: TextTable) -> int:
    """Count cells from 1 to 10 of a table whose cells are all whole numbers, as cross tables are.

    Parameters
    ----------
    table : TextTable
        A table of counts.

    Returns
    -------
    int
        0 when any cell is no whole number.
    """
    width = len(table.header) or 1
    cells = [cell for row in table.rows for cell in row[-width:]]
    whole = all(re.fullmatch(r"\d+(?:\.0+)?", cell) for cell in _present(cells))
    return sum(_SMALL.fullmatch(cell) is not None for cell in cells) if whole else 0


def _signs_in_series(table: TextTable) -> tuple[Sign, ...]:
    """Judge a printed Series by its name, the name of its labels, and its values."""
    name = table.series or ""
    labels = [" ".join(row[:-1]) for row in table.rows if len(row) > 1]
    values = _present([row[-1] for row in table.rows])
    if sum(map(is_describe_label, labels)) >= max(2, 0.7 * len(labels)):
        return _signs_in_description(table)
    if any(column_role(label) == "id" for label in table.index if label) and labels:
        return (Sign(kind=PATIENT_ROWS, count=len(labels)),)
    codes = {part for row in table.rows for part in row[:-1] if looks_like_code(part)}
    if len(codes) >= 2 and len(codes) >= 0.5 * len(labels) and _alike(codes):
        return (Sign(kind=PATIENT_ROWS, count=len(codes)),)
    if all(_TYPES.fullmatch(value) for value in values):
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
    mixed = any(_NUMBER.fullmatch(value) is None for value in values)
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
    return _small_counts(table)


def _signs_without_header(table: TextTable) -> tuple[Sign, ...]:
    """Judge rows without names of columns by their codes and by what stands beside a sex."""
    columns = [set(_present(cells)) for cells in zip(*_even(table.rows), strict=True)]
    for cells in columns:
        codes = {cell for cell in cells if looks_like_code(cell)}
        if len(codes) >= 2 and len(codes) >= 0.7 * len(cells) and _alike(codes):
            return (Sign(kind=PATIENT_ROWS, count=len(codes)),)
    of_persons = [row for row in table.rows if _is_person(row)]
    if len(of_persons) >= 2 and len(of_persons) >= 0.6 * len(table.rows):
        return (Sign(kind=PATIENT_ROWS, count=len(of_persons)),)
    return ()


def _even(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave rows of the most frequent width."""
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count)
    return [row for row in rows if len(row) == width]


def _is_person(row: Sequence[str]) -> bool:
    """Tell whether a row has a sex and at least two whole numbers, as a person's has."""
    whole = sum(re.fullmatch(r"\d{1,4}", cell) is not None for cell in row)
    return any(cell.casefold() in _SEX for cell in row) and whole >= 2
