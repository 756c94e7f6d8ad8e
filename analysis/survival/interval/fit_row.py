"""One row about curves of interval-censored times: how events were seen, and how fits ended."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.survival.interval.masses import Masses
from analysis.survival.interval.rows import IntervalRows

__all__ = ["fit_row"]


def fit_row(rows: IntervalRows, fits: Sequence[Masses]) -> pd.DataFrame:
    """Count rows and say how the fits of all groups ended.

    Parameters
    ----------
    rows : IntervalRows
        The rows used.
    fits : sequence of Masses
        One per group.

    Returns
    -------
    pandas.DataFrame
        ``n_obs, n_exact, n_interval, n_right, n_dropped, n_groups, log_likelihood, kkt_gap,
        iterations, converged``; the likelihood is that of all groups, the gap and the number of
        iterations the largest of any.
    """
    row = {
        **rows.times.counts(),
        "n_dropped": rows.n_dropped,
        "n_groups": len(fits),
        "log_likelihood": sum(fit.log_likelihood for fit in fits),
        "kkt_gap": max(fit.kkt_gap for fit in fits),
        "iterations": max(fit.iterations for fit in fits),
        "converged": True,
    }
    return pd.DataFrame([row])
