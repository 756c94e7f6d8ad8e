"""Sessions summed up by group and patient, and who is behind each count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import Members
from analysis.errors import ColumnError

__all__ = ["NOT_RECORDED", "group_name", "members_of", "per_patient", "with_group"]

NOT_RECORDED = "not recorded"


def group_name(by: str | Sequence[str]) -> str:
    """Name the column of groups.

    Parameters
    ----------
    by : str or sequence of str
        Columns by which sessions are told apart.

    Returns
    -------
    str
        The one, or all joined by "and".

    Examples
    --------
    >>> group_name(["treatment", "phase"])
    'treatment and phase'
    """
    return by if isinstance(by, str) else " and ".join(by)


def with_group(frame: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    """Add the group of each row; several columns give their combinations.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session.
    by : str or sequence of str
        Columns; a missing value is the group "not recorded".

    Returns
    -------
    pandas.DataFrame
        With a categorical column ``group``, in the order of names.

    Raises
    ------
    ColumnError
        When a column is absent or identifies patients.

    Examples
    --------
    >>> rows = pd.DataFrame({"treatment": ["b", "a", None]})
    >>> with_group(rows, "treatment")["group"].cat.categories.tolist()
    ['a', 'b', 'not recorded']
    """
    columns = [by] if isinstance(by, str) else list(by)
    if not columns or not set(columns) <= set(frame.columns) - {"subject_id"}:
        raise ColumnError(
            "Sessions have no such column to split by; try treatment, phase, site_id or dose_band."
        )
    texts = [frame[name].astype("string").fillna(NOT_RECORDED).astype(object) for name in columns]
    joined = texts[0] if len(texts) == 1 else pd.concat(texts, axis=1).agg(", ".join, axis=1)
    codes, names = pd.factorize(joined, sort=True)
    return frame.assign(group=pd.Categorical.from_codes(codes, categories=pd.Index(names)))


def per_patient(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum up a column of sessions by group and patient; sessions where it is missing do not count.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``group, subject_id`` and `column`.
    column : str
        Numbers.

    Returns
    -------
    pandas.DataFrame
        Columns ``group, subject_id, total, sessions, greatest, least``; patients with at least one
        session that counts. Patient-level.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": pd.Categorical(["a"] * 3), "subject_id": ["p", "p", "q"],
    ...                      "x": [1.0, 3.0, None]})
    >>> per_patient(rows, "x").to_numpy().tolist()
    [['a', 'p', 4.0, 2, 3.0, 1.0]]
    """
    known = frame.loc[frame[column].notna(), ["group", "subject_id", column]]
    sums = known.groupby(["group", "subject_id"], observed=True, sort=False)[column].agg(
        total="sum", sessions="count", greatest="max", least="min"
    )
    return sums.reset_index()


def members_of(
    patients: pd.Series, sets: Mapping[tuple[str, str], pd.Series | Sequence[str]]
) -> Members:
    """Say which patients are behind each count.

    Parameters
    ----------
    patients : pandas.Series
        All patients of the table, possibly several times.
    sets : mapping of (column, name of the row) to ids
        The patients behind each count.

    Returns
    -------
    Members
        For `shown_statement`.

    Examples
    --------
    >>> members_of(pd.Series(["p", "q", "p"]), {("n", "a"): ["q"]})
    patients behind 1 count
    """
    units = pd.Series(patients.dropna().astype(str).unique(), dtype=object)
    index = pd.Index(units)
    inside = {}
    for name, ids in sets.items():
        flags = np.zeros(len(units), dtype=bool)
        places = index.get_indexer(pd.Index(pd.Series(ids, dtype=object).astype(str)))
        flags[places[places >= 0]] = True
        inside[name] = flags
    return Members(units, inside)
