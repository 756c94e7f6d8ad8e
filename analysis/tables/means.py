"""Table of the means that a model estimates, with the patients behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    RELEASE,
    Policy,
    hide_coefficients,
    is_small,
    suppress_cells,
)
from analysis.errors import DataError
from analysis.tables.counted import number_text
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.statistics import denominators_of

__all__ = ["MeansResult", "estimate_with_limits", "marginal_means_table"]

_BEHIND = ("n", "residual_df")
_COUNT = "Patients: with a score behind the mean."
_BOUND = "Patients: at least so many have a score behind the mean, as the sums of the fit tell."


class MeansResult(Protocol):
    """What marginal means must offer to be put into a table."""

    @property
    def specs(self) -> tuple[str, ...]:
        """Columns whose levels are compared."""

    @property
    def by(self) -> tuple[str, ...]:
        """Columns within whose levels they are compared."""

    def tidy(self) -> pd.DataFrame:
        """Return the names of each mean and the tidy columns."""

    def support(self) -> pd.DataFrame:
        """Return the names of each mean, ``n`` and ``residual_df``."""


def estimate_with_limits(estimate: float, low: float, high: float, digits: int) -> str:
    """Write an estimate with its limits, or that it is hidden.

    Parameters
    ----------
    estimate, low, high : float
        Missing where hidden.
    digits : int
        Decimals.

    Returns
    -------
    str
        Such as "8.1 (7.0 to 9.2)".

    Examples
    --------
    >>> estimate_with_limits(-1.0, -2.0, 0.5, 1), estimate_with_limits(1.0, float("nan"), 2.0, 1)
    ('−1.0 (−2.0 to 0.5)', '—')
    """
    texts = [number_text(value, digits) for value in (estimate, low, high)]
    return HIDDEN if HIDDEN in texts else f"{texts[0]} ({texts[1]} to {texts[2]})"


def marginal_means_table(
    means: MeansResult,
    *,
    labels: Mapping[str, str] | None = None,
    digits: int = 1,
    title: str = "Means by the model",
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show marginal means with their intervals and the patients behind them.

    Parameters
    ----------
    means : MarginalMeans
        What ``fit.marginal_means(...)`` returns.
    labels : mapping of str to str, optional
        Words for levels and columns.
    digits : int
        Decimals of means and limits.
    title : str
        Title of the table; in a release also what tells it from others, the same every time.
    notes : sequence of str
        Lines under the table, such as the model and the missing-data rule.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        Rows grouped by the levels within which means are compared. A mean of fewer than 11
        patients, or from too few degrees of freedom, is hidden; the numbers of patients beside it
        too, which with a total known from elsewhere would give the small one away.

    Raises
    ------
    DataError
        When the fit does not know its patients, as one from sums.

    Examples
    --------
    >>> import numpy as np
    >>> from analysis.mixed import mmrm
    >>> rng = np.random.default_rng(1)
    >>> data = pd.DataFrame({"id": np.repeat(np.arange(60), 2), "visit": ["w1", "w4"] * 60,
    ...     "score": rng.normal(15, 4, 120)})
    >>> fit = mmrm("score ~ visit", data, subject="id", visit="visit")
    >>> marginal_means_table(fit.marginal_means("visit")).inline("w4", "Patients")
    '60'
    """
    words = dict(labels or {})
    support = means.support().reset_index(drop=True)
    if support["n"].isna().any() and not policy.confidential:
        raise DataError(
            "Not shown: the means do not say how many patients are behind them. Fit the rows, or "
            "show the means inside the clinic only."
        )
    held = hide_coefficients(means.tidy(), support, policy).reset_index(drop=True)
    group, label = _names(support, means, words)
    n, is_hidden = _patients(support, means.by, title, policy)
    texts = [
        HIDDEN if hidden else estimate_with_limits(estimate, low, high, digits)
        for hidden, estimate, low, high in zip(
            is_hidden, held["estimate"], held["conf_low"], held["conf_high"], strict=True
        )
    ]
    level = 100 * float(held.attrs.get("conf_level", 0.95))
    frame = pd.DataFrame({"group": group, "label": label, "n": n, "mean": texts})
    order = pd.Series(pd.factorize(frame["group"])[0]).sort_values(kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    told = int(sum(text[:1].isdigit() for text in n))
    return TableResult(
        title=title,
        frame=frame.astype("string"),
        columns=(
            Column(key="n", label="Patients"),
            Column(key="mean", label=words.get("mean", f"Mean ({level:g}% CI)")),
        ),
        notes=(
            *notes,
            f"{_BOUND if support.attrs.get('at_least') else _COUNT} CI, confidence interval.",
            hiding_note(policy),
        ),
        denominators=denominators_of(frame, {"mean": "n"}),
        suppression=pd.DataFrame({"status": ["shown", "hidden"], "cells": [told, len(n) - told]}),
        policy=policy,
        stub=words.get(means.specs[0], means.specs[0]) if len(means.specs) == 1 else "",
    )


def _names(
    support: pd.DataFrame, means: MeansResult, words: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Name each mean: the levels within which it is compared, and its own."""
    found = []
    for columns in (means.by, means.specs):
        texts = support[list(columns)].astype("string").to_numpy().tolist()
        found.append([", ".join(words.get(text, text) for text in row) for row in texts])
    return found[0], found[1]


def _patients(
    support: pd.DataFrame, by: Sequence[str], title: str, policy: Policy
) -> tuple[list[str], list[bool]]:
    """Write the numbers of patients, and say which means may not stand."""
    if support["n"].isna().any():
        return [""] * len(support), [False] * len(support)
    names = support.drop(columns=[c for c in _BEHIND if c in support]).astype("string")
    rows = list(map(tuple, names.to_numpy().tolist()))
    few = pd.Series(is_small(support["n"], policy), index=support.index)
    within = [support[name] for name in by] or [pd.Series("", index=support.index)]
    beside = few.groupby(within).transform("any")
    unseen = beside & ~few
    hidden = suppress_cells(
        dict(zip(rows, support["n"].astype(int).tolist(), strict=True)),
        about=f"patients behind means: {title}",
        not_shown=[row for row, is_unseen in zip(rows, unseen, strict=True) if is_unseen],
        policy=policy,
    )
    text = [
        HIDDEN if is_unseen else hidden.text[row]
        for row, is_unseen in zip(rows, unseen, strict=True)
    ]
    return text, [hidden.is_hidden(row) and not u for row, u in zip(rows, unseen, strict=True)]
