"""Hide the estimates that rest on small counts: means, and proportions with their intervals.

Which counts are hidden is decided in `cells`; here the numbers computed from them follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import require_columns
from analysis.disclosure.policy import RELEASE, Policy, is_small, masked_count
from analysis.disclosure.rounding import from_rounded
from analysis.text_numbers import require_number_columns, require_numbers

__all__ = ["REASONS", "hide_statistics", "suppress_numbers", "suppress_proportions"]

REASONS = {
    "denominator": "fewer than {minimum} patients",
    "numerator": "fewer than {minimum} with the outcome",
    "complement": "fewer than {minimum} without the outcome",
    "protects": "hidden to protect another count",
}
"""Why an estimate is hidden."""

_TEXTS: list[Any] = ["object", "string", "category"]


def hide_statistics(
    frame: pd.DataFrame,
    *,
    n: str = "n",
    statistics: Sequence[str] | None = None,
    about: str = "",
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
    about : str
        What the statistics are, the same in every release, see `suppress_numbers`.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy: `n` as text (``<11`` where small) and missing statistics where it is hidden.

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
    names = frame.drop(columns=[n, *chosen]).select_dtypes(include=_TEXTS)
    text, is_hidden = suppress_numbers(names, frame[n], about=about, policy=policy)
    blank = {name: frame[name].mask(is_hidden) for name in chosen}
    return frame.assign(**blank, **{n: text})


def suppress_numbers(
    names: pd.DataFrame, n: pd.Series, *, about: str = "", policy: Policy = RELEASE
) -> tuple[list[str], pd.Series]:
    """Hide the small numbers of patients behind estimates, and those that a ledger protects.

    Parameters
    ----------
    names : pandas.DataFrame, k rows
        The texts that name each row, the same in every release.
    n : pandas.Series, length k
        Numbers of patients. One that is missing, or no whole number, is no count.
    about : str
        What the estimates are, the same in every release. Inside `recording` the numbers are
        then protected against those of earlier releases, see `suppress_cells`.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple of list of str and pandas.Series of bool
        What is printed for each number, and which rows must not show their estimates.

    Raises
    ------
    DataError
        When a number is none, or negative.

    Examples
    --------
    >>> names = pd.DataFrame({"arm": ["IV", "IM"]})
    >>> suppress_numbers(names, pd.Series([40, 6]))[0]
    ['40', '<11']
    """
    cells = _named_rows(names)
    numbers = require_numbers(n, "n")
    whole = np.flatnonzero(numbers == np.round(numbers)).tolist()
    kind = f"patients behind estimates by {' and '.join(map(str, names.columns)) or 'nothing'}"
    hidden = suppress_cells(
        {cells[row]: int(numbers[row]) for row in whole},
        about=f"{kind}{f': {about}' if about else ''}",
        policy=policy,
    )
    text = [masked_count(number, policy) for number in numbers]
    is_hidden = is_small(numbers, policy)
    for row in whole:
        text[row], is_hidden[row] = hidden.text[cells[row]], hidden.is_hidden(cells[row])
    return text, pd.Series(is_hidden, index=n.index)


def _named_rows(names: pd.DataFrame) -> list[Cell]:
    """Name rows by their texts; rows of the same texts by their number among these."""
    texts = names.astype("string").fillna("").reset_index(drop=True)
    again = texts.assign(all="").groupby([*texts.columns, "all"]).cumcount()
    return [
        (*each, number) if number else tuple(each)
        for each, number in zip(texts.to_numpy().tolist(), again.tolist(), strict=True)
    ]


def suppress_proportions(
    frame: pd.DataFrame,
    *,
    numerator: str = "n",
    denominator: str = "observed",
    estimates: Sequence[str] = ("estimate", "conf_low", "conf_high"),
    total: str | None = None,
    about: str = "",
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
    about : str
        Of what the proportions are, the same in every release. Inside `recording` the counts are
        also protected against those of earlier releases, row by row as its texts name it.
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
    names = _named_rows(frame.select_dtypes(include=_TEXTS))
    hidden = _hide_pairs(frame, names, (numerator, denominator, total), about, policy)
    rounded = from_rounded(frame, numerator=numerator, denominator=denominator, policy=policy)
    of_counts = {
        numerator: [hidden.text[("numerator", name)] for name in names],
        denominator: [hidden.text[("denominator", name)] for name in names],
    }
    reasons = pd.Series(
        [_reason(hidden, name) for name in names], index=frame.index, dtype="string"
    )
    blank = {name: rounded[name].mask(reasons.ne("")) for name in estimates}
    return frame.assign(**blank, **of_counts, reason=reasons)


def _hide_pairs(
    frame: pd.DataFrame,
    names: Sequence[Cell],
    columns: tuple[str, str, str | None],
    about: str,
    policy: Policy,
) -> HiddenCells:
    """Suppress numerators, complements and denominators, and their sums over rows."""
    numerator, denominator, total = columns
    n, of = (frame[column].to_numpy(float) for column in (numerator, denominator))
    counts = {"numerator": n, "complement": of - n, "denominator": of}
    cells = {
        (kind, name): values[row]
        for row, name in enumerate(names)
        for kind, values in counts.items()
    }
    sums: list[Sum] = [
        (("denominator", name), [("numerator", name), ("complement", name)]) for name in names
    ]
    if total is not None:
        is_total = frame[total].to_numpy(bool)
        last = names[int(is_total.argmax())]
        parts = [name for name, is_sum in zip(names, is_total, strict=True) if not is_sum]
        sums += [((kind, last), [(kind, name) for name in parts]) for kind in counts]
    texts = frame.select_dtypes(include=_TEXTS)
    delicate = {
        (kind, name)
        for name, words in zip(names, texts.astype("string").fillna("").to_numpy(), strict=True)
        if policy.is_sensitive(*words)
        for kind in ("numerator", "complement")
    }
    return suppress_cells(
        cells,
        sums,
        about=f"proportions by {' and '.join(texts.columns) or 'nothing'}"
        f"{f': {about}' if about else ''}",
        not_shown={("complement", name) for name in names},
        sensitive=delicate,
        policy=policy,
    )


def _reason(hidden: HiddenCells, row: Cell) -> str:
    """Say why a proportion is hidden; empty when both its counts are shown."""
    if not (hidden.is_hidden(("numerator", row)) or hidden.is_hidden(("denominator", row))):
        return ""
    for name in ("denominator", "numerator", "complement"):
        if hidden.status[(name, row)] == "primary":
            return REASONS[name].format(minimum=hidden.policy.minimum_count)
    return REASONS["protects"]
