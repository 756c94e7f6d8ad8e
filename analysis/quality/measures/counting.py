"""Counts of a measure by stratum, and the patients behind each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN
from analysis.disclosure.rounding import wilson_limits
from analysis.quality.measures.decision import (
    EXCLUDED,
    MET,
    NOT_MET,
    NOT_YET_DUE,
    BoolArray,
    Decisions,
    FloatArray,
)
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.strata import Strata

__all__ = [
    "COUNTS",
    "Counted",
    "count_measure",
    "excluded_as",
    "excluded_in_words",
    "kinds_of_counts",
    "median_wait",
    "not_computable",
    "with_estimates",
]

COUNTS = ("population", "not_yet_due", "excluded", "denominator", "observed", "numerator")
"""Population = not yet due + excluded + denominator; of the denominator some are observed, and of
these some are in the numerator."""

_EXCLUDED_AS = "excluded: "


def excluded_as(reason: str) -> str:
    """Name the count of those who are excluded for one reason."""
    return f"{_EXCLUDED_AS}{reason}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """A measure with what it decided; no decisions where it is not computable.

    Parameters
    ----------
    measure : Measure
        The measure.
    decisions : Decisions or None
        One per patient.
    needs : tuple of str
        What is absent.
    """

    measure: Measure
    decisions: Decisions | None
    needs: tuple[str, ...] = ()


def not_computable(needs: Sequence[str]) -> str:
    """Say what a measure needs.

    Parameters
    ----------
    needs : sequence of str
        What is absent; nothing gives an empty text.

    Returns
    -------
    str
        The reason.

    Examples
    --------
    >>> not_computable(["the table calendar"])
    'not computable: needs the table calendar'
    """
    return f"not computable: needs {'; '.join(needs)}" if needs else ""


def kinds_of_counts(decisions: Decisions) -> dict[str, BoolArray]:
    """Tell who is behind each kind of count.

    Parameters
    ----------
    decisions : Decisions
        Of a measure.

    Returns
    -------
    dict of str to array of bool, shape (p,)
        `COUNTS`, and one for each reason of exclusion.
    """
    status = decisions.status
    kinds: dict[str, BoolArray] = {
        "population": status >= NOT_YET_DUE,
        "not_yet_due": status == NOT_YET_DUE,
        "excluded": status == EXCLUDED,
        "denominator": status >= NOT_MET,
        "observed": decisions.observed,
        "numerator": status == MET,
    }
    of_reasons = {excluded_as(each): decisions.excluded_for(each) for each in decisions.exclusions}
    return kinds | of_reasons


def count_measure(counted: Counted, splits: Sequence[Strata]) -> pd.DataFrame:
    """Count a measure in every stratum.

    Parameters
    ----------
    counted : Counted
        The measure and its decisions.
    splits : sequence of Strata
        All patients first, then by column.

    Returns
    -------
    pandas.DataFrame
        ``measure, version, window, by, stratum``, `COUNTS`, one column per reason of exclusion,
        ``median_days`` and ``reason``; one row per stratum. Counts are missing where the measure
        is not computable.
    """
    measure, decisions = counted.measure, counted.decisions
    about = {
        "measure": measure.name,
        "version": measure.version,
        "window": measure.rule.window,
    }
    parts = []
    for split in splits:
        needs = [*counted.needs, *([split.needs] if split.needs else [])]
        labels = split.labels or ("",)
        rows = pd.DataFrame({**about, "by": split.by, "stratum": pd.array(labels, dtype="string")})
        if decisions is None or needs:
            empty: dict[str, Any] = dict.fromkeys(COUNTS, pd.NA)
            parts.append(rows.assign(**empty, median_days=np.nan, reason=not_computable(needs)))
        else:
            parts.append(rows.assign(**_counts(decisions, split)))
    frame = pd.concat(parts, ignore_index=True)
    texts = frame[["measure", "version", "window", "by", "stratum", "reason"]].astype("string")
    whole = [name for name in frame if name in COUNTS or str(name).startswith(_EXCLUDED_AS)]
    return frame.assign(**texts, **frame[whole].astype("Int64"))


def _counts(decisions: Decisions, split: Strata) -> dict[str, Any]:
    """Count every kind in every group of one split."""
    size = len(split.labels)
    counts: dict[str, Any] = {
        kind: np.bincount(split.group[inside], minlength=size)
        for kind, inside in kinds_of_counts(decisions).items()
    }
    of_group = [decisions.lag[split.group == place] for place in range(size)]
    empty = counts["denominator"] == 0
    return counts | {
        "median_days": [median_wait(lags) for lags in of_group],
        "reason": np.where(empty, "nobody in the denominator", ""),
    }


def median_wait(lags: FloatArray) -> float:
    """Take the median wait; who waited in vain waited longest, so it is missing if these are half.

    Every window has closed, so nobody is censored within it.

    Parameters
    ----------
    lags : array of float, shape (p,)
        Days waited; infinite for who waited in vain, missing for who did not wait.

    Returns
    -------
    float
        Days, or missing.

    Examples
    --------
    >>> median_wait(np.array([3.0, 9.0, np.inf, np.nan]))
    9.0
    """
    waited = lags[~np.isnan(lags)]
    middle = float(np.median(waited)) if len(waited) else np.nan
    return middle if np.isfinite(middle) else np.nan


def with_estimates(frame: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Add numerator ÷ denominator with Wilson's limits, and numerator ÷ observed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``numerator, denominator, observed``; missing where a measure is not computable.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        With ``estimate, conf_low, conf_high, estimate_observed``; missing, never 0, where the
        denominator is 0.

    Examples
    --------
    >>> frame = pd.DataFrame({"numerator": [30, 0], "denominator": [60, 0], "observed": [40, 0]})
    >>> with_estimates(frame, 0.95)["estimate"].tolist()
    [0.5, nan]
    """
    n, of, observed = (
        frame[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("numerator", "denominator", "observed")
    )
    low, high = wilson_limits(n, of, conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        return frame.assign(
            estimate=np.where(of > 0, n / of, np.nan),
            conf_low=low,
            conf_high=high,
            estimate_observed=np.where(observed > 0, n / observed, np.nan),
        )


def excluded_in_words(texts: Mapping[str, str]) -> str:
    """Write how many were excluded for each reason; those of nobody, or all hidden, are left out.

    Parameters
    ----------
    texts : mapping of str to str
        Reason to its count as it is shown.

    Returns
    -------
    str
        Such as "died 12; bipolar disorder <11".

    Examples
    --------
    >>> excluded_in_words({"died": "0", "bipolar disorder": "<11"})
    'bipolar disorder <11'
    """
    if set(texts.values()) <= {HIDDEN, ""}:
        return ""
    return "; ".join(f"{reason} {n}" for reason, n in texts.items() if n not in ("0", ""))
