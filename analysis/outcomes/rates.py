"""Proportions with an outcome at a planned visit, over the three denominators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import ABOUT, MEMBERS, Members, units_of
from analysis.errors import ColumnError, DataError
from analysis.instruments import load_instrument
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.definition import Definition
from analysis.outcomes.in_words import METHOD, rules_in_words
from analysis.outcomes.library import definition_names, resolve
from analysis.outcomes.response import usual_measures, visit_status
from analysis.outcomes.rules import Rules
from analysis.results import check_conf_level
from analysis.study import Study

__all__ = ["rate_of_observed", "response_rates"]


def response_rates(
    study: Study,
    instrument: str,
    *,
    visit: str,
    by: str | None = None,
    total: str = "",
    measures: Sequence[str | Definition] | None = None,
    conf_level: float = 0.95,
    **rules: Unpack[Rules],
) -> pd.DataFrame:
    """Estimate the proportions with an outcome at a planned visit among the observed.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of a planned visit.
    by : str, optional
        Column of `treated_patients` that splits the cohort, such as ``route``, ``site_id`` (home
        clinic) or ``first_site_id`` (clinic of the first session of the course).
    total : str
        With `by`: name of a last group that holds all patients; none when empty.
    measures : sequence of str or Definition, optional
        Definitions, as in `definition_names`, such as "reliable_improvement" or "deterioration".
        None: the scale's own response and remission.
    conf_level : float
        Coverage of the Wilson interval.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`. With ``course``
        "all" the counts are courses, not patients.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure`` (name of the definition), the `by` column, ``started, evaluable,
        observed, n, estimate, conf_low, conf_high`` and ``estimate_missing_as_no`` (n ÷ evaluable:
        a missing score counted as without the outcome, which is no cautious reading of
        deterioration). Counts are true counts. Patients for whom `by` is missing are the group
        "not recorded". ``attrs["definitions"]`` holds a sentence per measure,
        ``attrs["unverified"]`` those that were not verified, which tables print, and
        ``attrs["worsening"]`` the names of the measures that are harm, ``attrs["method"]`` how
        it was made; ``attrs["counted"]`` and ``attrs["members"]`` are for disclosure control.

    Raises
    ------
    ColumnError
        When `by` is not a column of the cohort.
    DataError
        When a group already has the name `total`, the scale lacks a definition, or it
        defines neither response nor remission and no measure is named.
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> rates = response_rates(study, "PHQ-9", visit="week 4", measures=["mcid_phq9_5"])
    >>> rates.attrs["definitions"]
    ('mcid_phq9_5: PHQ-9 better by at least 5 points. Not verified: confirm it in the source.',)
    """
    check_conf_level(conf_level)
    scale = load_instrument(instrument)
    wanted = usual_measures(scale) if measures is None else measures
    if not wanted:
        names = ", ".join(definition_names(scale.name))
        raise DataError(
            f"{scale.name} has no accepted response or remission, and no measure was chosen. Name "
            f"some of: {names}."
        )
    chosen = [resolve(measure, scale) for measure in wanted]
    status = visit_status(study, instrument, visit=visit, measures=chosen, **rules)
    groups = _groups(status, by, total)
    counts = groups.agg(
        started=("subject_id", "size"), evaluable=("evaluable", "sum"), observed=("observed", "sum")
    )
    parts = [
        rate_of_observed(counts.assign(n=groups[d.name].sum()), d.name, conf_level) for d in chosen
    ]
    rates = pd.concat(parts, ignore_index=True).drop(columns=[] if by else ["all"])
    rates.attrs = {
        "conf_level": conf_level,
        "definitions": tuple(each.note for each in chosen),
        "unverified": tuple(each.note for each in chosen if not each.verified),
        "worsening": tuple(each.name for each in chosen if each.kind == "worsening"),
        ABOUT: f"{scale.name} at {visit}",
        METHOD: (
            f"{scale.name} at {visit}",
            (
                *rules_in_words(scale.name, visit, **rules),
                *(_capital(each.note) for each in chosen),
                f"Limits of shares are Wilson's at {100 * conf_level:g}%.",
            ),
        ),
        MEMBERS: _members(status, groups, by, [d.name for d in chosen]),
    }
    return rates


def _capital(note: str) -> str:
    """Write the name of a measure as words."""
    name, colon, rule = note.partition(":")
    return f"{name.replace('_', ' ').capitalize()}{colon}{rule}"


def _groups(status: pd.DataFrame, by: str | None, total: str) -> Any:
    """Split the cohort; one group of all where no split is asked for."""
    if by is None:
        return status.assign(all="all").groupby("all")
    if by not in status.columns:
        raise ColumnError("The cohort has no such column to split by; try route or site_id.")
    split = status.assign(**{by: named_groups(status[by])})
    return (_with_total(split, by, total) if total else split).groupby(by, observed=True)


def _with_total(status: pd.DataFrame, by: str, total: str) -> pd.DataFrame:
    """Append all patients once more as a group of their own, the last one."""
    groups = list(status[by].cat.categories)
    if total in groups:
        raise DataError("A group has the name of the total. Choose another name for the total.")
    both = pd.concat([status[by].astype("string"), pd.Series(total, index=status.index)])
    return pd.concat([status, status]).assign(**{by: pd.Categorical(both, [*groups, total])})


def _members(status: pd.DataFrame, groups: Any, by: str | None, names: Sequence[str]) -> Members:
    """Say who is behind the counts of each group, as `hide_responses` names them."""
    sets: dict[tuple[str, ...], Any] = {}
    for group, rows in groups.groups.items():
        inside = status.index.isin(rows)
        name = "" if by is None else str(group)
        sets[("started", name)] = inside
        for denominator in ("evaluable", "observed"):
            sets[(denominator, name)] = inside & status[denominator].to_numpy(dtype=bool)
        for measure in names:
            sets[("n", name, measure)] = inside & status[measure].to_numpy(dtype=bool)
    return Members(units_of(status), sets)


def rate_of_observed(counts: pd.DataFrame, measure: str, conf_level: float) -> pd.DataFrame:
    """Add the proportion of the observed and its Wilson interval.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``started, evaluable, observed, n``, one row per group, which is the index.
    measure : str
        What is counted.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``measure``, the group, the counts, ``estimate, conf_low, conf_high,
        estimate_missing_as_no``; missing where nobody was observed.
    """
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
