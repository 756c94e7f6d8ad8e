"""The counts of measures as texts, and the numbers that rest on shown counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, INTERNAL, Policy, rounded_count
from analysis.quality.measures.counting import (
    COUNTS,
    Counted,
    excluded_as,
    excluded_in_words,
    with_estimates,
)
from analysis.quality.measures.decision import BoolArray, Decisions
from analysis.quality.measures.systems import Cell

__all__ = ["shown_counts"]

_FEW = "hidden: few patients, or few beside another count"


def shown_counts(
    frame: pd.DataFrame,
    counted: Counted,
    texts_of: Mapping[Cell, str],
    conf_level: float,
    policy: Policy,
) -> pd.DataFrame:
    """Write the counts of one measure as they are shown, and blank what rests on hidden ones.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `count_measure` returned.
    counted : Counted
        The measure.
    texts_of : mapping of cell to str
        What is shown of each count that is told; all others are hidden.
    conf_level : float
        Coverage of the limits.
    policy : Policy
        How counts are rounded; for the inside all true counts are written.

    Returns
    -------
    pandas.DataFrame
        As `suppress_measures` says.
    """
    about = ["measure", "version", "window", "by", "stratum"]
    true = frame.assign(excluded_for=_excluded_for(frame, counted.decisions))
    if policy.confidential:
        numbers = with_estimates(true, conf_level)
        texts = {kind: [_count_text(n) for n in frame[kind]] for kind in COUNTS}
        return numbers[[*about, *COUNTS, *_NUMBERS]].assign(**texts)
    texts = {kind: _texts(frame, kind, counted.decisions, texts_of) for kind in COUNTS}
    numbers = with_estimates(_rounded(true, policy), conf_level)
    is_held = {kind: np.array([not t[:1].isdigit() for t in texts[kind]]) for kind in COUNTS}
    rate = is_held["numerator"] | is_held["denominator"]
    # a median is told where so many are on each side of it
    few = frame["denominator"].lt(2 * policy.minimum_count).fillna(value=True).to_numpy(dtype=bool)
    blank: dict[str, BoolArray] = dict.fromkeys(("estimate", "conf_low", "conf_high"), rate)
    blank |= {"estimate_observed": is_held["numerator"] | is_held["observed"]}
    blank |= {"median_days": rate | few}
    return numbers[[*about, *COUNTS, *_NUMBERS]].assign(
        **texts,
        **{name: numbers[name].mask(which) for name, which in blank.items()},
        excluded_for=_excluded_for(frame, counted.decisions, texts_of, policy),
        reason=frame["reason"].where(frame["reason"].ne("") | ~rate, _FEW),
    )


_NUMBERS = [
    "excluded_for", "estimate", "conf_low", "conf_high", "estimate_observed", "median_days",
    "reason",
]  # fmt: skip


def _count_text(n: Any) -> str:
    """Write a true count; empty where the measure is not computable."""
    return "" if pd.isna(n) else f"{n:,d}"


def _texts(
    frame: pd.DataFrame,
    kind: str,
    decisions: Decisions | None,
    texts: Mapping[Cell, str],
) -> list[str]:
    """Write the counts of one kind as they are shown: empty where they are not told at all."""
    if decisions is None:
        return [""] * len(frame)
    known = [_told_as(kind, decisions, is_stratum=bool(by)) for by in frame["by"]]
    rows = zip(known, frame["measure"], frame["by"], frame["stratum"], strict=True)
    computed = frame["population"].notna().tolist()
    told = [texts.get((as_kind, *name), HIDDEN) if as_kind else "" for as_kind, *name in rows]
    if kind == "excluded" and not decisions.exclusions:
        told = ["" if by else "0" for by in frame["by"]]
    return [text if is_known else "" for text, is_known in zip(told, computed, strict=True)]


def _told_as(kind: str, decisions: Decisions, *, is_stratum: bool) -> str:
    """Say under which name a count is told: its own, or that of the same patients.

    Parameters
    ----------
    kind : str
        One of `COUNTS`, or of a reason of exclusion.
    decisions : Decisions
        Of the measure.
    is_stratum : bool
        Whether the row is a stratum, of which only numerator and denominator are told.

    Returns
    -------
    str
        The name; empty where the count is not told.
    """
    if is_stratum:
        return kind if kind in ("numerator", "denominator") else ""
    if kind == "observed" and decisions.judged != "some":
        return "denominator" if decisions.judged == "all" else "numerator"
    return "excluded" if [kind] == [excluded_as(each) for each in decisions.exclusions] else kind


def _excluded_for(
    frame: pd.DataFrame,
    decisions: Decisions | None,
    texts: Mapping[Cell, str] | None = None,
    policy: Policy = INTERNAL,
) -> pd.Series:
    """Write how many were excluded for each reason: true counts, or those that may be told."""
    known = decisions.exclusions if decisions is not None else ()
    reasons = [each for each in known if policy.confidential or not policy.is_sensitive(each)]
    columns = {
        each: [_count_text(n) for n in frame[excluded_as(each)]]
        if texts is None
        else _texts(frame, excluded_as(each), decisions, texts)
        for each in reasons
    }
    words = [
        excluded_in_words({each: columns[each][row] for each in reasons})
        for row in range(len(frame))
    ]
    return pd.Series(words, index=frame.index, dtype="string")


def _rounded(frame: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Round the counts from which percentages are computed, as the policy asks."""
    if not policy.rounds:
        return frame
    counts = {name: rounded_count(frame[name].to_numpy(float, na_value=np.nan), policy)
              for name in ("denominator", "observed", "numerator")}  # fmt: skip
    observed = np.fmin(counts["observed"], counts["denominator"])
    return frame.assign(
        denominator=counts["denominator"],
        observed=observed,
        numerator=np.fmin(counts["numerator"], observed),
    )
