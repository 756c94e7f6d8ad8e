"""Variables of a table about patients: a category per patient, and numbers if there are any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError, DisclosureError
from analysis.tables.standardized_differences import is_number

__all__ = ["MISSING", "OBSERVED", "OVERALL", "Variable", "groups_of", "variable_of"]

MOST_CATEGORIES = 30
MISSING = "Missing"
"""Name of the category of missing values."""
OVERALL = "Overall"
"""Name of the column of all patients."""
OBSERVED = "(observed)"
"""Name of the category of known numbers, which has no row of its own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Variable:
    """One variable of the table: a category per patient, and numbers if it has any."""

    name: str
    label: str
    categories: pd.Series
    numbers: pd.Series | None

    @property
    def levels(self) -> list[str]:
        """Categories in order, missing last and only where somebody is missing."""
        return [str(level) for level in self.categories.cat.categories]

    @property
    def printed(self) -> list[str]:
        """Levels that have a row; of numbers, who is observed has the rows of the statistics."""
        return [name for name in self.levels if self.numbers is None or name != OBSERVED]


def _categories(column: pd.Series) -> pd.Series:
    """Turn a column into ordered categories of text, with a last one for missing values."""
    if pd.api.types.is_bool_dtype(column):
        column = column.map({True: "Yes", False: "No"}).astype(pd.CategoricalDtype(["Yes", "No"]))
    elif not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("string").astype("category")
    used = column.cat.remove_unused_categories()
    if len(used.cat.categories) > MOST_CATEGORIES:
        raise DisclosureError(
            f"{column.name} has {len(used.cat.categories)} categories; allowed are "
            f"{MOST_CATEGORIES}. Identifiers and free text are not shown: group the values first."
        )
    text = used.cat.rename_categories([str(level) for level in used.cat.categories])
    if not text.isna().any():
        return text
    if MISSING in text.cat.categories:
        raise DataError(
            f'{column.name} has a category named "{MISSING}" and missing values, which the table '
            "could not tell apart. Rename the category, or leave its cells empty."
        )
    return text.cat.add_categories([MISSING]).fillna(MISSING)


def variable_of(column: pd.Series, label: str) -> Variable:
    """Prepare one variable: categories to count, and numbers to summarise."""
    if not is_number(column):
        return Variable(
            name=str(column.name), label=label, categories=_categories(column), numbers=None
        )
    known = pd.Categorical(
        np.where(column.isna(), MISSING, OBSERVED), categories=[OBSERVED, MISSING]
    )
    return Variable(
        name=str(column.name),
        label=label,
        categories=pd.Series(known, index=column.index),
        numbers=column.astype(float),
    )


def groups_of(data: pd.DataFrame, by: str | None) -> pd.Series:
    """Give the group of every patient; one group for all where none is asked for."""
    if by is None:
        return pd.Series(pd.Categorical([OVERALL] * len(data)), index=data.index)
    groups = _categories(data[by])
    if OVERALL in groups.cat.categories:
        raise DataError(
            f'{by} has a group named "{OVERALL}", which is the name of the column of all patients. '
            "Rename the group."
        )
    return groups
