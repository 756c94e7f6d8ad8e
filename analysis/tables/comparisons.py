"""Columns of Table 1 that compare its groups: standardized differences, and tests where asked for.

A number stands only where the counts or means that it rests on stand in the table, so that it
tells no more than these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.disclosure import HIDDEN, Policy
from analysis.errors import ColumnError, DataError
from analysis.results import p_value_text
from analysis.tables.standardized_differences import (
    effective_number,
    read_weights,
    standardized_difference,
)
from analysis.tables.variables import MISSING, Variable

__all__ = ["TESTS", "Compared", "Comparisons", "compared_columns", "compared_notes"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Test:
    """A test of baseline differences, held to R's function of the same purpose.

    Parameters
    ----------
    words : str
        Name for the note.
    of_numbers : bool
        Whether it compares numbers; else counts of categories.
    p_value : callable
        From the values of each group, or the counts of groups by categories, to the p-value.
    """

    words: str
    of_numbers: bool
    p_value: Callable[[Sequence[FloatArray]], float]


def _fisher(counts: Sequence[FloatArray]) -> float:
    """Test two groups by two categories exactly; more of either take long, and are refused."""
    table = np.array(counts)
    if table.shape != (2, 2):
        raise DataError(
            "Fisher's test compares two groups by two categories here. Take chi-squared for more."
        )
    return float(stats.fisher_exact(table.astype(int)).pvalue)


def _pair(values: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Give the two groups of a test that compares two."""
    if len(values) != 2:
        raise DataError(
            "Welch's and Wilcoxon's tests compare two groups. Take anova or kruskal for more."
        )
    return values[0], values[1]


def _welch(values: Sequence[FloatArray]) -> float:
    return float(stats.ttest_ind(*_pair(values), equal_var=False).pvalue)


def _wilcoxon(values: Sequence[FloatArray]) -> float:
    return float(stats.mannwhitneyu(*_pair(values), method="asymptotic").pvalue)


def _chi_squared(counts: Sequence[FloatArray]) -> float:
    return float(stats.chi2_contingency(np.array(counts), correction=False).pvalue)


TESTS: Mapping[str, _Test] = {
    "welch": _Test(words="Welch's t test", of_numbers=True, p_value=_welch),
    "anova": _Test(
        words="analysis of variance",
        of_numbers=True,
        p_value=lambda values: float(stats.f_oneway(*values).pvalue),
    ),
    "wilcoxon": _Test(
        words="Wilcoxon's rank sum test with continuity correction",
        of_numbers=True,
        p_value=_wilcoxon,
    ),
    "kruskal": _Test(
        words="Kruskal-Wallis test",
        of_numbers=True,
        p_value=lambda values: float(stats.kruskal(*values).pvalue),
    ),
    "chi-squared": _Test(
        words="chi-squared test without correction", of_numbers=False, p_value=_chi_squared
    ),
    "fisher": _Test(words="Fisher's exact test", of_numbers=False, p_value=_fisher),
}
"""The tests that may be asked for, by name."""


class Comparisons(TypedDict, total=False):
    """What Table 1 may compare its groups by; nothing unless asked for.

    Parameters
    ----------
    smd : bool
        Whether the first row of each variable has the standardized difference of the groups, see
        `standardized_difference`; of more than two groups the largest of any two. It is hidden
        where it rests on a hidden count or mean, and by a policy that rounds.
    weights : str, optional
        Column of weights: the standardized difference is shown without and with them. With them it
        is hidden where fewer than 11 patients carry the weight of a group or category (Kish).
    tests : mapping of str to str or None, optional
        Test by variable: "welch", "anova", "wilcoxon", "kruskal" for numbers; "chi-squared",
        "fisher" for categories; None and variables that are left out: no test. Of a number it is
        hidden too where the number of missing values is.
    """

    smd: bool
    weights: str | None
    tests: Mapping[str, str | None] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """What the groups of a table are compared by.

    Parameters
    ----------
    groups : pandas.Series of category
        Group of each patient; patients without one are not compared.
    smd : bool
        Whether standardized differences are asked for.
    weights : pandas.Series, optional
        Weights of patients, for a second column of standardized differences.
    tests : mapping of str to str or None
        Name of the test of each variable that is tested.
    policy : Policy
        The least count that may be shown.
    """

    groups: pd.Series
    smd: bool
    weights: pd.Series | None
    tests: Mapping[str, str | None]
    policy: Policy

    def __post_init__(self) -> None:
        wanted = self.smd or self.weights is not None or any(self.tests.values())
        if wanted and len(self.names) < 2:
            raise DataError(
                f"A comparison needs two groups or more; there are {len(self.names)} with patients."
                " Name the column of the groups as by=, or ask for no comparison."
            )
        unknown = [name for name in self.tests.values() if name and name not in TESTS]
        if unknown:
            raise ColumnError(
                f"tests= names {len(unknown)} unknown tests; allowed are {', '.join(TESTS)}, and "
                "None for no test."
            )

    @property
    def names(self) -> list[str]:
        """Groups that are compared."""
        return [str(name) for name in self.groups.cat.categories if name != MISSING]

    @property
    def headings(self) -> dict[str, str]:
        """Keys and headings of the columns."""
        asked = {
            "smd": ("SMD", self.smd or self.weights is not None),
            "smd_weighted": ("SMD, weighted", self.weights is not None),
            "p": ("p", any(self.tests.values())),
        }
        return {key: label for key, (label, is_asked) in asked.items() if is_asked}

    def members(self) -> list[BoolArray]:
        """Say who is in each group."""
        return [self.groups.eq(name).to_numpy(bool) for name in self.names]


def compared_columns(
    variable: Variable, values: pd.Series, compared: Compared, *, told: BoolArray, counted: bool
) -> dict[str, str]:
    """Write what compares the groups by one variable.

    Parameters
    ----------
    variable : Variable
        The variable.
    values : pandas.Series
        Its values, one per patient.
    compared : Compared
        What is asked for.
    told : array of bool
        Of each group of `Compared.names`, whether the table shows its mean, or all its counts of
        known categories.
    counted : bool
        Whether the table shows how many are missing in each group.

    Returns
    -------
    dict of str to str
        A text for each key of `Compared.headings`; "—" where a number would rest on what is
        hidden, or cannot be computed.
    """
    hidden = not told.all() or compared.policy.rounds
    texts = dict.fromkeys(compared.headings, HIDDEN)
    test = compared.tests.get(variable.name)
    if "p" in texts and not test:
        texts["p"] = ""
    if hidden:
        return texts
    groups = compared.groups.astype("string").where(compared.groups.isin(compared.names))
    if "smd" in texts:
        texts["smd"] = _difference_text(standardized_difference(values, groups))
    if compared.weights is not None and _weigh_enough(variable, compared, compared.weights):
        weighted = standardized_difference(values, groups, weights=compared.weights)
        texts["smd_weighted"] = _difference_text(weighted)
    if test and (counted or variable.numbers is None):
        texts["p"] = _p_value(variable, TESTS[test], compared)
    return texts


def _difference_text(difference: float) -> str:
    """Write a standardized difference with two decimals."""
    if np.isnan(difference):
        return HIDDEN
    return "∞" if np.isinf(difference) else f"{difference:.2f}"


def _weigh_enough(variable: Variable, compared: Compared, weights: pd.Series) -> bool:
    """Tell whether enough patients carry the weight of every share and mean.

    A few heavy weights would make a mean of many the value of a few.
    """
    if compared.policy.confidential:
        return True
    weight = read_weights(weights, len(weights))
    sets = [
        member & variable.categories.eq(level).to_numpy(bool)
        for member in compared.members()
        for level in variable.levels
        if level != MISSING
    ]
    least = compared.policy.minimum_count
    return all(effective_number(weight[own]) >= least for own in sets if own.any())


def _p_value(variable: Variable, test: _Test, compared: Compared) -> str:
    """Test one variable by its known values."""
    is_of_numbers = variable.numbers is not None
    if is_of_numbers is not test.of_numbers:
        kinds = {name: one.of_numbers for name, one in TESTS.items()}
        fitting = [name for name, of_numbers in kinds.items() if of_numbers is is_of_numbers]
        raise ColumnError(
            f"{variable.name} cannot be tested by {test.words}; allowed are {', '.join(fitting)}."
        )
    samples = _samples(variable, compared.members())
    if any(sample.size == 0 or not sample.any() for sample in samples) and not is_of_numbers:
        return HIDDEN
    if is_of_numbers and np.ptp(np.concatenate(samples)) == 0:
        return HIDDEN  # nothing varies, so there is nothing to test
    p = test.p_value(samples)
    return HIDDEN if np.isnan(p) else p_value_text(p)


def _samples(variable: Variable, members: Sequence[BoolArray]) -> list[FloatArray]:
    """Give the known values of each group, or its counts of the categories that anybody has."""
    if variable.numbers is not None:
        numbers = variable.numbers.to_numpy(float)
        return [numbers[member & ~np.isnan(numbers)] for member in members]
    levels = [level for level in variable.levels if level != MISSING]
    codes = variable.categories.astype("string")
    counts = np.array([
        [float((codes.eq(level).to_numpy(bool) & member).sum()) for level in levels]
        for member in members
    ])  # fmt: skip
    return list(counts[:, counts.sum(axis=0) > 0])


def compared_notes(compared: Compared, labels: Mapping[str, str]) -> list[str]:
    """Explain the columns that compare groups.

    Parameters
    ----------
    compared : Compared
        What was asked for.
    labels : mapping of str to str
        Labels of variables.

    Returns
    -------
    list of str
        Sentences for the end of the table; none where nothing is compared.
    """
    notes = []
    if "smd" in compared.headings:
        pair = "" if len(compared.names) == 2 else ", the largest of any two groups"
        notes.append(
            f"SMD, standardized mean difference{pair}, of known values: the difference over the "
            "standard deviation; of categories after Yang and Dalton (2012)."
        )
        notes.append(
            "An SMD is hidden (—) where it rests on a hidden count or mean, or where groups cannot "
            "be compared; so is a p-value."
        )
    named = {name: test for name, test in compared.tests.items() if test}
    if named:
        words = [f"{labels.get(name, name)}: {TESTS[test].words}" for name, test in named.items()]
        notes.append(f"p, of known values, not adjusted for their number. {'; '.join(words)}.")
    elif notes:
        notes.append(
            "No tests: a p-value would mix how large a difference is with how many patients there "
            "are."
        )
    return notes
