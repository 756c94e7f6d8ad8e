"""Rows of a site, coarsened until it may publish their sums on its own, and the rule in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure import Policy, is_small
from analysis.distributed.attack.pattern_grams import Ranges
from analysis.distributed.bundles.analyses import Analysis, MixedModel
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.rates import AdverseEventCounts, ResponseCounts
from analysis.distributed.bundles.rows import Rows
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.bundles.times import TimesToEvent
from analysis.distributed.bundles.totals import AdverseEventTotals, any_of
from analysis.distributed.thresholds.counts import check_counts
from analysis.distributed.thresholds.events import BINS_IN_WORDS, thresholded_events
from analysis.distributed.thresholds.offered import refuse
from analysis.distributed.thresholds.rows import coarsened_rows, rule_in_words
from analysis.errors import DisclosureError
from analysis.instruments import load_instrument

__all__ = ["coarsened", "known_ranges", "rules_in_words"]


def coarsened(analysis: Analysis, rows: Rows, threshold: int) -> Rows:
    """Coarsen the rows of a site until their sums may be published on their own.

    Parameters
    ----------
    analysis : Analysis
        Any but a Cox regression, which is refused by name, and events per patient, of which
        thresholded agreements have totals instead.
    rows : Rows
        Of the site.
    threshold : int
        Least number of patients that a count may stand for.

    Returns
    -------
    Rows
        What remains; the account says what does not.

    Raises
    ------
    DisclosureError
        When nothing remains, a count of the sums would be small, or the kind cannot be published
        by one site. It says what the network could agree on instead.
    """
    policy = Policy(minimum_count=threshold)
    if isinstance(analysis, Hazards):
        refuse("cox")
    if isinstance(analysis, AdverseEventCounts):
        refuse("events per patient")
    if isinstance(analysis, MixedModel):
        return _of_model(analysis, rows, policy)
    if isinstance(analysis, TimesToEvent):
        return _of_times(analysis, rows, policy)
    if isinstance(analysis, ResponseCounts):
        return _of_responses(analysis, rows, policy)
    return _of_adverse_events(analysis, rows, policy)


def rules_in_words(specification: Specification) -> Iterator[str]:
    """State by which rules rows are coarsened.

    Parameters
    ----------
    specification : Specification
        The agreement.

    Yields
    ------
    str
        One text per kind of analysis. Bins hold in all modes, all else in the thresholded one.
    """
    kinds = [type(analysis) for analysis in specification.analyses]
    if any(isinstance(each, TimesToEvent) and each.bins for each in specification.analyses):
        yield BINS_IN_WORDS
    if specification.mode != "thresholded":
        return
    least = specification.threshold
    if MixedModel in kinds:
        yield rule_in_words(Policy(minimum_count=least))
    if TimesToEvent in kinds:
        yield (
            f"Every count of events, or of censorings, of a bin and group is 0 or of {least} "
            "patients or more; else no bundle is made."
        )
    if ResponseCounts in kinds:
        yield (
            f"Patients who are not evaluable, or evaluable and not observed, are left out where "
            f"they are fewer than {least}, so that the share of the observed may look higher than "
            f"it is. All counts, and what is left of one without another, are 0 or {least} or more."
        )
    if AdverseEventTotals in kinds:
        yield (
            f"Events are counted only where at least {least} patients, or none, have any, and as "
            "many, or none, do not."
        )


def known_ranges(analysis: MixedModel) -> Ranges:
    """Return what an attacker knows of the scale.

    Parameters
    ----------
    analysis : MixedModel
        A model of scores.

    Returns
    -------
    mapping of str to (float, float)
        Least and greatest value of the columns that the model uses.
    """
    scale = load_instrument(analysis.source.instrument)
    low, high = float(scale.total_low), float(scale.total_high)
    reach = high - low
    known = {"total": (low, high), "baseline": (low, high), "change": (-reach, reach)}
    used = set(analysis.task.columns)
    return {name: limits for name, limits in known.items() if name in used}


def _of_model(analysis: MixedModel, rows: Rows, policy: Policy) -> Rows:
    """Cut rare sets of visits, and leave out rare combinations of levels."""
    ranges = known_ranges(analysis)
    kept, account = coarsened_rows(analysis.task, rows.frame, ranges=ranges, policy=policy)
    lost = {"coarsened, so that nobody is alone": account.n_rows - len(kept)}
    return _with_losses(rows, kept, lost)


def _of_times(analysis: TimesToEvent, rows: Rows, policy: Policy) -> Rows:
    """Hold the counts of every bin to the threshold; days are at the ends of bins already."""
    coded = rows.frame.assign(event=analysis.kinds_of_end(rows.frame))
    groups = [] if analysis.task.by is None else [analysis.task.by]
    try:
        thresholded_events(
            coded, time="time", event="event", bins=analysis.bins,
            by=[*groups, *analysis.task.strata], policy=policy,
        )  # fmt: skip
    except DisclosureError as error:
        raise DisclosureError(f"{analysis.name!r}: {error}") from None
    return rows


def _of_responses(analysis: ResponseCounts, rows: Rows, policy: Policy) -> Rows:
    """Leave out the few who are in no denominator, and hold all counts to the threshold."""
    evaluable, observed = (rows.frame[flag].astype(bool) for flag in ("evaluable", "observed"))
    apart = {"not evaluable": ~evaluable, "evaluable and not observed": evaluable & ~observed}
    few = {label: who for label, who in apart.items() if is_small(who.sum(), policy)}
    kept = rows.frame[~np.logical_or.reduce(list(few.values()))] if few else rows.frame
    lost = {f"{label}: too few to be counted": int(who.sum()) for label, who in few.items()}
    sets = ["evaluable", "observed", *analysis.measures]
    advice = f"Or agree on one outcome, such as outcomes = [{analysis.measures[0]!r}]."
    _check_nested(analysis.name, kept, sets, policy, advice if len(analysis.measures) > 1 else "")
    return _with_losses(rows, kept, lost)


def _of_adverse_events(analysis: AdverseEventTotals, rows: Rows, policy: Policy) -> Rows:
    """Refuse events that few patients have, or all but few."""
    sets = [any_of(name) for name in analysis.measures]
    advice = (
        'Or agree on count = ["events"], which leaves serious events out; the masked mode holds '
        "the threshold to the sum of all sites, where they may be enough."
    )
    has_serious = "serious_events" in analysis.measures
    _check_nested(analysis.name, rows.frame, sets, policy, advice if has_serious else "")
    return rows


def _check_nested(
    name: str, rows: pd.DataFrame, sets: Sequence[str], policy: Policy, advice: str
) -> None:
    """Refuse counts of patients that are small, or follow as small from two of them."""
    counts = pd.DataFrame({"patients": [len(rows)], **{each: [rows[each].sum()] for each in sets}})
    columns = list(counts.T[0].sort_values(ascending=False, kind="stable").index)
    try:
        for place, total in enumerate(columns):
            others = columns[place + 1 :]
            check_counts(counts, total=total, parts=others, policy=policy)
    except DisclosureError as error:
        raise DisclosureError(" ".join(filter(None, [f"{name!r}: {error}", advice]))) from None


def _with_losses(rows: Rows, kept: pd.DataFrame, lost: dict[str, int]) -> Rows:
    """Return what remains, with what does not in the account."""
    known = pd.DataFrame({"reason": list(lost), "n_rows": list(lost.values())})
    return Rows(frame=kept, account=pd.concat([rows.account, known], ignore_index=True))
