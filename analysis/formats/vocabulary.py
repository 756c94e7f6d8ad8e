"""Refusing categories that the canonical tables do not know before a study is written elsewhere."""

from __future__ import annotations

from analysis.errors import DataError
from analysis.study import TABLES, Study

__all__ = ["require_vocabulary"]


def require_vocabulary(study: Study, tables: tuple[str, ...]) -> None:
    """Refuse a study with categories for which the other format has no code.

    Parameters
    ----------
    study : Study
        The study; missing cells are no fault.
    tables : tuple of str
        Tables to look at; those that the study lacks are left out.

    Raises
    ------
    DataError
        Naming table and column, the allowed categories, and how many cells hold another one.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> require_vocabulary(read_study(example_folder("clinic-network")), ("monitoring",))
    """
    for name in tables:
        for column in TABLES[name].columns:
            if column.kind != "category" or not column.allowed or not study.has(name, column.name):
                continue
            cells = study.tables[name][column.name]
            n_other = int((cells.notna() & ~cells.isin(column.allowed)).sum())
            if n_other:
                raise DataError(
                    f"{name}.{column.name} has {n_other} cells with a category that is not "
                    f"allowed, so they cannot be written. Allowed are {', '.join(column.allowed)}. "
                    "Check the study and correct them."
                )
