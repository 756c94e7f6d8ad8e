"""Summaries of numbers in Table 1: mean (SD) and median [Q1, Q3], where enough patients lie beside.

No minimum and no maximum is written: each is the value of one patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from analysis.disclosure import HIDDEN, Policy
from analysis.errors import ColumnError

__all__ = ["Statistic", "number_rows"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Statistic = Literal["both", "mean", "median"]
"""What is shown of a numeric variable."""


def number_rows(
    values: Sequence[FloatArray], safe: BoolArray, policy: Policy, statistic: Statistic = "both"
) -> list[list[str]]:
    """Write mean (SD) and median [Q1, Q3] of each column.

    Parameters
    ----------
    values : sequence of array
        Values of the patients of each column; missing ones are left out.
    safe : array of bool
        Whether a mean may stand in the column.
    policy : Policy
        The least count that may be shown.
    statistic : {"both", "mean", "median"}
        Which rows.

    Returns
    -------
    list of list of str
        Label of the row, then a text per column.

    Raises
    ------
    ColumnError
        When the statistic is unknown.

    Examples
    --------
    >>> from analysis.disclosure import RELEASE
    >>> ages = np.repeat([40.0, 60.0], 44)
    >>> number_rows([ages], np.array([True]), RELEASE, "median")
    [['Median [Q1, Q3]', '50.0 [40.0, 60.0]']]
    """
    if statistic not in get_args(Statistic):
        raise ColumnError(f"statistics= allows {', '.join(get_args(Statistic))} for a variable.")
    means, medians = ["Mean (SD)"], ["Median [Q1, Q3]"]
    for column, is_safe in zip(values, safe, strict=True):
        known = column[~np.isnan(column)]
        means.append(_mean(known) if is_safe else HIDDEN)
        medians.append(_median(known, policy) if is_safe else HIDDEN)
    return {"both": [means, medians], "mean": [means], "median": [medians]}[statistic]


def _mean(known: FloatArray) -> str:
    """Write mean and standard deviation."""
    spread = f" ({known.std(ddof=1):.1f})" if len(known) > 1 else ""
    return f"{known.mean():.1f}{spread}"


def _median(known: FloatArray, policy: Policy) -> str:
    """Write the median, with quartiles where enough patients lie on each side of them."""
    least = 1 if policy.confidential else policy.minimum_count
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    if len(known) // 4 >= least:
        return f"{middle:.1f} [{low:.1f}, {high:.1f}]"
    return f"{middle:.1f}" if len(known) // 2 >= least else HIDDEN
