"""Change, response and remission at planned visits, with the three denominators.

Started: first treatment in the data. Evaluable: started, baseline at the stated threshold, window
closed. Observed: evaluable with a score in the window. Missing is never counted as not yet due.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import ColumnError, DataError
from analysis.instruments import load_instrument
from analysis.outcomes.cohort import named_groups, treated_patients, valid_scores
from analysis.outcomes.windows import SCHEDULE, Window, place_in_windows, window_named
from analysis.results import check_conf_level
from analysis.study import Study

__all__ = ["is_response", "response_rates", "visit_outcomes", "visit_status"]

_ROUNDING = 1e-9  # scores are whole numbers or sums of them; a third of 30 must not miss 10


def is_response(total: pd.Series, baseline: pd.Series, *, fraction: float) -> pd.Series:
    """Tell which scores are at least a fraction below their baseline.

    A baseline of 0 leaves nothing to fall from and is never a response.

    Parameters
    ----------
    total, baseline : pandas.Series of float
        Scores in points of the scale, lower is better.
    fraction : float
        Part of the baseline by which the score must have fallen, such as 0.5.

    Returns
    -------
    pandas.Series of bool
        False also where a score is missing.

    Examples
    --------
    >>> is_response(pd.Series([10.0, 10.5]), pd.Series([20.0, 20.0]), fraction=0.5).tolist()
    [True, False]
    """
    fallen = (baseline - total).ge(fraction * baseline - _ROUNDING)
    return (fallen & baseline.gt(0)).fillna(value=False).astype(bool)


def visit_outcomes(
    study: Study,
    instrument: str,
    *,
    schedule: Sequence[Window] = SCHEDULE,
    baseline_at_least: float = 0.0,
) -> pd.DataFrame:
    """Derive change, response and remission per patient and planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    schedule : sequence of Window
        Planned visits.
    baseline_at_least : float
        Baseline threshold of the patients, in points of the scale.

    Returns
    -------
    pandas.DataFrame
        One row per treated patient with a baseline at the threshold and visit with a score whose
        window has closed, so that counts equal the observed of `response_rates`: columns of
        `treated_patients`, ``visit, week, rel_day, total``, ``change`` (score − baseline; points
        of the scale), ``response`` (at least the scale's fraction below baseline) and
        ``remission`` (at most the scale's cut-off).

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> outcomes = visit_outcomes(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool((outcomes["total"] - outcomes["baseline"]).eq(outcomes["change"]).all())
    True
    """
    scale = load_instrument(instrument)
    patients = treated_patients(study, instrument=instrument)
    patients = patients[patients["baseline"].ge(baseline_at_least)]
    placed = place_in_windows(valid_scores(study, instrument), schedule)
    rows = patients.merge(placed, on="subject_id")
    closes = rows["visit"].astype("string").map({window.label: window.high for window in schedule})
    rows = rows[rows["observed_until_day"].ge(closes)].reset_index(drop=True)
    return rows.assign(
        change=rows["total"] - rows["baseline"],
        response=is_response(rows["total"], rows["baseline"], fraction=scale.response_fraction),
        remission=rows["total"].le(scale.remission_at_most),
    )


def visit_status(
    study: Study, instrument: str, *, visit: str, baseline_at_least: float = 0.0
) -> pd.DataFrame:
    """Place every treated patient in the denominators of one planned visit.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    baseline_at_least : float
        Baseline threshold of the evaluable, in points of the scale.

    Returns
    -------
    pandas.DataFrame
        One row per treated patient: columns of `treated_patients`, ``has_baseline``,
        ``at_threshold``, ``due`` (window closed), ``evaluable``, ``observed``, ``response``,
        ``remission`` (both false unless observed).
    """
    window = window_named(visit)
    patients = treated_patients(study, instrument=instrument)
    outcomes = visit_outcomes(study, instrument, schedule=(window,))
    rows = patients.merge(
        outcomes[["subject_id", "total", "change", "response", "remission"]],
        on="subject_id",
        how="left",
    )
    has_baseline = rows["baseline"].notna()
    at_threshold = has_baseline & rows["baseline"].ge(baseline_at_least)
    due = rows["observed_until_day"].ge(window.high).fillna(value=False).astype(bool)
    evaluable = at_threshold & due
    observed = evaluable & rows["total"].notna()
    return rows.assign(
        has_baseline=has_baseline,
        at_threshold=at_threshold,
        due=due,
        evaluable=evaluable,
        observed=observed,
        response=observed & rows["response"].eq(True),
        remission=observed & rows["remission"].eq(True),
    )


def response_rates(
    study: Study,
    instrument: str,
    *,
    visit: str,
    by: str | None = None,
    total: str = "",
    baseline_at_least: float = 0.0,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate response and remission at a planned visit among the observed.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    by : str, optional
        Column of `treated_patients` that splits the cohort, such as ``route`` or ``site_id``.
    total : str
        With `by`: name of a last group that holds all patients; none when empty.
    baseline_at_least : float
        Baseline threshold of the evaluable, in points of the scale.
    conf_level : float
        Coverage of the Wilson interval.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure`` (response, remission), the `by` column, ``started, evaluable,
        observed, n, estimate, conf_low, conf_high`` and ``estimate_missing_as_no`` (n ÷ evaluable:
        a missing score counted as no response). Counts are true counts. Patients for whom `by` is
        missing are the group "not recorded".

    Raises
    ------
    ColumnError
        When `by` is not a column of the cohort.
    DataError
        When a group already has the name `total`.
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    """
    check_conf_level(conf_level)
    status = visit_status(study, instrument, visit=visit, baseline_at_least=baseline_at_least)
    if by is not None and by not in status.columns:
        raise ColumnError("The cohort has no such column to split by; try route or site_id.")
    if by:
        status = status.assign(**{by: named_groups(status[by])})
    if by and total:
        status = _with_total(status, by, total)
    groups = status.assign(all="all").groupby(by or "all", observed=True)
    counts = groups.agg(
        started=("subject_id", "size"), evaluable=("evaluable", "sum"), observed=("observed", "sum")
    )
    parts = [
        _rate(counts.assign(n=groups[measure].sum()), measure, conf_level)
        for measure in ("response", "remission")
    ]
    return pd.concat(parts, ignore_index=True).drop(columns=[] if by else ["all"])


def _with_total(status: pd.DataFrame, by: str, total: str) -> pd.DataFrame:
    """Append all patients once more as a group of their own, the last one."""
    groups = list(status[by].cat.categories)
    if total in groups:
        raise DataError("A group has the name of the total. Choose another name for the total.")
    both = pd.concat([status[by].astype("string"), pd.Series(total, index=status.index)])
    return pd.concat([status, status]).assign(**{by: pd.Categorical(both, [*groups, total])})


def _rate(counts: pd.DataFrame, measure: str, conf_level: float) -> pd.DataFrame:
    """Add the proportion of the observed and its Wilson interval."""
    n, observed = counts["n"].to_numpy(float), counts["observed"].to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = proportion_confint(n, observed, alpha=1.0 - conf_level, method="wilson")
        estimates = {
            "estimate": n / observed,
            "conf_low": low,
            "conf_high": high,
            "estimate_missing_as_no": n / counts["evaluable"].to_numpy(float),
        }
    frame = counts.assign(**estimates).reset_index()
    frame.insert(0, "measure", measure)
    return frame
