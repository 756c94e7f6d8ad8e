"""The table of a comparison as a policy shows it: small counts of the clinic are hidden."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.disclosure import Policy, Statement, hide_responses, is_small
from analysis.disclosure.rows import HELD
from analysis.quality.comparison.difference import Mean, Proportion, compare, limits
from analysis.quality.comparison.own import OwnSide
from analysis.quality.comparison.question import Source
from analysis.quality.comparison.words import OWN

__all__ = ["DIFFERENCE", "WITHOUT_TREATMENT", "shown_comparison"]

DIFFERENCE = "difference"
WITHOUT_TREATMENT = "regression to the mean alone"
"""The row of what the clinic's patients would show without treatment."""

_COUNTS = ("started", "evaluable", "observed", "n")
_ESTIMATES = ("estimate", "conf_low", "conf_high")


def shown_comparison(
    own: OwnSide,
    source: Source,
    published: Proportion | Mean,
    *,
    expected: float,
    policy: Policy,
) -> Statement:
    """Lay out both cohorts, their difference, and regression to the mean, as a policy allows.

    Parameters
    ----------
    own : OwnSide
        The clinic.
    source : Source
        The published figure.
    published : Proportion or Mean
        Its value and number.
    expected : float
        What regression to the mean alone gives; NaN when it is not known.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    Statement
        ``cohort, started, evaluable, observed, n`` (text; no `n` of means), ``estimate, conf_low,
        conf_high``. Estimates that rest on a hidden count are missing, and so is the difference.
    """
    told, audit, hidden = _hidden(own, policy)
    seen = _seen(own, told, policy)
    rows = [
        _line(OWN, seen, {name: str(told[name]) for name in _COUNTS}),
        _line(source.study.name, published, _published_counts(source)),
        _difference(seen, published),
    ]
    if not math.isnan(expected):
        blank = dict.fromkeys(_COUNTS, "")
        few = bool(np.any(is_small(len(own.baselines), policy)))
        line = {"estimate": math.nan if few else expected, "conf_low": math.nan}
        rows.append({"cohort": WITHOUT_TREATMENT, **blank, **line, "conf_high": math.nan})
    frame = pd.DataFrame(rows)
    if isinstance(published, Mean):
        frame = frame.drop(columns="n")
    frame.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    return Statement(frame=frame, policy=policy, hidden=hidden, audit=audit)


def _hidden(own: OwnSide, policy: Policy) -> tuple[pd.Series, pd.DataFrame, int]:
    """Hide the small counts of the clinic."""
    share = own.estimate.share if isinstance(own.estimate, Proportion) else 1.0
    counts = own.counts.assign(estimate=share, conf_low=share, conf_high=share)
    counts.attrs = dict(own.counts.attrs)
    told, hidden = hide_responses(counts, policy=policy)
    measure = str(counts["measure"].iloc[0])
    cells = [("started", ""), ("evaluable", ""), ("observed", ""), ("n", "", measure)]
    return told.iloc[0], hidden.audit(), sum(hidden.is_hidden(cell) for cell in cells)


def _seen(own: OwnSide, told: pd.Series, policy: Policy) -> Proportion | Mean | None:
    """Return the clinic's estimate as it may be shown; None when it may not."""
    if pd.isna(told["estimate"]):
        return None
    if isinstance(own.estimate, Proportion) and policy.rounds:
        n = float(str(told["observed"]).replace(",", ""))
        return Proportion(share=float(told["estimate"]), n=n)
    return own.estimate


def _published_counts(source: Source) -> dict[str, str]:
    """Write the published numbers."""
    treated = source.study.n_treated
    return {
        "started": "" if treated is None else f"{treated:,}",
        "evaluable": "",
        "observed": f"{source.n:,}",
        "n": "",
    }


def _line(
    cohort: str, estimate: Proportion | Mean | None, counts: Mapping[str, str]
) -> dict[str, object]:
    """Lay out one cohort."""
    if estimate is None:
        return {"cohort": cohort, **counts, **dict.fromkeys(_ESTIMATES, math.nan)}
    low, high = limits(estimate)
    value = estimate.share if isinstance(estimate, Proportion) else estimate.mean
    return {"cohort": cohort, **counts, "estimate": value, "conf_low": low, "conf_high": high}


def _difference(own: Proportion | Mean | None, published: Proportion | Mean) -> dict[str, object]:
    """Lay out the difference."""
    row: dict[str, object] = {"cohort": DIFFERENCE, **dict.fromkeys(_COUNTS, "")}
    if own is None:
        return {**row, **dict.fromkeys(_ESTIMATES, math.nan)}
    found = compare(own, published)
    ends = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    return {**row, "estimate": found.estimate, **ends}
