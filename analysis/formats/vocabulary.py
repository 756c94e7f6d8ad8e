"""Refusing cells that no other format can carry, before a study is written elsewhere."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.study import TABLES, Column, Study

__all__ = ["require_vocabulary"]


def require_vocabulary(study: Study, tables: tuple[str, ...]) -> None:
    """Refuse a study with categories that have no code, or without what every row must have.

    Parameters
    ----------
    study : Study
        The study; cells may be missing where the canonical table allows it.
    tables : tuple of str
        Tables to look at; those that the study lacks are left out.

    Raises
    ------
    DataError
        Naming table and column, what is allowed, and how many cells are something else.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> require_vocabulary(read_study(example_folder("clinic-network")), ("monitoring",))
    """
    for name in tables:
        for column in TABLES[name].columns:
            if study.has(name, column.name):
                _require_column(study.tables[name][column.name], column, name)


def _require_column(cells: pd.Series, column: Column, table: str) -> None:
    """Refuse missing cells, and categories, that the column must not have."""
    missing, allowed = cells.isna(), column.allowed
    coded = bool(allowed) and column.kind == "category"
    n_other = int((~missing & ~cells.isin(allowed)).sum()) if coded else 0
    n_missing = 0 if column.nullable else int(missing.sum())
    if n_other or n_missing:
        said = f" Allowed are {', '.join(allowed)}." if n_other else ""
        raise DataError(
            f"{table}.{column.name} has {n_other} cells with a category that is not allowed and "
            f"{n_missing} that are empty but must not be, so that the study cannot be written."
            f"{said} Check the study and correct them."
        )
