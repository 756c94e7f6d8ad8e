"""Rows of a site, coarsened by a stated rule until its sums may be published on their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.distributed.attack.bundle import attack_moments, attack_patterns
from analysis.distributed.attack.pattern_grams import Ranges
from analysis.distributed.attack.result import AttackResult
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.distributed.thresholds.cells import (
    FEW_VALUES,
    Cells,
    design_and_cells,
    visits_as_bits,
)
from analysis.distributed.thresholds.patterns import coarsened_patterns
from analysis.errors import DisclosureError
from analysis.mixed import Moments
from analysis.mixed.design.build import Design
from analysis.results import counted

__all__ = [
    "Account",
    "ThresholdedMoments",
    "coarsened_rows",
    "rule_in_words",
    "thresholded_moments",
]

IntArray = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What coarsening left out. True counts, which stay at the site.

    Parameters
    ----------
    n_patients, n_rows : int
        Before; complete rows only.
    n_incomplete : int
        Rows that were left out before because a used column was missing.
    kept_patients, kept_rows : int
        What remains.
    rare_levels : int
        Patients left out because too few share their combination of levels.
    rare_visits : int
        Patients left out because none of their visits could be kept.
    shortened : int
        Patients who remain with fewer visits.
    n_patterns, kept_patterns : int
        Patterns of visits before and after.
    refused_patterns : int
        Patterns with enough patients that were coarsened all the same, because the attack got
        somewhere.
    """

    n_patients: int
    n_rows: int
    n_incomplete: int
    kept_patients: int
    kept_rows: int
    rare_levels: int
    rare_visits: int
    shortened: int
    n_patterns: int
    kept_patterns: int
    refused_patterns: int

    @property
    def statement(self) -> str:
        """What was left out, in one sentence for the site."""
        return (
            f"{self.kept_rows} of {counted(self.n_rows, 'row')} and {self.kept_patients} of "
            f"{counted(self.n_patients, 'patient')} are in the sums: {self.rare_levels} left out "
            f"for a rare combination of levels, {self.rare_visits} because no visit of theirs "
            f"could be kept, {self.shortened} with fewer visits than they had; "
            f"{self.n_patterns} patterns of visits became {self.kept_patterns}. For use inside "
            "the site."
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdedMoments:
    """Sums that a site may publish on its own, and how they came about.

    Parameters
    ----------
    moments : Moments
        Of the coarsened rows.
    account : Account
        What coarsening left out; stays at the site.
    attack : AttackResult
        The attack on the sums, which found nothing.
    rule : str
        The rule in words.
    """

    moments: Moments
    account: Account
    attack: AttackResult
    rule: str


def rule_in_words(policy: Policy = RELEASE) -> str:
    """State the rule by which rows are coarsened.

    Parameters
    ----------
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    str
        Some sentences for the bundle.
    """
    t = policy.minimum_count
    return (
        "Every patient in the sums shares the pattern of visits, the covariance group, the clinic "
        f"and all levels of factors with at least {t - 1} others; a number with at most "
        f"{FEW_VALUES} values counts as a factor. A pattern has at least {t} patients more than "
        "the sums have independent columns for it. Combinations of levels that fewer patients have "
        "are left out. Rare patterns are cut, those with the most visits first: to the kept "
        "pattern of some of their visits that costs the fewest visits, else by their last visit; "
        "who has none left is left out. A pattern in which a reconstruction attack finds a patient "
        f"or a group of fewer than {t} counts as rare."
    )


def coarsened_rows(
    task: MomentsTask, rows: pd.DataFrame, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> tuple[pd.DataFrame, Account]:
    """Leave out visits and patients of a site until its sums may be published on their own.

    The same rows in any order give the same rows, and coarsened rows stay as they are. The rule is
    in `rule_in_words`.

    Parameters
    ----------
    task : MomentsTask
        The model, without weights; with all levels, so that sites agree.
    rows : pandas.DataFrame
        One row per patient and visit of one site.
    ranges : mapping of str to (float, float), optional
        Range of the outcome and of numeric columns, which an attacker knows.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    tuple of pandas.DataFrame and Account
        The rows that remain, as they were and in their order, and what was left out. Rows with a
        missing value in a used column do not remain.

    Raises
    ------
    ColumnError, DataError, ModelError
        As `analysis.mixed.moments`.
    DisclosureError
        When nothing remains, the model has weights, or a factor changes within patients other
        than by the visit.
    """
    kept, account, _ = _coarsened(task, rows, ranges, policy)
    return kept, account


def thresholded_moments(
    task: MomentsTask, rows: pd.DataFrame, *, ranges: Ranges | None = None, policy: Policy = RELEASE
) -> ThresholdedMoments:
    """Sum the coarsened rows of a site, and attack the sums.

    Parameters
    ----------
    task, rows, ranges, policy
        As in `coarsened_rows`.

    Returns
    -------
    ThresholdedMoments
        Sums that may be published, the account, and the attack.

    Raises
    ------
    ColumnError, DataError, ModelError, DisclosureError
        As `coarsened_rows`.
    """
    _, account, sums = _coarsened(task, rows, ranges, policy)
    attack = attack_moments(sums, ranges=ranges, policy=policy)
    if attack.not_tried:
        raise DisclosureError(
            f"The attack cannot be run on these sums ({attack.not_tried[0]}), so that they cannot "
            "be published. Take a smaller formula, or send masked sums."
        )
    if not attack.is_safe:  # the rule and the attack disagree: better no bundle
        raise DisclosureError(
            f"The attack on the coarsened sums still finds {counted(len(attack.findings), 'way')} "
            "to few patients. Take a smaller formula, or send masked sums."
        )
    return ThresholdedMoments(
        moments=sums, account=account, attack=attack, rule=rule_in_words(policy)
    )


def _coarsened(
    task: MomentsTask, rows: pd.DataFrame, ranges: Ranges | None, policy: Policy
) -> tuple[pd.DataFrame, Account, Moments]:
    """Coarsen, attack, and coarsen what the attack got into, until it gets nowhere."""
    design, cells = design_and_cells(task, rows, policy.minimum_count)
    before = visits_as_bits(design)
    refused: frozenset[tuple[int, int]] = frozenset()
    while True:
        after = coarsened_patterns(before, cells.cell, cells.group, cells.needed, refused)
        kept = _kept_rows(design, rows, after)
        if not len(kept):
            raise _nothing_left(cells, policy)
        sums = moments_of(task.of(kept))
        found = _broken(sums, design, ranges, policy)
        if found <= refused:
            return kept, _account(design, cells, before, after, len(refused)), sums
        refused |= found


def _kept_rows(design: Design, rows: pd.DataFrame, after: IntArray) -> pd.DataFrame:
    """Take the rows of the visits that remain, in the order given."""
    remains = (design.panel.of_patients(after) >> design.panel.visit) & 1 == 1
    return rows.iloc[np.sort(design.position[remains])]


def _broken(
    sums: Moments, design: Design, ranges: Ranges | None, policy: Policy
) -> frozenset[tuple[int, int]]:
    """List the patterns and groups in which the attack gets somewhere."""
    place = design.visits.get_indexer(sums.about.visits)
    groups = design.groups.get_indexer(sums.about.groups)
    found = set()
    for attacked in attack_patterns(sums, ranges=ranges, policy=policy):
        if len(attacked.attack.rows) or attacked.attack.groups:
            bits = sum(1 << int(place[index]) for index in attacked.pattern.visits)
            group = attacked.pattern.group
            found.add((bits, int(groups[group]) if len(groups) else 0))
    return frozenset(found)


def _nothing_left(cells: Cells, policy: Policy) -> DisclosureError:
    """Say what is lacking when no patient remains."""
    least = cells.needed.of_pattern(1)
    return DisclosureError(
        f"No pattern of visits has enough patients at this site: even one visit needs {least} "
        f"patients who share it, and at least {cells.needed.of_cell(1)} in each of the "
        f"combinations of levels (there are {cells.group.size}). Take a formula with fewer factors "
        f"or products, merge rare levels, or send masked sums; the threshold is "
        f"{policy.minimum_count}."
    )


def _account(
    design: Design, cells: Cells, before: IntArray, after: IntArray, refused: int
) -> Account:
    """Count what was left out and why."""
    counts = np.bincount(cells.cell)
    left_out = after == 0
    is_rare = left_out & (counts[cells.cell] < cells.needed.of_cell(1))
    visits = (after[:, None] >> np.arange(design.panel.n_visits)) & 1
    return Account(
        n_patients=len(after),
        n_rows=design.n_rows,
        n_incomplete=design.n_dropped,
        kept_patients=int((~left_out).sum()),
        kept_rows=int(visits.sum()),
        rare_levels=int(is_rare.sum()),
        rare_visits=int((left_out & ~is_rare).sum()),
        shortened=int((~left_out & (after != before)).sum()),
        n_patterns=np.unique(before).size,
        kept_patterns=np.unique(after[~left_out]).size,
        refused_patterns=refused,
    )
