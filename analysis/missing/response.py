"""Response rates under what may be assumed about patients without a score at the visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import RELEASE, Policy, Statement, hide_responses, rounded_count
from analysis.disclosure.columns import NOT_RECORDED
from analysis.disclosure.counted import CountedTable
from analysis.disclosure.rows import HELD
from analysis.errors import DataError
from analysis.formulas.columns import check_present
from analysis.instruments import load_instrument
from analysis.missing.estimand_models import of_response_rates
from analysis.missing.estimand_parts import Asked, Parts
from analysis.missing.pooled_proportion import pooled_proportion
from analysis.outcomes.definition import Definition
from analysis.outcomes.judging import judge_scores
from analysis.outcomes.library import resolve
from analysis.outcomes.rates import response_rates
from analysis.outcomes.response import usual_measures, visit_status
from analysis.outcomes.rules import Rules
from analysis.study import Study
from analysis.text_numbers import require_numbers

__all__ = ["IMPUTED", "MISSING_AS_NO", "MISSING_AS_YES", "OBSERVED", "response_under_missingness"]

OBSERVED = "observed"
MISSING_AS_NO = "missing as no (non-responder imputation)"
MISSING_AS_YES = "missing as yes"
IMPUTED = "multiple imputation"

Imputed = pd.DataFrame | Callable[[pd.DataFrame], pd.DataFrame]
"""Imputed scores, or what makes them of the rows of patients without a score."""

_COUNTS = ["started", "evaluable", "observed", "n"]
_ESTIMATES = ["estimate", "conf_low", "conf_high"]
_KEYS = ["subject_id", "course"]


def response_under_missingness(
    study: Study,
    instrument: str,
    *,
    visit: str,
    by: str | None = None,
    measures: Sequence[str | Definition] | None = None,
    imputed: Imputed | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> CountedTable:
    """Estimate response at a visit under several assumptions about those without a score.

    Answers how far a response rate depends on who has a score. *Observed*: of those with one,
    right if they are like the others. *Missing as no*: of the evaluable, cautious for response and
    remission. *Missing as yes*: the other end; the truth lies between the two. *Multiple
    imputation*: as the given imputations have it.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    by : str, optional
        Column of `treated_patients` to split by.
    measures : sequence of str or Definition, optional
        Definitions; None: the scale's own response and remission. With `imputed` each must look
        at one score and its baseline.
    imputed : pandas.DataFrame or callable, optional
        Columns ``imputation, subject_id, total`` (and ``course``, if there are several): in each
        of at least two imputations a score at the visit for every evaluable patient without one;
        rows of others are not used. A callable gets the rows of `visit_status` of these patients
        and returns such a frame.
    conf_level : float
        Two-sided coverage.
    policy : Policy
        For whom what is printed and released is.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    CountedTable
        ``measure``, the `by` column, ``assumption, started, evaluable, observed, n`` (observed
        with the outcome) and ``estimate, conf_low, conf_high``: Wilson's limits, for imputations
        those of `pooled_proportion`.

    Raises
    ------
    ColumnError
        When `by` is no column of the cohort, or the imputed scores lack a column.
    DataError
        When imputed scores are missing for a patient, doubled, or of fewer than two imputations,
        or a measure looks at several visits; and as `response_rates`.

    References
    ----------
    Lott A, Reiter JP (2020). The American Statistician 74:109-115.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = response_under_missingness(study, "PHQ-9", visit="week 8", measures=["response"])
    >>> table.tidy()["assumption"].tolist()
    ['observed', 'missing as no (non-responder imputation)', 'missing as yes']
    """
    scale = load_instrument(instrument)
    chosen = [resolve(each, scale) for each in measures or usual_measures(scale)]
    rates = response_rates(
        study, instrument, visit=visit, by=by, measures=chosen, conf_level=conf_level, **rules
    )
    frame = _assumed(rates, conf_level)
    if imputed is not None:
        status = visit_status(study, instrument, visit=visit, measures=chosen, **rules)
        completed = _completed(status, imputed, chosen, instrument)
        frame = _with_imputed(frame, rates, completed, by, conf_level)
    statement = _hidden(frame, rates, policy)
    split = f" by {by}" if by else ""
    notes = (*rates.attrs["definitions"], *_notes(rates), policy.rule)
    return CountedTable(
        title=f"Outcomes of {instrument} at {visit}{split}, by what is assumed of missing scores",
        notes=notes,
        true=frame,
        statement=statement,
        stated=_stated(rates, frame, Asked(instrument=instrument, visit=visit, rules=rules)),
    )


def _stated(rates: pd.DataFrame, frame: pd.DataFrame, asked: Asked) -> Parts:
    """State the estimand: that of response rates, under each assumption."""
    assumptions = "; ".join(frame["assumption"].unique())
    return of_response_rates(rates, asked, is_own=True) | {
        "population-level summary": "Proportion with the outcome",
        "missing data": f"One estimate under each of: {assumptions}",
        "estimator": f"Proportion with Wilson's {100 * rates.attrs['conf_level']:g} % limits"
        f"{_POOLED if IMPUTED in assumptions else ''}",
    }


_POOLED = "; imputations pooled by Rubin's rules"


def _notes(rates: pd.DataFrame) -> tuple[str, ...]:
    """Say what the denominators are, and which end is cautious for harm."""
    denominators = (
        "Started: had a first treatment of the course. Evaluable: started, baseline at the "
        "threshold, window closed. Observed: evaluable with a score in the window. n: observed "
        "with the outcome. Observed rates are of the observed, all others of the evaluable."
    )
    if not rates.attrs["worsening"]:
        return (denominators,)
    return (denominators, "For worsening, missing as yes is the cautious end.")


def _assumed(rates: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Put the rates under the three simple assumptions under each other."""
    n, observed, evaluable = (
        rates[name].to_numpy(float) for name in ("n", "observed", "evaluable")
    )
    numbers = {
        OBSERVED: (n, observed),
        MISSING_AS_NO: (n, evaluable),
        MISSING_AS_YES: (n + evaluable - observed, evaluable),
    }
    names = [name for name in rates.columns if name not in {*_COUNTS, *_ESTIMATES, _AS_NO}]
    parts = []
    for assumption, (count, whole) in numbers.items():
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high = proportion_confint(count, whole, alpha=1.0 - conf_level, method="wilson")
            values = dict(zip(_ESTIMATES, (count / whole, low, high), strict=True))
        part = rates[[*names, *_COUNTS]].assign(**values)
        part.insert(len(names), "assumption", assumption)
        parts.append(part)
    return _in_order(pd.concat(parts), len(rates))


_AS_NO = "estimate_missing_as_no"


def _in_order(stacked: pd.DataFrame, n_rows: int) -> pd.DataFrame:
    """Put the assumptions of each row of the rates together."""
    place = np.arange(len(stacked)) % n_rows
    return stacked.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def _completed(
    status: pd.DataFrame, imputed: Imputed, chosen: Sequence[Definition], instrument: str
) -> pd.DataFrame:
    """Judge the outcome of every evaluable patient in every imputation."""
    scale = load_instrument(instrument)
    evaluable = status[status["evaluable"]]
    missing = evaluable[~evaluable["observed"]].reset_index(drop=True)
    missing.attrs["patient_level"] = True
    scores = _scores(imputed(missing.copy()) if callable(imputed) else imputed, missing)
    numbers = scores["imputation"].unique()
    found = missing.drop(columns=["total"]).merge(scores, on=_KEYS)
    for each in chosen:
        found[each.name] = judge_scores(found["total"], found["baseline"], each, scale)
    seen = evaluable[evaluable["observed"]].merge(
        pd.DataFrame({"imputation": numbers}), how="cross"
    )
    return pd.concat([seen, found], ignore_index=True)


def _scores(given: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Take the imputed scores of the patients who need them, and refuse incomplete ones."""
    check_present(given, ["imputation", "subject_id", "total"], "imputed=")
    several = "course" in given.columns
    course = missing["course"].min() if len(missing) else 1
    scores = given if several else given.assign(course=course)
    numbers = require_numbers(given["total"], "imputed scores")
    scores = scores.assign(total=numbers).astype({"subject_id": "string"})
    columns = ["imputation", *_KEYS]
    scores = scores[[*columns, "total"]].merge(missing[_KEYS], on=_KEYS)
    n = int(given["imputation"].nunique())
    if n < 2:
        raise DataError(f"imputed= has {n} imputation; give at least two.")
    doubled = int(scores.duplicated(columns).sum())
    absent = n * len(missing) - int(scores["total"].notna().sum()) + doubled
    if doubled or absent:
        raise DataError(
            f"imputed= lacks {absent} scores and has {doubled} twice, of {n} imputations for "
            f"{len(missing)} evaluable patients without a score. Give each one score each time."
        )
    return scores


def _with_imputed(
    frame: pd.DataFrame,
    rates: pd.DataFrame,
    completed: pd.DataFrame,
    by: str | None,
    conf_level: float,
) -> pd.DataFrame:
    """Add the pooled rate of each row."""
    group = completed[by].astype("string") if by else pd.Series("", index=completed.index)
    wide = completed.assign(_group=group.fillna(NOT_RECORDED))
    rows = []
    for _, row in rates.iterrows():
        own = wide[wide["_group"].eq(str(row[by]) if by else "")]
        counts = own.groupby("imputation")[row["measure"]].sum().to_numpy(dtype=float)
        rows.append(pooled_proportion(counts, int(row["evaluable"]), conf_level))
    names = [name for name in frame.columns if name not in (*_ESTIMATES, "assumption")]
    part = rates[names].assign(assumption=IMPUTED)
    part[_ESTIMATES] = np.array(rows, dtype=float)
    each = len(frame) // len(rates)
    blocks = [frame.iloc[k::each] for k in range(each)]
    return _in_order(pd.concat([*blocks, part[frame.columns]]), len(rates))


def _hidden(frame: pd.DataFrame, rates: pd.DataFrame, policy: Policy) -> Statement:
    """Hide the counts as a table of the rates does, and every rate that would tell one."""
    shown, hidden = hide_responses(rates, policy=policy)
    each = len(frame) // len(rates)
    place = np.repeat(np.arange(len(rates)), each)
    texts = {name: shown[name].to_numpy()[place] for name in _COUNTS}
    unknown = {
        name: shown[name].isna().to_numpy()[place]
        for name in ("estimate", "estimate_missing_as_no")
    }
    is_observed = frame["assumption"].eq(OBSERVED).to_numpy()
    # of the rate of the observed and another, the numbers missing follow: all or none but these
    held = np.where(is_observed, unknown["estimate"], unknown["estimate"] | unknown[_AS_NO])
    numbers = _rounded(frame, rates, policy) if policy.rounds else frame
    blank = {name: numbers[name].mask(held) for name in _ESTIMATES}
    table = frame.assign(**texts, **blank)
    table.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    n_hidden = int(hidden.log().loc[lambda log: log["status"].ne("shown"), "cells"].sum())
    return Statement(frame=table, policy=policy, hidden=n_hidden, audit=hidden.audit())


def _rounded(frame: pd.DataFrame, rates: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Compute rates again from rounded counts; those of imputations are told in whole percent."""
    counts = {name: rounded_count(rates[name], policy) for name in _COUNTS}
    again = _assumed(rates.assign(**counts), rates.attrs["conf_level"])
    numbers = frame[_ESTIMATES].round(2)
    simple = frame["assumption"].ne(IMPUTED).to_numpy()
    numbers.loc[simple] = again[_ESTIMATES].to_numpy()
    return numbers
