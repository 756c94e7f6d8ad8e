"""De-identifying tables: random pseudonyms, relative days, ages up to 90, nothing else personal.

What is left is scanned, and a table with anything in it that may identify is refused, not passed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.privacy.bare import require_bare
from analysis.privacy.crosswalk import PSEUDONYM, pseudonyms_for, require_apart
from analysis.privacy.deidentified import Deidentified
from analysis.privacy.headers import header_role, meaning_of_header
from analysis.privacy.known_headers import is_known_header
from analysis.privacy.relative_days import as_days, days_since, first_days
from analysis.privacy.scan import scan_identifiers

__all__ = ["Deidentified", "deidentify"]

_MOST = 2**53  # beyond it whole numbers are no longer exact
_CHANGES = ("table", "column", "change", "rows")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Request:
    """What was asked for."""

    id: str
    dates: Mapping[str, str | None]
    ages: frozenset[str]
    drop: frozenset[str]
    date_format: str | None


def deidentify(  # noqa: PLR0913 - columns and choices, by name
    data: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    id: str,  # noqa: A002 - the word that users know
    dates: Collection[str] | Mapping[str, str] = (),
    origin: str | pd.Series | None = None,
    crosswalk: Path | str,
    ages: Collection[str] = (),
    drop: Collection[str] = (),
    allowed_text: Collection[str] = (),
    date_format: str | None = None,
) -> Deidentified:
    """Replace ids by random pseudonyms and dates by days since the first treatment.

    Parameters
    ----------
    data : pandas.DataFrame or mapping of str to pandas.DataFrame
        One table, or tables by name; every one has the column `id`. They are not changed.
    id : str
        The column that names patients. No cell may be missing.
    dates : collection of str, or mapping of str to str
        Columns of dates; of a mapping the values are the names of the new columns. Without one
        the new column is ``rel_day``, or ``<column>_rel_day`` when a table has several. Left out
        for tables that have none, such as those of a study.
    origin : str or pandas.Series, optional
        First day of treatment: a column of treatment dates (``column`` or ``table.column``), of
        which each patient's first counts, or a series of days by id. Needed where there are dates.
    crosswalk : path
        CSV file that says which pseudonym is which patient, outside the project and any git work
        tree, or below a folder named ``local``. Known patients keep their pseudonym; new ones are
        added.
    ages : collection of str
        Further columns of ages in years; names such as ``age_years`` are known. Ages over 89
        become 90.
    drop : collection of str
        Columns to leave out. ZIP codes, ZIP3 areas and years of birth always are.
    allowed_text : collection of str
        Columns whose free text somebody has read and allows.
    date_format : str, optional
        How dates are written as text; ISO 8601 when left out.

    Returns
    -------
    Deidentified
        Tables with the pseudonym as ``subject_id`` in the first column, rows ordered by it.

    Raises
    ------
    ColumnError
        When a column is not there, or dates have no origin.
    DataError
        When an id is missing, a date cannot be read, or a patient with dates has no origin.
    DisclosureError
        When the crosswalk would lie within reach of the data, or when the tables still hold what
        may identify; nothing is written to the crosswalk then.
    ReportError
        When the crosswalk cannot be written.

    Notes
    -----
    Days since treatment are no dates; the order and spacing of visits can still single out a
    patient: see `analysis.privacy.trajectory_uniqueness`.

    References
    ----------
    45 CFR 164.514(b)(2)(i)(C) for dates and ages, 164.514(c) for codes.

    Examples
    --------
    >>> import tempfile
    >>> visits = pd.DataFrame({"mrn": ["17", "17"], "seen": ["2024-03-01", "2024-03-08"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = deidentify(
    ...         visits, id="mrn", dates=["seen"], origin="seen",
    ...         crosswalk=Path(folder) / "local" / "crosswalk.csv",
    ...     )
    >>> result.frame["rel_day"].tolist()
    [0, 7]
    """
    path = require_apart(crosswalk)
    tables = {"": data} if isinstance(data, pd.DataFrame) else dict(data)
    request = _Request(
        id=id,
        dates=dict(dates) if isinstance(dates, Mapping) else dict.fromkeys(dates),
        ages=frozenset(ages),
        drop=frozenset(drop),
        date_format=date_format,
    )
    _require_columns(tables, request)
    ids = {name: _ids_as_text(frame[id]) for name, frame in tables.items()}
    first = _origin(tables, ids, origin, request)
    changes: list[tuple[str, str, str, int]] = []
    bare = {
        name: _without_identifiers(frame, ids[name], first, request, name, changes)
        for name, frame in tables.items()
    }
    require_bare(bare, ids, allowed_text)
    codes = pseudonyms_for((one for column in ids.values() for one in column), path)
    finished = {name: _with_pseudonyms(frame, ids[name], codes) for name, frame in bare.items()}
    return Deidentified(
        tables=finished,
        changes=pd.DataFrame(changes, columns=list(_CHANGES)),
        scan=scan_identifiers(finished, pseudonym=PSEUDONYM, allowed_text=allowed_text),
    )


def _require_columns(tables: Mapping[str, pd.DataFrame], request: _Request) -> None:
    """Refuse tables without the id, and names of columns that no table has."""
    if not tables or not all(request.id in frame.columns for frame in tables.values()):
        raise ColumnError(
            "A table lacks the column of ids. Every table needs it, under the same name: rename "
            "it, or leave the table out."
        )
    there = {str(name) for frame in tables.values() for name in frame.columns}
    absent = (set(request.dates) | request.ages | request.drop) - there
    if absent:
        raise ColumnError(
            f"{len(absent)} of the columns in dates, ages and drop are in no table. Correct the "
            "names; a column that is not found would stay in the data."
        )
    if any(not frame.columns.is_unique for frame in tables.values()):
        raise ColumnError("Two columns of a table have the same name. Give each its own.")


def _ids_as_text(ids: pd.Series) -> pd.Series:
    """Write ids as text, so that 17, 17.0 and " 17" are one patient; leading zeros stay."""
    if ids.isna().any():
        raise DataError(
            f"{int(ids.isna().sum())} rows have no id, so nobody can tell whose they are. Add the "
            "ids, or leave these rows out."
        )
    if (
        pd.api.types.is_float_dtype(ids.dtype)
        and (ids.abs() < _MOST).all()
        and (ids % 1 == 0).all()
    ):
        ids = ids.astype("int64")
    return ids.astype(object).map(str).str.strip()


def _origin(
    tables: Mapping[str, pd.DataFrame],
    ids: Mapping[str, pd.Series],
    origin: str | pd.Series | None,
    request: _Request,
) -> pd.Series:
    """Give the first day of treatment by id."""
    if origin is None and not request.dates:
        return pd.Series(dtype="float64")
    if origin is None:
        raise ColumnError("Dates need an origin: name the column of treatment dates.")
    if isinstance(origin, pd.Series):
        index = _ids_as_text(pd.Series(origin.index))
        days = as_days(origin, date_format=request.date_format, column="origin")
        return first_days(index, days.reset_index(drop=True))
    table, _, column = origin.rpartition(".")
    with_it = [
        name for name, frame in tables.items() if column in frame.columns and table in {"", name}
    ]
    if len(with_it) != 1:
        raise ColumnError(
            f"The column of origin is in {len(with_it)} tables; it must be in one. Name it as "
            "table.column."
        )
    name = with_it[0]
    days = as_days(tables[name][column], date_format=request.date_format, column="origin")
    return first_days(ids[name], days)


def _without_identifiers(
    frame: pd.DataFrame,
    ids: pd.Series,
    origin: pd.Series,
    request: _Request,
    table: str,
    changes: list[tuple[str, str, str, int]],
) -> pd.DataFrame:
    """Leave out, turn into days and cap at 90, column by column; the id is left out too."""
    columns: dict[str, pd.Series] = {}
    n_dates = sum(name in request.dates for name in frame.columns)
    for position, (label, values) in enumerate(frame.items(), start=1):
        name = str(label)
        shown = name if is_known_header(name) else f"column {position}"
        new, change = name, ""
        kept: pd.Series | None = values
        if name == request.id:
            kept, change = None, "replaced by a random pseudonym"
        elif name in request.drop or _is_always_dropped(name):
            kept, change = None, "left out"
        elif name in request.dates:
            new = request.dates[name] or ("rel_day" if n_dates == 1 else f"{name}_rel_day")
            days = as_days(values, date_format=request.date_format, column=shown)
            kept, change = days_since(ids, days, origin), "days since the first treatment"
        elif name in request.ages or header_role(name) == "age":
            kept, change = _up_to_90(values, shown), "ages over 89 are 90"
        if change:
            changes.append((table, shown, change, int(values.notna().sum())))
        if kept is not None:
            if isinstance(kept.dtype, pd.CategoricalDtype):
                kept = kept.cat.remove_unused_categories()  # they outlive the rows that had them
            if new in columns or new == PSEUDONYM:
                raise ColumnError(
                    "Two columns would have the same name. Name the new columns of dates in a "
                    "mapping, and leave an old column of pseudonyms out with drop."
                )
            columns[new] = kept
    return pd.DataFrame(columns, index=frame.index).copy()


def _is_always_dropped(name: str) -> bool:
    """Tell whether a column holds ZIP codes, ZIP3 areas or years of birth."""
    meaning = meaning_of_header(name)
    is_zip = meaning is not None and meaning[0] == 2 and "zip" in name.casefold()
    return is_zip or header_role(name) in {"zip3", "birth_year"}


def _up_to_90(ages: pd.Series, shown: str) -> pd.Series:
    """Cap ages at 90, which stands for 90 or older."""
    if not pd.api.types.is_numeric_dtype(ages.dtype):
        raise ColumnError(f"The column {shown} must hold ages in years as numbers.")
    return ages.clip(upper=90).where(ages < 90, ages.clip(upper=90))


def _with_pseudonyms(frame: pd.DataFrame, ids: pd.Series, codes: Mapping[str, str]) -> pd.DataFrame:
    """Put the pseudonym first and order rows by it: the old order can tell who is who."""
    named = frame.reset_index(drop=True)
    named.insert(0, PSEUDONYM, pd.Series(ids.map(codes).to_numpy(), dtype="string"))
    return named.sort_values(PSEUDONYM, kind="stable").reset_index(drop=True)
