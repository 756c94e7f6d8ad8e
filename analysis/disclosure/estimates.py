"""Hide the estimates that rest on small counts: means, and proportions with their intervals.

Which counts are hidden is decided in `cells`; here the numbers computed from them follow.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure.cells import HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import require_columns
from analysis.disclosure.policy import RELEASE, Policy, is_small, masked_count
from analysis.disclosure.rounding import from_rounded
from analysis.text_numbers import require_number_columns

__all__ = ["REASONS", "hide_statistics", "suppress_proportions"]

REASONS = {
    "denominator": "fewer than {minimum} patients",
    "numerator": "fewer than {minimum} with the outcome",
    "complement": "fewer than {minimum} without the outcome",
    "protects": "hidden to protect another count",
}
"""Why an estimate is hidden."""


def hide_statistics(
    frame: pd.DataFrame,
    *,
    n: str = "n",
    statistics: Sequence[str] | None = None,
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Blank the means, quantiles or model estimates that rest on fewer than 11 patients.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per group.
    n : str
        Column with the number of patients behind the row.
    statistics : sequence of str, optional
        Columns to blank; all floating-point columns but `n` when left out.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy: `n` as text (``<11`` where small) and missing statistics in those rows.

    Raises
    ------
    ColumnError
        When a named column is absent.

    Examples
    --------
    >>> means = pd.DataFrame({"arm": ["a", "b"], "n": [40, 6], "mean": [8.1, 2.0]})
    >>> hide_statistics(means).to_dict("list")
    {'arm': ['a', 'b'], 'n': ['40', '<11'], 'mean': [8.1, nan]}
    """
    floats = [c for c in frame.columns if c != n and pd.api.types.is_float_dtype(frame[c])]
    chosen = list(statistics) if statistics is not None else floats
    require_columns(frame, [n, *chosen])
    require_number_columns(frame, [n])
    small = pd.Series(is_small(frame[n], policy), index=frame.index)
    blank = {name: frame[name].mask(small) for name in chosen}
    return frame.assign(**blank, **{n: [masked_count(count, policy) for count in frame[n]]})


def suppress_proportions(
    frame: pd.DataFrame,
    *,
    numerator: str = "n",
    denominator: str = "observed",
    estimates: Sequence[str] = ("estimate", "conf_low", "conf_high"),
    total: str | None = None,
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Hide proportions whose numerator, complement or denominator is a small count.

    Where a text of the row is sensitive by the policy, neither none nor all are told either.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per proportion.
    numerator, denominator : str
        Columns of counts; the complement is the denominator less the numerator.
    estimates : sequence of str
        Columns computed from the two counts, blanked with them. Where the policy rounds,
        ``estimate, conf_low, conf_high`` are computed again from the rounded counts.
    total : str, optional
        Boolean column: True in the one row that is the sum of all others. Then a proportion
        cannot be worked out from the total and the rest either.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy: counts as text, estimates missing where hidden, and ``reason``, empty where shown.

    Raises
    ------
    ColumnError
        When a named column is absent.
    DataError
        When counts are not whole, a numerator exceeds its denominator, or the total is no sum.

    Examples
    --------
    >>> rates = pd.DataFrame({"n": [30, 4], "observed": [60, 50], "estimate": [0.5, 0.08]})
    >>> shown = suppress_proportions(rates, estimates=["estimate"])
    >>> shown["n"].tolist(), shown["estimate"].tolist()
    (['30', '<11'], [0.5, nan])
    >>> shown["reason"].tolist()
    ['', 'fewer than 11 with the outcome']
    """
    require_columns(frame, [numerator, denominator, *estimates, *([total] if total else [])])
    require_number_columns(frame, [numerator, denominator, *estimates])
    hidden = _hide_pairs(frame, numerator, denominator, total, policy)
    rounded = from_rounded(frame, numerator=numerator, denominator=denominator, policy=policy)
    rows = range(len(frame))
    of_counts = {
        numerator: [hidden.text[(row, "numerator")] for row in rows],
        denominator: [hidden.text[(row, "denominator")] for row in rows],
    }
    reasons = pd.Series([_reason(hidden, row) for row in rows], index=frame.index, dtype="string")
    blank = {name: rounded[name].mask(reasons.ne("")) for name in estimates}
    return frame.assign(**blank, **of_counts, reason=reasons)


def _hide_pairs(
    frame: pd.DataFrame, numerator: str, denominator: str, total: str | None, policy: Policy
) -> HiddenCells:
    """Suppress numerators, complements and denominators, and their sums over rows."""
    n = frame[numerator].to_numpy(float)
    counts = {
        "numerator": n,
        "complement": frame[denominator].to_numpy(float) - n,
        "denominator": frame[denominator].to_numpy(float),
    }
    rows = range(len(frame))
    cells = {(row, name): values[row] for row in rows for name, values in counts.items()}
    sums: list[Sum] = [
        ((row, "denominator"), [(row, "numerator"), (row, "complement")]) for row in rows
    ]
    if total is not None:
        is_total = frame[total].to_numpy(bool)
        last = int(is_total.argmax())
        sums += [((last, k), [(row, k) for row in rows if not is_total[row]]) for k in counts]
    complements = {(row, "complement") for row in rows}
    texts = frame.select_dtypes(include=["object", "string", "category"])
    names = texts.astype("string").fillna("").to_numpy()
    delicate = {
        (row, k) for row in rows if policy.is_sensitive(*names[row]) for k in counts if k[0] != "d"
    }
    return suppress_cells(cells, sums, not_shown=complements, sensitive=delicate, policy=policy)


def _reason(hidden: HiddenCells, row: int) -> str:
    """Say why a proportion is hidden; empty when both its counts are shown."""
    if not (hidden.is_hidden((row, "numerator")) or hidden.is_hidden((row, "denominator"))):
        return ""
    for name in ("denominator", "numerator", "complement"):
        if hidden.status[(row, name)] == "primary":
            return REASONS[name].format(minimum=hidden.policy.minimum_count)
    return REASONS["protects"]
