"""Tables of estimates: fitted results in tidy form, and proportions with their denominators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy, suppress_numbers
from analysis.errors import ColumnError
from analysis.results import TIDY_COLUMNS, p_value_text
from analysis.tables.counted import number_text
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["estimates_table"]

_TITLE = "Estimates"


def _interval(low: float, high: float, digits: int) -> str:
    """Write an interval; limits may be infinite or missing."""
    if pd.isna(low) or pd.isna(high):
        return HIDDEN
    return f"{number_text(low, digits)} to {number_text(high, digits)}"


def estimates_table(
    tidy_frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    digits: int = 2,
    title: str = _TITLE,
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show fitted results: estimate, confidence interval and, if given, the p-value.

    Parameters
    ----------
    tidy_frame : pandas.DataFrame
        What `tidy` returns: ``term`` or ``contrast``, level columns, ``estimate, conf_low,
        conf_high``. With ``p_value`` p-values are shown: drop the column to leave them out. With
        ``n`` the number of patients is shown, and estimates of fewer than 11, or of a number that
        would tell a small change since an earlier release, are hidden. What
        `hide_coefficients` gives may be shown too; without either the table may not be released.
        ``attrs["conf_level"]`` is the level of the interval, 0.95 if absent.
    labels : mapping of str to str, optional
        Words for terms, levels and names of columns.
    digits : int
        Decimals of estimates and limits.
    title : str
        Title of the table; in a release also what tells it from others, the same every time.
    notes : sequence of str
        Lines under the table, such as the model and the missing-data rule.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        One row per estimate.

    Raises
    ------
    ColumnError
        When the estimate or its interval is absent.

    Examples
    --------
    >>> tidy = pd.DataFrame({"term": ["week"], "estimate": [-1.234], "conf_low": [-2.0],
    ...                      "conf_high": [-0.5]})
    >>> estimates_table(tidy, labels={"week": "Per week"}).inline("Per week", "95% CI")
    '−2.00 to −0.50'
    """
    if not {"estimate", "conf_low", "conf_high"} <= set(tidy_frame.columns):
        raise ColumnError("estimates_table needs the columns estimate, conf_low and conf_high.")
    words = dict(labels or {})
    named = [c for c in tidy_frame.columns if c not in {*TIDY_COLUMNS, "n"}]
    frame, columns = _named_columns(tidy_frame[named], words)
    counted = "n" in tidy_frame.columns
    texts: dict[str, list[str]] = {}
    is_hidden = pd.Series(False, index=tidy_frame.index)
    if counted:
        about = title if title != _TITLE else ""
        texts["n"], is_hidden = suppress_numbers(
            tidy_frame[named], tidy_frame["n"], about=about, policy=policy
        )
    texts |= _estimate_texts(tidy_frame, is_hidden.to_numpy(bool), digits=digits)
    level = 100 * float(tidy_frame.attrs.get("conf_level", 0.95))
    headings = {"n": "n", "estimate": "Estimate", "interval": f"{level:g}% CI", "p": "p"}
    return TableResult(
        title=title,
        frame=frame.assign(**texts).astype("string"),
        columns=(*columns, *(Column(key=k, label=words.get(k, headings[k])) for k in texts)),
        notes=(*notes, "CI, confidence interval.", *(_few_note(policy) if counted else [])),
        policy=policy,
        stub=words.get(named[0], "") if named else "",
        is_held=counted or "reason" in named,
    )


def _few_note(policy: Policy) -> list[str]:
    """Say that rows of few patients are hidden; nothing for those who may see them."""
    if policy.confidential:
        return [hiding_note(policy)]
    return [f"Estimates of fewer than {policy.minimum_count} patients are hidden."]


def _named_columns(
    named: pd.DataFrame, words: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Column]]:
    """Turn term and level columns into labels of rows and text columns."""
    text = {
        name: [words.get(str(value), str(value)) for value in named[name]] for name in named.columns
    }
    keys = list(text)
    first = text[keys[0]] if keys else [""] * len(named)
    frame = pd.DataFrame({"group": [""] * len(named), "label": first})
    for key in keys[1:]:
        frame[key] = text[key]
    return frame, [Column(key=k, label=words.get(k, k), numeric=False) for k in keys[1:]]


def _estimate_texts(
    tidy: pd.DataFrame, is_hidden: np.ndarray, *, digits: int
) -> dict[str, list[str]]:
    """Write the columns of estimates; rows whose number of patients is hidden show none."""
    texts: dict[str, list[str]] = {}
    estimates = [number_text(e, digits) for e in tidy["estimate"]]
    limits = zip(tidy["conf_low"], tidy["conf_high"], strict=True)
    texts["estimate"] = estimates
    texts["interval"] = [_interval(low, high, digits) for low, high in limits]
    if "p_value" in tidy.columns:
        texts["p"] = [p_value_text(p) for p in tidy["p_value"]]
    for key in ("estimate", "interval", "p"):
        if key in texts:
            texts[key] = [HIDDEN if h else t for t, h in zip(texts[key], is_hidden, strict=True)]
    return texts
