"""What changed since the period before, and what of it chance explains."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.report.first_page.headlines import BEFORE, NOW, RATE, Headline

__all__ = ["changes", "mover_limits"]

_NUMBERS = ["estimate", "conf_low", "conf_high"]


def mover_limits(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Compute limits of differences of independent estimates from the limits of both.

    Parameters
    ----------
    now, before : pandas.DataFrame
        ``estimate, conf_low, conf_high`` of the same rows.

    Returns
    -------
    pandas.DataFrame
        The same columns: now minus before. For shares with Wilson's limits these are Newcombe's.

    References
    ----------
    Zou GY, Donner A (2008). Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine 27, 1693-1702.

    Examples
    --------
    >>> shares = [pd.DataFrame({"estimate": [e], "conf_low": [low], "conf_high": [high]})
    ...           for e, low, high in ((0.8, 0.6917, 0.8770), (0.6, 0.4904, 0.7004))]
    >>> mover_limits(*shares).round(3).values.tolist()
    [[0.2, 0.052, 0.334]]
    """
    now, before = now.reset_index(drop=True), before.reset_index(drop=True)
    difference = now["estimate"] - before["estimate"]
    below = np.hypot(now["estimate"] - now["conf_low"], before["conf_high"] - before["estimate"])
    above = np.hypot(now["conf_high"] - now["estimate"], before["estimate"] - before["conf_low"])
    return pd.DataFrame(
        {
            "estimate": difference,
            "conf_low": difference - below,
            "conf_high": difference + above,
        }
    )


def changes(made: Headline) -> pd.DataFrame:
    """Compare the numbers of a headline with those of the period before.

    Parameters
    ----------
    made : Headline
        With a period before.

    Returns
    -------
    pandas.DataFrame
        ``measure, title, unit, now, before, estimate, conf_low, conf_high`` (now minus before; in
        shares, or per 100 sessions) and ``in_words``; from what may be shown. No rows where there
        is no period before. Numbers are missing where one of both is. Rates
        without any event enter with the upper limit of a two-sided interval, and numbers that are
        known as a range with the end that makes the limits wider.
    """
    rows = made.shown.set_index("measure")
    now, before = (rows[rows["period"].eq(name)] for name in (NOW, BEFORE))
    before = before.reindex(now.index if len(before) else [])
    now = now.loc[before.index]
    found = _difference(*(_two_sided(rows, made.conf_level) for rows in (now, before)))
    about = now[["title", "unit"]].reset_index()
    both = {"now": now["estimate"].to_numpy(), "before": before["estimate"].to_numpy()}
    table = pd.concat([about.assign(**both), found], axis="columns")
    return table.assign(in_words=[_in_words(row) for row in table.to_dict("records")])


def _difference(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Subtract, with the limits at the ends of the ranges."""

    def limits(of_now: str, of_before: str) -> pd.DataFrame:
        return mover_limits(
            now.assign(estimate=now[of_now]), before.assign(estimate=before[of_before])
        )

    found = limits("estimate", "estimate")
    least, most = limits("estimate_low", "estimate_high"), limits("estimate_high", "estimate_low")
    return found.assign(conf_low=least["conf_low"], conf_high=most["conf_high"])


def _two_sided(rows: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give rates without any event the upper limit of a two-sided interval."""
    numbers = rows[[*_NUMBERS, "estimate_low", "estimate_high"]].copy()
    none = rows["unit"].eq(RATE) & rows["estimate"].eq(0)
    alpha = 1 - conf_level
    numbers.loc[none, "conf_high"] *= np.log(alpha / 2) / np.log(alpha)
    return numbers


def _in_words(row: Mapping[Hashable, Any]) -> str:
    """Say whether chance explains the difference, and not more."""
    if np.isnan(row["estimate"]):
        return "Not comparable: a number is lacking or hidden."
    size = f"{_size(row['estimate'], row)} ({_size(row['conf_low'], row)} to "
    size += f"{_size(row['conf_high'], row)})"
    if row["conf_low"] > 0:
        return f"Higher: {size}."
    if row["conf_high"] < 0:
        return f"Lower: {size}."
    return f"{size}; chance may explain it."


def _size(value: float, row: Mapping[Hashable, Any]) -> str:
    """Write a difference with its sign."""
    number, digits = (value, 2) if row["unit"] == RATE else (100 * value, 1)
    text = f"{number:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\u2212")
